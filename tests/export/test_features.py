from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightfit.arrays import Features
from rightfit.data.table import as_table
from rightfit.export.features import add_features
from rightfit.export.feeds import feeds_of
from rightfit.export.inputs import inputs_of
from rightfit.export.nodes import Nodes
from tests.export.cases import N_ROWS, Arrays, fed, mixed, numbers, run_nodes, target, untrained
from tests.properties.tables import frames
from tests.properties.tables import untrained as of_any_table


def encoded(model: Any, feeds: Arrays) -> Features:
    """What the encoder's nodes make; None for a side that there is none of."""
    inputs = inputs_of(model._model)

    def made(side: str, dtype: Any) -> Any:
        def add(nodes: Nodes) -> list[str]:
            tensor = getattr(add_features(nodes, inputs, model._model.encoder), side)
            return [] if tensor is None else [tensor]

        return next(iter(run_nodes(add, feeds, dtype)), None)

    return Features(made("numbers", np.float32), made("codes", np.int32))


def assert_encoded_alike(model: Any, table: Any, feeds: Arrays) -> None:
    right = model._model.encoder.encode(as_table(table))
    found = encoded(model, feeds)
    for one, other in zip(found, right, strict=True):
        if one is None:
            assert other.shape[1] == 0
        else:
            np.testing.assert_allclose(one, other, rtol=3e-7, atol=3e-7)


@pytest.mark.parametrize("scaling", ["robust", "standard", "none", "quantile", "tree"])
def test_a_table_of_all_kinds_is_encoded_as_in_training(scaling: str) -> None:
    model = untrained(mixed(), target("regression"), scaling=scaling)
    other = mixed(seed=7).with_columns(
        use=pl.Series(["never seen", "", " ?".strip(), None] * (N_ROWS // 4))
    )
    names = [one.name for one in inputs_of(model._model)]
    for table in (mixed(), other):
        assert_encoded_alike(model, table, fed(table, names))


@pytest.mark.parametrize("wanted", [["size"], ["use"], ["street", "use"], ["heated"], ["built"]])
def test_a_table_of_one_kind_is_encoded_as_in_training(wanted: list[str]) -> None:
    table = mixed().select(wanted)
    model = untrained(table, target("regression"))
    assert_encoded_alike(model, table, fed(table, wanted))


def test_a_matrix_is_encoded_as_in_training() -> None:
    table = numbers(4)
    table[::5, 2] = np.nan
    table[:, 1] = 3.0
    for kinds in (None, {"x0": "ignored"}):
        model = untrained(table, target("regression"), column_kinds=kinds)
        assert_encoded_alike(model, table, {"X": table})


def test_numbers_and_truth_values_as_categories_are_encoded_as_in_training() -> None:
    table = mixed().select("rooms", "heated", half=pl.col("rooms") / 2)
    kinds = dict.fromkeys(table.columns, "category")
    model = untrained(table, target("regression"), column_kinds=kinds, max_one_hot=9)
    feeds = {
        name: np.array([["" if value is None else str(value)] for value in table[name]], object)
        for name in table.columns
    }
    assert_encoded_alike(model, table, feeds)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@given(st.data())
@settings(max_examples=40)
def test_any_table_is_encoded_as_in_training(data: st.DataObject) -> None:
    table, other = data.draw(frames(alike=2))
    model = of_any_table(table, np.arange(float(table.height)))
    inputs = inputs_of(model._model)
    for rows in (table, other):
        read = as_table(rows)
        feeds = feeds_of(inputs, read, model._model.encoder)
        assert_encoded_alike(model, read, feeds)
