from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.schedules import SCHEDULES, learning_rate_factor
from tests.train.runs import counted_compilations

EACH_OPTIMIZER = pytest.mark.parametrize("name", OPTIMIZERS)
EACH_SCHEDULE = pytest.mark.parametrize("name", SCHEDULES)
BOTH_TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def bowl(weights: Any) -> Any:
    """A parabola with its minimum at 3, -1 and 0.5, steeper one way than the other."""
    away = weights - jnp.array([3.0, -1.0, 0.5])
    return jnp.sum(jnp.array([1.0, 0.3, 3.0]) * away**2) / 2


@partial(jax.jit, static_argnames=("name", "n_steps"))
def descend(name: str, weights: Any, rate: Any, n_steps: int) -> tuple[Any, Any]:
    optimizer = OPTIMIZERS[name].direction(jnp.asarray(0.9, weights.dtype))

    def one(number: Any, carry: Any) -> Any:
        weights, moments = carry
        direction, moments = optimizer.update(jax.grad(bowl)(weights), moments, weights)
        # Smaller steps towards the end, so that those of fixed size settle too.
        return weights - (rate * (1 - number / n_steps) * direction).astype(weights.dtype), moments

    result: tuple[Any, Any] = jax.lax.fori_loop(0, n_steps, one, (weights, optimizer.init(weights)))
    return result


@EACH_OPTIMIZER
@BOTH_TYPES
def test_optimizer_reaches_the_minimum_of_a_parabola_and_keeps_its_types(
    name: str, dtype: Any
) -> None:
    with jax.enable_x64(dtype == np.float64):
        begin = jnp.zeros(3, dtype)
        weights, moments = descend(name, begin, 0.3, 2000)
        assert weights.dtype == dtype
        np.testing.assert_allclose(weights, [3, -1, 0.5], atol=0.01)
        fresh = OPTIMIZERS[name].direction(jnp.asarray(0.9, dtype)).init(begin)
    kinds = [leaf.dtype for leaf in jax.tree.leaves(fresh)]
    assert [leaf.dtype for leaf in jax.tree.leaves(moments)] == kinds
    assert all(kind == dtype or np.issubdtype(kind, np.integer) for kind in kinds)


@EACH_OPTIMIZER
def test_optimizer_is_a_pair_of_pure_functions(name: str) -> None:
    optimizer = OPTIMIZERS[name].direction(jnp.float32(0.9))
    assert isinstance(optimizer, optax.GradientTransformation)
    weights = jnp.array([1.0, 2.0, -3.0])
    moments = optimizer.init(weights)
    first, second = (optimizer.update(weights, moments, weights) for _ in range(2))
    for one, other in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_array_equal(one, other)


@EACH_OPTIMIZER
def test_first_direction_has_the_sign_of_the_gradient(name: str) -> None:
    optimizer = OPTIMIZERS[name].direction(jnp.float32(0.9))
    gradient = jnp.array([0.5, -2.0, 0.0])
    direction, _ = optimizer.update(gradient, optimizer.init(gradient), gradient)
    np.testing.assert_array_equal(np.sign(direction), [1, -1, 0])


@EACH_OPTIMIZER
def test_optimizer_compiles_once(name: str) -> None:
    descend(name, jnp.zeros(3), 0.1, 3)
    begin = jnp.ones(3)
    with counted_compilations() as compilations:
        descend(name, begin, 0.2, 3)
    assert compilations == []


@EACH_OPTIMIZER
def test_customary_values_are_usable(name: str) -> None:
    assert 0 < OPTIMIZERS[name].learning_rate <= 0.1
    assert 0 <= OPTIMIZERS[name].weight_decay <= 0.1


@EACH_SCHEDULE
@BOTH_TYPES
def test_schedule_begins_at_one_and_never_leaves_zero_to_one(name: str, dtype: Any) -> None:
    progress = np.linspace(0, 2, 41).astype(dtype)
    with jax.enable_x64(dtype == np.float64):
        factor = partial(learning_rate_factor, name)
        each = jax.jit(jax.vmap(factor, (0, None)))
        factors = np.asarray(each(progress, jnp.asarray(0, dtype)))
    assert factors.dtype == dtype
    assert factors[0] == 1
    assert (factors >= 0).all()
    assert (factors <= 1).all()


@EACH_SCHEDULE
def test_schedule_is_the_same_without_jit(name: str) -> None:
    for share in (0.0, 0.3, 0.7, 1.0):
        plain = learning_rate_factor(name, jnp.float32(share), jnp.float32(0.1))
        factor = partial(learning_rate_factor, name)
        jitted = jax.jit(factor)(jnp.float32(share), jnp.float32(0.1))
        np.testing.assert_allclose(jitted, plain, rtol=1e-5, atol=1e-7)
