"""Turn arrays, lists of lists and sparse matrices into a matrix of numbers or a frame."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.memory import GIB, available_bytes
from rightfit.data.objects import NUMERIC, columns_of_objects, family
from rightfit.errors import DataError

Matrix = NDArray[Any]

_MOST_SHOWN = 10


def read_matrix(X: Any) -> Matrix | pl.DataFrame:
    """Turn an array-like of two dimensions into a matrix, or into a frame if it holds words.

    Raises:
        DataError: it has not two dimensions, is complex, or does not fit in memory.

    Example:
        >>> read_matrix([[1, 2], [3, 4]]).dtype
        dtype('int64')
        >>> read_matrix([["a", 1.0], ["b", 2.0]]).rows()
        [('a', 1.0), ('b', 2.0)]
    """
    if hasattr(X, "tocsr") and hasattr(X, "toarray"):
        return _densified(X)
    if np.ma.isMaskedArray(X):
        X = np.ma.filled(X.astype(np.float64), np.nan)
    array = _as_array(X)
    if array.dtype.kind == "c":
        raise complex_data(array)
    _check_dimensions(array)
    if array.dtype.kind == "O":
        return _of_objects(array)
    if array.dtype.kind in "biuf":
        return _of_numbers(array)
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    if array.dtype.kind in "UMm":
        kind = array.dtype.kind
        # Polars takes moments from NumPy in a few units only, and no text.
        columns = array.T.tolist() if kind == "U" else [*array.T.astype(f"{kind}8[us]")]
        return pl.DataFrame([pl.Series(f"x{i}", values) for i, values in enumerate(columns)])
    raise DataError(
        f"An array of type {array.dtype} is not a table.",
        expected="A table is a dataframe, or an array of numbers or text with rows and columns.",
        hint="put it into a dataframe",
    )


def complex_data(values: object) -> DataError:
    """Say that complex numbers cannot be used."""
    return DataError(
        f"Complex data not supported\n{_shortened(values)}",
        hint="use the real and the imaginary part as two columns",
    )


def _shortened(values: object) -> str:
    with np.printoptions(threshold=_MOST_SHOWN):
        return str(values)


def _as_array(X: Any) -> Matrix:
    if isinstance(X, np.ndarray):
        return np.asarray(X)
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise DataError(
            f"The rows cannot be put into a table: {error}",
            expected="Every row has the same number of values.",
            hint="fill the shorter rows with None",
        ) from None
    # NumPy turns [["a", 1.0]] into text; as objects, columns keep their types.
    return np.array(X, dtype=object) if array.dtype.kind in "US" and _is_nested(X) else array


def _is_nested(X: Any) -> bool:
    return isinstance(X, list | tuple)


def _check_dimensions(array: Matrix) -> None:
    if array.ndim == 2:
        return
    if array.ndim > 2:
        raise DataError(
            f"Found array with dim {array.ndim}, while dim <= 2 is required.",
            hint="flatten what belongs to one row: X.reshape(len(X), -1)",
        )
    if array.ndim == 1 and not array.size:
        raise DataError(
            "The table has no rows.",
            expected="At least one row is needed.",
            hint="check the filter, or the request, that its rows come from",
        )
    what = "1D array" if array.ndim == 1 else "scalar array"
    raise DataError(
        f"Expected 2D array, got {what} instead:\narray={_shortened(array)}.",
        expected="Reshape your data either using array.reshape(-1, 1) if your data has a single "
        "feature or array.reshape(1, -1) if it contains a single sample.",
    )


def _of_numbers(array: Matrix) -> Matrix:
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def _of_objects(array: Matrix) -> Matrix | pl.DataFrame:
    kinds = set(map(type, array.ravel())) - {type(None)}
    if all(family(kind) in NUMERIC for kind in kinds):
        return array.astype(np.float64)
    return pl.DataFrame(
        columns_of_objects({f"x{i}": list(column) for i, column in enumerate(array.T)})
    )


def _densified(X: Any) -> Matrix:
    if np.dtype(X.dtype).kind == "c":
        raise complex_data(X)
    if len(X.shape) != 2:
        _check_dimensions(np.asarray(X.toarray()))
    needed = X.shape[0] * X.shape[1] * 4
    available = available_bytes()
    if available is not None and needed > available:
        raise DataError(
            f"This sparse matrix of {X.shape[0]:,} rows and {X.shape[1]:,} columns needs "
            f"{needed / GIB:.1f} GiB as a dense one, and {available / GIB:.1f} GiB are free.",
            expected="Sparse matrices are trained on as dense ones, in float32.",
            hint="keep fewer columns (TruncatedSVD, SelectKBest), or take fewer rows",
        )
    return np.asarray(X.astype(np.float32).toarray())
