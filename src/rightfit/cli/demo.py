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
    from rightfit.cli.console import messages, results
    from rightfit.cli.digits import digits_tables
    from rightfit.cli.training import Request, train_table

    messages().print("Handwritten digits: from 8×8 pixels, which digit is it?\n")
    table, new = digits_tables(folder)
    request = Request(
        table=table,
        target="digit",
        out=folder / "digits.model",
        typed={"dropout_rate": "0.25"},
        force=True,
        test=new,
    )
    train_table(request, results())
