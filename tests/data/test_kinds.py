import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.kinds import Recognised, read_as, recognise


def found(values: Any, dtype: Any = None) -> Recognised:
    column = pl.Series("a", values, dtype=dtype)
    return recognise(column, np.arange(len(column)))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "number"),
        ([1.5, None], "number"),
        ([True, False], "boolean"),
        ([datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)], "datetime"),
        ([datetime.time(1), datetime.time(2)], "datetime"),
        ([datetime.timedelta(1), datetime.timedelta(2)], "number"),
        (["a", "b", "a"], "category"),
        (["29.85", " ", "1889.5"], "number"),
        (["1", "?", "NA", "2"], "number"),
        (["2026-01-01", "2026-01-02"], "datetime"),
        ([f"id {i}" for i in range(20)], "id"),
        ([f"id {i}" for i in range(19)], "category"),
        ([str(i) for i in range(30)], "number"),
        (["020", "060", "120"], "category"),
        ([f"{i:010}" for i in range(30)], "id"),
        ([1, 1], "constant"),
        (["x", "x"], "constant"),
        ([None, None], "constant"),
        (["?", ""], "constant"),
        ([True, True], "constant"),
        ([float("nan")] * 2, "constant"),
        ([1, None], "number"),
        (["x", None], "category"),
        ([True, None], "boolean"),
    ],
)
def test_kinds(values: list[Any], kind: str) -> None:
    assert found(values).kind == kind


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["1", "2"])])
def test_what_the_user_calls_a_category_is_one(dtype: Any) -> None:
    assert found(["1", "2"], dtype).kind == "category"


def test_a_column_without_any_value_says_so() -> None:
    assert found([None, None]).note == "all missing"
    assert found(["x", "x"]).note == "always 'x'"


def test_numbers_that_may_be_an_id_are_noted() -> None:
    assert found(list(range(20))).note == "a different whole number in each row"
    assert found([*range(19), 3]).note == ""


def test_words_among_numbers_are_a_complaint() -> None:
    what = found(["1", "2", "3", "n/b", "4", "-", "n/b"]).complaint
    assert what == "Column 'a' has 3 values that are not numbers: 'n/b' (rows 4, 7), '-' (row 6)."


@pytest.mark.parametrize(
    "values",
    [
        ["113803", "A/5 21171", "373450", "PC 17599", "349909"],  # tickets of the Titanic
        ["1", "a", "b", "c"],
    ],
)
def test_codes_among_numbers_are_a_category(values: list[str]) -> None:
    assert found(values).kind == "category"
    assert found(values).complaint == ""


def test_levels_of_numbers_and_words_are_a_category() -> None:
    children = ["1", "2", "3", "more"] * 10
    assert found(children).kind == "category"
    assert found(children[:-1]).complaint.startswith("Column 'a' has 9 values")


def test_few_words_among_levels_of_numbers_are_noted() -> None:
    recognised = found(["1", "2", "?", "3"] * 30 + ["more"] * 4)
    assert recognised.kind == "category"
    assert recognised.note == "numbers, and in few rows words such as 'more'"
    # Where many numbers differ, a word is a slip.
    assert found([str(n) for n in range(90)] + ["x"]).complaint.endswith("'x' (row 91).")


def test_numbers_with_units_are_a_complaint() -> None:
    assert found(["1", "2", "3", "12 kg"]).complaint.endswith("'12 kg' (row 4).")


@pytest.mark.parametrize(
    "values",
    [
        ["$1,200.00", "$80.00", "-$3"],
        ["45%", "3.5 %", "n/a"],
        ["€ 3", "€ 1.200,50", "€ 7"],
        ["12 EUR", "USD 7", "1'200 CHF"],
        ["1,234", "7,500", "12"],
        ["20,4", "3,1", "0,5"],
        ["(1,200)", "(80%)", "?"],
        ["345 584", "1 200 000,50", "12 000"],
    ],
)
def test_numbers_with_signs_are_noted(values: list[str]) -> None:
    recognised = found(values)
    assert recognised.kind == "category"
    assert recognised.note == (
        f"numbers with signs, commas, spaces or units, such as {values[0]!r}? write them as 1234.5"
    )


def test_numbers_with_signs_of_which_each_occurs_once_are_noted() -> None:
    recognised = found([f"${row}.50" for row in range(20)])
    assert recognised.kind == "id"
    assert recognised.note.startswith("every value occurs once; numbers with signs, ")


@pytest.mark.parametrize(
    "values",
    [
        ["192.168.100.200", "10.0.0.1"],
        ["12:30", "1/2"],
        ["A12", "12B", "C85"],
        ["1st", "2nd"],
        ["QFA 1", "BAW 22"],
        ["1", "2", "3", "more"] * 10,
        ["113803", "A/5 21171", "373450", "PC 17599", "349909"],
        ["45%", "a", "b"],
        ["02134", "10001"],
    ],
)
def test_other_text_with_digits_is_not_noted_as_numbers(values: list[str]) -> None:
    assert "signs" not in found(values).note


@pytest.mark.parametrize(
    ("values", "example"),
    [
        (["31.01.2020", "01/31/2020", "28.02.2020", "02/28/2020"], "31.01.2020"),
        (["01-Jan-24", "15-Feb-24", "3-Mar-24"], "01-Jan-24"),
        (["Jan 2020", "February 2020", "sept. 2021"], "Jan 2020"),
        (["2020-01", "2020-02"], "2020-01"),
        (["03/2020", "04/2020", "?"], "03/2020"),
        (["Jan 5th 2020", "Jan 5 2020 12:30", "Feb 7 2020, 1 pm"], "Jan 5 2020 12:30"),
        (["2020-01-31", "2020-02-30", "2020-03-31", "never"], "2020-01-31"),
    ],
)
def test_text_like_dates_that_is_not_read_as_dates_is_noted(
    values: list[str], example: str
) -> None:
    recognised = found(values)
    assert recognised.kind == "category"
    note = f"dates, such as {example!r}? write all of them year first, as 2026-11-22"
    assert recognised.note == note
    many = [f"{day:02}-Jan-{year}" for day in range(1, 29) for year in (19, 20)]
    assert found(many).kind == "id"
    assert found(many).note.startswith("every value occurs once; dates, such as '01-Jan-19'?")


@pytest.mark.parametrize(
    "values",
    [
        ["12-34-56", "20-77-01"],
        ["192.168.100.200", "10.0.0.1"],
        ["may 3 be", "march on"],
        ["Jan", "Feb"],
        ["12:30 h", "9:15 h"],
        ["A-12-2020", "B-11-2020"],
        ["2020-01-31", "soon", "later"],
    ],
)
def test_other_text_with_digits_is_not_noted_as_dates(values: list[str]) -> None:
    assert found(values).note == ""


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (["01/02/2026", "03/04/2026"], "day first is taken, which nothing tells from month first"),
        (
            ["01/02/2026", "03/04/2026"] * 10 + ["soon"],
            "day first is taken, which nothing tells from month first, "
            "1 of 21 values are not dates",
        ),
        (["01/02/2026", "13/04/2026"], "day first"),
        (["01/02/2026", "03/14/2026"], "month first"),
        (["1 Feb 2026", "3 Apr 2026"], "day first"),
        (["2026-01-02", "2026-03-04"], "year first"),
    ],
)
def test_note_says_where_day_and_month_cannot_be_told_apart(values: list[str], note: str) -> None:
    assert found(values).note == note


def test_nested_values_are_a_complaint_whatever_the_override() -> None:
    column = pl.Series("a", [[1], [2]])
    expected = "Column 'a' holds values of type List(Int64)."
    assert recognise(column, np.arange(2)).complaint == expected
    assert read_as("category", column, np.arange(2)).complaint == expected
    assert read_as("ignored", column, np.arange(2)).complaint == ""


@pytest.mark.parametrize(
    ("kind", "values", "complaint"),
    [
        ("number", ["1", "x"], "Column 'a' has 1 value that is not a number: 'x' (row 2)."),
        ("number", [True, False], ""),
        ("category", [1, 2], ""),
        ("boolean", ["yes", "no"], ""),
        ("boolean", [1, 2], "Column 'a' has 1 value that is not true or false: 2 (row 2)."),
        ("datetime", ["2026-01-01"], ""),
        ("datetime", ["soon"], "Column 'a' has 1 value that is not a date: 'soon' (row 1)."),
        ("datetime", [3], "Column 'a' has 1 value that is not a date: 3 (row 1)."),
        ("ignored", ["x"], ""),
    ],
)
def test_overrides_are_followed_or_refused(kind: str, values: list[Any], complaint: str) -> None:
    column = pl.Series("a", values)
    recognised = read_as(kind, column, np.arange(len(column)))
    assert recognised.kind == kind
    assert recognised.complaint == complaint
