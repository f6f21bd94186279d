"""rightfit predict: predictions for the rows of a table."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, warnings_as_notes


def predict(
    model: Annotated[Path, typer.Argument(help="Folder of a model.")],
    table: Annotated[Path, typer.Argument(help="The rows to predict.")],
    out: Annotated[
        Path, typer.Option(help="File for the predictions, by its suffix; - is CSV on stdout.")
    ] = Path("-"),
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a column for each class.")
    ] = False,
    keep: Annotated[
        list[str] | None, typer.Option(help="A column of the table to copy beside them.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Predict the rows of a table.

    Example: rightfit predict houses.model new.csv --out prices.csv
    """
    from rightfit.cli.predictions import check_free, predict_table
    from rightfit.data.write import write_table

    console = messages()
    with warnings_as_notes(console):
        to_stdout = str(out) == "-"
        if not to_stdout:
            check_free(out, force=force)
        predictions = predict_table(model, table, probabilities, keep or [], console)
        if to_stdout:
            sys.stdout.write(predictions.write_csv())
        else:
            write_table(predictions, out)
            console.print(f"{predictions.height:,} predictions written to {out}", highlight=False)
