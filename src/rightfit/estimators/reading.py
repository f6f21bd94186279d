"""Read a table for a model, whose types come from the model where the file leaves them open."""

from pathlib import Path
from typing import Final

import polars as pl

from rightfit.data.kinds import CATEGORY, style_of
from rightfit.data.read import read_table
from rightfit.estimators.base import AbstractEstimator

# How Polars begins the names of its types of text.
_TEXT: Final = ("String", "Categorical", "Enum")


def words_of(model: AbstractEstimator, target: str | None = None) -> set[str]:
    """List the columns that a fitted model knows as words.

    They stay as they are written in a table for it, so that what is predicted for a row does not
    depend on the others in the file.

    Args:
        model: a fitted model.
        target: the name of the target column in the table; as in training if None.
    """
    fitted = model._fitted()
    columns = fitted.schema.columns
    words = {c.name for c in columns if c.kind == CATEGORY and c.dtype.startswith(_TEXT)}
    classes = fitted.target.classes
    if classes is not None and classes.dtype.kind in "OU":
        words.add(target or model.target_name_)
    return words


def read_for(model: AbstractEstimator, path: Path, target: str | None = None) -> pl.DataFrame:
    """Read a table that a fitted model is judged or tried on, its words as they are written.

    Raises:
        TableFileError: the file cannot be read.
    """
    return read_table(path, as_text=words_of(model, target))


def read_like(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Read a table of test rows: what are words in the training table stay words there.

    Raises:
        TableFileError: the file cannot be read.
    """
    columns = frame.get_columns()
    words = {c.name for c in columns if c.dtype == pl.String and style_of(c) is None}
    return read_table(path, as_text=words)
