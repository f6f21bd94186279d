"""Where a value stands in a table, in the words of an error message."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.errors import MAX_SHOWN, and_more

Positions: TypeAlias = NDArray[np.integer[Any]]
Rows: TypeAlias = Positions | slice

EVERY_ROW = slice(None)


def row_list(rows: Sequence[int]) -> str:
    """Name rows, counted from 1; the first five and the number of the others.

    Args:
        rows: row positions, counted from 0.

    Example:
        >>> row_list([13, 901])
        'rows 14, 902'
        >>> row_list(range(7))
        'rows 1, 2, 3, 4, 5 and 2 more'
    """
    first = ", ".join(str(row + 1) for row in rows[:MAX_SHOWN])
    return f"{'row' if len(rows) == 1 else 'rows'} {first}{and_more(len(rows))}"


def subject(name: str) -> str:
    """Name a column at the start of a sentence; a column without a name is the target.

    Example:
        >>> subject("price"), subject("")
        ("Column 'price'", 'The target')
    """
    return f"Column {name!r}" if name else "The target"


def quoted(value: object) -> str:
    """Write a value as a person would: a date as text, a number without its NumPy type.

    Example:
        >>> quoted(datetime.date(2026, 11, 22)), quoted(np.float64(1.5))
        ("'2026-11-22'", '1.5')
    """
    if isinstance(value, np.generic):
        value = value.item()
    is_date = isinstance(value, datetime.date | datetime.time | datetime.timedelta)
    return repr(str(value)) if is_date else repr(value)


def places(values: pl.Series, rows: Positions) -> str:
    """List the distinct values, each with the rows that hold it.

    Args:
        values: the values to name, one for each of `rows`.
        rows: row positions, counted from 0.

    Example:
        >>> places(pl.Series(["n/a", "-", "n/a"]), np.array([13, 76, 901]))
        "'n/a' (rows 14, 902), '-' (row 77)"
    """
    found = pl.DataFrame({"value": values, "row": rows})
    groups = found.group_by("value", maintain_order=True).agg(pl.col("row"))
    shown = [
        f"{quoted(value)} ({row_list(where)})" for value, where in groups.head(MAX_SHOWN).rows()
    ]
    return ", ".join(shown) + and_more(groups.height)


def take(column: pl.Series, rows: Rows) -> pl.Series:
    """Take some rows of a column."""
    if isinstance(rows, slice):
        return column[rows]
    return unnamed(column).gather(rows).alias(column.name)


def unnamed(column: pl.Series) -> pl.Series:
    """Take the name off a column: Polars takes one such as "^x$" for a pattern, and finds nothing.

    What reads a column does so first; whoever needs the name has it.

    Example:
        >>> unnamed(pl.Series("^x$", [1, None])).drop_nulls().to_list()
        [1]
    """
    return column.alias("")


def without_columns(frame: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """Leave columns out; `frame.drop` takes a name such as "^x$" for a pattern.

    Example:
        >>> without_columns(pl.DataFrame({"x": [1], "^x$": [2]}), ["^x$"]).columns
        ['x']
    """
    return frame[[name for name in frame.columns if name not in names]]


def positions(rows: Rows, n_rows: int) -> Positions:
    """Turn rows into their positions in a table of `n_rows` rows."""
    return np.arange(n_rows)[rows] if isinstance(rows, slice) else rows


def as_slice(places: list[int]) -> list[int] | slice:
    """Turn neighbouring places into a slice, which NumPy reads without a copy.

    Example:
        >>> as_slice([2, 3, 4]), as_slice([2, 4]), as_slice([])
        (slice(2, 5, None), [2, 4], [])
    """
    if places and places == list(range(places[0], places[-1] + 1)):
        return slice(places[0], places[-1] + 1)
    return places
