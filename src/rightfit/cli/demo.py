"""rightfit demo: the handwritten digits that scikit-learn ships, from table to model."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to work. Default: rightfit-demo.")
    ] = Path("rightfit-demo"),
) -> None:
    """Train a deep network on 1,797 handwritten digits.

    Example: rightfit demo
    """
    from rightfit.cli.console import messages, print_command, results
    from rightfit.cli.digits import digits_tables
    from rightfit.cli.training import Request, train_table, training_command

    console = messages()
    console.print("Handwritten digits that scikit-learn ships: from 8×8 pixels, which digit is it?")
    table, new = digits_tables(folder)
    request = Request(
        table=table,
        target="digit",
        out=folder / "digits.model",
        typed={"dropout_rate": "0.5"},
        force=True,
        test=new,
    )
    print_command(console, "The same as: ", training_command(request) + "\n")
    train_table(request, results())
