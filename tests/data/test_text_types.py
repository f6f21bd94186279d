import datetime
from typing import Any

import polars as pl
import pytest

from rightfit.data.text_types import typed_text

DAY = datetime.date(2026, 1, 2)
MOMENT = datetime.datetime(2026, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("words", "dtype", "values"),
    [
        (["1", "", "-3", None], pl.Int64, [1, None, -3, None]),
        (["1", "2.5", "1e3"], pl.Float64, [1.0, 2.5, 1000.0]),
        (["0", "0.5"], pl.Float64, [0.0, 0.5]),
        (["99999999999999999999", "1"], pl.String, ["99999999999999999999", "1"]),
        (["true", "FALSE", ""], pl.Boolean, [True, False, None]),
        (["2026-01-02", ""], pl.Date, [DAY, None]),
        (["2026-01-02 03:04", "2026-01-02T03:04:00Z"], pl.Datetime("us"), [MOMENT, MOMENT]),
        (["03:04", "03:04:05"], pl.Time, [datetime.time(3, 4), datetime.time(3, 4, 5)]),
    ],
)
def test_text_that_is_all_of_one_type(words: list[Any], dtype: Any, values: list[Any]) -> None:
    column = typed_text(pl.Series(words, dtype=pl.String))
    assert column.dtype == dtype
    assert column.to_list() == values


@pytest.mark.parametrize(
    "words",
    [
        ["a", "b"],
        ["1", "x"],
        ["1", " 2"],
        ["true", "maybe"],
        ["02134", "10001"],
        ["2026-01-02"] * 99 + ["soon"],
        ["01/02/2026", "02/02/2026"],
        ["1"] * 300 + ["x"],
        ["true"] * 300 + ["x"],
        ["2026-01-02"] * 300 + ["x"],
        [None, None],
    ],
)
def test_other_text_stays_text(words: list[str]) -> None:
    assert typed_text(pl.Series(words, dtype=pl.String)).to_list() == words
    assert typed_text(pl.Series(words, dtype=pl.String)).dtype == pl.String


def test_an_empty_text_is_missing() -> None:
    assert typed_text(pl.Series(["a", ""])).to_list() == ["a", None]
