"""Refuse infinite values, naming their columns and rows."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray

from rightfit.data.cells import row_list, unnamed
from rightfit.errors import MAX_SHOWN, DataError, and_more

CELLS_AT_ONCE: Final = 1 << 20


def check_finite_frame(frame: pl.DataFrame) -> None:
    """Check that no column of floats holds infinity.

    Raises:
        DataError: at least one does; the first five are named.
    """
    found = frame.select(cs.float().is_infinite().any())
    flags = found.row(0) if found.width else ()
    names = [name for name, is_there in zip(found.columns, flags, strict=True) if is_there]
    if names:
        raise _infinite(
            {name: unnamed(frame[name]).is_infinite().arg_true().to_list() for name in names}
        )


def check_finite_matrix(array: NDArray[Any], names: Sequence[str]) -> None:
    """Check that a matrix, whose columns are named, does not hold infinity.

    Raises:
        DataError: it does; the first five columns are named.
    """
    if array.dtype.kind != "f" or not array.size:
        return
    step = max(1, CELLS_AT_ONCE // array.shape[1])
    starts = range(0, len(array), step)
    if any(np.isinf(array[start : start + step]).any() for start in starts):
        places = np.flatnonzero(np.isinf(array).any(axis=0)).tolist()
        raise _infinite({names[i]: np.flatnonzero(np.isinf(array[:, i])).tolist() for i in places})


def _infinite(rows_of: dict[str, list[int]]) -> DataError:
    listed = [f"{name!r} ({row_list(rows)})" for name, rows in list(rows_of.items())[:MAX_SHOWN]]
    return DataError(
        f"The table holds infinity in {'column' if len(rows_of) == 1 else 'columns'} "
        f"{', '.join(listed)}{and_more(len(rows_of))}.",
        expected="Every number is finite; cells may be empty.",
        hint="replace infinite values by missing ones, or by the largest value that can be",
    )
