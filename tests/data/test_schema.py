import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rightfit.data.schema import ColumnSchema, Schema, recognise_columns
from rightfit.data.table import as_table
from rightfit.errors import DataError


def recognised(X: Any, overrides: dict[str, str] | None = None, rows: Any = None) -> Schema:
    return recognise_columns(as_table(X), slice(None) if rows is None else rows, overrides)


def message(X: Any, overrides: dict[str, str] | None = None) -> str:
    with pytest.raises(DataError) as caught:
        recognised(X, overrides)
    return str(caught.value)


def test_a_column_is_described() -> None:
    schema = recognised(pd.DataFrame({"age": [1.0, np.nan, 3.0, 3.0], "use": list("abab")}))
    assert schema.columns == (
        ColumnSchema("age", "number", "Float64", 0.25, 2),
        ColumnSchema("use", "category", "String", 0.0, 2),
    )


def test_schema_survives_json() -> None:
    schema = recognised(pl.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [None, None]}))
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_only_the_training_rows_are_looked_at() -> None:
    X = pl.DataFrame({"a": ["1", "2", "3", "x"], "b": [1, 1, 1, 2], "c": [1, 2, 3, 4]})
    schema = recognised(X, rows=np.array([0, 1, 2]))
    assert [column.kind for column in schema.columns] == ["number", "constant", "number"]


def test_row_numbers_are_those_of_the_whole_table() -> None:
    X = pl.DataFrame({"a": ["5", "1", "2", "3", "x"]})
    with pytest.raises(DataError, match=r"'x' \(row 5\)"):
        recognised(X, rows=np.array([2, 3, 4]))


def test_words_of_the_other_rows_are_told_of_with_those_of_training_rows() -> None:
    X = pl.DataFrame({"a": ["y", "1", "2", "3", "x"]})
    with pytest.raises(DataError, match=r"2 values that are not numbers: 'y' \(row 1\), 'x'"):
        recognised(X, rows=np.array([2, 3, 4]))


def test_used_and_of_kind() -> None:
    schema = recognised(pl.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [None, None]}))
    assert [column.name for column in schema.used] == ["a", "b"]
    assert schema.of_kind("constant") == ("c",)
    assert schema.names == ("a", "b", "c")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, bool])
def test_columns_of_a_matrix_are_numbers_even_if_constant(dtype: Any) -> None:
    schema = recognised(np.array([[1, 1], [0, 1]], dtype))
    assert schema.of_kind("number") == ("x0", "x1")
    assert [column.n_distinct for column in schema.columns] == [2, 1]
    assert recognised(np.ones((3, 2))).of_kind("number") == ("x0", "x1")


def test_missing_values_of_a_matrix_are_counted() -> None:
    schema = recognised(np.array([[1.0, np.nan], [2.0, np.nan], [2.0, 5.0], [3.0, np.nan]]))
    assert [column.missing_fraction for column in schema.columns] == [0.0, 0.75]
    assert [column.n_distinct for column in schema.columns] == [3, 1]


def test_a_column_of_a_matrix_can_be_made_a_category() -> None:
    schema = recognised(np.array([[1.0, 1.0], [2.0, 2.0]]), {"x1": "category"})
    assert schema.of_kind("number") == ("x0",)
    assert schema.of_kind("category") == ("x1",)


def test_all_columns_with_words_among_numbers_are_named() -> None:
    X = pl.DataFrame({"price": ["1", "2", "n/b"], "size": ["x", "2", "3"], "use": list("abc")})
    assert message(X) == (
        "Column 'price' has 1 value that is not a number: 'n/b' (row 3).\n"
        "Column 'size' has 1 value that is not a number: 'x' (row 1).\n"
        "A numeric column needs numbers or empty cells.\n"
        "hint: clean these values, or train with "
        "column_kinds={'price': 'category', 'size': 'category'}"
    )


def test_an_override_settles_words_among_numbers() -> None:
    X = pl.DataFrame({"price": ["1", "2", "n/b"]})
    assert recognised(X, {"price": "category"}).of_kind("category") == ("price",)


def test_nested_columns_can_be_ignored() -> None:
    X = pl.DataFrame({"tags": [["a"], ["b"]], "n": [1, 2]})
    assert message(X) == (
        "Column 'tags' holds values of type List(String).\n"
        "A column holds numbers, text, truth values or dates, or empty cells.\n"
        "hint: clean these values, or train with column_kinds={'tags': 'ignored'}"
    )
    assert recognised(X, {"tags": "ignored"}).of_kind("number") == ("n",)


def test_overrides_of_unknown_columns() -> None:
    assert message(pl.DataFrame({"price": [1, 2]}), {"prise": "number", "xyz": "number"}) == (
        "A kind is given for columns that the table does not have: 'prise', 'xyz'.\n"
        "hint: 'prise': did you mean 'price'?; 'xyz': there are: 'price'"
    )


def test_overrides_of_unknown_kind() -> None:
    assert message(pl.DataFrame({"price": [1, 2]}), {"price": "numeric"}) == (
        "The kind of column 'price' is given as 'numeric'.\n"
        "A kind is one of number, category, boolean, datetime, id, constant, ignored.\n"
        "hint: did you mean 'number'?"
    )


def test_no_column_left_to_learn_from() -> None:
    X = pl.DataFrame({"c": [1] * 20, "n": [None] * 20, "i": [f"id {i}" for i in range(20)]})
    assert message(X) == (
        "No column is left to learn from: 'c' (always 1), 'n' (all missing), "
        "'i' (every value occurs once).\n"
        "At least one column has two different values and is not an id.\n"
        "hint: check that the right table was read, or set the kind of a column yourself"
    )
