"""What train and demo share: train on a table, score, save, and say so."""

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from rightfit.cli.progress import show_progress
from rightfit.cli.sheets import columns_sheet, scores_sheet
from rightfit.data.read import read_table
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.table_training import (
    TableSplit,
    estimator_for,
    remember,
    split_table,
    target_of,
    test_scores,
    train_events,
    with_test_table,
)
from rightfit.model.folder import check_writable


@dataclasses.dataclass(frozen=True)
class Request:
    """What somebody asked for on the command line.

    Attributes:
        table: file of the table.
        target: name of the target column.
        out: folder of the model.
        force: replace what is there.
        task: "auto", "classification" or "regression".
        test_fraction: share of the rows kept apart.
        test: file of a table of test rows; None to keep some apart.
        parameters: from the estimator's class to its parameters.
    """

    table: Path
    target: str
    out: Path
    force: bool
    task: str
    test_fraction: float
    test: Path | None
    parameters: Callable[[type[Any]], dict[str, Any]]


def train_table(request: Request, console: Console) -> dict[str, Any]:
    """Do what was asked for; return the result for machines."""
    check_writable(request.out, overwrite=request.force)
    frame = read_table(request.table)
    target = target_of(frame, request.target)
    estimator = estimator_for(request.task, target)
    model = estimator(**request.parameters(estimator))
    split = _split(request, frame, estimator)
    _say_rows(console, request, split)
    _train(model, split, console)
    scores = test_scores(model, split)
    remember(model, test_scores=scores, target=request.target, table=request.table.name)
    model.save(request.out, overwrite=request.force)
    console.print(columns_sheet(model.schema_))
    console.print(f"Stopped: {model.stop_reason_}.", highlight=False)
    if scores:
        console.print(scores_sheet(scores))
    _say_next(console, request)
    return {
        "model": str(request.out),
        "task": "classification" if estimator is Classifier else "regression",
        "target": request.target,
        "test_scores": scores,
        "best_epoch": model.best_epoch_,
        "stop_reason": model.stop_reason_,
        "n_parameters": model.n_parameters_,
        "columns": model.schema_,
        "next": _next_command(request),
    }


def _split(request: Request, frame: pl.DataFrame, estimator: type[Any]) -> TableSplit:
    if request.test is not None:
        return with_test_table(frame, read_table(request.test), request.target)
    return split_table(
        frame,
        request.target,
        has_classes=estimator is Classifier,
        test_fraction=request.test_fraction,
        seed=0,
    )


def _train(model: AbstractEstimator, split: TableSplit, console: Console) -> None:
    for _ in show_progress(train_events(model, split), console, model.patience_epochs):
        pass


def _say_rows(console: Console, request: Request, split: TableSplit) -> None:
    test = "no test rows" if split.test is None else f"{split.test.height:,} kept for the test"
    console.print(
        f"{request.table.name}: {split.train.height:,} rows to train on, {test}", highlight=False
    )
    if split.n_without_target:
        console.print(
            f"{split.n_without_target:,} rows without a value of {request.target!r} left out",
            highlight=False,
        )


def _say_next(console: Console, request: Request) -> None:
    console.print(f"\nThe model lies in [bold]{request.out}[/].", highlight=False)
    console.print(f"Next:  {_next_command(request)}", highlight=False, markup=False)


def _next_command(request: Request) -> str:
    table = request.test or request.table
    return f"rightfit predict {shlex.quote(str(request.out))} {shlex.quote(str(table))}"
