"""A table as its file has it, and with its types decided."""

import dataclasses
from collections.abc import Collection
from typing import final

import polars as pl

from rightfit.data.decimal_commas import (
    say_decimal_commas,
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
                numbers = with_decimal_commas(column, self.separator)
                if numbers is not None:
                    with_commas[text.name] = column
                    column = numbers
            columns[text.name] = column
        # Where one column has decimal commas, points in the others are none.
        others = [name for name in columns if name not in {*with_commas, *as_text}]
        for name in others if with_commas else ():
            numbers = with_thousands(self.columns[name])
            if numbers is not None:
                grouped[name] = self.columns[name]
                columns[name] = numbers
        say_decimal_commas(self.name, with_commas, grouped)
        return pl.DataFrame([column.alias(name) for name, column in columns.items()])
