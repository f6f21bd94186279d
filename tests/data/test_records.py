from typing import Any

import polars as pl
import pytest

from rightfit.data.records import read_records
from rightfit.data.table import as_table
from rightfit.errors import DataError


def test_list_of_dicts_is_a_table_with_names() -> None:
    table = as_table([{"class": 3, "sex": "male"}, {"class": 1, "sex": None}])
    assert (table.names, table.n_rows, table.is_named) == (("class", "sex"), 2, True)
    assert table.column("sex").to_list() == ["male", None]


def test_what_a_row_does_not_name_is_missing() -> None:
    frame = read_records([{"a": 1}, {"b": "x"}])
    assert frame is not None
    assert frame.equals(pl.DataFrame({"a": [1, None], "b": [None, "x"]}))


@pytest.mark.parametrize("X", [[], [[1, 2]], [{"a": 1}, [2]], {"a": [1]}, "a", [1, 2]])
def test_anything_else_is_none(X: Any) -> None:
    assert read_records(X) is None


def test_names_that_are_no_text_are_refused() -> None:
    with pytest.raises(DataError, match=r"Names of columns are not text: 1\.5"):
        read_records([{1.5: 1}])


def test_what_is_not_read_is_null_whatever_it_holds() -> None:
    X = [{"a": 1, "tags": ["x"], "1": 1, 1: 2, 1.5: 3}, {"a": 2, "tags": 3}]
    frame = read_records(X, is_read=lambda name: name == "a")
    assert frame is not None
    assert frame.to_dict(as_series=False) == {"a": [1, 2], "tags": [None] * 2, "1": [None] * 2}


def test_one_dict_is_answered_with_a_list_of_it() -> None:
    with pytest.raises(DataError, match=r"hint: put the row into a list: \[row\]"):
        as_table({"class": 3, "sex": "male", "age": None})
