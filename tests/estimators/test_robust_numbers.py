"""Numbers that a network takes out of the bins of their scaling again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rightfit
from rightfit import Regressor, check_gradients, draw_graph


@pytest.fixture(scope="module")
def line() -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    X = random.standard_normal((1_200, 3))
    return X, X @ [1.0, -2.0, 0.5] + 0.1 * random.standard_normal(1_200)


def error(model: Regressor, X: Any, y: Any) -> float:
    model.fit(X[:400], y[:400])
    return float(np.sqrt(np.mean((model.predict(X[400:]) - y[400:]) ** 2)))


def linear(**given: Any) -> Regressor:
    return Regressor(hidden_sizes=(), learning_rate=0.03, random_state=0, **given)


@pytest.mark.parametrize("scaling", ["quantile", "tree"])
def test_a_line_in_the_columns_is_one_again(line: tuple[Any, Any], scaling: str) -> None:
    straight = error(linear(scaling="robust"), *line)
    assert error(linear(scaling=scaling, number_embedding="robust"), *line) < 1.1 * straight
    assert error(linear(scaling=scaling), *line) > 2 * straight


def test_with_another_scaling_there_are_no_bins_to_undo(line: tuple[Any, Any]) -> None:
    X, y = line
    same = [linear(number_embedding=name, max_epochs=2).fit(X, y) for name in ("none", "robust")]
    np.testing.assert_array_equal(same[0].predict(X), same[1].predict(X))


def test_edges_stay_as_they_are_and_are_saved(line: tuple[Any, Any], tmp_path: Path) -> None:
    X, y = line
    model = Regressor(
        hidden_sizes=(4,),
        scaling="quantile",
        number_embedding="robust",
        weight_decay=0.1,
        l2=0.1,
        average_decay=0.9,
        max_epochs=3,
        random_state=0,
    )
    began = model.fit(X, y)._fitted().network.edges
    ended = model.set_params(max_epochs=20).fit(X, y)._fitted().network.edges
    np.testing.assert_allclose(np.asarray(ended), np.asarray(began), rtol=1e-6)
    model.save(tmp_path / "model")
    again = rightfit.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_its_gradients_and_its_graph_are_those_of_what_is_trained(line: tuple[Any, Any]) -> None:
    X, y = line
    model = Regressor(
        hidden_sizes=(4,),
        scaling="tree",
        number_embedding="robust",
        activation="tanh",
        max_epochs=2,
        random_state=0,
    ).fit(X, y)
    check = check_gradients(model, X, y)
    assert check.n_parameters == model.n_parameters_ == 3 * 4 + 4 + 4 + 1
    assert check.largest_error < 1e-5
    assert "W₁" in draw_graph(model).dot
