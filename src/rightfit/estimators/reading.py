"""Read a table for a model, whose types come from the model where the file leaves them open."""

from pathlib import Path
from typing import Final

import polars as pl

from rightfit.data.file_table import FileTable, TypedTable
from rightfit.data.kinds import CATEGORY, style_of
from rightfit.data.read import read_file
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.remembered import recall

# The fact of a model that names the columns whose numbers had decimal commas in its table.
DECIMAL_COMMAS: Final = "decimal_commas"
# How Polars begins the names of its types of text.
_TEXT: Final = ("String", "Categorical", "Enum")


def typed_for(
    model: AbstractEstimator, table: FileTable, target: str | None = None
) -> pl.DataFrame:
    """Decide the types of a table for a fitted model.

    What the model knows as words stays as it is written, and numbers are read as those of the table
    that it was trained on, so that what is predicted for a row does not depend on the others in the
    file.

    Args:
        model: a fitted model.
        table: as its file has it.
        target: the name of the target column in the table; as in training if None.
    """
    fitted = model._fitted()
    columns = fitted.schema.columns
    words = {c.name for c in columns if c.kind == CATEGORY and c.dtype.startswith(_TEXT)}
    classes = fitted.target.classes
    if classes is not None and classes.dtype.kind in "OU":
        words.add(target or model.target_name_)
    return table.typed(words, recall(model, DECIMAL_COMMAS) or ()).frame


def read_for(model: AbstractEstimator, path: Path, target: str | None = None) -> pl.DataFrame:
    """Read a table that a fitted model is judged or tried on; see `typed_for`.

    Raises:
        TableFileError: the file cannot be read.
    """
    return typed_for(model, read_file(path), target)


def read_like(training: TypedTable, path: Path) -> pl.DataFrame:
    """Read a table of test rows: what are words in the training table stay words there.

    Raises:
        TableFileError: the file cannot be read.
    """
    columns = training.frame.get_columns()
    words = {c.name for c in columns if c.dtype == pl.String and style_of(c) is None}
    return read_file(path).typed(words, training.decimal_commas).frame
