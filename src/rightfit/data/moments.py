"""Moments in time: numbers, dates however they are written, or text such as 2026-Q1."""

import re
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import places
from rightfit.data.dates import parse_dates
from rightfit.data.kinds import present_values, style_of
from rightfit.data.markers import is_text, parse_numbers, without_markers
from rightfit.errors import DataError

DIGITS: Final = r"[0-9]+"
YEAR_FIRST: Final = r"^[0-9]{4}([^0-9]|$)"


def read_moments(
    column: pl.Series, subject: str, known: NDArray[np.bool_] | None = None
) -> pl.Series:
    """Read a column as moments that are in order in time; text as text would not be.

    Numbers, dates and times stay as they are, and text of them becomes them. Other text must
    begin with the year and differ in its digits only, such as 2026-Q1, and becomes whole numbers.

    Args:
        column: the moments.
        subject: what they are called at the start of a sentence.
        known: `[row]`, whether the moment matters; None where all do.

    Returns:
        The moments, null where one is missing.

    Raises:
        DataError: text is none of these; the first five are named, with their rows.

    Example:
        >>> read_moments(pl.Series(["9", "10"]), "Column 'week'").to_list()
        [9.0, 10.0]
        >>> read_moments(pl.Series(["2026-Q1", "2025-Q4"]), "Column 'quarter'").to_list()
        [1, 0]
    """
    known = np.ones(len(column), bool) if known is None else known
    style = style_of(column)
    if style is not None:
        parsed = parse_dates(column, style)
        _refuse(column, parsed.wrong.to_numpy() & known, subject)
        return parsed.values
    if not is_text(column.dtype):
        return present_values(column)
    numbers = parse_numbers(column)
    if not numbers.wrong.any():
        return numbers.values
    text = without_markers(column)
    is_good = text.str.contains(YEAR_FIRST) & (_form_of(text) == _usual_form(text))
    _refuse(column, ~is_good.fill_null(True).to_numpy() & known, subject)
    return _places_in_order(text)


def _form_of(text: pl.Series) -> pl.Series:
    return text.str.replace_all(DIGITS, "0")


def _usual_form(text: pl.Series) -> str:
    forms = _form_of(text.filter(text.str.contains(YEAR_FIRST).fill_null(False)))
    return str(forms.mode().sort()[0]) if len(forms) else ""


def _places_in_order(text: pl.Series) -> pl.Series:
    """Number text by the numbers in it, one after the other: 2026-9 comes before 2026-10."""
    words = text.drop_nulls().unique().to_list()
    ordered = sorted({tuple(map(int, re.findall(DIGITS, word))) for word in words})
    numbers = {key: number for number, key in enumerate(ordered)}
    found = [numbers[tuple(map(int, re.findall(DIGITS, word)))] for word in words]
    return text.replace_strict(words, found, default=None, return_dtype=pl.Int64)


def _refuse(column: pl.Series, wrong: NDArray[np.bool_], subject: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise DataError(
            f"{subject} cannot be ordered in time: {places(column[rows], rows)}.",
            expected="It must hold numbers, dates, or text that begins with the year and "
            "differs in its digits only.",
            hint="write dates as 2026-11-22",
        )
