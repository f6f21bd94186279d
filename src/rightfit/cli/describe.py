"""rightfit describe: what a model is and how it came about."""

from pathlib import Path
from typing import Annotated, Any

import typer

_COPIES = "copies share all of a network but input factors and output layer; their mean predicts"


def describe(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """Print a model's layers, parameters, columns, training and test scores.

    Example: rightfit describe houses.model
    """
    from rightfit.cli.console import print_json, results
    from rightfit.cli.packs import n_predicting
    from rightfit.cli.sheets import columns_sheet, layers_sheet, scores_sheet
    from rightfit.estimators.loading import load
    from rightfit.model.description import say_recipe

    fitted = load(model)
    facts = fitted.describe()
    if as_json:
        print_json(facts)
        return
    report = results()
    report.print(f"{facts['estimator']} of {facts['target'] or 'an unnamed target'}\n")
    report.print(columns_sheet(facts["columns"]))
    report.print()
    n = n_predicting(facts)
    if facts["choice"]:
        report.print(f"{n:,} of {len(facts['members']):,} networks predict; the heaviest has\n")
    report.print(layers_sheet(facts["layers"]))
    report.print(
        f"\n{facts['n_parameters']:,} parameters{f' in {n:,} networks' if n > 1 else ''}: "
        "a layer from N inputs to K outputs has (N+1)·K, an embedding N·K"
    )
    if facts["layers"][-1]["copies"] > 1:
        report.print(_COPIES)
    report.print(f"prediction: {facts['n_multiplications']:,} multiplications a row")
    report.print(f"trained on {_rows(facts)}; {facts['stop_reason']}")
    report.print(f"set: {_chosen(fitted, facts['parameters']) or 'nothing, only defaults'}")
    for number, line in enumerate(say_recipe(facts["recipe"])):
        report.print(f"{' ' * 8 if number else 'recipe: '}{line}")
    if facts["choice"]:
        _print_pack(report, facts, fitted.path_)
    if facts["test_scores"]:
        report.print()
        report.print(scores_sheet("on the test rows", facts["test_scores"]))


def _print_pack(report: Any, facts: dict[str, Any], path: Any) -> None:
    """What was chosen, the networks, and what is watched along each parameter."""
    from rightfit.cli import packs

    report.print(f"{packs.chosen_line(facts)}\n")
    if len(facts["trials"]) > 1:
        report.print(packs.trials_sheet(facts, packs.MOST_MEMBERS, is_numbered=True))
        report.print()
    report.print(packs.members_sheet(facts))
    report.print("\n" + "\n".join(packs.members_notes(facts)))
    if len(facts["trials"]) > 1 and path:
        report.print()
        report.print(packs.path_sheet(path, facts["choice"]))


def _rows(facts: dict[str, Any]) -> str:
    from rightfit.cli.packs import n_folds_of

    held, n_folds = facts["n_validation_rows"], n_folds_of(facts)
    all_rows = facts["n_refit_rows"]
    refit = f", then all {all_rows:,}" if all_rows else ""
    if n_folds:
        return f"{facts['n_training_rows']:,} rows in {n_folds} folds{refit}"
    stopped = f", stopped by {held:,} validation rows" if held else ""
    return f"{facts['n_training_rows']:,} rows{stopped}{refit}"


def _chosen(fitted: Any, parameters: dict[str, Any]) -> str:
    """The parameters that are not at their default."""
    from rightfit.parameters import declared_parameters

    default = {declared.name: declared.default for declared in declared_parameters(fitted)}
    return ", ".join(
        f"{name}={value!r}" for name, value in parameters.items() if value != default.get(name)
    )
