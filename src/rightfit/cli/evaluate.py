"""rightfit evaluate: scores of a model on a table with targets."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, print_json, warnings_as_notes
from rightfit.cli.sheets import scores_sheet


def evaluate(
    model: Annotated[Path, typer.Argument(help="Folder of a model.")],
    table: Annotated[Path, typer.Argument(help="Rows with the target column.")],
    as_json: Annotated[bool, typer.Option("--json", help="Scores as JSON on stdout.")] = False,
) -> None:
    """Score a model on a table.

    Example: rightfit evaluate houses.model more_houses.csv
    """
    from rightfit.data.read import read_table
    from rightfit.estimators.evaluation import evaluate as scores_of
    from rightfit.estimators.loading import load
    from rightfit.estimators.table_training import target_of

    console = messages()
    with warnings_as_notes(console):
        fitted = load(model)
        frame = read_table(table)
        target = target_of(frame, fitted.target_name_)
        scores = scores_of(fitted, frame.drop(fitted.target_name_), target)
    if as_json:
        print_json(scores)
    else:
        console.print(scores_sheet({"model": scores}))
