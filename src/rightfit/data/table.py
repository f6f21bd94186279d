"""A table, whatever it came from: named columns of one length."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import EVERY_ROW, Rows, as_slice, positions, take
from rightfit.data.complaints import clean_or_override, raise_together
from rightfit.data.finite import check_finite_frame, check_finite_matrix
from rightfit.data.frames import IsRead, every_column, read_frame
from rightfit.data.markers import A_NUMBER, parse_numbers
from rightfit.data.matrices import Matrix, read_matrix
from rightfit.data.records import read_records
from rightfit.errors import DataError


class Table(Protocol):
    """Named columns of one length; `is_named` if the names are the user's own."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        ...

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        ...

    @property
    def is_named(self) -> bool:
        """Whether the user named the columns."""
        ...

    def column(self, name: str) -> pl.Series:
        """Give one column."""
        ...

    def numbers(self, names: Sequence[str], rows: Rows) -> NDArray[np.floating[Any]]:
        """Give some columns as `[row, column]`, NaN for what is missing."""
        ...

    def renamed(self, names: Sequence[str]) -> "Table":
        """Give the same columns under other names, in order."""
        ...

    def read_as_numbers(self, names: Sequence[str], rows: Rows = EVERY_ROW) -> "Table":
        """Read the text of some columns as numbers; complain of all words at once."""
        ...


@final
class FrameTable:
    """A table of typed columns.

    Example:
        >>> table = FrameTable(pl.DataFrame({"a": [1, None], "b": ["x", "y"]}))
        >>> table.names, table.n_rows, table.numbers(["a"], slice(None)).tolist()
        (('a', 'b'), 2, [[1.0], [nan]])
    """

    def __init__(self, frame: pl.DataFrame, *, is_named: bool = True) -> None:
        self.frame = frame
        self.names = tuple(frame.columns)
        self.n_rows = frame.height
        self.is_named = is_named

    def column(self, name: str) -> pl.Series:
        return self.frame[name]

    def numbers(self, names: Sequence[str], rows: Rows) -> NDArray[np.floating[Any]]:
        numbers = np.empty((len(positions(rows, self.n_rows)), len(names)))
        for place, name in enumerate(names):
            column = take(self.frame[name], rows)
            numeric = column if column.dtype.is_numeric() else parse_numbers(column).values
            numbers[:, place] = numeric.cast(pl.Float64).to_numpy()
        return numbers

    def renamed(self, names: Sequence[str]) -> "FrameTable":
        return FrameTable(self.frame.rename(dict(zip(self.names, names, strict=True))))

    def read_as_numbers(self, names: Sequence[str], rows: Rows = EVERY_ROW) -> "FrameTable":
        read, complaints, wrong = [], [], {}
        at = positions(rows, self.n_rows)
        for name in names:
            column = self.frame[name]
            if column.dtype.is_numeric():
                continue
            parsed = parse_numbers(column)
            read.append(parsed.values.alias(name))
            if parsed.wrong.any():
                there = parse_numbers(take(column, rows))
                complaints.append(there.complaint(name, take(column, rows), at, A_NUMBER))
                wrong[name] = "category"
        raise_together(
            complaints,
            expected="A numeric column needs numbers or empty cells.",
            hint=clean_or_override(wrong),
        )
        return FrameTable(self.frame.with_columns(read), is_named=self.is_named) if read else self


@final
class MatrixTable:
    """A table of numbers that stays one array.

    Example:
        >>> table = MatrixTable(np.eye(2, dtype=np.float32))
        >>> table.names, table.numbers(["x1"], slice(None)).tolist()
        (('x0', 'x1'), [[0.0], [1.0]])
    """

    def __init__(self, array: Matrix, names: Sequence[str] | None = None) -> None:
        self.array = array
        self.n_rows = array.shape[0]
        self.is_named = False
        self.names = tuple(names or (f"x{i}" for i in range(array.shape[1])))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def column(self, name: str) -> pl.Series:
        return pl.Series(name, np.ascontiguousarray(self.array[:, self._places[name]]))

    def numbers(self, names: Sequence[str], rows: Rows) -> NDArray[np.floating[Any]]:
        values = self.array[rows]
        if names is not self.names and tuple(names) != self.names:
            values = values[:, as_slice([self._places[name] for name in names])]
        return values if values.dtype.kind == "f" else values.astype(np.float64)

    def renamed(self, names: Sequence[str]) -> "MatrixTable":
        return MatrixTable(self.array, names)

    def read_as_numbers(self, names: Sequence[str], rows: Rows = EVERY_ROW) -> "MatrixTable":
        return self


def as_table(X: Any, *, is_read: IsRead = every_column) -> Table:
    """Take a table from whatever holds one.

    Args:
        X: a dataframe of any library that Narwhals knows (pandas, Polars, PyArrow, …), a list of
            dicts, one a row, a two-dimensional array or list of lists, or a sparse matrix. A table
            passes through. The columns of an array are called x0, x1, ….
        is_read: says of the name of a dataframe's column, or of a key of dicts, whether it will be
            read; what is in the others does not matter.

    Raises:
        DataError: it has no rows or columns, not two dimensions, infinite values, columns of
            mixed types, or names that are not usable.

    Example:
        >>> as_table([["a", 1.0], ["b", 2.0]]).column("x0").to_list()
        ['a', 'b']
    """
    if isinstance(X, FrameTable | MatrixTable):
        return X
    # A sparse matrix of the kind "dictionary of keys" is a dict.
    if X is None or (isinstance(X, str | bytes | dict) and not hasattr(X, "tocsr")):
        raise _no_table(X)
    frame = read_frame(X, is_read=is_read)
    frame = read_records(X, is_read=is_read) if frame is None else frame
    if frame is not None:
        return _checked(FrameTable(frame), is_read)
    values = read_matrix(X)
    if isinstance(values, pl.DataFrame):
        return _checked(FrameTable(values, is_named=False), is_read)
    return _checked(MatrixTable(values), is_read)


def _no_table(X: object) -> DataError:
    what = repr(X) if X is None or len(repr(X)) < 60 else f"a {type(X).__name__}"
    return DataError(
        f"Expected 2D array, got {what} instead.",
        expected="A table is a dataframe, or an array of numbers or text with rows and columns.",
        hint=_into_a_table(X) if isinstance(X, dict) else "read a file into a dataframe",
    )


def _into_a_table(X: dict[Any, Any]) -> str:
    is_row = all(value is None or np.isscalar(value) for value in X.values())
    return "put the row into a list: [row]" if is_row else "put it into a dataframe"


def _checked(table: FrameTable | MatrixTable, is_read: IsRead) -> Table:
    n_rows, n_columns = table.n_rows, len(table.names)
    for n, noun in ((n_columns, "feature"), (n_rows, "sample")):
        if n == 0:
            raise DataError(
                f"Found array with 0 {noun}(s) (shape=({n_rows}, {n_columns})) "
                "while a minimum of 1 is required."
            )
    if isinstance(table, MatrixTable):
        check_finite_matrix(table.array, table.names)
    else:
        frame = table.frame
        read = [name for name in frame.columns if is_read(name)]
        # By index: `select` takes names such as "*" and "^a.*$" for patterns.
        check_finite_frame(frame[read])
    return table
