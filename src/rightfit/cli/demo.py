"""rightfit demo: the handwritten digits that scikit-learn ships, from table to model."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, warnings_as_notes


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to work.")] = Path("rightfit-demo"),
) -> None:
    """Train a deep network on 1,797 handwritten digits.

    Example: rightfit demo
    """
    from rightfit.cli.digits import digits_tables
    from rightfit.cli.training import Request, train_table

    console = messages()
    console.print("Handwritten digits: 8×8 pixels, which digit is it?", highlight=False)
    with warnings_as_notes(console):
        table, new = digits_tables(folder)
        request = Request(
            table=table,
            target="digit",
            out=folder / "digits.model",
            force=True,
            task="classification",
            test_fraction=0.2,
            test=new,
            parameters=lambda estimator: {"dropout_rate": 0.25, "random_state": 0},
        )
        train_table(request, console)
