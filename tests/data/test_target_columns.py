from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from rightfit.data.target_columns import has_target, target_columns
from rightfit.errors import DataError


class OnlyArray:
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array([1, 2])


@pytest.mark.parametrize(
    "y",
    [
        [1, 2],
        (1, 2),
        np.array([1, 2]),
        np.array([[1], [2]]),
        np.array([1, 2], dtype=object),
        pd.Series([1, 2]),
        pd.DataFrame({"a": [1, 2]}),
        pd.DataFrame([[1], [2]]),
        pl.Series([1, 2]),
        pl.DataFrame({"a": [1, 2]}),
        pa.chunked_array([[1, 2]]),
        OnlyArray(),
    ],
)
def test_one_column_of_whatever_holds_it(y: Any) -> None:
    (column,) = target_columns(y)
    assert column.to_list() == [1, 2]
    assert column.dtype.is_integer()


@pytest.mark.parametrize("y", [["a", None], np.array(["a", None], dtype=object)])
def test_missing_labels(y: Any) -> None:
    assert target_columns(y)[0].to_list() == ["a", None]


def test_several_columns() -> None:
    columns = target_columns(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert [column.to_list() for column in columns] == [[1.0, 3.0], [2.0, 4.0]]


def test_text_among_numbers_in_a_list_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        target_columns(["a", 1])
    assert str(caught.value) == (
        "The target mixes text and numbers: 'a' (row 1), 1 (row 2).\n"
        "A column holds numbers, or text, or dates, or durations, not several of them.\n"
        "hint: turn such a column into text, or replace its words by missing values"
    )


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (
            None,
            "This estimator requires y to be passed, but the target y is None.\n"
            "hint: give the target as the second argument",
        ),
        (
            np.zeros((2, 2, 2)),
            "y should be a 1d array, got an array of shape (2, 2, 2) instead.\n"
            "A target has one value for each row, or one row of values.\n"
            "hint: reshape it: y.reshape(len(X), -1)",
        ),
        (
            np.array([1j]),
            "Complex data not supported\n[0.+1.j]\n"
            "hint: use the real and the imaginary part as two columns",
        ),
    ],
)
def test_what_is_no_target(y: Any, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        target_columns(y)
    assert str(caught.value) == expected


def test_categoricals_become_what_their_categories_are() -> None:
    y = pd.DataFrame({"a": pd.Categorical([2, None]), "b": pd.Categorical(["x", "y"])})
    assert [column.to_list() for column in target_columns(y)] == [[2, None], ["x", "y"]]


@pytest.mark.parametrize(
    ("y", "there"),
    [
        (["a", "NA", " ? ", "", None, "None"], [1, 0, 0, 0, 0, 1]),
        (np.array(["1", "nan"]), [1, 0]),
        (pd.Series(pd.Categorical(["a", "N/A", None])), [1, 0, 0]),
        (pl.Series("^x$", ["a", "?"], pl.Categorical), [1, 0]),
        (pl.Series("^x$", [0.0, float("nan"), float("inf"), None]), [1, 0, 1, 0]),
        ([1, None], [1, 0]),
        ([True, None], [1, 0]),
        (pl.DataFrame({"a": [1.0, 2.0, None], "b": ["1", "?", "3"]}), [1, 0, 0]),
    ],
)
def test_rows_with_a_target_are_those_that_can_be_learnt_from(y: Any, there: list[bool]) -> None:
    assert has_target(y).tolist() == there
