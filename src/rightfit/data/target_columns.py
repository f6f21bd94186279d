"""Take the columns of a target out of whatever holds it."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import unnamed
from rightfit.data.frames import read_frame, read_series
from rightfit.data.markers import CATEGORY_MARKERS, is_text, without_markers
from rightfit.data.matrices import complex_data
from rightfit.data.objects import columns_of_objects
from rightfit.errors import DataError, DataWarning, counted, warn_user


def target_columns(y: Any) -> list[pl.Series]:
    """Give the columns of a target; the one of a list or a one-dimensional array has no name.

    What is masked in a masked array is missing.

    Raises:
        DataError: there is no target, it has three dimensions, or it mixes types.

    Example:
        >>> [column.to_list() for column in target_columns(np.array([[1, 2], [3, 4]]))]
        [[1, 3], [2, 4]]
    """
    if y is None:
        raise DataError(
            "This estimator requires y to be passed, but the target y is None.",
            hint="give the target as the second argument",
        )
    series = read_series(y)
    if series is not None:
        return [series]
    frame = read_frame(y, decode=True)
    if frame is not None:
        return frame.get_columns()
    return _without_masked(_of_array(y), y)


def has_target(y: Any) -> NDArray[np.bool_]:
    """Say which rows have a value in every column of the target, whatever it is worth.

    Words such as "NA" are none; "None" is one, as it may be a class.

    Example:
        >>> has_target(np.array([1.0, np.nan])).tolist()
        [True, False]
        >>> has_target(["a", "?", ""]).tolist()
        [True, False, False]
    """
    return np.all([_is_there(column).to_numpy() for column in target_columns(y)], axis=0)


def warn_of_left_out(n_rows: int) -> None:
    """Say how many rows are left out as they have no target; nothing of none."""
    if n_rows:
        warn_user(f"Left out: {counted(n_rows, 'row')} without a target.", DataWarning)


def _is_there(column: pl.Series) -> pl.Series:
    if is_text(column.dtype):
        return without_markers(column, CATEGORY_MARKERS).is_not_null()
    if column.dtype.is_float():
        return unnamed(column).is_not_nan().fill_null(False)
    return unnamed(column).is_not_null()


def _of_array(y: Any) -> list[pl.Series]:
    array = np.asarray(y)
    if isinstance(y, list | tuple) and array.dtype.kind in "US":
        # NumPy has turned the numbers among the words into words.
        array = np.array(y, dtype=object)
    if array.dtype.kind == "c":
        raise complex_data(array)
    if array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise DataError(
            f"y should be a 1d array, got an array of shape {array.shape} instead.",
            expected="A target has one value for each row, or one row of values.",
            hint="reshape it: y.reshape(len(X), -1)",
        )
    columns = array.reshape(len(array), -1).T
    if array.dtype.kind == "O":
        names = [f"output {i}" if len(columns) > 1 else "" for i in range(len(columns))]
        return columns_of_objects(dict(zip(names, columns, strict=True)))
    if array.dtype.kind == "S":
        columns = np.char.decode(columns, "utf-8", "replace")
    if array.dtype.kind in "US":
        return [pl.Series("", column.tolist(), pl.String) for column in columns]
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        columns = columns.astype(np.float64)
    if array.dtype.kind in "Mm":
        columns = columns.astype(f"{array.dtype.kind}8[us]")
    return [pl.Series("", np.ascontiguousarray(column)) for column in columns]


def _without_masked(columns: list[pl.Series], y: Any) -> list[pl.Series]:
    if not np.ma.isMaskedArray(y):
        return columns
    masks = np.ma.getmaskarray(y).reshape(len(y), -1).T
    return [
        column.zip_with(
            ~pl.Series(mask), pl.repeat(None, len(mask), dtype=column.dtype, eager=True)
        )
        for column, mask in zip(columns, masks, strict=True)
    ]
