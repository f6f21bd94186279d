"""The rows that a report on a saved model rests on, from tables."""

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from rightfit.cli.console import print_note
from rightfit.data.fingerprint import fingerprint
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.reading import read_for
from rightfit.estimators.remembered import recall
from rightfit.estimators.table_split import TableSplit, split_off_target, split_table
from rightfit.estimators.table_training import fit_linear


@dataclasses.dataclass(frozen=True)
class ReportRows:
    """What a report is handed.

    Attributes:
        given: the rows, and of the table of the training the linear model that is compared with, by
            the names of what `make_report` takes.
        are_of_training: whether the test rows are those that were set apart in the training.
    """

    given: dict[str, Any]
    are_of_training: bool = False


def report_rows(
    model: AbstractEstimator,
    table: Path | None,
    training: Path | None,
    target: str | None,
    console: Console,
) -> ReportRows:
    """Read test rows and training rows, or part the table of the training as then.

    Args:
        model: the saved model.
        table: of test rows, or the one that the model was trained on; None for no test rows.
        training: the table that the model was trained on, if `table` is another one.
        target: name of the target; None takes the one of the training.
        console: where notes go.
    """
    given: dict[str, Any] = {}
    if table is not None:
        frame = read_for(model, table, target)
        split = _parted_as_then(model, table, frame)
        if split is not None:
            n_rows = split.n_test_rows
            rows = f"its {n_rows:,} test rows" if n_rows else "no test rows"
            said = f"{table.name} is what the model was trained on: {rows} are set apart as then."
            print_note(console, said)
            given = {"X": split.test, "y": split.test_target, "row_names": split.test_numbers}
            given["training"] = (split.train, split.train_target)
            # The same linear model as then, so that the verdict is the same too.
            given["linear"] = fit_linear(model, split)
            return ReportRows(given, are_of_training=n_rows > 0)
        given["X"], given["y"] = split_off_target(model, frame, target)
    if training is not None:
        given["training"] = _training_rows(model, training, target, console)
    return ReportRows(given)


def _training_rows(
    model: AbstractEstimator, training: Path, target: str | None, console: Console
) -> tuple[pl.DataFrame, pl.Series]:
    frame = read_for(model, training, target)
    split = _parted_as_then(model, training, frame)
    if split is not None:
        return split.train, split.train_target
    if recall(model, "table_sha256"):
        said = "is not the file that the model was trained on: all its rows are taken for training"
        print_note(console, f"{training.name} {said} rows.")
    return split_off_target(model, frame, target)


def _parted_as_then(
    model: AbstractEstimator, table: Path, frame: pl.DataFrame
) -> TableSplit | None:
    """Part a table as in the training; None where it is another table."""
    if recall(model, "table_sha256") != fingerprint(table):
        return None
    return split_table(
        frame,
        model.target_name_,
        model=model,
        test_fraction=float(recall(model, "test_fraction") or 0.0),
        groups=recall(model, "groups"),
        time=recall(model, "time"),
    )
