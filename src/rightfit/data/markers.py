"""Text that stands for a missing value, a number, or a truth value."""

from typing import Final, NamedTuple

import polars as pl

from rightfit.data.cells import Positions, places, subject, take, unnamed
from rightfit.errors import counted

# "None" is an ordinary level in many tables (no basement, no alley): it stands
# for a missing value only where numbers or dates are expected.
CATEGORY_MARKERS: Final = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NAN", "NaT", "null", "NULL"),
)
MARKERS: Final = (*CATEGORY_MARKERS, "None", "none", "na")

BOOLEAN_WORDS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", "1.0"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", "0.0"), 0.0),
}


class Parsed(NamedTuple):
    """A column read as numbers; it has no name.

    Attributes:
        values: Float64, null where the value is missing or cannot be read.
        wrong: true where there is a value that cannot be read.
    """

    values: pl.Series
    wrong: pl.Series

    def complaint(
        self, name: str, original: pl.Series, rows: Positions, what: tuple[str, str]
    ) -> str:
        """Say which values could not be read, and in which rows; empty if all could."""
        if not self.wrong.any():
            return ""
        bad = self.wrong.arg_true()
        n = len(bad)
        where = places(take(original, bad.to_numpy()), rows[bad.to_numpy()])
        verb = f"that is not {what[0]}" if n == 1 else f"that are not {what[1]}"
        return f"{subject(name)} has {counted(n, 'value')} {verb}: {where}."


A_NUMBER: Final = ("a number", "numbers")
A_TRUTH_VALUE: Final = ("true or false", "true or false")


def is_text(dtype: pl.DataType) -> bool:
    """Say whether a column holds words: text, or a categorical of text."""
    return dtype in (pl.String, pl.Categorical, pl.Enum)


def can_be_text(dtype: pl.DataType) -> bool:
    """Say whether values of a type can be written as levels: no lists, bytes, spans of time."""
    return not (dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Duration))


def without_markers(text: pl.Series, markers: tuple[str, ...] = MARKERS) -> pl.Series:
    """Strip white space and turn what stands for a missing value into null.

    Example:
        >>> without_markers(pl.Series([" a ", "?", " ", None])).to_list()
        ['a', None, None, None]
    """
    stripped = unnamed(text).cast(pl.String).str.strip_chars()
    return stripped.set(stripped.is_in(markers).fill_null(False), None)


def parse_numbers(column: pl.Series) -> Parsed:
    """Read a column as numbers, whatever its type.

    Durations become seconds. Text is read as a number after its missing
    markers are taken out; words and infinities are marked as wrong.

    Example:
        >>> parsed = parse_numbers(pl.Series(["1", " 2.5 ", "?", "many"]))
        >>> parsed.values.to_list(), parsed.wrong.to_list()
        ([1.0, 2.5, None, None], [False, False, False, True])
    """
    column = unnamed(column)
    if is_text(column.dtype):
        text = without_markers(column)
        values = text.cast(pl.Float64, strict=False)
        values = values.set(~values.is_finite().fill_null(True), None)
        return Parsed(values, text.is_not_null() & values.is_null())
    if column.dtype == pl.Duration:
        values = column.dt.total_microseconds(fractional=True) / 1e6
    elif column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null):
        values = column.cast(pl.Float64)
    else:
        return _all_wrong(column)
    return Parsed(values.fill_nan(None), pl.repeat(False, len(values), eager=True))


def parse_booleans(column: pl.Series) -> Parsed:
    """Read a column as 1 (true, yes, on, 1) or 0 (false, no, off, 0).

    Example:
        >>> parse_booleans(pl.Series(["Yes", "no", None])).values.to_list()
        [1.0, 0.0, None]
    """
    column = unnamed(column)
    if column.dtype == pl.Boolean:
        return parse_numbers(column)
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).fill_nan(None)
        wrong = ~values.is_in([0.0, 1.0]).fill_null(True)
        return Parsed(values.set(wrong, None), wrong)
    if not can_be_text(column.dtype):
        return _all_wrong(column)
    text = without_markers(column).str.to_lowercase()
    values = text.replace_strict(BOOLEAN_WORDS, default=None, return_dtype=pl.Float64)
    return Parsed(values, text.is_not_null() & values.is_null())


def _all_wrong(column: pl.Series) -> Parsed:
    return Parsed(pl.Series([None] * len(column), dtype=pl.Float64), column.is_not_null())
