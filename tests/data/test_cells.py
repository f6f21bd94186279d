import datetime

import numpy as np
import polars as pl
import pytest

from rightfit.data.cells import places, positions, quoted, row_list, take
from rightfit.errors import counted


def test_row_list_counts_from_one_and_shows_five() -> None:
    assert row_list([0]) == "row 1"
    assert row_list([3, 8]) == "rows 4, 9"
    assert row_list(range(10, 20)) == "rows 11, 12, 13, 14, 15 and 5 more"


def test_places_groups_rows_by_value_in_order_of_appearance() -> None:
    values = pl.Series(["b", "a", "b"])
    assert places(values, np.array([2, 4, 6])) == "'b' (rows 3, 7), 'a' (row 5)"


def test_places_counts_the_values_that_are_not_shown() -> None:
    values = pl.Series([f"word {i}" for i in range(7)])
    assert places(values, np.arange(7)).endswith("'word 4' (row 5) and 2 more")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (1.5, "1.5"),
        (np.int64(3), "3"),
        (datetime.date(2026, 1, 2), "'2026-01-02'"),
        (datetime.datetime(2026, 1, 2, 3), "'2026-01-02 03:00:00'"),
    ],
)
def test_quoted_writes_values_as_people_do(value: object, text: str) -> None:
    assert quoted(value) == text


def test_take_and_positions_agree_on_slices_and_arrays() -> None:
    column = pl.Series([10, 20, 30, 40])
    for rows in (slice(1, 3), np.array([1, 2])):
        assert take(column, rows).to_list() == [20, 30]
        assert positions(rows, 4).tolist() == [1, 2]


def test_count_puts_thousands_apart() -> None:
    assert counted(1, "row") == "1 row"
    assert counted(12_345, "row") == "12,345 rows"
