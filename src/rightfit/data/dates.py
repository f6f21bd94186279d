"""Dates: recognise them in text, and take them apart into numbers."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import unnamed
from rightfit.data.markers import Parsed, is_text, without_markers

CLOCKS: Final = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
DAYS: Final = {
    "year first": ("%Y-%m-%d", "%Y/%m/%d"),
    "day first": (
        *("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y"),
        *("%d/%m/%y", "%d.%m.%y"),
    ),
    "month first": ("%m/%d/%Y", "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y", "%m/%d/%y"),
}
ZONED: Final = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
STYLES: Final = {
    style: tuple(day + clock for day in days for clock in CLOCKS) for style, days in DAYS.items()
}
CLOCK: Final = "clock"
# Eight of them, for year, month and day: numbers, unless somebody says that they are dates.
DIGITS: Final = "digits"
_FORMS: Final = {**STYLES, DIGITS: ("%Y%m%d",)}
_EIGHT_DIGITS: Final = r"^[12]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
EARLIEST_YEAR: Final = 1000  # "01/02/20" is a day of 2020, not of the year 20
LIKE_A_DATE: Final = r"\d\D+.*\d"
_DAY: Final = r"(0?[1-9]|[12]\d|3[01])"
_MONTH: Final = (
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|"
    r"oct(ober)?|nov(ember)?|dec(ember)?)\.?"
)
_YEAR: Final = r"(\d{4}|'?\d\d)"
_MARK: Final = r"[-/., ]+"
_MAY_BE_A_DATE: Final = "|".join(
    (
        rf"\d{{4}}[-/.]{_DAY}([-/.]{_DAY})?",
        rf"{_DAY}[-/.]({_DAY}[-/.]{_YEAR}|\d{{4}})",
        rf"({_DAY}{_MARK})?{_MONTH}{_MARK}({_DAY}{_MARK})?{_YEAR}",
        rf"\d{{4}}{_MARK}{_MONTH}({_MARK}{_DAY})?",
    )
)
_MAYBE_WITH_A_CLOCK: Final = rf"(?i)^({_MAY_BE_A_DATE})([T ,]+\d.*)?$"
_YEAR_FIRST: Final = r"^\d{4}-\d\d-\d\d"
SAMPLE: Final = 200
FEW: Final = 20
SHARE: Final = 0.95

PARTS: Final = ("days", "year", "month", "day", "weekday", "hour", "seconds of the day")
MICROSECONDS_A_DAY: Final = 86_400_000_000


def date_style(text: pl.Series) -> str | None:
    """Find how the dates of a column are written; None if less than 95 % of it are dates.

    Where days and months cannot be told apart the day is taken to stand first.

    Example:
        >>> date_style(pl.Series(["2026-11-22", "2026-11-23 10:00"]))
        'year first'
        >>> date_style(pl.Series(["12/31/1999", "01/02/2000"]))
        'month first'
        >>> date_style(pl.Series(["april", "may"])) is None
        True
    """
    present = unnamed(text).drop_nulls()
    some = _some_of(present)
    if not len(some) or float(some.str.contains(LIKE_A_DATE).mean()) < SHARE / 2:  # type: ignore[arg-type]
        return None
    likely = [style for style in (*STYLES, CLOCK) if _style_share(some, style) >= SHARE / 2]
    shares: dict[str, float] = {}
    for style in likely:
        shares[style] = _style_share(present, style)
        if shares[style] == 1.0:
            break
    best = max(shares, key=lambda style: shares[style], default="")
    return best if shares.get(best, 0.0) >= SHARE else None


def are_digits(column: pl.Series) -> bool:
    """Say whether 95 % of a column are year, month and day as eight digits.

    Example:
        >>> are_digits(pl.Series([20261122, None])), are_digits(pl.Series(["20261322"]))
        (True, False)
    """
    present = _as_digits(unnamed(column)).drop_nulls()
    return bool(len(present)) and float(present.str.contains(_EIGHT_DIGITS).mean()) >= SHARE  # type: ignore[arg-type]


def _present(column: pl.Series) -> pl.Series:
    """Take out what stands for a missing value."""
    if is_text(column.dtype):
        return without_markers(column)
    return column.fill_nan(None) if column.dtype.is_float() else column


def _as_digits(column: pl.Series) -> pl.Series:
    """Write whole numbers as text, which text is already."""
    if is_text(column.dtype):
        return without_markers(column)
    whole = column.cast(pl.Int64, strict=False)
    return whole.set((whole != column).fill_null(False), None).cast(pl.String)


def like_dates(text: pl.Series) -> str:
    """Give one of the words of a column, if most look like dates, in whatever form.

    Example:
        >>> like_dates(pl.Series(["2020-01-31", "01-Feb-20", "Mar 2020", "?"]))
        '01-Feb-20'
        >>> like_dates(pl.Series(["12-B", "may 3 be"]))
        ''
    """
    some = _some_of(without_markers(text).drop_nulls())
    dates = some.filter(some.str.contains(_MAYBE_WITH_A_CLOCK))
    if 2 * len(dates) <= len(some):
        return ""
    others = dates.filter(~dates.str.contains(_YEAR_FIRST))
    return str((others if len(others) else dates)[0])


def parse_dates(column: pl.Series, style: str) -> Parsed:
    """Read a column as moments, without a time zone (UTC where one was given).

    Args:
        column: text, dates, moments or times of day; a time of day becomes one of 1 January 1970.
        style: how text is written, as `date_style` finds it.

    Example:
        >>> parse_dates(pl.Series(["31.12.1999", "soon"]), "day first").values.to_list()
        [datetime.datetime(1999, 12, 31, 0, 0), None]
    """
    column = unnamed(column)
    if is_text(column.dtype) or (style == DIGITS and column.dtype.is_numeric()):
        text = _as_digits(column)
        values = _parsed_text(text, style)
        return Parsed(values, _present(column).is_not_null() & values.is_null())
    nothing_wrong = pl.repeat(False, len(column), eager=True)
    if column.dtype == pl.Time:
        return Parsed(_on_first_day(column), nothing_wrong)
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if column.dtype in (pl.Date, pl.Datetime, pl.Null):
        return Parsed(column.cast(pl.Datetime("us")), nothing_wrong)
    nothing = pl.Series([None] * len(column), dtype=pl.Datetime("us"))
    # Some readers make an empty column one of numbers, all of them NaN.
    return Parsed(nothing, _present(column).is_not_null())


def date_parts(moments: pl.Series) -> NDArray[np.float64]:
    """Take moments apart into the numbers that `PARTS` names, `[row, part]`.

    Days are counted from 1 January 1970, with their fraction; weekdays run from
    Monday, 1, to Sunday, 7.

    Example:
        >>> import datetime
        >>> date_parts(pl.Series([datetime.datetime(1970, 1, 2, 12)])).tolist()
        [[1.5, 1970.0, 1.0, 2.0, 5.0, 12.0, 43200.0]]
    """
    day = moments.dt
    seconds = day.hour().cast(pl.Float64) * 3600 + day.minute() * 60.0 + day.second()
    parts = (
        day.timestamp("us") / MICROSECONDS_A_DAY,
        *(day.year(), day.month(), day.day(), day.weekday(), day.hour(), seconds),
    )
    return np.stack([part.cast(pl.Float64).to_numpy() for part in parts], axis=1)


def _some_of(present: pl.Series) -> pl.Series:
    return present.head(10 * SAMPLE).unique(maintain_order=True).head(SAMPLE)


def _style_share(text: pl.Series, style: str) -> float:
    return 1.0 - _parsed_text(text, style).null_count() / len(text)


def _parsed_text(text: pl.Series, style: str) -> pl.Series:
    if style == CLOCK:
        times = text.str.to_time("%H:%M:%S%.f", strict=False)
        return _on_first_day(_first_of(times, text.str.to_time("%H:%M", strict=False)))
    moments = pl.Series([None] * len(text), dtype=pl.Datetime("us"))
    rest = text.is_not_null().arg_true()
    words = text.gather(rest).str.replace(r"(\d)T(\d)", "$1 $2")
    for form in _likely_first(words, style):
        if not len(rest):
            break
        read = _moments(words, form)
        moments = moments.scatter(rest, read)
        rest, words = rest.filter(read.is_null()), words.filter(read.is_null())
    return moments


def _likely_first(words: pl.Series, style: str) -> list[str]:
    """Order the forms of a style by how many of the first words they can read."""
    # Year first is never mistaken, and gets in where tables from two places are put together.
    forms = [*_FORMS[style], *(ZONED if style == "year first" else STYLES["year first"])]
    if len(words) <= FEW:
        # To read them all takes no longer than to try the forms on some.
        return forms
    some = words.head(FEW)
    return sorted(forms, key=lambda form: _moments(some, form).null_count())


def _moments(words: pl.Series, form: str) -> pl.Series:
    read = words.str.to_datetime(form, time_unit="us", strict=False)
    if isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone:
        read = read.dt.replace_time_zone(None)
    return read.set((read.dt.year() < EARLIEST_YEAR).fill_null(False), None)


def _first_of(one: pl.Series, other: pl.Series) -> pl.Series:
    return one.zip_with(one.is_not_null(), other)


def _on_first_day(times: pl.Series) -> pl.Series:
    return (times.cast(pl.Int64) // 1000).cast(pl.Datetime("us"))
