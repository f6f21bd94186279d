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
    from rightfit.cli.pasted import train_command
    from rightfit.cli.training import Request, train_table

    console = messages()
    console.print("Handwritten digits that scikit-learn ships: from 8×8 pixels, which digit is it?")
    table, new = digits_tables(folder)
    out = folder / "digits.model"
    parameters = {"hidden_sizes": "256,256", "dropout_rate": "0.5"}
    same = train_command(table, "digit", test=new, parameters=parameters, out=out)
    print_command(console, "The same as: ", f"{same}\n")
    train_table(Request(table, "digit", out, parameters, force=True, test=new), results())
