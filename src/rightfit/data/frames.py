"""Turn any dataframe that Narwhals knows into a Polars one."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import polars as pl

from rightfit.data.column_names import free_name
from rightfit.data.objects import columns_of_objects
from rightfit.errors import DataError, shown

IsRead: TypeAlias = Callable[[Hashable], bool]


def every_column(name: Hashable) -> bool:
    """Say of each column that it is read."""
    return True


def read_frame(
    X: Any, *, decode: bool = False, is_read: IsRead = every_column
) -> pl.DataFrame | None:
    """Turn a dataframe into a Polars one; None if it is none.

    Numbers keep their type, text becomes String, categoricals of any values
    become categoricals of text, and moments with a time zone become UTC. A
    column that is not read is nulls if it is of no plain type, and missing if
    its name cannot be used.

    Args:
        X: the dataframe.
        decode: whether categoricals become what their categories are, as targets must.
        is_read: says of a column's name whether anybody looks into the column.

    Raises:
        DataError: the name of a column that is read is not text or occurs twice, or such a
            column mixes types.

    Example:
        >>> import pandas as pd
        >>> read_frame(pd.DataFrame({"a": [1, 2], "b": ["x", None]})).rows()
        [(1, 'x'), (2, None)]
        >>> read_frame([1, 2]) is None
        True
    """
    frame = _read(X, decode, is_read)
    return None if frame is None else _with_a_name(frame)


def _with_a_name(frame: pl.DataFrame) -> pl.DataFrame:
    """Call a column that has the empty name by its place, as reading it from a file does."""
    if "" not in frame.columns:
        return frame
    return frame.rename({"": free_name(f"column_{frame.columns.index('')}", frame.columns)})


def _read(X: Any, decode: bool, is_read: IsRead) -> pl.DataFrame | None:
    if isinstance(X, pl.LazyFrame):
        X = X.collect()
    if isinstance(X, pl.DataFrame):
        objects = [name for name, dtype in X.schema.items() if dtype == pl.Object]
        if not objects:
            return X
        nulls = _nulls([name for name in objects if not is_read(name)], X.height)
        cells = {name: X[name].to_list() for name in objects if is_read(name)}
        return X.with_columns([*nulls, *columns_of_objects(cells)])
    X = _with_text_names(X, is_read)
    frame = nw.from_native(X, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        return frame.collect("polars").to_native()
    if not isinstance(frame, nw.DataFrame):
        return None
    unread = [n for n, dtype in frame.schema.items() if not (is_read(n) or _is_plain(dtype))]
    kept = frame.drop(unread) if unread else frame
    is_arrow = frame.implementation.is_polars() or frame.implementation.is_pyarrow()
    read = kept.to_polars() if is_arrow else _column_by_column(kept, decode=decode)
    if not unread:
        return read
    return pl.DataFrame([*read.get_columns(), *_nulls(unread, len(frame))])[frame.columns]


def read_series(y: Any) -> pl.Series | None:
    """Turn a column of a dataframe into a Polars one; None if it is none.

    A categorical becomes what its categories are, text, numbers or truth values.

    Example:
        >>> import pandas as pd
        >>> read_series(pd.Series([1, 2], name="price")).name
        'price'
    """
    if isinstance(y, pl.Series):
        return y
    column = nw.from_native(y, pass_through=True, allow_series=True)
    if not isinstance(column, nw.Series):
        return None
    if column.implementation.is_polars() or column.implementation.is_pyarrow():
        return column.to_polars()
    name = str(column.name or "")
    typed = _typed(column, decode=True)
    if isinstance(typed, list):
        return columns_of_objects({name: typed})[0]
    return typed.rename(name)


def _nulls(names: Iterable[str], n_rows: int) -> list[pl.Series]:
    return [pl.Series(name, [None] * n_rows, pl.Null) for name in names]


def _is_plain(dtype: Any) -> bool:
    """Say whether a column of a type can always be converted, whatever it holds."""
    plain = nw.Boolean | nw.String | nw.Categorical | nw.Enum
    is_number = dtype.is_numeric() and not isinstance(dtype, nw.Decimal)
    return is_number or dtype.is_temporal() or isinstance(dtype, plain)


def _with_text_names(X: Any, is_read: IsRead) -> Any:
    """Check a dataframe's names and turn whole numbers among them into text."""
    if isinstance(X, type):
        return X
    names = getattr(X, "column_names", None)
    names = getattr(X, "columns", None) if names is None else names
    if names is None or callable(names) or not hasattr(X, "shape"):
        return X
    names = list(names)
    texts = checked_names(names, is_read)
    if len(texts) < len(names):
        X = X.iloc[:, [*texts]] if hasattr(X, "iloc") else X.select([*texts])
    unchanged = all(text is names[place] for place, text in texts.items())
    if unchanged or not hasattr(X, "set_axis"):
        return X
    return X.set_axis([*texts.values()], axis="columns")


def checked_names(names: Sequence[Hashable], is_read: IsRead = every_column) -> dict[int, str]:
    """Give names of columns as texts, by their places.

    Of columns that are not read, those whose names cannot be used are left out.

    Args:
        names: of all columns.
        is_read: says of a name whether anybody looks into the column.

    Raises:
        DataError: the name of a column that is read is neither text nor a whole number, or
            occurs twice.

    Example:
        >>> checked_names(["a", 1, "b", "b"], lambda name: name != "b")
        {0: 'a', 1: '1', 2: 'b'}
    """
    usable = [isinstance(name, str | int | np.integer) for name in names]
    wrong = [name for name, is_usable in zip(names, usable, strict=True) if not is_usable]
    wrong = [name for name in wrong if is_read(name)]
    if wrong:
        raise DataError(
            f"Names of columns are not text: {shown(wrong)}.",
            expected="Every column has a text, or a whole number, as its name.",
            hint="rename these columns",
        )
    texts = {
        place: name if isinstance(name, str) else str(name)
        for place, name in enumerate(names)
        if usable[place]
    }
    counts = Counter(texts.values())
    twice = [text for text, n in counts.items() if n > 1 and is_read(text)]
    if twice:
        raise DataError(
            f"Names of columns occur more than once: {shown(twice)}.",
            expected="Every column has a name of its own.",
            hint="rename these columns, or drop the copies",
        )
    first = {text: place for place, text in reversed(texts.items())}
    return {place: text for place, text in texts.items() if first[text] == place}


def _column_by_column(frame: nw.DataFrame[Any], *, decode: bool) -> pl.DataFrame:
    """Convert without PyArrow, which pandas does not need to have."""
    columns = {column.name: _typed(column, decode=decode) for column in frame.iter_columns()}
    objects = {name: values for name, values in columns.items() if isinstance(values, list)}
    typed = dict(zip(objects, columns_of_objects(objects), strict=True))
    return pl.DataFrame({name: typed.get(name, columns[name]) for name in frame.columns})


def _typed(column: nw.Series[Any], *, decode: bool) -> pl.Series | list[Any]:
    """Convert a column of one type; give the list of its objects where that is not sure."""
    dtype = column.dtype
    if isinstance(dtype, nw.Categorical | nw.Enum):
        return _decoded(column) if decode else _categories(column)
    if dtype.is_integer() and column.is_null().any():
        # As an array they would be floats, which have not every whole number.
        whole = pl.Series(str(column.name), column.fill_null(0).to_numpy())
        return whole.set(pl.Series(column.is_null().to_numpy()), None)
    if dtype.is_numeric() or isinstance(dtype, nw.Datetime | nw.Duration):
        values = column.to_numpy()
        if values.dtype.kind in "iufMm":
            # Polars takes neither half floats nor moments in seconds.
            if values.dtype == np.float16:
                values = values.astype(np.float32)
            if values.dtype.kind in "Mm":
                values = values.astype(f"{values.dtype.kind}8[us]")
            return pl.Series(str(column.name), values)
    if dtype == nw.Boolean:
        values = column.to_numpy()
        if values.dtype.kind == "b":
            return pl.Series(str(column.name), values)
    if dtype == nw.String:
        words = column.to_numpy().astype(object)
        words[column.is_null().to_numpy()] = None
        return pl.Series(str(column.name), words.tolist(), pl.String)
    return column.to_list()


def _decoded(column: nw.Series[Any]) -> pl.Series | list[Any]:
    """Look up each row's category, where they are of one type."""
    native = column.to_native()
    if not hasattr(native, "cat"):
        return column.to_list()
    levels = nw.from_native(native.cat.categories.to_series(), series_only=True)
    categories = _typed(levels, decode=True)
    if isinstance(categories, list):
        return column.to_list()
    codes = pl.Series(native.cat.codes.to_numpy())
    return categories.gather(codes.set(codes < 0, None)).alias(str(column.name))


def _categories(column: nw.Series[Any]) -> pl.Series:
    values = column.to_list()
    missing = column.is_null().to_numpy()
    names = {value: _name(value) for value in set(column.drop_nulls().to_list())}
    words = [None if no else names[value] for value, no in zip(values, missing, strict=True)]
    return pl.Series(str(column.name), words, pl.String).cast(pl.Categorical)


def _name(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)
