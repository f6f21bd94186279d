"""The schema: what kind each column of a table is."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any, final

import numpy as np
import polars as pl

from rightfit.data.cells import EVERY_ROW, Positions, Rows, positions, take
from rightfit.data.complaints import clean_or_override, raise_together
from rightfit.data.kinds import (
    ALL_DISTINCT,
    CATEGORY,
    DATETIME,
    ID,
    IGNORED,
    KINDS,
    NUMBER,
    USED,
    Recognised,
    read_as,
    recognise,
)
from rightfit.data.table import MatrixTable, Table
from rightfit.errors import MAX_SHOWN, DataError, and_more, did_you_mean, shown
from rightfit.json_values import read_fields

COUNTED_ROWS = 2_000
_WRITE_DATES = "write dates year first, as 2026-11-22, or hand over a column of dates"


@final
@dataclasses.dataclass(frozen=True)
class ColumnSchema:
    """What a column was found to be in the training rows.

    Attributes:
        name: the column's name.
        kind: number, category, boolean or datetime; or, not used for training, id (text that
            is all distinct, or a category of which no level is kept), constant, or ignored.
        dtype: the type that the column came with.
        missing_fraction: share of the training rows without a value, from 0 to 1.
        n_distinct: different values present; of an array, among 2,000 of its training rows.
        note: what a careful reader would want to know; may be empty.
    """

    name: str
    kind: str
    dtype: str
    missing_fraction: float
    n_distinct: int
    note: str = ""


@final
@dataclasses.dataclass(frozen=True)
class Schema:
    """The columns of a table, in order.

    Example:
        >>> schema = Schema((ColumnSchema("age", "number", "Int64", 0.0, 60),))
        >>> [column.name for column in schema.used]
        ['age']
    """

    columns: tuple[ColumnSchema, ...]

    @property
    def used(self) -> tuple[ColumnSchema, ...]:
        """The columns that are encoded."""
        return tuple(column for column in self.columns if column.kind in USED)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The names of the columns of one kind."""
        return tuple(column.name for column in self.columns if column.kind == kind)

    def with_ids(self, names: Collection[str]) -> "Schema":
        """Make ids of columns whose every value occurs once.

        Raises:
            DataError: no other column is left to learn from.
        """
        schema = Schema(
            tuple(
                dataclasses.replace(column, kind=ID, note=ALL_DISTINCT)
                if column.name in names
                else column
                for column in self.columns
            )
        )
        _check_used(schema, "check that the right table was read; a level is learnt from two rows")
        return schema

    def to_json(self) -> list[dict[str, Any]]:
        """Give the schema as plain JSON types."""
        return [dataclasses.asdict(column) for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[Mapping[str, Any]]) -> "Schema":
        """Read what `to_json` gave."""
        schema = cls(tuple(read_fields(ColumnSchema, column) for column in columns))
        strange = [column.name for column in schema.columns if column.kind not in KINDS]
        if strange:
            raise ValueError(f"columns of no known kind: {shown(strange)}")
        return schema


def recognise_columns(
    table: Table, rows: Rows, overrides: Mapping[str, str] | None = None
) -> Schema:
    """Find the kind of each column, looking at the training rows only.

    Numbers, also those written as text, are numbers; text is a category, a
    date where 95 % of it can be read as one, or an id where it is all distinct
    over 20 rows or more. Digits with leading zeros are codes, so a category. A
    column with one value and nothing missing is constant. The columns of an
    array of numbers are numbers, whatever they hold.

    Args:
        table: the table.
        rows: the training rows.
        overrides: kinds by column name, for where the rules are wrong.

    Raises:
        DataError: a column holds numbers and words, an override cannot be followed, or no
            column is left to learn from. All such columns are named.

    Example:
        >>> from rightfit.data.table import as_table
        >>> table = as_table(pl.DataFrame({"size": ["1", "?", "3"], "use": ["a", "b", "a"]}))
        >>> [column.kind for column in recognise_columns(table, slice(None)).columns]
        ['number', 'category']
    """
    overrides = overrides or {}
    _check_overrides(table, overrides)
    if isinstance(table, MatrixTable) and not overrides:
        return _of_matrix(table, rows)
    at = positions(rows, table.n_rows)
    columns, complaints, wrong = [], [], {}
    numeric = True
    for name in table.names:
        column = take(table.column(name), rows)
        found = _recognised(table, column, at, overrides.get(name))
        if found.complaint:
            complaints.append(_complaint_of_all(table.column(name), found))
            wrong[name] = IGNORED if found.kind == IGNORED else CATEGORY
            numeric &= found.kind == NUMBER
        columns.append(_described(column, found))
    raise_together(
        complaints,
        expected="A numeric column needs numbers or empty cells."
        if numeric
        else "A column holds numbers, text, truth values or dates, or empty cells.",
        hint=_WRITE_DATES
        if wrong and all(overrides.get(name) == DATETIME for name in wrong)
        else clean_or_override(wrong),
    )
    schema = Schema(tuple(columns))
    _check_used(schema)
    return schema


def _recognised(table: Table, column: pl.Series, at: Positions, override: str | None) -> Recognised:
    if override is not None:
        return read_as(override, column, at)
    return read_as(NUMBER, column, at) if isinstance(table, MatrixTable) else recognise(column, at)


def _complaint_of_all(column: pl.Series, found: Recognised) -> str:
    """Say what is wrong in the whole table: who cleans a column wants to know all of it."""
    every = positions(EVERY_ROW, len(column))
    return read_as(found.kind, column, every).complaint or found.complaint


def _described(column: pl.Series, found: Recognised) -> ColumnSchema:
    n_missing = found.values.null_count()
    return ColumnSchema(
        name=column.name,
        kind=found.kind,
        dtype=str(column.dtype),
        missing_fraction=n_missing / len(column) if len(column) else 0.0,
        n_distinct=found.values.n_unique() - (n_missing > 0),
        note=found.note,
    )


def _of_matrix(table: MatrixTable, rows: Rows) -> Schema:
    at = positions(rows, table.n_rows)
    n_missing = _missing_counts(table, at)
    some = table.numbers(table.names, at[:COUNTED_ROWS])
    ordered = np.sort(some, axis=0)
    n_distinct = (ordered[1:] > ordered[:-1]).sum(axis=0) + ~np.isnan(ordered[:1]).all(axis=0)
    return Schema(
        tuple(
            ColumnSchema(name, NUMBER, str(table.array.dtype), missing / max(1, len(at)), distinct)
            for name, missing, distinct in zip(
                table.names, n_missing.tolist(), n_distinct.tolist(), strict=True
            )
        )
    )


def _missing_counts(table: MatrixTable, at: Positions) -> Positions:
    if table.array.dtype.kind != "f":
        return np.zeros(len(table.names), np.int64)
    step = max(1, (1 << 20) // len(table.names))
    counts = np.zeros(len(table.names), np.int64)
    for start in range(0, len(at), step):
        counts += np.isnan(table.array[at[start : start + step]]).sum(axis=0)
    return counts


def _check_overrides(table: Table, overrides: Mapping[str, str]) -> None:
    unknown = [name for name in overrides if name not in table.names]
    if unknown:
        hints = [f"{name!r}: {did_you_mean(name, table.names)}" for name in unknown]
        raise DataError(
            "A kind is given for columns that the table does not have: "
            f"{', '.join(repr(name) for name in unknown)}.",
            hint="; ".join(hints[:MAX_SHOWN]),
        )
    for name, kind in overrides.items():
        if kind not in KINDS:
            raise DataError(
                f"The kind of column {name!r} is given as {kind!r}.",
                expected=f"A kind is one of {', '.join(KINDS)}.",
                hint=did_you_mean(str(kind), KINDS),
            )


def _check_used(
    schema: Schema,
    hint: str = "check that the right table was read, or set the kind of a column yourself",
) -> None:
    if schema.used:
        return
    reasons = [f"{column.name!r} ({column.note or column.kind})" for column in schema.columns]
    raise DataError(
        f"No column is left to learn from: {', '.join(reasons[:MAX_SHOWN])}"
        f"{and_more(len(reasons))}.",
        expected="At least one column has two different values and is not an id.",
        hint=hint,
    )
