"""Rows as dicts, as a request in JSON has them."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from rightfit.data.frames import checked_names
from rightfit.data.objects import columns_of_objects


def read_records(X: Any) -> pl.DataFrame | None:
    """Turn a list of dicts, one a row, into a frame; None if it is none.

    The columns are those that any row names, in that order; what a row does not name is missing.

    Raises:
        DataError: a name is not text, or a column mixes types.

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
        name: [row.get(key) for row in X]
        for key, name in zip(keys, checked_names(keys), strict=True)
    }
    return pl.DataFrame(columns_of_objects(columns))
