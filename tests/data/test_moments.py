import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.moments import read_moments
from rightfit.errors import DataError


@pytest.mark.parametrize(
    "moments",
    [
        ["9", "10", "?", "11"],
        ["31.12.2020", "01.01.2021", None, "2.1.2021"],
        ["12/31/2020", "01/01/2021", "", "01/02/2021"],
        ["Dec 31, 2020", "Jan 1, 2021", None, "Feb 1, 2021"],
        ["9:30", "10:30", None, "11:00"],
        ["2025-Q4", "2026-Q1", "NA", "2026-Q2"],
        ["2026-9", "2026-10", None, "2026-11"],
        ["2026w9", "2026w10", None, "2026w11"],
        [9, 10, None, 11],
        [9.5, 10.5, float("nan"), 11.5],
        [datetime.date(2020, 12, 31), datetime.date(2021, 1, 1), None, datetime.date(2021, 2, 1)],
    ],
)
def test_moments_are_in_order(moments: list[Any]) -> None:
    read = read_moments(pl.Series(moments), "Column 'when'")
    assert read.is_null().to_list() == [False, False, True, False]
    assert read.dtype != pl.String
    assert read.drop_nulls().is_sorted()
    assert read.n_unique() == 4
    assert read_moments(read, "Column 'when'").equals(read)


@pytest.mark.parametrize(
    ("moments", "wrong"),
    [
        (["c", "a", "b"], "'c' (row 1), 'a' (row 2), 'b' (row 3)"),
        (["2026 Jan", "2026 Feb", "2026 Feb"], "'2026 Jan' (row 1)"),
        (["2026-Q1", "2026-Q2", "soon"], "'soon' (row 3)"),
        (["1", "2", "three"], "'1' (row 1), '2' (row 2), 'three' (row 3)"),
    ],
)
def test_other_text_is_refused(moments: list[str], wrong: str) -> None:
    with pytest.raises(DataError) as caught:
        read_moments(pl.Series(moments), "The 'time' argument")
    assert str(caught.value) == (
        f"The 'time' argument cannot be ordered in time: {wrong}.\n"
        "It must hold numbers, dates, or text that begins with the year and differs in its digits "
        "only.\nhint: write dates as 2026-11-22"
    )


def test_rows_that_do_not_matter_may_hold_anything() -> None:
    column = pl.Series(["2026-Q1", "soon", "2025-Q4"])
    read = read_moments(column, "Column 'when'", np.array([True, False, True]))
    assert read[0] > read[2]
