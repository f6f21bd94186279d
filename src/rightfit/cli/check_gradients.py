"""rightfit check-gradients: the derived gradient against central differences."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, print_json
from rightfit.cli.sheets import plain_sheet


def check_gradients(
    model: Annotated[Path, typer.Argument(help="Folder of a model.")],
    table: Annotated[Path, typer.Argument(help="Rows with the target column.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """Compare the gradient that training uses with central differences.

    Example: rightfit check-gradients houses.model houses.csv
    """
    from rightfit.data.read import read_table
    from rightfit.estimators.gradients import check_gradients as check
    from rightfit.estimators.loading import load
    from rightfit.estimators.table_training import target_of

    fitted = load(model)
    frame = read_table(table)
    name = fitted.target_name_
    target = target_of(frame, name)
    result = check(fitted, frame.drop(name), target)
    if as_json:
        print_json(result.as_plain())
        return
    console = messages()
    heads = ("array", "parameters", "compared", "largest relative error", "derived", "numeric")
    rows = [
        (
            check.name,
            f"{check.n_parameters:,}",
            f"{check.n_checked:,}",
            f"{check.largest_error:.1e}",
            f"{check.analytic:.6g}",
            f"{check.numeric:.6g}",
        )
        for check in result.arrays
    ]
    console.print(plain_sheet(heads, rows))
    console.print(
        f"Largest relative error of {result.n_checked:,} parameters over {result.n_rows} rows: "
        f"{result.largest_error:.1e}",
        highlight=False,
    )
