from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.categories import Categories, as_levels
from rightfit.data.markers import BOOLEAN_WORDS, CATEGORY_MARKERS, MARKERS, parse_booleans
from rightfit.export.nodes import Nodes
from rightfit.export.words import add_codes, add_truth_values, code_table
from tests.export.cases import run_nodes


def looked_up(words: list[str], column: Categories, dtype: str = "String") -> list[int]:
    def add(nodes: Nodes) -> list[str]:
        return [add_codes(nodes, "words", column, dtype)]

    (codes,) = run_nodes(add, {"words": np.array(words, object)[:, None]}, np.int64)
    found: list[int] = codes[:, 0].tolist()
    return found


@pytest.mark.parametrize("has_missing", [True, False])
def test_codes_are_those_of_the_encoder(has_missing: bool) -> None:
    column = Categories("use", ("flat", "Flat", "naïve 🦊", "02", "None"), has_missing)
    words = [*column.levels, "other", "2", *CATEGORY_MARKERS]
    assert looked_up(words, column) == column.codes(pl.Series(words)).tolist()


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([1, 20, 3], dtype=pl.Int32),
        pl.Series([1, 2, 3], dtype=pl.UInt8),
        pl.Series([1.0, 2.5, 1e-7, 1e20]),
        pl.Series([True, False]),
    ],
)
def test_numbers_and_truth_values_may_be_spelled_as_python_does(values: pl.Series) -> None:
    column = Categories("use", tuple(as_levels(values)), False)
    right = column.codes(values).tolist()
    assert right == list(range(1, len(values) + 1))
    spelled = [str(value) for value in values]
    assert looked_up(spelled, column, str(values.dtype)) == right
    assert looked_up(list(column.levels), column, str(values.dtype)) == right
    if values.dtype.is_integer():
        assert looked_up([f"{word}.0" for word in spelled], column, str(values.dtype)) == right


@pytest.mark.parametrize("dtype", ["String", "Int64", "Boolean"])
@pytest.mark.parametrize(
    "levels",
    [
        ("1", "2", "-3"),
        ("True", "False"),
        ("true", "True", "1", "1.0"),
        ("02134", "10001", "00007"),
        ("02134", "101"),
        ("000", "010"),
    ],
)
def test_words_that_are_spelled_otherwise_have_the_codes_of_the_encoder(
    levels: tuple[str, ...], dtype: str
) -> None:
    column = Categories("use", levels, True)
    words = ["1.0", "2.0", "-3.0", "+2", "true", "TRUE", "fALSE", "2134", "2134.0", "02134.0", "7"]
    words += ["0007", "07.0", "0", "00", "10", "10.0", "010.0", "101.0", "0101", "3.10"]
    assert looked_up(words, column, dtype) == column.codes(pl.Series(words)).tolist()


def test_a_spelling_takes_no_level_away() -> None:
    assert code_table(Categories("n", ("3", "3.0"), False), "Int64") == {
        "3": 1,
        "3.0": 2,
        "3.0.0": 2,
    }


@pytest.mark.parametrize("change", [str, str.upper, str.title, str.swapcase])
def test_truth_values_are_those_of_the_encoder(change: Any) -> None:
    words = [change(word) for word in BOOLEAN_WORDS] + [*MARKERS]

    def add(nodes: Nodes) -> list[str]:
        return [add_truth_values(nodes, "words")]

    (made,) = run_nodes(add, {"words": np.array(words, object)[:, None]}, np.float32)
    right = parse_booleans(pl.Series(words)).values.fill_null(0.5).to_list()
    assert made[:, 0].tolist() == right
