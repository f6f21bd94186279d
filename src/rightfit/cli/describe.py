"""rightfit describe: what a model is and how it came about."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, print_json
from rightfit.cli.sheets import columns_sheet, layers_sheet, scores_sheet


def describe(
    model: Annotated[Path, typer.Argument(help="Folder of a model.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """Print a model's layers, parameters, columns and training.

    Example: rightfit describe houses.model
    """
    from rightfit.estimators.loading import load

    facts = load(model).describe()
    if as_json:
        print_json(facts)
        return
    console = messages()
    console.print(f"{facts['estimator']} of {facts['target'] or 'the target'}", highlight=False)
    console.print(layers_sheet(facts["layers"]))
    console.print(f"{facts['n_parameters']:,} parameters", highlight=False)
    console.print(columns_sheet(facts["columns"]))
    console.print(
        f"Trained on {facts['n_training_rows']:,} rows, stopped by {facts['n_validation_rows']:,} "
        f"validation rows: {facts['stop_reason']}.",
        highlight=False,
    )
    if facts["test_scores"]:
        console.print(scores_sheet(facts["test_scores"]))
    given = ", ".join(f"{name}={value!r}" for name, value in facts["parameters"].items())
    console.print(f"Parameters: {given or 'all default'}", highlight=False, markup=False)
