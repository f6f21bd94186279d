"""Numbers that are written with a comma, as much of the world does: 20,4 and 1.234,5."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rightfit.data.cells import unnamed
from rightfit.data.markers import without_markers
from rightfit.errors import DataWarning, shown, warn_user

NUMBER: Final = r"^[+-]?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?([eE][+-]?[0-9]+)?$"
# 1,234 may be a thousand and more; 0,234 and 1,23 are not.
UNCLEAR: Final = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"


def with_decimal_commas(text: pl.Series, separator: str) -> pl.Series | None:
    """Read a column of text as numbers with decimal commas, if all of it is; or give None.

    Where semicolons separate the fields, the comma was wanted for decimals. Between tabs and bars,
    1,234 may be a thousand and more; so one number there must say that it is not.

    Args:
        text: the column.
        separator: what separates the fields of the file.

    Example:
        >>> with_decimal_commas(pl.Series(["20,4", "1.234,5", "?"]), ";").to_list()
        [20.4, 1234.5, None]
        >>> with_decimal_commas(pl.Series(["20,4", "1,2,3"]), ";") is None
        True
    """
    if separator == "," or not unnamed(text).str.contains(",", literal=True).any():
        return None
    text = without_markers(text)
    present = text.drop_nulls()
    with_comma = present.filter(present.str.contains(",", literal=True))
    if not len(with_comma) or not present.str.contains(NUMBER).all():
        return None
    if separator != ";" and with_comma.str.contains(UNCLEAR).all():
        return None
    plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return plain.cast(pl.Float64)


def say_decimal_commas(file_name: str, columns: Mapping[str, pl.Series]) -> None:
    """Warn of columns that were read so.

    Args:
        file_name: of the table.
        columns: the text of these columns, by name.
    """
    if not columns:
        return
    first = unnamed(next(iter(columns.values())))
    word = first.filter(first.str.contains(",", literal=True))[0].strip()
    number = word.replace(".", "").replace(",", ".")
    what = f"Column {shown(columns)} of {file_name!r} holds"
    if len(columns) > 1:
        what = f"Columns {shown(columns)} of {file_name!r} hold"
    warn_user(f"{what} numbers with decimal commas: {word!r} is read as {number}.", DataWarning)
