"""Rows as dicts, as a request in JSON has them."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from rightfit.data.frames import IsRead, checked_names, every_column
from rightfit.data.objects import columns_of_objects


def read_records(X: Any, *, is_read: IsRead = every_column) -> pl.DataFrame | None:
    """Turn a list of dicts, one a row, into a frame; None if it is none.

    The columns are those that any row names, in that order; what a row does not name is missing.

    Args:
        X: the rows.
        is_read: says of a column's name whether anybody looks into the column; others are nulls.

    Raises:
        DataError: the name of a column that is read is not text, or such a column mixes types.

    Example:
        >>> read_records([{"age": 31, "town": "a"}, {"age": 30}]).rows()
        [(31, 'a'), (30, None)]
        >>> read_records([[31, "a"]]) is None
        True
    """
    if not isinstance(X, list | tuple) or not X or not isinstance(X[0], Mapping):
        return None
    if not all(isinstance(row, Mapping) for row in X):
        return None
    keys = list(dict.fromkeys(key for row in X for key in row))
    columns = {
        name: [row.get(keys[place]) if is_read(name) else None for row in X]
        for place, name in checked_names(keys, is_read).items()
    }
    return pl.DataFrame(columns_of_objects(columns))
