from typing import Any

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.nn import ACTIVATIONS
from tests.oracle.formulas import ACTIVATION_FORMULAS

# No 0: not every function has one slope there.
GRID = np.concatenate([np.linspace(-6, 6, 96), [-1e-3, 1e-3, -30, 30]])


def value_and_slope(name: str, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    function = ACTIVATIONS[name].function
    with jax.enable_x64(x.dtype == np.float64):
        values = jax.jit(function)(x)
        slopes = jax.jit(jax.vmap(jax.grad(function)))(x)
        return np.asarray(values), np.asarray(slopes)


def test_every_activation_has_its_formula() -> None:
    assert set(ACTIVATION_FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_derivative_equal_the_formula(name: str) -> None:
    values, slopes = value_and_slope(name, GRID)
    value, derivative = ACTIVATION_FORMULAS[name]
    np.testing.assert_allclose(values, value(GRID), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(slopes, derivative(GRID), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_is_exactly_zero_up_to_zero_and_the_identity_above(dtype: Any) -> None:
    x = np.array([-np.inf, -1e30, -1.5, -1e-38, -0.0, 0.0, 1e-37, 0.1, 1.5, 1e30], dtype)
    values, slopes = value_and_slope("relu", x)
    np.testing.assert_array_equal(values, np.where(x > 0, x, 0))
    np.testing.assert_array_equal(slopes, np.array([0] * 6 + [1] * 4, dtype))


def test_relu_passes_on_what_is_not_a_number() -> None:
    values, _ = value_and_slope("relu", np.array([np.nan], np.float32))
    assert np.isnan(values).all()


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("relu", "he"),
        ("leaky_relu", "he"),
        ("selu", "lecun"),
        ("tanh", "glorot"),
        ("logistic", "glorot"),
        ("identity", "glorot"),
    ],
)
def test_activation_names_the_initialisation_that_fits_it(name: str, scheme: str) -> None:
    assert ACTIVATIONS[name].scheme == scheme


@pytest.mark.parametrize(
    ("name", "limit"),
    [("tanh", 1.0), ("logistic", 1.0), ("relu", 1e4), ("gelu", 1e4), ("silu", 1e4)],
)
def test_activation_reaches_its_limit_without_overflow(name: str, limit: float) -> None:
    values, slopes = value_and_slope(name, np.array([1e4, -1e4], np.float32))
    assert values[0] == pytest.approx(limit)
    assert np.isfinite(values).all()
    assert np.isfinite(slopes).all()


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    drawn = np.random.default_rng(0).standard_normal(400_000)
    values = ACTIVATION_FORMULAS["selu"][0](drawn)
    assert abs(values.mean()) < 0.01
    assert abs(values.var() - 1) < 0.01
