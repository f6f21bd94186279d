import datetime
import json

import numpy as np
import polars as pl
import pytest

from rightfit.data.numeric import NumericColumns, fit_numeric
from rightfit.data.table import as_table
from rightfit.errors import DataError, DataWarning

DAYS = [datetime.date(2026, 1, 5), datetime.date(2026, 1, 12), datetime.date(2026, 2, 2), None]
FRAME = pl.DataFrame({"n": ["1", "2", "?", "4"], "when": DAYS})


def fitted(frame: pl.DataFrame) -> NumericColumns:
    return fit_numeric(as_table(frame), ["n"], ["when"], np.arange(frame.height))


def test_parts_of_dates_that_never_change_are_left_out() -> None:
    assert fitted(FRAME).value_names == ("n", "when: days", "when: month", "when: day")
    assert fitted(FRAME).sources == (("n", 0), ("when", 1))


def test_a_single_day_keeps_its_number() -> None:
    frame = FRAME.with_columns(when=pl.lit(datetime.date(2026, 1, 5)))
    assert fitted(frame).value_names == ("n", "when: days")


def test_raw_numbers_of_a_block() -> None:
    raw = fitted(FRAME).reader(as_table(FRAME), slice(None))
    days = (DAYS[2] - datetime.date(1970, 1, 1)).days  # type: ignore[operator]
    np.testing.assert_array_equal(
        raw.read(np.array([2, 3])), [[np.nan, days, 2, 2], [4, np.nan, np.nan, np.nan]]
    )


def test_text_is_read_like_dates_later() -> None:
    columns = fitted(FRAME)
    text = FRAME.with_columns(when=pl.col("when").cast(pl.String))
    np.testing.assert_array_equal(
        columns.reader(as_table(text), slice(None)).read(slice(0, 4)),
        columns.reader(as_table(FRAME), slice(None)).read(slice(0, 4)),
    )


def test_words_among_dates_count_as_missing_and_are_said() -> None:
    frame = pl.DataFrame({"n": [1, 2, 3], "when": ["2026-01-05", "soon", "later"]})
    with pytest.warns(DataWarning) as caught:
        raw = fitted(FRAME).reader(as_table(frame), np.array([0, 2]))
    assert str(caught[0].message) == (
        "Column 'when' has 1 value that is not a date: 'later' (row 3). It counts as missing."
    )
    assert np.isnan(raw.read(np.array([2]))[0, 1])


def test_numbers_where_dates_belong_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        fitted(FRAME).reader(as_table(pl.DataFrame({"n": [1], "when": [3]})), slice(None))
    assert str(caught.value) == (
        "Column 'when' holds Int64, not dates.\n"
        "A column of dates needs dates, or text that training could read as dates.\n"
        "hint: convert the column as it was for training"
    )


def test_numeric_columns_survive_json() -> None:
    columns = fitted(FRAME)
    assert NumericColumns.from_json(json.loads(json.dumps(columns.to_json()))) == columns
