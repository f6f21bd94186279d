"""Estimators without hidden layers against scikit-learn's linear models, in people's units."""

from typing import Any

import jax
import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import (
    Lasso,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.metrics import mean_poisson_deviance

from rightfit import Classifier, Regressor
from rightfit.data.table import as_table
from tests.estimators.examples import NUMBERS, mixed

pytestmark = pytest.mark.slow

N_ROWS = 60
_generator = np.random.default_rng(3)
# Far from scaled, and not independent.
TABLE = _generator.normal(size=(N_ROWS, 4)) @ _generator.normal(size=(4, 4)) * [1, 10, 0.1, 3] + 5
PRICE = 1e3 + TABLE @ [3.0, -0.5, 40.0, 0.0] + 2 * _generator.normal(size=N_ROWS)
_score = (PRICE - PRICE.mean()) / PRICE.std() + _generator.normal(size=N_ROWS)
TWO = (_score > 0).astype(int)
THREE = np.digitize(_score, [-0.5, 0.6])
WEIGHTS = 1.0 + np.arange(N_ROWS) % 5 / 2

# All rows in each step, and steps until nothing moves.
CONVERGED: dict[str, Any] = {
    "hidden_sizes": (),
    "scaling": "standard",
    "optimizer": "nesterov",
    "batch_size": 64,
    "patience_epochs": None,
    "validation_fraction": 0.0,
    "tolerance": 0.0,
    "random_state": 0,
}


def regressor(**chosen: Any) -> Any:
    return Regressor(**CONVERGED, **{"learning_rate": 0.1, "max_epochs": 3000, **chosen})


def classifier(**chosen: Any) -> Any:
    return Classifier(**CONVERGED, **{"learning_rate": 1.0, "max_epochs": 6000, **chosen})


def encoded(model: Any, table: Any) -> Any:
    """What the one layer reads: standardised columns, or 0 and 1."""
    numbers, codes = model._model.encoder.encode(as_table(table))
    levels = model._model.encoder.n_levels
    one_hot = [np.eye(n)[codes[:, place]][:, 1:] for place, n in enumerate(levels)]
    return np.concatenate([numbers.astype(np.float64), *one_hot], axis=1)


def last_layer(model: Any, *rows: Any) -> Any:
    """The one layer where training ended, which need not be the one that is kept."""
    *_, stopped, _ = model.iter_fit(*rows)
    return jax.tree.map(np.asarray, stopped.state.network.layers[0])


def raw_coefficients(model: Any) -> tuple[Any, Any]:
    """The one layer in the units of the columns and of the target: `[output, column]`."""
    layer, target = model._model.network.layers[0], model._model.target
    scaling = model._model.encoder.scaling
    coefficients = scaling.factor[:, None] * layer.weight
    intercepts = layer.bias - scaling.centre @ coefficients
    return (coefficients * target.scale).T, intercepts * target.scale + target.center


def assert_close(actual: Any, desired: Any) -> None:
    np.testing.assert_allclose(actual, desired, rtol=1e-4, atol=1e-4 * np.abs(desired).max())


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_regressor_reaches_the_coefficients_of_linear_regression(weights: Any) -> None:
    model = regressor().fit(TABLE, PRICE, weights)
    linear = LinearRegression().fit(TABLE, PRICE, weights)
    coefficients, intercepts = raw_coefficients(model)
    assert_close(coefficients[0], linear.coef_)
    assert intercepts[0] == pytest.approx(linear.intercept_, rel=1e-4)
    np.testing.assert_allclose(model.predict(TABLE), linear.predict(TABLE), rtol=1e-5)
    assert model.n_parameters_ == (4 + 1) * 1


def test_regressor_reaches_the_coefficients_of_several_linear_regressions() -> None:
    prices = np.stack([PRICE, 0.01 * PRICE**2 / PRICE.mean()], axis=1)
    model = regressor().fit(TABLE, prices)
    linear = LinearRegression().fit(TABLE, prices)
    coefficients, intercepts = raw_coefficients(model)
    for output in range(2):
        assert_close(coefficients[output], linear.coef_[output])
    np.testing.assert_allclose(intercepts, linear.intercept_, rtol=1e-4)
    assert model.n_parameters_ == (4 + 1) * 2


def test_regressor_with_l2_reaches_ridge_regression() -> None:
    l2 = 0.3
    model = regressor(l2=l2)
    layer = last_layer(model, TABLE, PRICE)
    inside = encoded(model, TABLE)
    # Mean of squares + λ/2·Σw² here, sum of squares + α·Σw² there.
    ridge = Ridge(alpha=N_ROWS * l2 / 2).fit(inside, (PRICE - PRICE.mean()) / PRICE.std())
    np.testing.assert_allclose(layer.weight[:, 0], ridge.coef_, atol=1e-6)
    np.testing.assert_allclose(layer.bias[0], ridge.intercept_, atol=1e-6)


def test_regressor_with_l2_and_factors_of_the_inputs_reaches_the_lasso() -> None:
    l2 = 0.3
    model = regressor(l2=l2, input_scaling=True)
    *_, stopped, _ = model.iter_fit(TABLE, PRICE)
    network = jax.tree.map(np.asarray, stopped.state.network)
    coefficients = network.factors[0] * network.layers[0].weight[:, 0]
    inside = encoded(model, TABLE)
    # The least of λ/2·(s² + w²) where s·w = β is λ·|β|; the lasso halves the mean of squares.
    lasso = Lasso(alpha=l2 / 2, tol=1e-12).fit(inside, (PRICE - PRICE.mean()) / PRICE.std())
    assert 0 < np.count_nonzero(lasso.coef_) < lasso.coef_.size
    np.testing.assert_allclose(coefficients, lasso.coef_, atol=1e-5)


def test_weights_that_are_kept_are_those_of_the_smallest_penalised_loss() -> None:
    model = regressor(l2=0.3)
    layer = last_layer(model, TABLE, PRICE)
    np.testing.assert_allclose(model._model.network.layers[0].weight, layer.weight, atol=1e-4)


def test_regressor_reaches_linear_regression_on_columns_of_every_kind() -> None:
    # Days are nearly the sum of years and months, which takes gradient descent for ever.
    table = mixed().drop(columns="built")
    model = regressor(max_one_hot=10).fit(table, NUMBERS)
    inside = encoded(model, table)
    linear = LinearRegression().fit(inside, NUMBERS)
    np.testing.assert_allclose(model.predict(table), linear.predict(inside), atol=1e-4)
    assert model.n_parameters_ == inside.shape[1] + 1


@pytest.mark.parametrize("inverse_c", [0.0, 0.5, 20.0])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_classifier_reaches_logistic_regression(inverse_c: float, weights: Any) -> None:
    total = N_ROWS if weights is None else weights.sum()
    # The mean of the losses + λ/2·Σw² here, C times their sum + 1/2·Σw² there.
    model = classifier(l2=inverse_c / total)
    layer = last_layer(model, TABLE, TWO, weights)
    inside = encoded(model, TABLE)
    logistic = LogisticRegression(C=1 / max(inverse_c, 1e-12), tol=1e-10, max_iter=5000)
    logistic.fit(inside, TWO, weights)
    assert_close(layer.weight[:, 0], logistic.coef_[0])
    np.testing.assert_allclose(layer.bias, logistic.intercept_, atol=1e-4)
    if inverse_c == 0:
        np.testing.assert_allclose(
            model.predict_proba(TABLE), logistic.predict_proba(inside), atol=1e-5
        )
    assert model.n_parameters_ == 4 + 1


@pytest.mark.parametrize("inverse_c", [0.0, 0.5, 20.0])
def test_classifier_reaches_multinomial_logistic_regression(inverse_c: float) -> None:
    model = classifier(l2=inverse_c / N_ROWS)
    layer = last_layer(model, TABLE, THREE)
    inside = encoded(model, TABLE)
    logistic = LogisticRegression(C=1 / max(inverse_c, 1e-12), tol=1e-10, max_iter=5000)
    logistic.fit(inside, THREE)
    # Adding one number to all classes changes nothing, so only differences mean anything.
    ours, theirs = layer.weight.T, logistic.coef_
    assert_close(ours - ours.mean(axis=0), theirs - theirs.mean(axis=0))
    np.testing.assert_allclose(
        layer.bias - layer.bias.mean(),
        logistic.intercept_ - logistic.intercept_.mean(),
        atol=1e-4,
    )
    if inverse_c == 0:
        np.testing.assert_allclose(
            model.predict_proba(TABLE), logistic.predict_proba(inside), atol=1e-5
        )
        kept = model._model.network.layers[0]
        np.testing.assert_allclose(
            model.predict_proba(TABLE), softmax(inside @ kept.weight + kept.bias, axis=1)
        )
    assert model.n_parameters_ == (4 + 1) * 3


def test_regressor_with_poisson_loss_reaches_poisson_regression() -> None:
    expected = np.exp(1 + 0.6 * _score)
    counts = np.random.default_rng(4).poisson(expected)
    model = regressor(loss="poisson").fit(TABLE, counts, WEIGHTS)
    inside = encoded(model, TABLE)
    poisson = PoissonRegressor(alpha=0, tol=1e-12, max_iter=5000).fit(inside, counts, WEIGHTS)
    np.testing.assert_allclose(model.predict(TABLE), poisson.predict(inside), rtol=1e-5)
    assert model.n_parameters_ == 4 + 1
    # Its unit is the square of the target's standard deviation, as that of the squared error.
    deviance = mean_poisson_deviance(counts, model.predict(TABLE), sample_weight=WEIGHTS)
    target = model._model.target
    assert model.history_[-1]["train_loss"] == pytest.approx(
        deviance * target.center[0] / target.scale[0] ** 2, rel=1e-5
    )


def test_adam_and_small_batches_come_near_too() -> None:
    chosen = {**CONVERGED, "optimizer": "adam", "batch_size": 16, "schedule": "cosine"}
    model = Regressor(**chosen, learning_rate=0.03, max_epochs=600).fit(TABLE, PRICE)
    linear = LinearRegression().fit(TABLE, PRICE)
    error = model.predict(TABLE) - linear.predict(TABLE)
    assert np.abs(error).max() < 1e-2 * PRICE.std()
