"""A table as its file has it, and with its types decided."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, final

import polars as pl

from rightfit.data.cells import unnamed
from rightfit.data.decimal_commas import (
    doubt_points,
    have_groups,
    may_have_groups,
    read_decimal_commas,
    say_comma_groups,
    say_decimal_commas,
    with_comma_groups,
    with_decimal_commas,
    with_thousands,
)
from rightfit.data.text_types import typed_text, without_empty


class TypedTable(NamedTuple):
    """A table whose columns have their types.

    Attributes:
        frame: the table.
        decimal_commas: columns whose numbers have decimal commas, or points that group digits.
    """

    frame: pl.DataFrame
    decimal_commas: frozenset[str] = frozenset()


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

    def typed(
        self, as_text: Collection[str] = (), decimal_commas: Collection[str] = ()
    ) -> TypedTable:
        """Decide what type each column of text has.

        Args:
            as_text: the columns that stay as they are written, where others become numbers or
                dates.
            decimal_commas: those known to have decimal commas: 1.234 is 1234 there, also in a file
                without any comma. Where commas separate the fields, and where columns have types
                already, this holds of text with a comma in it: other points are decimal there.
        """
        if self.separator is None:
            return self._with_known_commas(_columns_of(self.columns), decimal_commas)
        texts = {text.name: text for text in self.columns.get_columns()}
        columns = {
            name: without_empty(text) if name in as_text else typed_text(text)
            for name, text in texts.items()
        }
        texts = {name: text for name, text in texts.items() if name not in as_text}
        # A single column has no separator that could tell.
        if self.separator == "," and not (decimal_commas and len(columns) == 1):
            read = self._with_known_commas(columns, decimal_commas)
            rest = {name: text for name, text in texts.items() if name not in read.decimal_commas}
            grouped = _read(_of_text(rest, columns), with_comma_groups)
            say_comma_groups(self.name, {name: texts[name] for name in grouped})
            return read._replace(frame=_frame_of(_columns_of(read.frame) | grouped))
        return self._with_decimal_commas(texts, columns, decimal_commas)

    def _with_known_commas(
        self, columns: Mapping[str, pl.Series], known: Collection[str]
    ) -> TypedTable:
        """Read the columns that are known to have decimal commas, where their text has any."""
        texts = {
            name: column
            for name, column in columns.items()
            if name in known and column.dtype == pl.String and _has(column, ",")
        }
        found = _read(texts, read_decimal_commas)
        say_decimal_commas(self.name, {name: texts[name] for name in found}, {})
        return TypedTable(_frame_of({**columns, **found}), frozenset(found))

    def _with_decimal_commas(
        self,
        texts: Mapping[str, pl.Series],
        columns: Mapping[str, pl.Series],
        known: Collection[str],
    ) -> TypedTable:
        """Read the columns whose commas are decimal, and whose points group digits."""
        separator = self.separator or ""
        found = _read({n: text for n, text in texts.items() if n in known}, read_decimal_commas)
        unknown = {name: text for name, text in texts.items() if name not in known}
        found |= _read(
            _of_text(unknown, columns), lambda text: with_decimal_commas(text, separator)
        )
        with_commas = {name: texts[name] for name in found if _has(texts[name], ",")}
        others = {name: text for name, text in texts.items() if name not in found}
        if with_commas or any(have_groups(text) for text in _of_text(others, columns).values()):
            # Where one column has decimal commas, points in the others are none.
            found |= _read(others, with_thousands)
        else:
            doubt_points(
                self.name, {n: text for n, text in others.items() if may_have_groups(text)}
            )
        grouped = {n: texts[n] for n in found if n not in with_commas and _has(texts[n], ".")}
        say_decimal_commas(self.name, with_commas, grouped)
        return TypedTable(_frame_of({**columns, **found}), frozenset(found))


def _of_text(
    texts: Mapping[str, pl.Series], columns: Mapping[str, pl.Series]
) -> dict[str, pl.Series]:
    """Those that are text still."""
    return {name: text for name, text in texts.items() if columns[name].dtype == pl.String}


def _read(
    texts: Mapping[str, pl.Series], reader: Callable[[pl.Series], pl.Series | None]
) -> dict[str, pl.Series]:
    """Those that a reader makes numbers of."""
    numbers = {name: reader(text) for name, text in texts.items()}
    return {name: column for name, column in numbers.items() if column is not None}


def _has(text: pl.Series, mark: str) -> bool:
    return bool(unnamed(text).str.contains(mark, literal=True).any())


def _columns_of(frame: pl.DataFrame) -> dict[str, pl.Series]:
    return dict(zip(frame.columns, frame.get_columns(), strict=True))


def _frame_of(columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])
