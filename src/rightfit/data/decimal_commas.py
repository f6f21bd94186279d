"""Numbers that are written with a comma: 20,4 and 1.234,5 in much of the world, or 1,234.5."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rightfit.data.cells import unnamed
from rightfit.data.markers import without_markers
from rightfit.errors import DataWarning, shown, warn_user

NUMBER: Final = r"^[+-]?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?([eE][+-]?[0-9]+)?$"
# 1,234 may be a thousand and more; 0,234 and 1,23 are not.
UNCLEAR: Final = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"
GROUPED: Final = r"^[+-]?(0|[1-9][0-9]{0,2}(\.[0-9]{3})*)$"
TWO_GROUPS: Final = r"^[+-]?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}$"
GROUPED_BY_COMMAS: Final = r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$"
PLAIN: Final = r"^[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


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
    if not len(with_comma):
        return None
    if separator != ";" and with_comma.str.contains(UNCLEAR).all():
        return None
    return read_decimal_commas(text)


def read_decimal_commas(text: pl.Series) -> pl.Series | None:
    """Read a column whose numbers are known to have decimal commas; None if others are there.

    Args:
        text: the column; a comma need not be in it.

    Example:
        >>> read_decimal_commas(pl.Series(["1.234", "950", "?"])).to_list()
        [1234.0, 950.0, None]
        >>> read_decimal_commas(pl.Series(["20.4"])) is None
        True
    """
    text = without_markers(text)
    if not text.drop_nulls().str.contains(NUMBER).all():
        return None
    plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return plain.cast(pl.Float64)


def with_thousands(text: pl.Series) -> pl.Series | None:
    """Read a column of a file with decimal commas as whole numbers, if points group their digits.

    Args:
        text: the column.

    Example:
        >>> with_thousands(pl.Series(["1.234", "950", "?"])).to_list()
        [1234, 950, None]
        >>> with_thousands(pl.Series(["1.234", "1.5"])) is None
        True
    """
    if not len(_grouped(text)):
        return None
    return _numbers(without_markers(text).str.replace_all(".", "", literal=True))


def _grouped(text: pl.Series) -> pl.Series:
    """The values of a column whose points may group digits, all of them; else none."""
    if not unnamed(text).str.contains(".", literal=True).any():
        return text.clear()
    present = without_markers(text).drop_nulls()
    has_points = present.str.contains(".", literal=True).any()
    return present if has_points and present.str.contains(GROUPED).all() else present.clear()


def have_groups(text: pl.Series) -> bool:
    """Whether points surely group digits: two in one number, and nothing else in the column.

    Example:
        >>> have_groups(pl.Series(["1.234.567", "2.500"])), have_groups(pl.Series(["2.500"]))
        (True, False)
    """
    return bool(_grouped(text).str.contains(TWO_GROUPS).any())


def may_have_groups(text: pl.Series) -> bool:
    """Whether points may group digits: always three after one, beside numbers without any.

    Example:
        >>> may_have_groups(pl.Series(["950", "1.095", "2.904"]))
        True
        >>> may_have_groups(pl.Series(["950", "1.095", "2.9"]))
        False
    """
    grouped = _grouped(text)
    return 1 < int(grouped.str.contains(".", literal=True).sum()) < len(grouped)


def with_comma_groups(text: pl.Series) -> pl.Series | None:
    """Read a column of a file that commas separate as numbers, if commas group their digits.

    Args:
        text: the column.

    Example:
        >>> with_comma_groups(pl.Series(["1,234", "-1,234,567.5", "950", "?"])).to_list()
        [1234.0, -1234567.5, 950.0, None]
        >>> with_comma_groups(pl.Series(["1,234", "20,4"])) is None
        True
    """
    if not unnamed(text).str.contains(",", literal=True).any():
        return None
    text = without_markers(text)
    present = text.drop_nulls()
    is_grouped = present.str.contains(GROUPED_BY_COMMAS)
    if not is_grouped.any() or not (is_grouped | present.str.contains(PLAIN)).all():
        return None
    return _numbers(text.str.replace_all(",", "", literal=True))


def _numbers(text: pl.Series) -> pl.Series:
    """Turn text into whole numbers where 64 bits hold them: who groups digits writes no ids."""
    whole = text.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == text.null_count() else text.cast(pl.Float64)


def say_decimal_commas(
    file_name: str, columns: Mapping[str, pl.Series], grouped: Mapping[str, pl.Series]
) -> None:
    """Warn of columns that were read so.

    Args:
        file_name: of the table.
        columns: the text of the columns with decimal commas, by name.
        grouped: that of the columns whose points group digits.
    """
    if not columns:
        say_groups(file_name, grouped)
        return
    said = f"{_that_hold(columns, file_name)} numbers with decimal commas: {_first_read(columns)}"
    if grouped:
        noun = "column" if len(grouped) == 1 else "columns"
        said += f", and in {noun} {shown(grouped)} {_first_read(grouped, '.')}"
    warn_user(f"{said}.", DataWarning)


def say_groups(file_name: str, columns: Mapping[str, pl.Series]) -> None:
    """Warn of columns whose digits points group; see `say_decimal_commas`."""
    _warn(file_name, columns, "numbers whose digits points group", ".")


def say_comma_groups(file_name: str, columns: Mapping[str, pl.Series]) -> None:
    """Warn of columns whose digits commas group; see `say_decimal_commas`."""
    _warn(file_name, columns, "numbers whose digits commas group", ",", decimal=".")


def doubt_points(file_name: str, columns: Mapping[str, pl.Series]) -> None:
    """Warn of columns whose points are read as decimal, and may be none."""
    doubt = " If points group digits there, leave them out."
    _warn(file_name, columns, "numbers with three digits after each point", ".", ".", doubt)


def _warn(
    file_name: str,
    columns: Mapping[str, pl.Series],
    what: str,
    mark: str,
    decimal: str = ",",
    more: str = "",
) -> None:
    if columns:
        said = f"{_that_hold(columns, file_name)} {what}: {_first_read(columns, mark, decimal)}."
        warn_user(f"{said}{more}", DataWarning)


def _that_hold(columns: Mapping[str, pl.Series], file_name: str) -> str:
    if len(columns) == 1:
        return f"Column {shown(columns)} of {file_name!r} holds"
    return f"Columns {shown(columns)} of {file_name!r} hold"


def _first_read(columns: Mapping[str, pl.Series], mark: str = ",", decimal: str = ",") -> str:
    """Say how the first number with a mark is read, by the mark that is decimal."""
    first = unnamed(next(iter(columns.values())))
    word = first.filter(first.str.contains(mark, literal=True))[0].strip()
    group = "," if decimal == "." else "."
    return f"{word!r} is read as {word.replace(group, '').replace(decimal, '.')}"
