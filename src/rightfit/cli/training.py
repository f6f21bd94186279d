"""What train and demo share: train on a table, save, score, and say so."""

import dataclasses
from pathlib import Path
from typing import Any

from rich.console import Console

from rightfit import TrainingStarted
from rightfit.cli.console import messages, print_command, warnings_as_notes, working
from rightfit.cli.flags import parse_flags
from rightfit.cli.interruption import tidy_up_at_ctrl_c
from rightfit.cli.loss_plot import loss_plot, print_loss_plot
from rightfit.cli.packs import chosen_line, trials_sheet
from rightfit.cli.pasted import predict_command, stem
from rightfit.cli.progress import show_progress
from rightfit.cli.reporting import report_facts, report_on_training, verdict_said
from rightfit.cli.sheets import columns_sheet, scores_sheet
from rightfit.data.fingerprint import fingerprint
from rightfit.data.read import read_file
from rightfit.errors import counted
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.reading import DECIMAL_COMMAS, read_like
from rightfit.estimators.regressor import Regressor
from rightfit.estimators.remembered import remember
from rightfit.estimators.table_split import (
    TableSplit,
    estimator_for,
    split_table,
    target_of,
    with_test_table,
)
from rightfit.estimators.table_training import (
    fit_linear,
    save_somewhere,
    score_on_test,
    train_events,
)
from rightfit.model.folder import check_writable
from rightfit.report.write import Report

# What the outcome says of a pack, and what it says where there is none.
_OF_A_PACK: dict[str, Any] = {"members": [], "choice": {}, "best_params": {}, "path": {}}


@dataclasses.dataclass(frozen=True)
class Request:
    """What somebody asked for on the command line.

    Attributes:
        table: file of the table.
        target: name of the target column.
        out: folder of the model.
        typed: parameters of the estimator, as they were typed.
        force: replace what is there.
        task: "auto", "classification" or "regression".
        test_fraction: share of the rows kept apart.
        test: file of a table of test rows; None to keep some apart.
        groups: column of groups that are held out whole; None for none.
        time: column of moments, of which the latest are held out; None for none.
        report: write a report into the folder of the model.
        plot: show the losses over the epochs, if somebody watches.
    """

    table: Path
    target: str
    out: Path
    typed: dict[str, str]
    force: bool = False
    task: str = "auto"
    test_fraction: float = 0.2
    test: Path | None = None
    groups: str | None = None
    time: str | None = None
    report: bool = True
    plot: bool = True


def model_beside(table: Path) -> Path:
    """Where a table's model goes if nothing else is said: beside it, as TABLE.model."""
    return table.with_name(f"{stem(table)}.model")


def train_table(request: Request, results: Console) -> dict[str, Any]:
    """Do what was asked for, and print the outcome; return it for machines."""
    console = messages()
    with warnings_as_notes(console):
        model, split, facts = _prepare(request, console)
        # What was typed is doubted first: a place that is taken would hide a slip.
        check_writable(request.out, overwrite=request.force)
        _say_task(console, request, model, split)
        _train(request, model, split, console)
        remember(
            model,
            **_facts(request),
            **facts,
            n_without_target=split.n_without_target,
        )
        save_somewhere(model, request.out, overwrite=request.force)
        results.print(f"\nStopped: {model.stop_reason_}.")
        _say_chosen(results, model)
        if request.plot:
            _show_losses(results, model)
        scores, linear = _score(request, model, split, console)
        report = _report(request, model, split, linear, console)
    if scores:
        results.print()
        results.print(scores_sheet(f"on {counted(split.n_test_rows, 'test row')}", scores))
    if report is not None:
        _say_verdict(results, report[0])
    _say_next(results, request, report)
    return _outcome(request, model, scores, report)


def _prepare(
    request: Request, console: Console
) -> tuple[Classifier | Regressor, TableSplit, dict[str, Any]]:
    """Read the tables, choose the estimator, and set the test rows apart.

    Beside them stands what the model remembers of the file. Its fingerprint is taken now: after
    the training the file may be another, or gone.
    """
    with working(console, "reading the table"):
        table = read_file(request.table).typed()
        facts = {
            "table_sha256": fingerprint(request.table),
            DECIMAL_COMMAS: sorted(table.decimal_commas),
        }
        test = None if request.test is None else read_like(table, request.test)
    estimator = estimator_for(request.task, target_of(table.frame, request.target))
    model = estimator(**parse_flags(request.typed, estimator))
    columns = {"groups": request.groups, "time": request.time}
    if test is not None:
        split = with_test_table(table.frame, test, request.target, model=model, **columns)
        return model, split, facts
    fraction = request.test_fraction
    split = split_table(table.frame, request.target, model=model, test_fraction=fraction, **columns)
    return model, split, facts


def _train(
    request: Request, model: Classifier | Regressor, split: TableSplit, console: Console
) -> None:
    """Train, and show first what becomes of columns and rows, then how it goes."""
    for event in show_progress(train_events(model, split), console):
        if isinstance(event, TrainingStarted):
            console.print(columns_sheet(model.schema_))
            _say_rows(console, request, event, split)
        else:
            tidy_up_at_ctrl_c()


def _score(
    request: Request, model: Classifier | Regressor, split: TableSplit, console: Console
) -> tuple[dict[str, dict[str, float]], AbstractEstimator | None]:
    """Score a model that is saved already, and save the scores with it; also the linear model."""
    try:
        with working(console, "training a linear model to compare with"):
            linear = fit_linear(model, split)
            scores = score_on_test(model, split, linear)
        remember(model, test_scores=scores)
        model.save(request.out, overwrite=True)
    except BaseException:
        console.print(f"The model lies in '{request.out}', without its test scores.")
        raise
    return scores, linear


def _report(
    request: Request,
    model: Classifier | Regressor,
    split: TableSplit,
    linear: AbstractEstimator | None,
    console: Console,
) -> tuple[Report, Path] | None:
    """Write the report into the folder of the model; without it, the model is as good."""
    if not request.report:
        return None
    with working(console, "making the report"):
        return report_on_training(model, split, linear, request.out, console)


def _facts(request: Request) -> dict[str, Any]:
    """What the model remembers, so that its test rows can be found again in the same table."""
    return {
        "target": request.target,
        "table": request.table.name,
        "groups": request.groups,
        "time": request.time,
        "test_fraction": request.test_fraction if request.test is None else 0.0,
    }


def _say_task(
    console: Console, request: Request, model: Classifier | Regressor, split: TableSplit
) -> None:
    is_class = isinstance(model, Classifier)
    what = "class" if is_class else "number"
    other = "numbers: --task regression" if is_class else "classes: --task classification"
    how = f" (for {other})" if request.task == "auto" else ""
    console.print(f"{request.table.name}: predicting the {what} {request.target!r}{how}")
    if split.n_without_target:
        rows = counted(split.n_without_target, "row")
        console.print(f"left out: {rows} without {request.target!r}")
    console.print()


def _say_rows(
    console: Console, request: Request, started: TrainingStarted, split: TableSplit
) -> None:
    other = " of other groups" if request.groups else " later ones" if request.time else ""
    n_test = f"{split.n_test_rows:,}"
    if request.test is None:
        n_test = f"the latest {n_test}" if request.time else f"{n_test}{other}"
    test = f"{n_test} kept apart for the test" if split.n_test_rows else "no test"
    if started.n_folds:
        n = started.n_training_rows + started.n_validation_rows
        kind = ", one after the other in time" if request.time else ""
        kind = " of whole groups" if request.groups else kind
        rows = f"{n:,} in {started.n_folds} folds{kind} to train on and to choose by"
    else:
        held = f"{started.n_validation_rows:,}{other} to choose when to stop"
        held = held if started.n_validation_rows else "none to choose when to stop"
        rows = f"{started.n_training_rows:,} to train on, {held}"
    console.print(f"\nrows: {rows}, {test}")
    parameters = f"{started.n_parameters:,} parameters"
    if started.n_members > 1:
        console.print(f"networks: {started.n_members:,}, {parameters} in all")
    else:
        console.print(f"network: {parameters}")


def _say_chosen(results: Console, model: Classifier | Regressor) -> None:
    facts = model.describe()
    if facts["choice"]:
        results.print(chosen_line(facts))
    if facts["n_refit_rows"]:
        rows = f"all {facts['n_refit_rows']:,} rows, those that chose among them"
        results.print(f"Refit: what was chosen went on with {rows}.")
    if len(facts["trials"]) > 1:
        results.print()
        results.print(trials_sheet(facts))


def _show_losses(results: Console, model: Classifier | Regressor) -> None:
    members = model.describe()["members"]
    print_loss_plot(results, loss_plot(model.history_, members, model.best_epoch_))


def _say_verdict(results: Console, made: Report) -> None:
    results.print(f"\n{verdict_said(made)}")
    if made.findings:
        results.print(f"Found: {', '.join(made.findings)}.")


def _say_next(results: Console, request: Request, report: tuple[Report, Path] | None) -> None:
    results.print()
    print_command(results, "The model lies in ", str(request.out))
    if report is not None:
        print_command(results, "To see it, open   ", str(report[1]))
    print_command(
        results, "To predict, type  ", predict_command(request.out, request.test or request.table)
    )


def _outcome(
    request: Request,
    model: Classifier | Regressor,
    scores: dict[str, dict[str, float]],
    report: tuple[Report, Path] | None,
) -> dict[str, Any]:
    return {
        "model": str(request.out),
        **report_facts(report),
        "task": "classification" if isinstance(model, Classifier) else "regression",
        "target": request.target,
        "test_scores": scores,
        "best_epoch": model.best_epoch_,
        "n_epochs": model.n_iter_,
        "stop_reason": model.stop_reason_,
        "n_parameters": model.n_parameters_,
        **{name: getattr(model, f"{name}_", nothing) for name, nothing in _OF_A_PACK.items()},
        "columns": model.schema_,
        "next": predict_command(request.out, request.test or request.table),
    }
