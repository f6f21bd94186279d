import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rightfit.data.objects import CellTypeError, columns_of_objects
from rightfit.errors import DataError

DAY = datetime.timedelta(days=1)


def typed(values: list[Any]) -> pl.Series:
    return columns_of_objects({"a": values})[0]


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1, None, 3], pl.Int64, [1, None, 3]),
        ([1, 2.5, float("nan")], pl.Float64, [1.0, 2.5, None]),
        ([Decimal("1.5"), np.float32(2), pd.NA], pl.Float64, [1.5, 2.0, None]),
        ([2**130, 1, None], pl.Float64, [2.0**130, 1.0, None]),
        ([10**400, -(10**400)], pl.Float64, [float("inf"), float("-inf")]),
        ([True, None, np.bool_(False)], pl.Boolean, [True, None, False]),
        ([True, 2], pl.Int64, [1, 2]),
        (["a", b"b", float("nan"), pd.NaT], pl.String, ["a", "b", None, None]),
        ([31, "?", " "], pl.Int64, [31, None, None]),
        ([datetime.time(1), None], pl.Time, [datetime.time(1), None]),
        (
            [DAY, None, pd.Timedelta("1D"), np.timedelta64(1, "D"), np.timedelta64(86_400, "s")],
            pl.Duration("us"),
            [DAY, None, DAY, DAY, DAY],
        ),
        (
            [np.timedelta64("NaT", "us"), pd.NaT, pd.Timedelta("1D")],
            pl.Duration("us"),
            [None, None, DAY],
        ),
    ],
)
def test_values_of_one_family_become_one_type(
    values: list[Any], dtype: pl.DataType, expected: list[Any]
) -> None:
    column = typed(values)
    assert column.dtype == dtype
    assert column.to_list() == expected


def test_days_and_moments_become_moments_in_utc() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    column = typed(
        [
            datetime.date(2026, 1, 2),
            datetime.datetime(2026, 1, 2, 3, tzinfo=zone),
            np.datetime64("2026-01-02T05", "h"),
            None,
        ]
    )
    hours = [None if value is None else value.hour for value in column.to_list()]
    assert hours == [0, 1, 5, None]


def test_mixed_columns_are_named_together() -> None:
    with pytest.raises(DataError) as caught:
        columns_of_objects(
            {
                "age": [31, None, "unknown"],
                "fine": ["a", "b", "c"],
                "when": [datetime.date(2026, 1, 2), "soon", "later"],
            }
        )
    assert str(caught.value) == (
        "Column 'age' mixes numbers and text: 31 (row 1), 'unknown' (row 3).\n"
        "Column 'when' mixes dates and text: '2026-01-02' (row 1), 'soon' (row 2).\n"
        "A column holds numbers, or text, or dates, or durations, not several of them.\n"
        "hint: turn such a column into text, or replace its words by missing values"
    )


def test_other_objects_are_refused_in_the_words_of_float() -> None:
    with pytest.raises(CellTypeError) as caught:
        typed([1.0, {"foo": "bar"}])
    assert isinstance(caught.value, TypeError)
    assert str(caught.value) == (
        "Column 'a' holds {'foo': 'bar'} (row 2): "
        "float() argument must be a string or a real number, not 'dict'.\n"
        "A cell is a number, a text, true or false, a date, a duration, or missing.\n"
        "hint: drop the column, or take numbers or text out of it"
    )


def test_complex_objects_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        typed([1.0, 2j])
    assert str(caught.value) == (
        "Complex data not supported\nColumn 'a' holds 2j (row 2).\n"
        "hint: use the real and the imaginary part as two columns"
    )
