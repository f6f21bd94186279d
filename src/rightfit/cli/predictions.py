"""Predictions as a table."""

from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

from rightfit.cli.console import working
from rightfit.cli.given_table import read_given_table
from rightfit.errors import DataError, TableFileError, did_you_mean, shown
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.loading import load
from rightfit.estimators.regressor import Regressor
from rightfit.estimators.table_training import warn_of_ignored

_PREDICTION = "prediction"


def predict_table(
    model_path: Path,
    table_path: Path,
    probabilities: bool,
    keep: list[str],
    console: Console,
    form: str | None = None,
) -> pl.DataFrame:
    """Load a model and a table, and put the predictions into a table."""
    with working(console, "predicting"):
        model = load(model_path)
        frame = read_given_table(table_path, form)
        kept = _kept(frame, keep)
        warn_of_ignored(model, frame.drop(keep))
        predictions = {_PREDICTION: pl.Series(np.asarray(model.predict(frame)))}
        if probabilities:
            predictions |= _probabilities(model, frame)
    return pl.DataFrame(kept | predictions)


def check_free(path: Path, *, force: bool) -> None:
    """Refuse to replace a file unasked, and a folder always."""
    if path.is_dir():
        raise TableFileError(f"'{path}' is a folder.", hint="name a file in it")
    if path.exists() and not force:
        raise TableFileError(
            f"There is a file at '{path}' already.",
            hint="choose another place, or pass --force to replace it",
        )


def _kept(frame: pl.DataFrame, names: list[str]) -> dict[str, pl.Series]:
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise DataError(
            f"The table has no column {shown(unknown)} to keep.",
            hint=did_you_mean(unknown[0], frame.columns),
        )
    if _PREDICTION in names:
        raise DataError(
            f"The column {_PREDICTION!r} cannot be kept: the predictions are called so.",
            hint="rename it in the table",
        )
    return {name: frame[name] for name in names}


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
