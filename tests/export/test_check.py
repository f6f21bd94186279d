import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightfit import RightFitError
from rightfit.export.check import TOLERANCE, Comparison, can_check, compare
from rightfit.export.graph import build_graph
from rightfit.export.made_rows import made_rows
from rightfit.model.model import Model
from tests.export.cases import mixed, numbers, target, untrained
from tests.properties.tables import frames


def compared(exported: Model, model: Model) -> Comparison:
    """The file of one model beside another one."""
    built = build_graph(exported)
    content = built.proto.SerializeToString()
    return compare(content, model, made_rows(model, built.inputs), built.inputs, built.outputs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("task", ["regression", "several", "binary", "multiclass"])
def test_a_file_predicts_as_its_model(task: str, dtype: Any) -> None:
    model = untrained(mixed(), target(task), dtype=dtype)._model
    found = compared(model, model)
    assert found.n_rows == 300
    assert found.largest_difference < TOLERANCE / 50


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_a_file_that_predicts_something_else_is_an_error(task: str) -> None:
    model = untrained(numbers(), target(task))._model
    other = untrained(2 * numbers(), target(task))._model
    wrong = dataclasses.replace(model, encoder=other.encoder)
    with pytest.raises(RightFitError) as caught:
        compared(wrong, model)
    what, expected, hint = str(caught.value).splitlines()
    assert what.startswith("The exported model differs from the fitted one by ")
    assert what.endswith(" on 300 made-up rows; nothing was written.")
    assert expected == "At most 1e-04 is rounding."
    assert hint == "hint: please report it, with the parameters of the model"


def test_labels_in_the_wrong_order_are_an_error() -> None:
    model = untrained(numbers(), target("binary"))._model
    classes = np.array(["dear", "cheap"], object)
    turned = dataclasses.replace(model, target=dataclasses.replace(model.target, classes=classes))
    with pytest.raises(RightFitError, match=r"differs from the fitted one by 1\.0e\+00 on 300"):
        compared(turned, model)


def test_what_is_not_a_number_is_an_error() -> None:
    model = untrained(numbers(), target("regression"))._model
    scale = dataclasses.replace(model.target, scale=np.array([np.nan]))
    with pytest.raises(RightFitError, match="differs from the fitted one by nan"):
        compared(dataclasses.replace(model, target=scale), model)


def test_large_numbers_are_compared_by_their_size() -> None:
    model = untrained(numbers(), 1e9 * target("regression"), scaling="none")._model
    assert compared(model, model).largest_difference < 1e-6


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@given(frames(), st.sampled_from(["robust", "standard", "none", "quantile"]), st.booleans())
@settings(max_examples=30)
def test_a_file_of_any_table_predicts_as_its_model(
    tables: list[pl.DataFrame], scaling: str, has_classes: bool
) -> None:
    (table,) = tables
    y = np.arange(table.height) % 2 if has_classes else np.arange(float(table.height))
    model = untrained(table, y, scaling=scaling)._model
    assert compared(model, model).largest_difference < TOLERANCE


def test_columns_of_enormous_numbers_are_compared() -> None:
    table = np.array([[-8e307], [8e307], [0.0]] * 20)
    for scaling in ("robust", "quantile", "none"):
        model = untrained(table, target("regression"), scaling=scaling)._model
        assert compared(model, model).largest_difference < TOLERANCE


def test_the_runtime_is_there() -> None:
    assert can_check()
