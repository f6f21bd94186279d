"""What kind of column it is: the rules, one column at a time."""

from typing import Final, NamedTuple

import polars as pl

from rightfit.data.cells import Positions, unnamed
from rightfit.data.dates import CLOCK, DIGITS, are_digits, date_style, like_dates, parse_dates
from rightfit.data.markers import (
    A_NUMBER,
    A_TRUTH_VALUE,
    CATEGORY_MARKERS,
    Parsed,
    can_be_text,
    is_text,
    parse_booleans,
    parse_numbers,
    without_markers,
)

NUMBER, CATEGORY, BOOLEAN, DATETIME = "number", "category", "boolean", "datetime"
ID, CONSTANT, IGNORED = "id", "constant", "ignored"
KINDS: Final = (NUMBER, CATEGORY, BOOLEAN, DATETIME, ID, CONSTANT, IGNORED)
USED: Final = (NUMBER, CATEGORY, BOOLEAN, DATETIME)

# The note of a column of numbers that may be row numbers or ids.
ROW_NUMBERS: Final = "a different whole number in each row"

FEWEST_IDS: Final = 20
MOST_LEVELS: Final = 20
FEWEST_ROWS_A_LEVEL: Final = 10
FEWEST_WORDS: Final = 0.05
ALL_DISTINCT: Final = "every value occurs once"
A_DATE: Final = ("a date", "dates")

# What stands for a number, but that no program should guess: 1,234 may be 1.234 as well as 1234,
# and 45% may be 45 as well as 0.45.
_DIGITS: Final = (
    r"(\d{1,3}([,'’ \x{a0}\x{2009}\x{202f}]\d{3})+([.,]\d+)?|\d{1,3}(\.\d{3})+,\d+|\d+([.,]\d+)?)"
)
_SIGN: Final = r"(\p{Sc}|%|‰|AUD|CAD|CHF|CNY|EUR|GBP|JPY|USD)"
_SIGNED: Final = rf"^\(?[+−-]?({_SIGN}\s?)?[+−-]?{_DIGITS}(\s?{_SIGN})?\)?$"
_SHARE_SIGNED: Final = 0.5


class Recognised(NamedTuple):
    """What a column was found to be.

    Attributes:
        kind: one of `KINDS`.
        values: the column without what stands for a missing value, and without its name.
        note: what a careful reader would want to know; may be empty.
        complaint: why the column cannot be used as it is; empty if it can.
    """

    kind: str
    values: pl.Series
    note: str = ""
    complaint: str = ""


def recognise(column: pl.Series, rows: Positions) -> Recognised:
    """Find the kind of a column.

    Args:
        column: the values of the training rows.
        rows: where these rows stand in the table, for the words of a complaint.

    Example:
        >>> import numpy as np
        >>> recognise(pl.Series("total", ["29.85", " ", "1889.5"]), np.arange(3)).kind
        'number'
    """
    found = _by_type(column, rows)
    if found.complaint or found.kind == ID:
        return found
    n_distinct = found.values.drop_nulls().n_unique()
    if n_distinct == 0:
        return found._replace(kind=CONSTANT, note="all missing")
    if n_distinct == 1 and found.values.null_count() == 0:
        return found._replace(kind=CONSTANT, note=f"always {found.values[0]!r}")
    return found


def read_as(kind: str, column: pl.Series, rows: Positions) -> Recognised:
    """Read a column as the kind that the user says it has."""
    name = column.name
    if kind == NUMBER:
        parsed = parse_numbers(column)
        return Recognised(
            kind, parsed.values, complaint=parsed.complaint(name, column, rows, A_NUMBER)
        )
    if kind == BOOLEAN:
        parsed = parse_booleans(column)
        complaint = parsed.complaint(name, column, rows, A_TRUTH_VALUE)
        return Recognised(kind, parsed.values, complaint=complaint)
    if kind == DATETIME:
        style = style_of(column)
        parsed = parse_dates(column, style or "year first")
        complaint = "" if style else parsed.complaint(name, column, rows, A_DATE)
        return Recognised(kind, parsed.values, complaint=complaint)
    if kind == CATEGORY and not can_be_text(column.dtype):
        return _unusable(column)
    return Recognised(kind, present_values(column))


def style_of(column: pl.Series) -> str | None:
    """Say how the dates of a column are written; None if they are not dates."""
    if is_text(column.dtype):
        return date_style(without_markers(column)) or (DIGITS if are_digits(column) else None)
    if column.dtype.is_numeric():
        return DIGITS if are_digits(column) else None
    if column.dtype == pl.Time:
        return CLOCK
    return "year first" if column.dtype in (pl.Date, pl.Datetime) else None


def present_values(column: pl.Series) -> pl.Series:
    """Take out what stands for a missing value."""
    if is_text(column.dtype):
        return without_markers(column, CATEGORY_MARKERS)
    return unnamed(column).fill_nan(None) if column.dtype.is_float() else unnamed(column)


def like_numbers(values: pl.Series) -> str:
    """Give one of the words of a column, if most are numbers with signs, commas, spaces or units.

    Example:
        >>> like_numbers(pl.Series(["$1,200.00", "$80.00", "?"]))
        '$1,200.00'
        >>> like_numbers(pl.Series(["PC 17599", "12 Main Street"]))
        ''
    """
    words = without_markers(values).drop_nulls()
    words = words.filter(words.cast(pl.Float64, strict=False).is_null())
    are_signed = words.str.contains(_SIGNED)
    most = len(words) > 0 and int(are_signed.sum()) > _SHARE_SIGNED * len(words)
    return str(words.filter(are_signed)[0]) if most else ""


def _by_type(column: pl.Series, rows: Positions) -> Recognised:
    dtype = column.dtype
    values = present_values(column)
    if dtype == pl.String:
        return _of_text(column, rows)
    if dtype in (pl.Categorical, pl.Enum):
        return Recognised(CATEGORY, values)
    if dtype == pl.Boolean:
        return Recognised(BOOLEAN, values)
    if dtype.is_numeric() or dtype in (pl.Duration, pl.Null):
        return Recognised(NUMBER, values, note=_looks_like_id(column))
    if dtype.is_temporal():
        return Recognised(DATETIME, values)
    return _unusable(column)


def _unusable(column: pl.Series) -> Recognised:
    complaint = f"Column {column.name!r} holds values of type {column.dtype}."
    return Recognised(IGNORED, column, complaint=complaint)


def _looks_like_id(column: pl.Series) -> str:
    many = column.dtype.is_integer() and len(column) >= FEWEST_IDS
    distinct = many and column.n_unique() == len(column)
    return ROW_NUMBERS if distinct else ""


def _of_text(column: pl.Series, rows: Positions) -> Recognised:
    text = without_markers(column, CATEGORY_MARKERS)
    present = text.drop_nulls()
    if not len(present):
        return Recognised(CATEGORY, text)
    parsed = parse_numbers(column)
    n_numbers = len(parsed.values) - parsed.values.null_count()
    has_codes = bool(present.str.contains(r"^0[0-9]+$").any())
    if n_numbers and not has_codes:
        n_words = int(parsed.wrong.sum())
        if not n_words:
            return Recognised(NUMBER, parsed.values, note="numbers written as text")
        if _are_levels(present):
            return _of_words(text, _rare_word(text, parsed))
        if n_numbers > n_words and not _are_codes(text, parsed):
            complaint = parsed.complaint(column.name, column, rows, A_NUMBER)
            return Recognised(NUMBER, parsed.values, complaint=complaint)
    return _of_words(text, "digits with leading zeros" if has_codes else "")


def _rare_word(text: pl.Series, parsed: Parsed) -> str:
    """Say that there are few words among levels of numbers; empty if there are not few."""
    words = text.filter(parsed.wrong)
    if len(words) >= FEWEST_WORDS * text.count():
        return ""
    return f"numbers, and in few rows words such as {str(words[0])!r}"


def _of_words(text: pl.Series, note: str) -> Recognised:
    style = date_style(text)
    if style:
        parsed = parse_dates(text, style)
        n_wrong = int(parsed.wrong.sum())
        wrong = f", {n_wrong} of {len(text)} values are not dates" if n_wrong else ""
        is_taken = style == "day first" and _may_be_month_first(text, n_wrong)
        taken = f"{style} is taken, which nothing tells from month first" if is_taken else style
        return Recognised(DATETIME, parsed.values, note=f"{taken}{wrong}")
    advice = "" if note else _what_to_write(text)
    present = text.drop_nulls()
    if len(present) >= FEWEST_IDS and present.n_unique() == len(present):
        return Recognised(ID, text, note=f"{ALL_DISTINCT}; {advice}" if advice else ALL_DISTINCT)
    return Recognised(CATEGORY, text, note=advice or note)


def _may_be_month_first(text: pl.Series, n_wrong: int) -> bool:
    return int(parse_dates(text, "month first").wrong.sum()) <= n_wrong


def _what_to_write(text: pl.Series) -> str:
    """Say how to write words that look like numbers, or like dates; empty if they do not."""
    example = like_numbers(text)
    if example:
        return (
            f"numbers with signs, commas, spaces or units, such as {example!r}? "
            "write them as 1234.5"
        )
    example = like_dates(text)
    if example:
        return f"dates, such as {example!r}? write all of them year first, as 2026-11-22"
    return ""


def _are_levels(present: pl.Series) -> bool:
    """Say whether words among numbers are levels: '1', '2', 'more', each in many rows."""
    return present.n_unique() <= min(MOST_LEVELS, len(present) / FEWEST_ROWS_A_LEVEL)


def _are_codes(text: pl.Series, parsed: Parsed) -> bool:
    """Say whether most words among the numbers look like 'PC 17599', not like 'n/a' or '12 kg'."""
    words = text.filter(parsed.wrong)
    return float(words.str.contains(r"^[^\d\s]*[A-Za-z].*\d").mean() or 0.0) > 0.5  # type: ignore[arg-type]
