"""Predictions as a table."""

from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

from rightfit.data.read import read_table
from rightfit.errors import DataError, TableFileError, did_you_mean, shown
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.loading import load


def predict_table(
    model_path: Path, table_path: Path, probabilities: bool, keep: list[str], console: Console
) -> pl.DataFrame:
    """Load a model and a table, and put the predictions into a table."""
    model = load(model_path)
    frame = read_table(table_path)
    unknown = [name for name in keep if name not in frame.columns]
    if unknown:
        raise DataError(
            f"The table has no column {shown(unknown)} to keep.",
            hint=did_you_mean(unknown[0], frame.columns),
        )
    known = [column["name"] for column in model.schema_]
    target = model.target_name_
    extra = [name for name in frame.columns if name not in known and name != target]
    if extra:
        console.print(f"ignored, the model does not know them: {shown(extra)}", highlight=False)
    columns = {name: frame[name] for name in keep}
    columns["prediction"] = pl.Series(np.asarray(model.predict(frame)))
    if probabilities:
        columns |= _probabilities(model, frame)
    return pl.DataFrame(columns)


def check_free(path: Path, *, force: bool) -> None:
    """Refuse to replace a file unasked."""
    if path.exists() and not force:
        raise TableFileError(
            f"There is a file at '{path}' already.",
            hint="choose another place, or pass --force to replace it",
        )


def _probabilities(model: object, frame: pl.DataFrame) -> dict[str, pl.Series]:
    if not isinstance(model, Classifier):
        raise DataError(
            "This model predicts numbers, so there are no probabilities.",
            hint="leave --probabilities out",
        )
    values = model.predict_proba(frame)
    return {
        f"probability of {label}": pl.Series(values[:, number])
        for number, label in enumerate(model.classes_)
    }
