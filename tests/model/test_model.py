import dataclasses
from typing import Any

import numpy as np
import pytest

from rightfit import Classifier, Regressor
from rightfit.data.table import as_table
from rightfit.model.model import Model
from rightfit.nn import Linear
from rightfit.train.compilation import compiled
from tests.estimators.examples import NUMBERS, THREE, TWO, X, small

TABLE = as_table(X)


def with_bias(model: Model, bias: list[float]) -> Model:
    """The same model, whose outputs are these numbers for every row."""
    last = model.network.layers[-1]
    layer = Linear(np.zeros_like(last.weight), np.array(bias))
    network = dataclasses.replace(model.network, layers=(*model.network.layers[:-1], layer))
    return dataclasses.replace(
        model, members=(dataclasses.replace(model.members[0], network=network),)
    )


def model_of(estimator: Any, y: Any) -> Model:
    fitted: Model = small(estimator).fit(X, y)._model
    return fitted


@pytest.mark.parametrize("logit", [-800.0, -30.0, -1e-3, 0.0, 2.0, 800.0])
def test_two_classes_share_one_logit(logit: float) -> None:
    model = with_bias(model_of(Classifier, TWO), [logit])
    probabilities = model.probabilities(TABLE)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(probabilities[0, 1], 1 / (1 + np.exp(-logit)))
        # The small side is exact too, which one minus the other is not.
        np.testing.assert_allclose(probabilities[0, 0], 1 / (1 + np.exp(logit)))
    assert model.predictions(TABLE)[0] == int(logit > 0)


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
def test_more_classes_share_by_softmax(shift: float) -> None:
    model = with_bias(model_of(Classifier, THREE), [shift, shift + 1, shift - 1])
    expected = np.exp([0, 1, -1]) / np.exp([0, 1, -1]).sum()
    np.testing.assert_allclose(model.probabilities(TABLE)[0], expected, rtol=1e-9)
    assert model.predictions(TABLE)[0] == 1


def test_numbers_come_in_units_of_the_target() -> None:
    model = with_bias(model_of(Regressor, NUMBERS), [2.0])
    expected = NUMBERS.mean() + 2 * NUMBERS.std()
    np.testing.assert_allclose(model.predictions(TABLE), expected)


def test_parameters_are_counted() -> None:
    model = model_of(Classifier, THREE)
    assert model.n_parameters == (3 + 1) * 8 + (8 + 1) * 3


@pytest.mark.parametrize(("hidden_sizes", "n_rows"), [((8,), 256), ((2000, 2000), 32)])
def test_one_row_of_large_networks_does_not_wait_for_a_large_block(
    monkeypatch: pytest.MonkeyPatch, hidden_sizes: tuple[int, ...], n_rows: int
) -> None:
    model = model_of(Regressor, NUMBERS)
    # What is multiplied is counted from the shape; the network itself may stay small.
    shape = dataclasses.replace(model.shape, hidden_sizes=hidden_sizes)
    member = dataclasses.replace(model.members[0], shape=shape)
    computed = []

    def noted(function: Any, groups: Any, block: Any) -> Any:
        computed.append(len(block.numbers))
        return compiled(function, groups, block)

    monkeypatch.setattr("rightfit.model.predict.compiled", noted)
    dataclasses.replace(model, members=(member,)).predictions(as_table(X[:1]))
    assert computed == [n_rows]
