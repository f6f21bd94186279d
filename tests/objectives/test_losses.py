from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.objectives import LOSSES
from tests.oracle.formulas import LOSS_FORMULAS, TARGET_MEAN

BOTH_TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
NUMBER_LOSSES = [name for name, loss in LOSSES.items() if "regression" in loss.tasks]


def each_row(name: str, outputs: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
    means = np.full(outputs.shape[1], TARGET_MEAN, outputs.dtype)
    with jax.enable_x64(outputs.dtype == np.float64):
        return np.asarray(jax.jit(LOSSES[name].function)(outputs, targets, means))


def test_every_loss_has_its_formula() -> None:
    assert set(LOSS_FORMULAS) == set(LOSSES)


@BOTH_TYPES
@pytest.mark.parametrize("n_outputs", [1, 4])
def test_log_loss_equals_the_formula(n_outputs: int, dtype: Any) -> None:
    generator = np.random.default_rng(0)
    outputs = generator.normal(scale=4, size=(50, n_outputs)).astype(dtype)
    codes = generator.integers(0, max(n_outputs, 2), 50).astype(np.int32)
    losses = each_row("log_loss", outputs, codes)
    assert losses.dtype == dtype
    expected = LOSS_FORMULAS["log_loss"](outputs.astype(np.float64), codes)[0]
    np.testing.assert_allclose(losses, expected, rtol=1e-4 if dtype == np.float32 else 1e-10)


@BOTH_TYPES
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", NUMBER_LOSSES)
def test_loss_of_numbers_equals_the_formula(name: str, n_outputs: int, dtype: Any) -> None:
    generator = np.random.default_rng(1)
    outputs, targets = generator.normal(size=(2, 50, n_outputs)).astype(dtype)
    losses = each_row(name, outputs, targets)
    assert losses.dtype == dtype
    expected = LOSS_FORMULAS[name](outputs.astype(np.float64), targets.astype(np.float64))[0]
    # A deviance is a small difference of larger numbers.
    tolerance = 1e-4 if name == "poisson" and dtype == np.float32 else 1e-5
    if dtype == np.float64:
        tolerance = 1e-10 if name == "poisson" else 1e-13
    np.testing.assert_allclose(losses, expected, rtol=tolerance)


@pytest.mark.parametrize(
    ("name", "error", "loss"),
    [
        ("squared_error", 3.0, 9.0),
        ("absolute_error", -3.0, 3.0),
        ("huber", 0.5, 0.125),
        ("huber", 1.0, 0.5),
        ("huber", -3.0, 2.5),
    ],
)
def test_loss_of_one_error(name: str, error: float, loss: float) -> None:
    losses = each_row(name, np.array([[error + 1]], np.float32), np.array([[1]], np.float32))
    assert losses.tolist() == [loss]


@pytest.mark.parametrize("true", [0.0, 1e-3, 0.5, 1.0, 20.0, 300.0, 1e6])
def test_poisson_deviance_is_finite_where_next_to_nothing_is_expected(true: float) -> None:
    expected = jnp.array([0.0, 1e-9, 1e-7, 1e-3, 0.9, 1.1, 5.0], jnp.float32)
    mean = jnp.full(1, 2, jnp.float32)

    def loss(share: Any) -> Any:
        # Both count in the mean, which is two standard deviations.
        outputs, targets = mean * (share[None, None] - 1), mean * jnp.full((1, 1), true - 1)
        return LOSSES["poisson"].function(outputs, targets, mean)[0]

    losses, slopes = jax.vmap(jax.value_and_grad(loss))(expected)
    assert np.isfinite(losses).all()
    assert (np.asarray(losses) >= 0).all()
    # It is convex, and goes on as a line below what is next to nothing.
    assert (np.diff(slopes) >= -1e-5 * np.abs(slopes[:-1])).all()
    assert ((expected < true) == (slopes < 0)).all()


@pytest.mark.parametrize("mean", [1e3, 1e6, 1e8])
def test_poisson_deviance_of_numbers_far_above_0_is_the_squared_error(mean: float) -> None:
    outputs, targets = jnp.asarray(np.random.default_rng(1).normal(size=(2, 50, 1)), jnp.float32)
    losses = LOSSES["poisson"].function(outputs, targets, jnp.full(1, mean))
    np.testing.assert_allclose(losses, (outputs - targets)[:, 0] ** 2, rtol=10 / mean + 1e-5)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_log_loss_stays_finite_when_the_network_is_sure(size: float) -> None:
    outputs = np.array([[size], [-size]], np.float32)
    right, wrong = np.array([1, 0], np.int32), np.array([0, 1], np.int32)
    np.testing.assert_array_equal(each_row("log_loss", outputs, right), [0, 0])
    np.testing.assert_allclose(each_row("log_loss", outputs, wrong), [size, size])
    both = np.concatenate([outputs, -outputs], axis=1)
    np.testing.assert_allclose(each_row("log_loss", both, right), [2 * size, 2 * size])
    np.testing.assert_array_equal(each_row("log_loss", both, wrong), [0, 0])


def test_one_logit_is_the_difference_of_two() -> None:
    generator = np.random.default_rng(2)
    two = generator.standard_normal((20, 2))
    codes = generator.integers(0, 2, 20).astype(np.int32)
    one = two[:, 1:] - two[:, :1]
    np.testing.assert_allclose(
        each_row("log_loss", one, codes), each_row("log_loss", two, codes), rtol=1e-12
    )
