"""The columns that become scaled numbers: numbers, and the parts of dates."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np
import polars as pl

from rightfit.data.cells import Positions, Rows, places, positions, take
from rightfit.data.dates import CLOCK, DIGITS, PARTS, STYLES, date_parts, parse_dates
from rightfit.data.kinds import style_of
from rightfit.data.markers import is_text
from rightfit.data.raw_numbers import Numbers, RawNumbers
from rightfit.data.readable import refuse_dates
from rightfit.data.table import MatrixTable, Table
from rightfit.errors import DataWarning, counted, warn_user
from rightfit.json_values import read_fields

FRAME_ROWS: Final = 8192


@final
@dataclasses.dataclass(frozen=True)
class DateColumn:
    """A column of dates.

    Attributes:
        name: the column's name.
        style: how its dates are written where they are text.
        parts: which of `PARTS` differed among the training rows.
    """

    name: str
    style: str
    parts: tuple[str, ...]

    def numbers(self, moments: pl.Series) -> Numbers:
        """Take moments apart into the parts that are used."""
        return date_parts(moments)[:, [PARTS.index(part) for part in self.parts]]


@final
@dataclasses.dataclass(frozen=True)
class NumericColumns:
    """Where the scaled numbers come from: columns of numbers, then parts of dates."""

    numbers: tuple[str, ...]
    dates: tuple[DateColumn, ...]

    @property
    def value_names(self) -> tuple[str, ...]:
        """A name for each scaled number."""
        parts = [f"{date.name}: {part}" for date in self.dates for part in date.parts]
        return (*self.numbers, *parts)

    @property
    def sources(self) -> tuple[tuple[str, int], ...]:
        """Each column's name, and the place of its first scaled number."""
        places = [(name, place) for place, name in enumerate(self.numbers)]
        place = len(self.numbers)
        for date in self.dates:
            places.append((date.name, place))
            place += len(date.parts)
        return tuple(places)

    def reader(self, table: Table, rows: Rows) -> RawNumbers:
        """Prepare to read raw numbers `[row, column]`, block by block.

        Raises:
            DataError: one of these rows holds a word where a number belongs.
        """
        table = table.read_as_numbers(self.numbers, rows)
        moments = _moments(table, self.dates, rows)

        def read(block: Rows) -> Numbers:
            values = table.numbers(self.numbers, block)
            if not moments:
                return values
            parts = [date.numbers(take(moments[date.name], block)) for date in self.dates]
            return np.concatenate([values, *parts], axis=1)

        # A block of a matrix should fit in the cache; one of a frame costs a call a column.
        fewest_rows = 1 if isinstance(table, MatrixTable) else FRAME_ROWS
        return RawNumbers(read, len(self.value_names), fewest_rows)

    def to_json(self) -> dict[str, Any]:
        """Give the columns as plain JSON types."""
        return {
            "numbers": list(self.numbers),
            "dates": [
                {"name": date.name, "style": date.style, "parts": list(date.parts)}
                for date in self.dates
            ],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "NumericColumns":
        """Read what `to_json` gave."""
        dates = tuple(read_fields(DateColumn, date) for date in fields["dates"])
        for date in dates:
            if date.style not in (*STYLES, CLOCK, DIGITS) or not set(date.parts) <= set(PARTS):
                raise ValueError(f"the dates of {date.name!r} have no known style or parts")
        return cls(tuple(fields["numbers"]), dates)


def fit_numeric(
    table: Table, numbers: Sequence[str], dates: Sequence[str], rows: Positions
) -> NumericColumns:
    """Find how dates are written, and which of their parts differ, in the training rows."""
    names = table.names if tuple(numbers) == table.names else tuple(numbers)
    return NumericColumns(names, tuple(_fit_dates(table, name, rows) for name in dates))


def _fit_dates(table: Table, name: str, rows: Positions) -> DateColumn:
    column = take(table.column(name), rows)
    style = style_of(column) or "year first"
    parts = date_parts(parse_dates(column, style).values.drop_nulls())
    differs = np.ptp(parts, axis=0) > 0 if len(parts) else np.zeros(len(PARTS), bool)
    differs[0] |= not differs.any()
    return DateColumn(name, style, tuple(np.array(PARTS)[differs].tolist()))


def _moments(table: Table, dates: Sequence[DateColumn], rows: Rows) -> dict[str, pl.Series]:
    at = positions(rows, table.n_rows)
    moments, without_dates = {}, []
    for date in dates:
        column = table.column(date.name)
        parsed = parse_dates(column, date.style)
        moments[date.name] = parsed.values
        bad = at[take(parsed.wrong, rows).to_numpy()]
        if not len(bad):
            continue
        if is_text(column.dtype) or (date.style == DIGITS and column.dtype.is_numeric()):
            _warn_of_words(date.name, take(column, bad), bad)
        else:
            without_dates.append(column)
    refuse_dates(without_dates)
    return moments


def _warn_of_words(name: str, words: pl.Series, rows: Positions) -> None:
    what = "that is not a date" if len(rows) == 1 else "that are not dates"
    warn_user(
        f"Column {name!r} has {counted(len(rows), 'value')} {what}: {places(words, rows)}. "
        f"{'It counts' if len(rows) == 1 else 'They count'} as missing.",
        DataWarning,
    )
