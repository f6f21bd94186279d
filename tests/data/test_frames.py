import datetime
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from rightfit.data.frames import read_frame, read_series
from rightfit.errors import DataError

WIDE = {
    "int": [1, 2, 3],
    "float": [1.5, None, 2.5],
    "text": ["x", None, "y"],
    "flag": [True, False, True],
    "moment": [datetime.datetime(2026, 1, 2, 3), None, datetime.datetime(2026, 1, 3)],
}


def converted(X: Any) -> pl.DataFrame:
    frame = read_frame(X)
    assert frame is not None
    return frame


@pytest.mark.parametrize(
    "make",
    [pl.DataFrame, lambda columns: pl.DataFrame(columns).lazy(), pa.table, pd.DataFrame],
    ids=["polars", "lazy", "pyarrow", "pandas"],
)
def test_every_library_gives_the_same_frame(make: Any) -> None:
    frame = converted(make(WIDE)).with_columns(pl.col("float").fill_nan(None))
    assert frame.to_dict(as_series=False) == WIDE
    assert frame.schema["int"] == pl.Int64
    assert frame.schema["flag"] == pl.Boolean


def test_pandas_is_read_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = converted(pd.DataFrame({**WIDE, "text": pd.Series(["x", None, "y"], dtype=object)}))
    assert frame["text"].to_list() == ["x", None, "y"]
    assert frame["moment"].to_list() == WIDE["moment"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.array([1, None, 3], dtype="Int64"), [1.0, None, 3.0]),
        (pd.array([True, None, False], dtype="boolean"), [True, None, False]),
        (pd.Categorical(["b", None, "a"]), ["b", None, "a"]),
        (pd.Categorical([1, 2, None]), ["1", "2", None]),
        (pd.Series([1.5, 2, None], dtype="float32"), [1.5, 2.0, None]),
        (pd.Series([1, True, None], dtype=object), [1, 1, None]),
        (pd.Series(["a", None, "b"], dtype="string"), ["a", None, "b"]),
        (pd.to_timedelta(["1s", "2s", None]), [datetime.timedelta(seconds=1)]),
        (
            np.array(["2026-01-02", "NaT"], dtype="M8[s]"),
            [datetime.datetime(2026, 1, 2), None],
        ),
    ],
)
def test_types_of_pandas(column: Any, expected: list[Any]) -> None:
    values = converted(pd.DataFrame({"a": column}))["a"]
    values = values.fill_nan(None) if values.dtype.is_float() else values
    assert values.to_list()[: len(expected)] == expected


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_column_without_a_name_is_called_by_its_place(kind: Any) -> None:
    assert converted(kind({"a": [1], "": [2]})).rows(named=True) == [{"a": 1, "column_1": 2}]
    if kind is not pa.table:
        assert converted(kind({"": [1], "column_0": [2]})).columns == ["column_0_", "column_0"]


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", "UInt64"])
def test_whole_numbers_stay_whole_beside_missing_ones(dtype: str) -> None:
    values = [2**53 + 1, None, 1]
    array = pd.array(values, dtype=dtype)
    assert converted(pd.DataFrame({"a": array}))["a"].to_list() == values
    column = read_series(pd.Series(array, name="*"))
    assert column is not None
    assert column.dtype.is_integer()
    assert column.to_list() == values


def test_categoricals_stay_categories_even_of_numbers() -> None:
    frame = converted(pd.DataFrame({"a": pd.Categorical([3, 1])}))
    assert frame.schema["a"] == pl.Categorical


def test_moments_with_a_zone_become_utc() -> None:
    moments = pd.to_datetime(["2026-07-01 12:00"]).tz_localize("Europe/Berlin")
    assert converted(pd.DataFrame({"a": moments}))["a"][0] == datetime.datetime(2026, 7, 1, 10)


def test_whole_numbers_as_names_become_text() -> None:
    assert converted(pd.DataFrame(np.zeros((1, 2)))).columns == ["0", "1"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["a", ("b", 1)],
            "Names of columns are not text: ('b', 1).\n"
            "Every column has a text, or a whole number, as its name.\n"
            "hint: rename these columns",
        ),
        (
            ["a", "a"],
            "Names of columns occur more than once: 'a'.\n"
            "Every column has a name of its own.\n"
            "hint: rename these columns, or drop the copies",
        ),
        (
            ["1", 1],
            "Names of columns occur more than once: '1'.\n"
            "Every column has a name of its own.\n"
            "hint: rename these columns, or drop the copies",
        ),
    ],
)
def test_names_that_cannot_be_used(names: list[Any], expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_frame(pd.DataFrame([[1, 2]], columns=pd.Index(names, dtype=object)))
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"n": [1, 2], "z": [{"k": 1}, None], "s": ["x", "y"]}),
        pl.DataFrame({"n": [1, 2], "z": pl.Series([{1}, None], dtype=pl.Object), "s": ["x", "y"]}),
        pa.table({"n": [1, 2], "z": pa.array([1, 2], pa.decimal256(50, 2)), "s": ["x", "y"]}),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_columns_that_are_not_read_are_nulls_if_of_no_plain_type(X: Any) -> None:
    frame = read_frame(X, is_read=lambda name: name == "n")
    assert frame is not None
    assert frame.to_dict(as_series=False) == {"n": [1, 2], "z": [None, None], "s": ["x", "y"]}


def test_types_of_a_wide_frame_of_polars_are_looked_up_once(monkeypatch: Any) -> None:
    # Looked up again for each column, they would take seconds a thousand columns.
    looked_up = []
    schema: Any = pl.DataFrame.schema

    def counted(frame: pl.DataFrame) -> Any:
        looked_up.append(frame)
        return schema.fget(frame)

    wide = pl.DataFrame({f"c{number}": [1] for number in range(50)})
    monkeypatch.setattr(pl.DataFrame, "schema", property(counted))
    assert converted(wide).width == 50
    assert len(looked_up) == 1


@pytest.mark.parametrize("make", [pl.DataFrame, pl.LazyFrame])
def test_objects_of_polars_are_read_as_what_they_are(make: Any) -> None:
    frame = converted(make({"a": pl.Series([1, None], dtype=pl.Object), "b": ["x", "y"]}))
    assert frame.to_dict(as_series=False) == {"a": [1, None], "b": ["x", "y"]}
    assert frame.schema["a"] == pl.Int64
    with pytest.raises(DataError, match=r"Column 'a' holds \{1\} \(row 1\)"):
        converted(make({"a": pl.Series([{1}], dtype=pl.Object)}))


def test_columns_that_are_not_read_are_left_out_where_names_cannot_be_used() -> None:
    X = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["n", "q", "q"])
    frame = read_frame(X, is_read=lambda name: name == "n")
    assert frame is not None
    assert frame.to_dict(as_series=False) == {"n": [1], "q": [2]}


@pytest.mark.parametrize("X", [[[1, 2]], np.zeros((2, 2)), 3, "text", pl.DataFrame])
def test_what_is_no_dataframe_is_left_to_others(X: Any) -> None:
    assert read_frame(X) is None


@pytest.mark.parametrize(
    "y",
    [
        pl.Series("y", [1, 2]),
        pd.Series([1, 2], name="y"),
        pd.Series([1, 2], name="y", dtype="Int64"),
        pa.chunked_array([[1, 2]]),
    ],
)
def test_columns_of_every_library(y: Any) -> None:
    column = read_series(y)
    assert column is not None
    assert column.to_list() == [1, 2]


def test_an_unnamed_column_has_no_name() -> None:
    column = read_series(pd.Series(["a", None]))
    assert column is not None
    assert column.name == ""
