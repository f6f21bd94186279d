"""rightfit check-gradients: the derived gradient against central differences."""

from pathlib import Path
from typing import Annotated

import typer


def check_gradients(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="Rows with the target column.")],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Default: as in training.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The comparison as JSON.")] = False,
) -> None:
    """Compare the gradient that training uses with central differences.

    Example: rightfit check-gradients houses.model houses.csv
    """
    from rightfit.cli.console import messages, print_json, results, warnings_as_notes, working
    from rightfit.cli.places import check_order
    from rightfit.cli.sheets import gradients_sheet
    from rightfit.estimators.gradients import check_gradients as check
    from rightfit.estimators.loading import load
    from rightfit.estimators.reading import read_for
    from rightfit.estimators.table_split import split_off_target

    console = messages()
    with warnings_as_notes(console), working(console, "comparing"):
        check_order(model, table)
        fitted = load(model)
        result = check(fitted, *split_off_target(fitted, read_for(fitted, table, target), target))
    if as_json:
        print_json(result.as_plain())
        return
    report = results()
    report.print(gradients_sheet(result.arrays))
    report.print(f"\n{result}")
