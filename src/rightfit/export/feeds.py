"""A table as what an exported model is handed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Shaped

from rightfit.data.categories import as_levels
from rightfit.data.cells import EVERY_ROW, unnamed
from rightfit.data.dates import parse_dates
from rightfit.data.encode import Encoder
from rightfit.data.kinds import DATETIME, NUMBER
from rightfit.data.table import Table
from rightfit.export.inputs import MATRIX, NO_DATE, Input


def feeds_of(
    inputs: Sequence[Input], table: Table, encoder: Encoder
) -> Mapping[str, Shaped[np.ndarray, "row column"]]:
    """Turn the columns of a table into the tensors that the inputs want, by name.

    Args:
        inputs: of the exported model.
        table: the rows.
        encoder: of the model; it knows how dates are written.
    """
    styles = {date.name: date.style for date in encoder.numeric.dates}
    return {one.name: _feed(one, table, styles) for one in inputs}


def _feed(one: Input, table: Table, styles: Mapping[str, str]) -> np.ndarray[Any, Any]:
    if one.kind in (NUMBER, MATRIX):
        return np.asarray(table.numbers(one.columns, EVERY_ROW), np.float64)
    (name,) = one.columns
    column = unnamed(table.column(name))
    if one.kind == DATETIME:
        moments = parse_dates(column, styles[name]).values
        return moments.dt.timestamp("us").fill_null(NO_DATE).to_numpy()[:, None]
    # Text, truth values and numbers alike as RightFit writes them.
    words = as_levels(column) if column.dtype != pl.Null else column.cast(pl.String)
    return np.array(words.fill_null("").to_list(), object)[:, None]
