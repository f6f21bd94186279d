import numpy as np
import polars as pl
import pytest

from rightfit.data.finite import check_finite_frame, check_finite_matrix
from rightfit.errors import DataError

REST = (
    "Every number is finite; cells may be empty.\n"
    "hint: replace infinite values by missing ones, or by the largest value that can be"
)


def test_finite_numbers_and_missing_ones_pass() -> None:
    check_finite_frame(pl.DataFrame({"a": [1.0, None, float("nan")], "b": ["inf", "x", "y"]}))
    check_finite_matrix(np.array([[1.0, np.nan]]), ("a", "b"))
    check_finite_matrix(np.array([[1, 2]]), ("a", "b"))


def test_a_frame_names_columns_and_rows() -> None:
    frame = pl.DataFrame(
        {"a": [1.0, float("inf"), float("-inf")], "b": [1.0, 2.0, 3.0], "c": [float("inf")] * 3}
    )
    with pytest.raises(DataError) as caught:
        check_finite_frame(frame)
    assert str(caught.value) == (
        f"The table holds infinity in columns 'a' (rows 2, 3), 'c' (rows 1, 2, 3).\n{REST}"
    )


def test_a_matrix_names_columns_and_rows() -> None:
    with pytest.raises(DataError) as caught:
        check_finite_matrix(np.array([[1.0, -np.inf], [2.0, 3.0]]), ("x0", "x1"))
    assert str(caught.value) == f"The table holds infinity in column 'x1' (row 1).\n{REST}"


def test_the_columns_that_are_not_shown_are_counted() -> None:
    with pytest.raises(DataError) as caught:
        check_finite_matrix(np.full((1, 9), np.inf, np.float32), tuple("abcdefghi"))
    assert "'e' (row 1) and 4 more.\n" in str(caught.value)
