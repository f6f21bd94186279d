"""rightfit evaluate: scores of a model on a table with targets."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Rows with the target column; - is stdin.")
    ],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Default: as in training.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="csv", help="Of TABLE, where its name does not say it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The scores as JSON.")] = False,
) -> None:
    """Score a model on a table with its target column.

    Example: rightfit evaluate houses.model more_houses.csv
    """
    from rightfit.cli.console import (
        messages,
        print_json,
        print_note,
        results,
        warnings_as_notes,
        working,
    )
    from rightfit.cli.given_table import name_of, read_given_table
    from rightfit.cli.places import check_order
    from rightfit.cli.sheets import scores_sheet
    from rightfit.estimators.evaluation import evaluate as scores_of
    from rightfit.estimators.loading import load
    from rightfit.estimators.reading import typed_for
    from rightfit.estimators.remembered import recall
    from rightfit.estimators.table_split import split_off_target

    console = messages()
    with warnings_as_notes(console), working(console, "scoring"):
        check_order(model, table)
        fitted = load(model)
        frame = typed_for(fitted, read_given_table(table, form), target)
        scores = scores_of(fitted, *split_off_target(fitted, frame, target))
    if as_json:
        print_json(scores)
    else:
        results().print(scores_sheet(f"on {name_of(table)}", {"model": scores}))
    if table.name == recall(fitted, "table"):
        note = f"The model was trained on a table of this name, {table.name}: scores on rows "
        print_note(console, note + "that it has seen are too good.")
