import pickle
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightfit import Classifier, load
from rightfit.arrays import Features
from rightfit.data.table import as_table
from tests.properties.tables import frames, untrained

pytestmark = pytest.mark.slow

LABELS = st.sampled_from(["a", "B", "ß", "🦊", "None", "0", 'say "hi"', "two words"])


@st.composite
def targets(draw: st.DrawFn, n_rows: int) -> Any:
    """Draw numbers, or words of which two differ."""
    if draw(st.booleans()):
        numbers = st.floats(-1e30, 1e30)
        return np.array(draw(st.lists(numbers, min_size=n_rows, max_size=n_rows)))
    words = st.lists(LABELS, min_size=n_rows, max_size=n_rows)
    # Beside numbers alone, None is no class but missing.
    classes = words.filter(lambda drawn: len({*drawn}) > 1 and {*drawn} != {"None", "0"})
    return np.array(draw(classes), dtype=object)


def encoded(model: Any, table: pl.DataFrame) -> Features:
    features: Features = model._model.encoder.encode(as_table(table))
    return features


def assert_same(one: Features, other: Features) -> None:
    np.testing.assert_array_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.codes, other.codes)


@pytest.mark.filterwarnings("ignore:The target is the same")
@given(st.data())
@settings(max_examples=20)
def test_what_is_saved_is_what_is_loaded(data: st.DataObject) -> None:
    (table,) = data.draw(frames())
    model = untrained(table, data.draw(targets(table.height)))
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        loaded = load(Path(folder) / "model")
    for other in (loaded, pickle.loads(pickle.dumps(model))):
        assert type(other) is type(model)
        assert other.describe() == model.describe()
        np.testing.assert_array_equal(other.predict(table), model.predict(table))
        if isinstance(model, Classifier):
            assert other.classes_.tolist() == model.classes_.tolist()
            np.testing.assert_array_equal(other.predict_proba(table), model.predict_proba(table))


@settings(max_examples=30)
@given(frames(), st.randoms(use_true_random=False))
def test_order_of_the_rows_does_not_matter_to_their_encoding(
    tables: list[pl.DataFrame], random: Any
) -> None:
    (table,) = tables
    model = untrained(table, np.arange(float(table.height)))
    order = random.sample(range(table.height), table.height)
    straight, turned = encoded(model, table), encoded(model, table[order])
    assert_same(turned, Features(straight.numbers[order], straight.codes[order]))


@settings(max_examples=30)
@given(frames(), st.randoms(use_true_random=False))
def test_order_of_the_columns_does_not_matter(tables: list[pl.DataFrame], random: Any) -> None:
    (table,) = tables
    model = untrained(table, np.arange(float(table.height)))
    # By position: Polars takes a column that is called * for all of them.
    order = random.sample(range(table.width), table.width)
    assert_same(encoded(model, table[:, order]), encoded(model, table))


@settings(max_examples=30)
@given(frames(), st.sampled_from([0, 1.5, True, "word", None]))
def test_a_constant_column_does_not_matter(tables: list[pl.DataFrame], value: Any) -> None:
    (table,) = tables
    y = np.arange(float(table.height))
    column = pl.Series("constant column", [value] * table.height)
    wider = table.with_columns(column)
    plain, with_constant = untrained(table, y), untrained(wider, y)
    assert with_constant.n_parameters_ == plain.n_parameters_
    assert_same(encoded(with_constant, wider), encoded(plain, table))


@settings(max_examples=30)
@given(frames(alike=2))
def test_any_table_with_the_same_columns_is_encoded_as_finite_numbers(
    tables: list[pl.DataFrame],
) -> None:
    train, other = tables
    model = untrained(train, np.arange(float(train.height)))
    for table in (train, other):
        features = encoded(model, table)
        assert np.isfinite(features.numbers).all()
        assert (features.codes >= 0).all()
        assert (features.codes < np.array(model._model.encoder.n_levels)).all()
