from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from rightfit.data import matrices
from rightfit.data.matrices import read_matrix
from rightfit.errors import DataError


class OnlyArray:
    """What scikit-learn's checks pass: nothing but `__array__`."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.values


@pytest.mark.parametrize(
    ("X", "dtype"),
    [
        (np.eye(2, dtype=np.float32), "float32"),
        (np.eye(2), "float64"),
        (np.eye(2, dtype=np.float16), "float32"),
        (np.eye(2, dtype=np.longdouble), "float64"),
        (np.eye(2, dtype=np.uint8), "uint8"),
        (np.eye(2, dtype=bool), "bool"),
        (np.eye(2).astype(object), "float64"),
        (np.array([[1, None], [True, 2.5]], dtype=object), "float64"),
        ([[1, 0], [0, 1.0]], "float64"),
        (([1, 0], (0, 1)), "int64"),
        (OnlyArray(np.eye(2)), "float64"),
        (np.asfortranarray(np.eye(2)), "float64"),
        (np.ma.masked_array(np.eye(2), np.eye(2) > 2), "float64"),
    ],
)
def test_numbers_stay_a_matrix(X: Any, dtype: str) -> None:
    matrix = read_matrix(X)
    assert isinstance(matrix, np.ndarray)
    assert matrix.dtype == dtype
    assert matrix.shape == (2, 2)


def test_a_matrix_is_not_copied(tmp_path: Path) -> None:
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", "float32", (3, 2))
    for array in (np.eye(2), X):
        assert np.shares_memory(np.asarray(read_matrix(array)), array)


def test_masked_cells_are_missing() -> None:
    matrix = read_matrix(np.ma.masked_array([[1, 2]], [[False, True]]))
    assert np.isnan(np.asarray(matrix)).tolist() == [[False, True]]


@pytest.mark.parametrize(
    "make", ["csr_matrix", "csr_array", "coo_array", "csc_matrix", "lil_array"]
)
def test_sparse_becomes_dense_in_float32(make: str) -> None:
    matrix = read_matrix(getattr(sparse, make)(np.eye(3)))
    assert isinstance(matrix, np.ndarray)
    assert matrix.dtype == np.float32
    assert matrix.tolist() == np.eye(3).tolist()


def test_sparse_that_does_not_fit_names_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "available_bytes", lambda: 8 << 30)
    with pytest.raises(DataError) as caught:
        read_matrix(sparse.csr_array((1_000_000, 10_000)))
    assert str(caught.value) == (
        "This sparse matrix of 1,000,000 rows and 10,000 columns needs 37.3 GiB as a dense one, "
        "and 8.0 GiB are free.\n"
        "Sparse matrices are trained on as dense ones, in float32.\n"
        "hint: keep fewer columns (TruncatedSVD, SelectKBest), or take fewer rows"
    )


@pytest.mark.parametrize(
    "X",
    [
        [["a", 1.0], ["b", None]],
        np.array([["a", 1.0], ["b", None]], dtype=object),
    ],
)
def test_columns_of_lists_and_objects_keep_their_types(X: Any) -> None:
    frame = read_matrix(X)
    assert isinstance(frame, pl.DataFrame)
    assert frame.rows() == [("a", 1.0), ("b", None)]
    assert frame.columns == ["x0", "x1"]


@pytest.mark.parametrize(
    "X", [np.array([["a", "1"], ["b", "2"]]), np.array([[b"a", b"1"], [b"b", b"2"]])]
)
def test_arrays_of_text_become_text(X: Any) -> None:
    frame = read_matrix(X)
    assert isinstance(frame, pl.DataFrame)
    assert frame.rows() == [("a", "1"), ("b", "2")]


def test_arrays_of_moments_become_moments() -> None:
    frame = read_matrix(np.array([["2026-01-02"], ["NaT"]], dtype="M8[s]"))
    assert isinstance(frame, pl.DataFrame)
    assert frame["x0"].dt.year().to_list() == [2026, None]


NOTHING: list[Any] = [[], (), np.array([])]
RESHAPE = (
    "Reshape your data either using array.reshape(-1, 1) if your data has a single feature or "
    "array.reshape(1, -1) if it contains a single sample."
)


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        ([1.0, 2.0], f"Expected 2D array, got 1D array instead:\narray=[1. 2.].\n{RESHAPE}"),
        (
            np.arange(500),
            "Expected 2D array, got 1D array instead:\n"
            f"array=[  0   1   2 ... 497 498 499].\n{RESHAPE}",
        ),
        *(
            (
                nothing,
                "The table has no rows.\nAt least one row is needed.\n"
                "hint: check the filter, or the request, that its rows come from",
            )
            for nothing in NOTHING
        ),
        (3, f"Expected 2D array, got scalar array instead:\narray=3.\n{RESHAPE}"),
        (
            np.zeros((2, 2, 2)),
            "Found array with dim 3, while dim <= 2 is required.\n"
            "hint: flatten what belongs to one row: X.reshape(len(X), -1)",
        ),
        (
            [[1j]],
            "Complex data not supported\n[[0.+1.j]]\n"
            "hint: use the real and the imaginary part as two columns",
        ),
        (
            np.zeros((1, 1), dtype=[("a", float)]),
            "An array of type [('a', '<f8')] is not a table.\n"
            "A table is a dataframe, or an array of numbers or text with rows and columns.\n"
            "hint: put it into a dataframe",
        ),
    ],
)
def test_what_is_no_table(X: Any, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_matrix(X)
    assert str(caught.value) == expected


def test_rows_of_different_lengths() -> None:
    with pytest.raises(DataError) as caught:
        read_matrix([[1, 2], [3]])
    assert str(caught.value).startswith("The rows cannot be put into a table: ")
    assert str(caught.value).endswith(
        "Every row has the same number of values.\nhint: fill the shorter rows with None"
    )
