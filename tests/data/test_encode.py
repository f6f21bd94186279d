import datetime
import json
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings

from rightfit.arrays import Features
from rightfit.data import raw_numbers
from rightfit.data.cells import Positions
from rightfit.data.encode import Encoder, fit_encoder
from rightfit.data.schema import recognise_columns
from rightfit.data.table import as_table
from rightfit.errors import DataError

DAY = datetime.date(2026, 1, 5)
FRAME = pl.DataFrame(
    {
        "age": [20.0, 30.0, None, 50.0, 40.0, 60.0],
        "flag": [True, None, False, True, True, False],
        "when": [DAY, DAY + datetime.timedelta(7), None, DAY, DAY, DAY],
        "use": ["shop", "flat", "flat", None, "flat", "shop"],
        "id": [None] * 6,
    }
)


def fitted(
    X: Any, rows: Positions | None = None, max_one_hot: int = 8, **overrides: str
) -> Encoder:
    table = as_table(X)
    rows = np.arange(table.n_rows) if rows is None else rows
    schema = recognise_columns(table, rows, overrides)
    return fit_encoder(table, schema, rows, max_one_hot=max_one_hot)


def assert_same(one: Features, other: Features) -> None:
    np.testing.assert_array_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.codes, other.codes)


def test_numbers_and_codes_stand_in_a_known_order() -> None:
    encoder = fitted(FRAME)
    assert encoder.number_names == (
        *("age", "when: days", "when: day", "flag"),
        *("age is missing", "when is missing", "flag is missing"),
    )
    assert encoder.category_names == ("use",)
    assert encoder.n_levels == (4,)
    assert encoder.is_one_hot == (True,)
    features = encoder.encode(as_table(FRAME))
    assert features.numbers.dtype == np.float32
    assert features.codes.dtype == np.int32
    assert features.codes[:, 0].tolist() == [2, 1, 1, 3, 1, 2]
    assert features.numbers[:, 3].tolist() == [1, 0.5, 0, 1, 1, 0]
    assert features.numbers[:, 4].tolist() == [0, 0, 1, 0, 0, 0]
    assert features.numbers[:, 6].tolist() == [0, 1, 0, 0, 0, 0]
    assert features.numbers[2, 0] == 0.0  # the median


def test_rows_and_padding() -> None:
    encoder = fitted(FRAME)
    table = as_table(FRAME)
    rows = np.array([3, 1])
    features = encoder.encode(table, rows, pad_to=4)
    whole = encoder.encode(table)
    np.testing.assert_array_equal(features.numbers[:2], whole.numbers[rows])
    np.testing.assert_array_equal(features.codes[:2], whole.codes[rows])
    assert not features.numbers[2:].any()
    assert not features.codes[2:].any()
    assert len(encoder.encode(table, pad_to=3).numbers) == 6


def test_nothing_is_learnt_from_rows_that_are_held_out() -> None:
    train = np.array([0, 1, 2, 3])
    changed = FRAME.with_columns(
        age=pl.Series([*FRAME["age"][:4], 1e9, -1e9]),
        use=pl.Series([*FRAME["use"][:4], "new", "newer"]),
        flag=pl.Series([*FRAME["flag"][:4], None, None]),
        when=pl.Series([*FRAME["when"][:4], datetime.date(1900, 1, 1), None]),
    )
    assert fitted(FRAME, train).to_json() == fitted(changed, train).to_json()


def test_nothing_of_a_matrix_is_learnt_from_rows_that_are_held_out() -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    changed = X.copy()
    changed[40:] = [np.nan, 1e9, -1e9, 0.0]
    train = np.arange(40)
    assert fitted(X, train).to_json() == fitted(changed, train).to_json()


def test_a_column_constant_but_for_missing_values_is_kept() -> None:
    encoder = fitted(pl.DataFrame({"a": [1, None, 1], "b": [1, 2, 3]}))
    assert encoder.number_names == ("a", "b", "a is missing")
    numbers = encoder.encode(as_table(pl.DataFrame({"a": [None, 1], "b": [2, 2]}))).numbers
    assert numbers.tolist() == [[0, 0, 1], [0, 0, 0]]


def test_each_truth_value_has_its_own_indicator() -> None:
    X = pl.DataFrame({"a": [True, None, False], "b": [None, True, False], "c": [True, False, True]})
    encoder = fitted(X)
    assert encoder.number_names == ("a", "b", "c", "a is missing", "b is missing")
    numbers = encoder.encode(as_table(X)).numbers
    assert numbers[:, 3:].T.tolist() == [[0, 1, 0], [1, 0, 0]]


def test_an_empty_column_is_not_needed_later() -> None:
    encoder = fitted(FRAME)
    assert encoder.missing_columns(as_table(FRAME.drop("id"))) == []
    assert_same(encoder.encode(as_table(FRAME.drop("id"))), encoder.encode(as_table(FRAME)))


def test_question_marks_and_blanks_are_missing() -> None:
    X = pl.DataFrame({"total": ["29.85", " ", "1889.5"], "job": [" clerk", " ?", " clerk"]})
    encoder = fitted(X)
    features = encoder.encode(as_table(X))
    assert encoder.number_names == ("total", "total is missing")
    assert features.numbers[:, 1].tolist() == [0, 1, 0]
    assert features.codes[:, 0].tolist() == [1, 2, 1]


def test_a_column_of_numbers_may_come_as_another_type() -> None:
    encoder = fitted(pl.DataFrame({"a": [1, 2, 3, None]}))
    expected = encoder.encode(as_table(pl.DataFrame({"a": [1, 2, None]})))
    for values in ([1.0, 2.0, None], ["1", " 2.0", "?"]):
        assert_same(encoder.encode(as_table(pl.DataFrame({"a": values}))), expected)


def test_words_where_numbers_belong_are_refused() -> None:
    encoder = fitted(pl.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.5, 3.5]}))
    later = as_table(pl.DataFrame({"a": ["1", "many", "?"], "b": ["x", "2", "x"]}))
    with pytest.raises(DataError) as caught:
        encoder.encode(later)
    assert str(caught.value) == (
        "Column 'a' has 1 value that is not a number: 'many' (row 2).\n"
        "Column 'b' has 2 values that are not numbers: 'x' (rows 1, 3).\n"
        "A numeric column needs numbers or empty cells.\n"
        "hint: clean these values, or train with column_kinds={'a': 'category', 'b': 'category'}"
    )
    assert len(encoder.encode(later.renamed(("a", "b")), np.array([], int)).numbers) == 0


def test_words_where_truth_values_belong_are_refused() -> None:
    encoder = fitted(pl.DataFrame({"a": [True, False, True]}))
    with pytest.raises(DataError) as caught:
        encoder.encode(as_table(pl.DataFrame({"a": ["yes", "maybe"]})))
    assert str(caught.value) == (
        "Column 'a' has 1 value that is not true or false: 'maybe' (row 2).\n"
        "A column of truth values needs true, false, yes, no, 1, 0 or empty cells.\n"
        "hint: clean these values"
    )


def test_columns_are_found_by_name_and_extra_ones_ignored() -> None:
    encoder = fitted(FRAME)
    shuffled = as_table(FRAME.select(pl.lit(1).alias("more"), *reversed(FRAME.columns)))
    assert_same(encoder.encode(shuffled), encoder.encode(as_table(FRAME)))


def test_all_lacking_columns_are_named() -> None:
    later = as_table(FRAME.select("flag", pl.col("age").alias("Age"), "id"))
    encoder = fitted(FRAME)
    assert encoder.missing_columns(later) == ["age", "when", "use"]
    with pytest.raises(DataError) as caught:
        encoder.encode(later)
    assert str(caught.value) == (
        "The table lacks 3 columns that the model was trained on: 'age', 'when', 'use'.\n"
        "Every column that training used is needed, under the same name.\n"
        "hint: 'age': did you mean 'Age'?"
    )


def test_a_matrix_of_another_width_is_refused_in_scikit_learns_words() -> None:
    encoder = fitted(np.eye(4))
    with pytest.raises(DataError) as caught:
        encoder.check_columns(as_table(np.eye(3)), "Classifier")
    assert str(caught.value) == (
        "X has 3 features, but Classifier is expecting 4 features as input."
    )


def test_without_names_on_either_side_the_order_counts() -> None:
    X = np.random.default_rng(0).normal(size=(30, 3))
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    by_order = fitted(X)
    assert_same(by_order.encode(as_table(frame)), by_order.encode(as_table(X)))
    by_name = fitted(frame)
    assert_same(by_name.encode(as_table(X)), by_name.encode(as_table(frame)))


def test_a_matrix_and_a_frame_are_encoded_alike() -> None:
    X = np.random.default_rng(0).normal(size=(200, 3))
    X[:20, 1] = np.nan
    by_order, by_name = fitted(X), fitted(pd.DataFrame(X))
    assert_same(by_order.encode(as_table(X)), by_name.encode(as_table(pd.DataFrame(X))))


def test_250_levels_are_embedded_with_the_rare_ones_together() -> None:
    values = [f"level {i}" for i in range(250) for _ in range(i % 4 + 1)]
    encoder = fitted(pl.DataFrame({"a": values}))
    assert encoder.is_one_hot == (False,)
    codes = encoder.encode(as_table(pl.DataFrame({"a": values}))).codes[:, 0]
    n_common = sum(i % 4 >= 1 for i in range(250))
    assert encoder.n_levels == (1 + n_common,)
    assert (codes == 0).sum() == len(values) - sum(i % 4 + 1 for i in range(250) if i % 4 >= 1)


ALL_DISTINCT = [f"level {i}" for i in range(15)]


def test_a_category_of_rare_levels_only_is_an_id() -> None:
    X = pl.DataFrame({"a": ALL_DISTINCT, "b": range(15)})
    encoder = fitted(X)
    assert encoder.category_names == ()
    assert encoder.schema.of_kind("id") == ("a",)
    assert encoder.schema.columns[0].note == "every value occurs once"
    assert_same(encoder.encode(as_table(X.drop("a"))), encoder.encode(as_table(X)))
    assert fitted(X, max_one_hot=15).schema.of_kind("category") == ("a",)


def test_an_encoder_has_something_to_encode() -> None:
    X = pl.DataFrame({"a": ALL_DISTINCT, "c": ["always"] * 15})
    with pytest.raises(DataError) as caught:
        fitted(X, a="category")
    assert str(caught.value) == (
        "No column is left to learn from: 'a' (every value occurs once), 'c' (always 'always').\n"
        "At least one column has two different values and is not an id.\n"
        "hint: check that the right table was read; a level is learnt from two rows"
    )


@pytest.mark.parametrize("kind", ["category", "boolean", "datetime"])
def test_kinds_can_be_overridden(kind: str) -> None:
    values = {"category": [1, 2, 1], "boolean": [1, 0, 1], "datetime": ["2026", "2025", "2024"]}
    X = pl.DataFrame({"a": values[kind], "b": [1, 2, 3]})
    if kind == "datetime":
        X = X.with_columns(pl.col("a") + "-05-04")
    assert fitted(X, a=kind).schema.of_kind(kind) == ("a",)
    assert fitted(X, a="ignored").number_names == ("b",)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    X[::7, 1] = np.nan
    expected = fitted(X).encode(as_table(X))
    monkeypatch.setattr(raw_numbers, "CELLS_AT_ONCE", 21)
    assert_same(fitted(X).encode(as_table(X)), expected)


def test_a_matrix_is_encoded_in_the_space_of_its_result() -> None:
    tracemalloc = pytest.importorskip("tracemalloc")
    X = np.random.default_rng(0).random((20_000, 200), dtype=np.float32)
    table, encoder = as_table(X), fitted(X)
    tracemalloc.start()
    try:
        features = encoder.encode(table)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < features.numbers.nbytes + (10 << 20)


WORDS = st.sampled_from(["a", "b", "c", "", "?", None])
NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(float("nan")))
MOMENTS = st.one_of(st.none(), st.datetimes(datetime.datetime(1900, 1, 1)))


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    n = draw(st.integers(2, 12))

    def column(values: st.SearchStrategy[Any], dtype: Any) -> pl.Series:
        return pl.Series(draw(st.lists(values, min_size=n, max_size=n)), dtype=dtype)

    return pl.DataFrame(
        {
            "number": column(NUMBERS, pl.Float64),
            "word": column(WORDS, pl.String),
            "flag": column(st.one_of(st.none(), st.booleans()), pl.Boolean),
            "moment": column(MOMENTS, pl.Datetime("us")),
            "row": pl.Series(range(n)),
        }
    )


@settings(max_examples=50)
@given(frames(), st.data())
def test_json_and_the_order_of_rows_do_not_matter(frame: pl.DataFrame, data: st.DataObject) -> None:
    encoder = fitted(frame)
    table = as_table(frame)
    features = encoder.encode(table)
    assert np.isfinite(features.numbers).all()
    again = Encoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert_same(again.encode(table), features)
    order = np.array(data.draw(st.permutations(range(frame.height))))
    shuffled = encoder.encode(as_table(frame[order]))
    assert_same(shuffled, Features(features.numbers[order], features.codes[order]))
    alone = encoder.encode(as_table(frame[:1]))
    assert_same(alone, Features(features.numbers[:1], features.codes[:1]))


@pytest.mark.parametrize(
    "values",
    [
        [1.5, None, 2.5],
        ["1.5", "?", "2"],
        ["b", "a", "b"],
        ["02134", "10001", "02134"],
        [True, False, None],
        [datetime.date(2026, 1, 5), None, datetime.date(2026, 2, 2)],
        ["05.01.2026", "06.01.2026", "07.01.2026"],
    ],
)
def test_name_may_look_like_a_pattern(values: list[Any]) -> None:
    # Polars takes such a name for one, and finds no column or another one.
    plain = pl.DataFrame({"x": [1, 2, 3], "v": values})
    named = plain.rename({"v": "^x$"})
    for frame in (plain, named):
        table = as_table(frame)
        encoder = fit_encoder(table, recognise_columns(table, np.arange(3)), np.arange(3))
        found = encoder.encode(as_table(frame[[2, 0, 1]]))
        if frame is plain:
            expected = found
    assert_same(found, expected)
