import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.markers import (
    A_NUMBER,
    CATEGORY_MARKERS,
    MARKERS,
    parse_booleans,
    parse_numbers,
    without_markers,
)


@pytest.mark.parametrize("marker", [*MARKERS, " ", "\t", " ? ", " NA"])
def test_markers_are_missing_numbers(marker: str) -> None:
    parsed = parse_numbers(pl.Series(["1", marker]))
    assert parsed.values.to_list() == [1.0, None]
    assert not parsed.wrong.any()


def test_none_is_an_ordinary_category() -> None:
    text = pl.Series(["None", " ?", "", "NA", "x "])
    assert without_markers(text, CATEGORY_MARKERS).to_list() == ["None", None, None, None, "x"]


@pytest.mark.parametrize(
    ("word", "value"), [("1", 1.0), (" -2.5 ", -2.5), ("1e3", 1000.0), ("+4", 4.0), (".5", 0.5)]
)
def test_numbers_in_text_are_read(word: str, value: float) -> None:
    assert parse_numbers(pl.Series([word])).values.to_list() == [value]


@pytest.mark.parametrize("word", ["1,000", "12 kg", "$3", "inf", "-Infinity", "1_000", "x"])
def test_words_are_marked_as_wrong(word: str) -> None:
    parsed = parse_numbers(pl.Series([word]))
    assert parsed.wrong.to_list() == [True]
    assert parsed.values.to_list() == [None]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([1, None]), [1.0, None]),
        (pl.Series([1.5, float("nan")]), [1.5, None]),
        (pl.Series([True, False, None]), [1.0, 0.0, None]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([1_500_000]).cast(pl.Duration("us")), [1.5]),
        (pl.Series(["1.25"]).str.to_decimal(scale=2), [1.25]),
        (pl.Series(["7"], dtype=pl.Categorical), [7.0]),
    ],
)
def test_other_types_become_numbers(column: pl.Series, expected: list[Any]) -> None:
    parsed = parse_numbers(column)
    assert parsed.values.to_list() == expected
    assert not parsed.wrong.any()


@pytest.mark.parametrize(
    "column",
    [
        pl.Series(["Yes", "no", "?"]),
        pl.Series(["TRUE", "f", None]),
        pl.Series([1, 0, None]),
        pl.Series([1.0, 0.0, float("nan")]),
        pl.Series([True, False, None]),
    ],
)
def test_truth_values_in_many_spellings(column: pl.Series) -> None:
    parsed = parse_booleans(column)
    assert parsed.values.to_list() == [1.0, 0.0, None]
    assert not parsed.wrong.any()


@pytest.mark.parametrize("column", [pl.Series(["maybe"]), pl.Series([2]), pl.Series([0.5])])
def test_what_is_no_truth_value_is_wrong(column: pl.Series) -> None:
    assert parse_booleans(column).wrong.to_list() == [True]


def test_a_complaint_shows_the_original_words() -> None:
    column = pl.Series("price", ["1", " n.a. ", "-", " n.a. "])
    parsed = parse_numbers(column)
    assert parsed.complaint("price", column, np.array([10, 11, 12, 13]), A_NUMBER) == (
        "Column 'price' has 3 values that are not numbers: ' n.a. ' (rows 12, 14), '-' (row 13)."
    )


def test_lists_and_spans_of_time_are_no_truth_values() -> None:
    for column in (pl.Series([[1], None]), pl.Series([datetime.timedelta(1), None])):
        parsed = parse_booleans(column)
        assert (parsed.values.to_list(), parsed.wrong.to_list()) == ([None, None], [True, False])
