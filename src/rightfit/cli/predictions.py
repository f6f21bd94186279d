"""Predictions as a table."""

from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

from rightfit.cli.console import working
from rightfit.cli.given_table import read_given_table
from rightfit.cli.listed import split_at_commas
from rightfit.cli.places import check_order
from rightfit.data.cells import without_columns
from rightfit.errors import DataError, did_you_mean, shown
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.loading import load
from rightfit.estimators.reading import typed_for
from rightfit.estimators.regressor import Regressor
from rightfit.estimators.table_split import warn_of_ignored

_PREDICTION = "prediction"


def predict_table(
    model_path: Path,
    table_path: Path,
    probabilities: bool,
    keep: list[str],
    console: Console,
    form: str | None = None,
    *,
    as_written: bool = True,
) -> pl.DataFrame:
    """Load a model and a table, and put the predictions into a table.

    Args:
        model_path: folder of the model.
        table_path: file of the table.
        probabilities: whether to add a column for each class.
        keep: the columns of the table to copy, also several with commas between them.
        console: for messages.
        form: the format of the table, where its name does not say it.
        as_written: whether columns that are kept of delimited text stay text, so that no digit of
            an id is lost; else they have their types.
    """
    with working(console, "predicting"):
        check_order(model_path, table_path)
        model = load(model_path)
        table = read_given_table(table_path, form)
        frame = typed_for(model, table)
        keep = split_at_commas(keep, frame.columns)
        kept = _kept(table.columns if as_written else frame, keep)
        warn_of_ignored(model, without_columns(frame, keep))
        predictions = _predictions(model, frame)
        if probabilities:
            predictions |= _probabilities(model, frame)
    _check_kept(keep, predictions)
    return pl.DataFrame(kept | predictions)


def _kept(frame: pl.DataFrame, names: list[str]) -> dict[str, pl.Series]:
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise DataError(
            f"The table has no column {shown(unknown)} to keep.",
            hint=did_you_mean(unknown[0], frame.columns),
        )
    return {name: frame[name] for name in names}


def _check_kept(names: list[str], predictions: dict[str, pl.Series]) -> None:
    for name in names:
        if name in predictions:
            raise DataError(
                f"The column {name!r} cannot be kept: a column of the predictions has that name.",
                hint="rename it in the table",
            )


def _predictions(model: Classifier | Regressor, frame: pl.DataFrame) -> dict[str, pl.Series]:
    """One column, or one an output of a model that predicts several numbers."""
    values = np.asarray(model.predict(frame))
    columns = values.reshape(len(values), -1).T
    if len(columns) == 1:
        return {_PREDICTION: pl.Series(columns[0])}
    return {
        f"{_PREDICTION} of output {number}": pl.Series(column)
        for number, column in enumerate(columns, start=1)
    }


def _probabilities(model: Classifier | Regressor, frame: pl.DataFrame) -> dict[str, pl.Series]:
    if not isinstance(model, Classifier):
        raise DataError(
            "The model predicts numbers, so there are no probabilities.",
            hint="leave --probabilities out",
        )
    values = model.predict_proba(frame)
    return {
        f"probability of {label}": pl.Series(values[:, number])
        for number, label in enumerate(model.classes_)
    }
