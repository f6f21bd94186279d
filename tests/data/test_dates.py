import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.dates import DIGITS, PARTS, date_parts, date_style, parse_dates
from rightfit.data.kinds import DATETIME, read_as, recognise, style_of

NOON = datetime.datetime(2026, 11, 22, 12, 30)


@pytest.mark.parametrize(
    ("word", "style"),
    [
        ("2026-11-22 12:30", "year first"),
        ("2026-11-22T12:30:00", "year first"),
        ("2026-11-22 12:30:00.000", "year first"),
        ("2026-11-22T12:30:00Z", "year first"),
        ("2026-11-22T14:30:00+02:00", "year first"),
        ("2026/11/22 12:30", "year first"),
        ("22.11.2026 12:30", "day first"),
        ("22/11/2026 12:30:00", "day first"),
        ("22/11/26 12:30", "day first"),
        ("22 Nov 2026 12:30", "day first"),
        ("22 November 2026 12:30", "day first"),
        ("11/22/2026 12:30 PM", "month first"),
        ("11/22/2026 12:30:00", "month first"),
        ("November 22, 2026 12:30", "month first"),
    ],
)
def test_styles_are_found_and_read(word: str, style: str) -> None:
    assert date_style(pl.Series([word])) == style
    assert parse_dates(pl.Series([word]), style).values.to_list() == [NOON]


@pytest.mark.parametrize(
    "words", [["april", "may"], ["1.5", "2.5"], ["A-1 2", "B-2 3"], ["10-12", "13-15"], [None]]
)
def test_other_text_is_no_date(words: list[str | None]) -> None:
    assert date_style(pl.Series(words, dtype=pl.String)) is None


def test_the_share_of_dates_must_be_95_percent() -> None:
    words = [f"2026-01-{day:02}" for day in range(1, 20)]
    assert date_style(pl.Series([*words, "soon"])) == "year first"
    assert date_style(pl.Series([*words, "soon", "late"])) is None


def test_one_day_above_twelve_decides_which_stands_first() -> None:
    assert date_style(pl.Series(["01/02/2026", "01/13/2026"])) == "month first"
    assert date_style(pl.Series(["01/02/2026", "13/01/2026"])) == "day first"
    assert date_style(pl.Series(["01/02/2026", "02/01/2026"])) == "day first"


@pytest.mark.parametrize("style", ["day first", "month first"])
def test_a_date_with_its_year_first_is_one_in_any_style(style: str) -> None:
    word = {"day first": "22.11.2026 12:30", "month first": "11/22/2026 12:30"}[style]
    both = pl.Series([word, "2026-11-22 12:30", "2026/11/22 12:30:00"])
    assert date_style(both) == style
    assert parse_dates(both, style).values.to_list() == [NOON] * 3
    assert date_style(both[1:]) == "year first"


def test_times_of_day_are_dates_of_the_first_day() -> None:
    column = pl.Series(["10:30", "23:15:30"])
    assert date_style(column) == "clock"
    values = parse_dates(column, "clock").values.to_list()
    assert values == [
        datetime.datetime(1970, 1, 1, 10, 30),
        datetime.datetime(1970, 1, 1, 23, 15, 30),
    ]
    times = pl.Series([datetime.time(10, 30)])
    assert parse_dates(times, "clock").values.to_list() == values[:1]


def test_moments_with_a_zone_become_utc() -> None:
    column = pl.Series([NOON]).dt.replace_time_zone("Europe/Berlin")
    assert parse_dates(column, "year first").values.to_list() == [NOON.replace(hour=11)]


def test_words_and_numbers_are_wrong_but_markers_are_missing() -> None:
    parsed = parse_dates(pl.Series(["2026-01-02", "soon", "?", None]), "year first")
    assert parsed.wrong.to_list() == [False, True, False, False]
    assert parsed.values.is_null().to_list() == [False, True, True, True]
    assert parse_dates(pl.Series([3]), "year first").wrong.to_list() == [True]


@pytest.mark.parametrize("values", [["20261122", "?"], [20261122, None], [20261122.0, np.nan]])
def test_eight_digits_are_dates_where_somebody_says_so(values: list[Any]) -> None:
    column = pl.Series(values, strict=False)
    found = read_as(DATETIME, column, np.arange(2))
    assert not found.complaint
    assert style_of(column) == DIGITS
    assert found.values.to_list() == [datetime.datetime(2026, 11, 22), None]
    assert recognise(column.head(1), np.arange(1)).kind != DATETIME


def test_other_digits_are_wrong_and_dates_in_words_are_read_beside_them() -> None:
    parsed = parse_dates(pl.Series(["20261122", "20260230", "2026-11-23", None]), DIGITS)
    assert parsed.wrong.to_list() == [False, True, False, False]
    assert parsed.values.to_list()[2] == datetime.datetime(2026, 11, 23)
    numbers = parse_dates(pl.Series([20261122.0, 20261122.5, 5.0, None]), DIGITS)
    assert numbers.wrong.to_list() == [False, True, True, False]


def test_parts_are_what_a_calendar_says() -> None:
    parts = dict(zip(PARTS, date_parts(pl.Series([NOON]))[0].tolist(), strict=True))
    days = (NOON.date() - datetime.date(1970, 1, 1)).days
    assert parts == {
        "days": days + 12.5 / 24,
        "year": 2026,
        "month": 11,
        "day": 22,
        "weekday": 7,
        "hour": 12,
        "seconds of the day": 45_000,
    }


def test_missing_moments_have_missing_parts() -> None:
    assert np.isnan(date_parts(pl.Series([None], dtype=pl.Datetime("us")))).all()


@pytest.mark.parametrize("nothing", [float("nan"), None])
def test_a_column_without_anything_holds_missing_dates(nothing: float | None) -> None:
    parsed = parse_dates(pl.Series([nothing, nothing], dtype=pl.Float64), "year first")
    assert parsed.values.to_list() == [None, None]
    assert not parsed.wrong.any()
    assert parse_dates(pl.Series([float("nan"), 5.0]), "year first").wrong.to_list() == [
        False,
        True,
    ]
