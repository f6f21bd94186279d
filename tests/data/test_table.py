from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from rightfit.data.table import FrameTable, MatrixTable, as_table
from rightfit.errors import DataError


def test_a_matrix_stays_one_array() -> None:
    X = np.zeros((3, 784), np.float32)
    table = as_table(X)
    assert isinstance(table, MatrixTable)
    assert np.shares_memory(table.array, X)
    assert table.names[-1] == "x783"
    assert not table.is_named


def test_a_frame_has_the_names_of_its_user() -> None:
    table = as_table(pd.DataFrame({"b": [1], "a": ["x"]}))
    assert isinstance(table, FrameTable)
    assert table.names == ("b", "a")
    assert table.n_rows == 1
    assert table.is_named


def test_a_table_passes_through() -> None:
    table = as_table([[1.0]])
    assert as_table(table) is table


def test_columns_of_an_array_are_numbered() -> None:
    for rows in ([[1.0, 2.0]], [["x", 2.0]]):
        table = as_table(rows)
        assert (table.names, table.is_named) == (("x0", "x1"), False)


@pytest.mark.parametrize("rows", [slice(1, 3), np.array([1, 2])])
@pytest.mark.parametrize(
    "make", [lambda X: X, lambda X: pd.DataFrame(X, columns=["x0", "x1", "x2"])]
)
def test_numbers_of_some_rows_and_columns(make: Any, rows: Any) -> None:
    X = np.arange(12.0).reshape(4, 3)
    table = as_table(make(X))
    assert table.numbers(table.names, rows).tolist() == X[1:3].tolist()
    assert table.numbers(("x2", "x0"), rows).tolist() == X[1:3][:, [2, 0]].tolist()


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.float32, np.float32), (np.float64, np.float64), (int, np.float64)]
)
def test_only_float32_stays_narrow(dtype: Any, expected: Any) -> None:
    table = as_table(np.zeros((2, 2), dtype))
    assert table.numbers(table.names, slice(None)).dtype == expected


def test_read_as_numbers_names_all_words_of_the_rows_asked_for() -> None:
    frame = pl.DataFrame({"a": ["1", "x", "?", "x"], "b": ["1", "2", "3", "4"], "c": ["y"] * 4})
    table = as_table(frame)
    with pytest.raises(DataError) as caught:
        table.read_as_numbers(("a", "b", "c"))
    assert str(caught.value) == (
        "Column 'a' has 2 values that are not numbers: 'x' (rows 2, 4).\n"
        "Column 'c' has 4 values that are not numbers: 'y' (rows 1, 2, 3, 4).\n"
        "A numeric column needs numbers or empty cells.\n"
        "hint: clean these values, or train with column_kinds={'a': 'category', 'c': 'category'}"
    )
    read = table.read_as_numbers(("a", "b"), np.array([0, 2]))
    values = read.numbers(("a", "b"), np.array([0, 2]))
    np.testing.assert_array_equal(values, [[1, 1], [np.nan, 3]])


@pytest.mark.parametrize(
    ("X", "shape", "noun"),
    [
        (np.empty((0, 3)), (0, 3), "sample"),
        (pd.DataFrame({"a": []}), (0, 1), "sample"),
        (np.empty((12, 0)), (12, 0), "feature"),
        (pl.DataFrame(), (0, 0), "feature"),
    ],
)
def test_empty_tables_are_refused_in_scikit_learns_words(
    X: Any, shape: tuple[int, int], noun: str
) -> None:
    with pytest.raises(DataError) as caught:
        as_table(X)
    assert str(caught.value) == (
        f"Found array with 0 {noun}(s) (shape={shape}) while a minimum of 1 is required."
    )


@pytest.mark.parametrize(
    ("X", "what", "hint"),
    [
        (None, "None", "read a file into a dataframe"),
        ("t.csv", "'t.csv'", "read a file into a dataframe"),
        ({"a": [1]}, "{'a': [1]}", "put it into a dataframe"),
        ({"a": list(range(99))}, "a dict", "put it into a dataframe"),
    ],
)
def test_what_is_no_table(X: Any, what: str, hint: str) -> None:
    with pytest.raises(DataError) as caught:
        as_table(X)
    assert str(caught.value) == (
        f"Expected 2D array, got {what} instead.\n"
        "A table is a dataframe, or an array of numbers or text with rows and columns.\n"
        f"hint: {hint}"
    )


def test_infinity_is_refused_wherever_it_comes_from() -> None:
    for X in (np.array([[np.inf]]), pd.DataFrame({"x0": [np.inf]}), [["a", np.inf]]):
        with pytest.raises(DataError, match="The table holds infinity in column 'x"):
            as_table(X)


def test_a_sparse_dictionary_of_keys_is_a_table() -> None:
    table = as_table(sparse.dok_array(np.eye(2)))
    assert table.numbers(table.names, slice(None)).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("name", ["*", "^.*$"])
def test_columns_may_be_called_like_patterns(name: str) -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0], name: [3.0, 4.0]})
    assert as_table(frame).names == ("a", name)
