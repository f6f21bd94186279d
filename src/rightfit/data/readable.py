"""Check that columns can be read as what they are, and say what cannot."""

from collections.abc import Sequence

import polars as pl

from rightfit.data.cells import EVERY_ROW, positions
from rightfit.data.complaints import raise_together
from rightfit.data.dates import parse_dates
from rightfit.data.kinds import BOOLEAN, CATEGORY, DATETIME, NUMBER
from rightfit.data.markers import A_TRUTH_VALUE, can_be_text, is_text, parse_booleans
from rightfit.data.schema import Schema
from rightfit.data.table import Table
from rightfit.errors import DataError


def check_readable(table: Table, schema: Schema) -> None:
    """Check that all rows of a table can be read as the kinds that its columns have.

    Text that is not a date passes: it counts as missing.

    Raises:
        DataError: some cannot; the same is said as where they are read.

    Example:
        >>> from rightfit.data.schema import recognise_columns
        >>> from rightfit.data.table import as_table
        >>> table = as_table(pl.DataFrame({"size": [1, 2], "new": [True, False]}))
        >>> check_readable(table, recognise_columns(table, EVERY_ROW))
    """
    table.read_as_numbers(schema.of_kind(NUMBER))
    at = positions(EVERY_ROW, table.n_rows)
    truths = [table.column(name) for name in schema.of_kind(BOOLEAN)]
    refuse_truth_values(
        [parse_booleans(one).complaint(one.name, one, at, A_TRUTH_VALUE) for one in truths]
    )
    dates = [table.column(name) for name in schema.of_kind(DATETIME)]
    refuse_dates([one for one in dates if not is_text(one.dtype) and _has_no_dates(one)])
    for name in schema.of_kind(CATEGORY):
        refuse_levels(table.column(name))


def refuse_truth_values(complaints: Sequence[str]) -> None:
    """Raise an error that says what is not true or false, if anything is."""
    raise_together(
        complaints,
        expected="A column of truth values needs true, false, yes, no, 1, 0 or empty cells.",
        hint="clean these values",
    )


def refuse_dates(columns: Sequence[pl.Series]) -> None:
    """Raise an error that names columns of other types than dates, if there are any."""
    raise_together(
        [f"Column {column.name!r} holds {column.dtype}, not dates." for column in columns],
        expected="A column of dates needs dates, or text that training could read as dates.",
        hint="convert the column as it was for training",
    )


def refuse_levels(column: pl.Series) -> None:
    """Raise an error for a column of lists, bytes or the like, which are no levels."""
    if not can_be_text(column.dtype):
        raise DataError(
            f"Column {column.name!r} holds values of type {column.dtype}.",
            expected="A column of categories needs text, numbers, truth values or dates.",
            hint="convert the column as it was for training",
        )


def _has_no_dates(column: pl.Series) -> bool:
    return bool(parse_dates(column, "year first").wrong.any())
