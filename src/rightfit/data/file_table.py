"""A table as its file has it, and with its types decided."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import final

import polars as pl

from rightfit.data.decimal_commas import (
    say_comma_groups,
    say_decimal_commas,
    with_comma_groups,
    with_decimal_commas,
    with_thousands,
)
from rightfit.data.text_types import typed_text, without_empty


@final
@dataclasses.dataclass(frozen=True, eq=False)
class FileTable:
    """A table as its file has it.

    Attributes:
        name: of the file.
        columns: of delimited text all of them are text, as it is written; of other formats they
            have their types.
        separator: of the fields of delimited text; None of other formats.
    """

    name: str
    columns: pl.DataFrame
    separator: str | None = None

    def typed(self, as_text: Collection[str] = ()) -> pl.DataFrame:
        """Decide what type each column of text has.

        Args:
            as_text: the columns that stay as they are written, where others become numbers or
                dates.
        """
        if self.separator is None:
            return self.columns
        columns, with_commas, grouped = {}, {}, {}
        for text in self.columns.get_columns():
            column = without_empty(text) if text.name in as_text else typed_text(text)
            if column.dtype == pl.String and text.name not in as_text:
                numbers = self._with_commas(column)
                if numbers is not None:
                    with_commas[text.name] = column
                    column = numbers
            columns[text.name] = column
        if self.separator == ",":
            say_comma_groups(self.name, with_commas)
            return _frame_of(columns)
        # Where one column has decimal commas, points in the others are none.
        others = [name for name in columns if name not in {*with_commas, *as_text}]
        for name in others if with_commas else ():
            numbers = with_thousands(self.columns[name])
            if numbers is not None:
                grouped[name] = self.columns[name]
                columns[name] = numbers
        say_decimal_commas(self.name, with_commas, grouped)
        return _frame_of(columns)

    def _with_commas(self, text: pl.Series) -> pl.Series | None:
        """Read a column as numbers that are written with commas, if it is of such numbers."""
        if self.separator == ",":
            return with_comma_groups(text)
        return with_decimal_commas(text, self.separator or "")


def _frame_of(columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])
