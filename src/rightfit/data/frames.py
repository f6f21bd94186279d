"""Turn any dataframe that Narwhals knows into a Polars one."""

from collections.abc import Hashable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from rightfit.data.objects import columns_of_objects
from rightfit.errors import DataError, shown


def read_frame(X: Any, *, decode: bool = False) -> pl.DataFrame | None:
    """Turn a dataframe into a Polars one; None if it is none.

    Numbers keep their type, text becomes String, categoricals of any values
    become categoricals of text, and moments with a time zone become UTC.

    Args:
        X: the dataframe.
        decode: whether categoricals become what their categories are, as targets must.

    Raises:
        DataError: a column's name is not text or occurs twice, or a column mixes types.

    Example:
        >>> import pandas as pd
        >>> read_frame(pd.DataFrame({"a": [1, 2], "b": ["x", None]})).rows()
        [(1, 'x'), (2, None)]
        >>> read_frame([1, 2]) is None
        True
    """
    if isinstance(X, pl.LazyFrame):
        return X.collect()
    if isinstance(X, pl.DataFrame):
        return X
    X = _with_text_names(X)
    frame = nw.from_native(X, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        return frame.collect("polars").to_native()
    if not isinstance(frame, nw.DataFrame):
        return None
    if frame.implementation.is_polars() or frame.implementation.is_pyarrow():
        return frame.to_polars()
    return _column_by_column(frame, decode=decode)


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


def _with_text_names(X: Any) -> Any:
    """Check a dataframe's names and turn whole numbers among them into text."""
    if isinstance(X, type):
        return X
    names = getattr(X, "column_names", None)
    names = getattr(X, "columns", None) if names is None else names
    if names is None or callable(names) or not hasattr(X, "shape"):
        return X
    texts = checked_names(list(names))
    unchanged = all(text is name for text, name in zip(texts, names, strict=True))
    return X if unchanged or not hasattr(X, "set_axis") else X.set_axis(texts, axis="columns")


def checked_names(names: Sequence[Hashable]) -> list[str]:
    """Give names of columns as texts.

    Raises:
        DataError: a name is neither text nor a whole number, or occurs twice.
    """
    wrong = [name for name in names if not isinstance(name, str | int | np.integer)]
    if wrong:
        raise DataError(
            f"Names of columns are not text: {shown(wrong)}.",
            expected="Every column has a text, or a whole number, as its name.",
            hint="rename these columns",
        )
    texts = [name if isinstance(name, str) else str(name) for name in names]
    twice = [text for text in dict.fromkeys(texts) if texts.count(text) > 1]
    if len(set(texts)) < len(texts):
        raise DataError(
            f"Names of columns occur more than once: {shown(twice)}.",
            expected="Every column has a name of its own.",
            hint="rename these columns, or drop the copies",
        )
    return texts


def _column_by_column(frame: nw.DataFrame[Any], *, decode: bool) -> pl.DataFrame:
    """Convert without PyArrow, which pandas does not need to have."""
    columns = {name: _typed(frame[name], decode=decode) for name in frame.columns}
    objects = {name: values for name, values in columns.items() if isinstance(values, list)}
    typed = dict(zip(objects, columns_of_objects(objects), strict=True))
    return pl.DataFrame([typed.get(name, columns[name]) for name in frame.columns])


def _typed(column: nw.Series[Any], *, decode: bool) -> pl.Series | list[Any]:
    """Convert a column of one type; give the list of its objects where that is not sure."""
    dtype = column.dtype
    if isinstance(dtype, nw.Categorical | nw.Enum):
        return _decoded(column) if decode else _categories(column)
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
