"""Decide what type each column of text has, looking at all of it.

Polars can decide too, but takes half a second a megabyte to look at all of a
file, and reads 02134 as 2134.
"""

from typing import Final

import polars as pl

from rightfit.data.cells import unnamed
from rightfit.data.dates import CLOCK, date_style, parse_dates

SAMPLE: Final = 200
WHOLE: Final = r"^[+-]?[0-9]+$"
LEADING_ZERO: Final = r"^[+-]?0[0-9]+$"
TRUTH_VALUES: Final = {"true": True, "false": False}


def typed_text(text: pl.Series) -> pl.Series:
    """Turn text into whole numbers, numbers, truth values or dates, if all of it is; or leave it.

    An empty text is missing. Digits with leading zeros are a code, such as a
    post code, and stay text, as do whole numbers of more than 64 bits, which as
    floats would lose their last digits. Dates are read where the year stands first.

    Example:
        >>> typed_text(pl.Series(["1", "", "3"])).to_list()
        [1, None, 3]
        >>> typed_text(pl.Series(["02134", "10001"])).to_list()
        ['02134', '10001']
    """
    text = without_empty(text)
    some = text.drop_nulls().head(SAMPLE)
    if not len(some):
        return text
    if some.cast(pl.Float64, strict=False).null_count() == 0:
        return _numbers(text)
    if some.str.to_lowercase().is_in(list(TRUTH_VALUES)).all():
        return _all_or_text(
            text,
            text.str.to_lowercase().replace_strict(
                TRUTH_VALUES, default=None, return_dtype=pl.Boolean
            ),
        )
    return _dates(text, date_style(some))


def without_empty(text: pl.Series) -> pl.Series:
    """Make empty text missing.

    Example:
        >>> without_empty(pl.Series(["a", ""])).to_list()
        ['a', None]
    """
    text = unnamed(text)
    return text.set((text == "").fill_null(False), None)


def _all_or_text(text: pl.Series, read: pl.Series) -> pl.Series:
    return read if read.null_count() == text.null_count() else text


def _numbers(text: pl.Series) -> pl.Series:
    if text.str.contains(LEADING_ZERO).any():
        return text
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        return whole
    if text.str.contains(WHOLE).all():
        return text
    return _all_or_text(text, text.cast(pl.Float64, strict=False))


def _dates(text: pl.Series, style: str | None) -> pl.Series:
    if style not in ("year first", CLOCK):
        return text
    moments = parse_dates(text, style).values
    if style == CLOCK:
        return _all_or_text(text, moments.dt.time())
    has_clock = text.str.contains(":").any()
    return _all_or_text(text, moments if has_clock else moments.dt.date())
