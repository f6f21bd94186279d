"""Columns of Python objects: find out what they hold, and refuse mixtures."""

import datetime
import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import polars as pl

from rightfit.data.cells import quoted, row_list, subject
from rightfit.data.complaints import raise_together
from rightfit.data.markers import MARKERS
from rightfit.errors import DataError

FAMILIES: Final[tuple[tuple[str, tuple[type, ...]], ...]] = (
    ("text", (str, bytes)),
    ("true or false", (bool, np.bool_)),
    # Before the numbers, of which NumPy's durations are a kind.
    ("durations", (datetime.timedelta, np.timedelta64)),
    ("numbers", (numbers.Real, Decimal, np.number)),
    ("dates", (datetime.date, datetime.time, np.datetime64)),
)
NUMERIC: Final = frozenset({"true or false", "numbers"})
OTHER: Final = "other"


class CellTypeError(DataError, TypeError):
    """A cell holds an object that is no text, number, truth value, date or duration."""


def family(kind: type) -> str:
    """Name what a Python type stands for in a table.

    Example:
        >>> family(str), family(np.float32), family(bool), family(dict)
        ('text', 'numbers', 'true or false', 'other')
    """
    return next((name for name, types in FAMILIES if issubclass(kind, types)), OTHER)


def columns_of_objects(columns: Mapping[str, Sequence[Any]]) -> list[pl.Series]:
    """Turn lists of Python objects into typed columns.

    Raises:
        DataError: a column mixes numbers, text, dates or durations; all such columns are named.
        CellTypeError: a cell holds something else, such as a list.

    Example:
        >>> [column.dtype for column in columns_of_objects({"a": [1, None], "b": ["x", "y"]})]
        [Int64, String]
        >>> columns_of_objects({"age": [31, "?", 30]})[0].to_list()
        [31, None, 30]
    """
    complaints: list[str] = []
    series = [_typed(name, values, complaints) for name, values in columns.items()]
    raise_together(
        complaints,
        expected="A column holds numbers, or text, or dates, or durations, not several of them.",
        hint="turn such a column into text, or replace its words by missing values",
    )
    return series


def _typed(name: str, values: Sequence[Any], complaints: list[str]) -> pl.Series:
    present = [None if _is_missing(value) else value for value in values]
    families = {kind: family(kind) for kind in set(map(type, present)) if kind is not type(None)}
    found = set(families.values())
    if "text" in found and found & NUMERIC:
        present = [None if _is_marker(value) else value for value in present]
        families = {kind: family(kind) for kind in set(map(type, present)) - {type(None)}}
        found = set(families.values())
    if OTHER in found:
        raise _strange(name, present, [kind for kind in families if family(kind) == OTHER])
    if len(found) > 1 and not found <= NUMERIC:
        complaints.append(_mixture(name, present, families))
        return pl.Series(name, [], pl.Null)
    return _series(name, present, found)


def _series(name: str, values: list[Any], found: set[str]) -> pl.Series:
    if found == {"text"}:
        words = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
        return pl.Series(name, words, pl.String)
    if found == {"true or false"}:
        return pl.Series(name, [None if v is None else bool(v) for v in values], pl.Boolean)
    if found == {"dates"}:
        return _dates(name, values)
    if found == {"durations"}:
        return pl.Series(name, np.array([_duration(value) for value in values], "m8[us]"))
    if all(value is None or isinstance(value, numbers.Integral) for value in values):
        whole = pl.Series(name, [None if v is None else int(v) for v in values], strict=False)
        # What has more digits than Polars' whole numbers would be missing, or an object.
        if whole.null_count() == values.count(None) and whole.dtype != pl.Object:
            return whole
    return pl.Series(name, [None if v is None else _as_float(v) for v in values], pl.Float64)


def _as_float(value: Any) -> float:
    """Turn a number into a float: infinity if it is too large for one, so that it is refused."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _dates(name: str, values: list[Any]) -> pl.Series:
    """Turn dates into one type: a mixture of days and moments becomes moments, in UTC."""
    plain = [v.astype("M8[us]").item() if isinstance(v, np.datetime64) else v for v in values]
    if any(isinstance(value, datetime.time) for value in plain):
        return pl.Series(name, plain, pl.Time, strict=False)
    moments = [_moment(value) for value in plain]
    return pl.Series(name, moments, pl.Datetime("us"))


def _moment(value: datetime.date | None) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value
    return None if value is None else datetime.datetime(value.year, value.month, value.day)


def _duration(value: datetime.timedelta | np.timedelta64 | None) -> np.timedelta64:
    return np.timedelta64("NaT", "us") if value is None else np.timedelta64(value).astype("m8[us]")


def _is_missing(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return value is None
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real | Decimal | np.generic) and bool(value != value)


def _is_marker(value: Any) -> bool:
    return isinstance(value, str) and value.strip() in MARKERS


def _mixture(name: str, values: Iterable[Any], families: Mapping[type, str]) -> str:
    examples: dict[str, str] = {}
    for row, value in enumerate(values):
        if value is not None:
            examples.setdefault(families[type(value)], f"{quoted(value)} ({row_list([row])})")
    return f"{subject(name)} mixes {' and '.join(examples)}: {', '.join(examples.values())}."


def _strange(name: str, values: list[Any], kinds: list[type]) -> DataError:
    row, value = next((row, v) for row, v in enumerate(values) if type(v) in kinds)
    if isinstance(value, complex | np.complexfloating):
        return DataError(
            f"Complex data not supported\n{subject(name)} holds {value!r} ({row_list([row])}).",
            hint="use the real and the imaginary part as two columns",
        )
    return CellTypeError(
        f"{subject(name)} holds {value!r} ({row_list([row])}): "
        f"float() argument must be a string or a real number, not {type(value).__name__!r}.",
        expected="A cell is a number, a text, true or false, a date, a duration, or missing.",
        hint="drop the column, or take numbers or text out of it",
    )
