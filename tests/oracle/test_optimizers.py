from typing import Any

import jax
import numpy as np
import pytest

from rightfit.nn import is_weight
from rightfit.train.compilation import compiled
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import Knobs, State
from rightfit.train.step import step
from tests.oracle.formulas import OPTIMIZER_FORMULAS, Memory, arrays_of, loss_and_gradient
from tests.train.runs import as_numpy, knobs_of, network_of, plan_of, random_rows, state_of

N_STEPS = 5
NAMES = pytest.mark.parametrize("name", OPTIMIZERS)

_step = jax.jit(step, static_argnames="plan")


def steps_of(name: str, knobs: Knobs) -> list[State]:
    """The states after each of five steps on different batches, in float64."""
    plan = plan_of(optimizer=name)
    state = state_of(plan, network_of(dtype=np.float64), knobs)
    states = []
    for number in range(N_STEPS):
        batch = random_rows(weighted=True, seed=number, dtype=np.float64)
        state, *_ = compiled(_step, plan, state, knobs, batch)
        states.append(as_numpy(state))
    return states


def steps_by_hand(name: str, *, rate: float, momentum: float, decay: float, l2: float) -> Any:
    """The same five steps in NumPy: the arrays after each."""
    network = network_of(dtype=np.float64)
    memories = [Memory(np.zeros_like(a), np.zeros_like(a)) for a in jax.tree.leaves(network)]
    after = []
    for number in range(N_STEPS):
        batch = random_rows(weighted=True, seed=number, dtype=np.float64)
        gradient = loss_and_gradient(network, batch, "squared_error", l2)[1].listed()
        moved = []
        for array, slope, memory in zip(
            arrays_of(network).listed(), gradient, memories, strict=True
        ):
            direction = OPTIMIZER_FORMULAS[name](memory, slope, momentum)
            shrunk = decay * array if is_weight(array) else 0
            moved.append(array - rate * (direction + shrunk))
        network = jax.tree.unflatten(jax.tree.structure(network), moved)
        after.append(moved)
    return after


def test_every_optimizer_has_its_formula() -> None:
    assert set(OPTIMIZER_FORMULAS) == set(OPTIMIZERS)


@NAMES
@pytest.mark.parametrize(
    ("momentum", "decay", "l2"), [(0.9, 0.0, 0.0), (0.5, 0.3, 0.0), (0.9, 0.3, 0.2)]
)
def test_first_steps_equal_the_formula(name: str, momentum: float, decay: float, l2: float) -> None:
    knobs = knobs_of(
        learning_rate=0.05, momentum=momentum, weight_decay=decay, l2=l2, dtype=np.float64
    )
    expected = steps_by_hand(name, rate=0.05, momentum=momentum, decay=decay, l2=l2)
    for state, arrays in zip(steps_of(name, knobs), expected, strict=True):
        for array, known in zip(arrays_of(state.network).listed(), arrays, strict=True):
            np.testing.assert_allclose(array, known, rtol=1e-9, atol=1e-12)


@NAMES
def test_weight_decay_shrinks_weights_by_rate_times_decay_and_leaves_biases(name: str) -> None:
    plain, decayed = (
        steps_of(name, knobs_of(learning_rate=0.05, weight_decay=decay, dtype=np.float64))[0]
        for decay in (0.0, 0.4)
    )
    start = jax.tree.leaves(network_of(dtype=np.float64))
    for before, without, with_decay in zip(
        start, jax.tree.leaves(plain.network), jax.tree.leaves(decayed.network), strict=True
    ):
        shrunk = 0.05 * 0.4 * before if is_weight(before) else 0
        np.testing.assert_allclose(with_decay, without - shrunk, rtol=1e-12)


def test_plan_without_weight_decay_ignores_the_knob() -> None:
    knobs = knobs_of(weight_decay=0.4, dtype=np.float64)
    plan = plan_of(weight_decay=False)
    batch = random_rows(dtype=np.float64)
    state, *_ = compiled(
        _step, plan, state_of(plan, network_of(dtype=np.float64), knobs), knobs, batch
    )
    gradient = loss_and_gradient(network_of(dtype=np.float64), batch, "squared_error")[1]
    for after, before, slope in zip(
        arrays_of(state.network).listed(),
        arrays_of(network_of(dtype=np.float64)).listed(),
        gradient.listed(),
        strict=True,
    ):
        np.testing.assert_allclose(after, before - 0.1 * slope, rtol=1e-10)


@NAMES
def test_momentum_matters_to_the_optimizers_that_have_it_alone(name: str) -> None:
    low, high = (
        jax.tree.leaves(steps_of(name, knobs_of(momentum=momentum, dtype=np.float64))[-1].network)
        for momentum in (0.0, 0.9)
    )
    same = all(np.array_equal(a, b) for a, b in zip(low, high, strict=True))
    assert same is (name not in ("momentum", "nesterov"))


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_momentum_of_zero_is_plain_descent(name: str) -> None:
    knobs = knobs_of(momentum=0.0, dtype=np.float64)
    for one, other in zip(steps_of(name, knobs), steps_of("sgd", knobs), strict=True):
        for a, b in zip(jax.tree.leaves(one.network), jax.tree.leaves(other.network), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


@NAMES
def test_defaults_are_the_customary_ones(name: str) -> None:
    rates = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.01, "lion": 1e-4}
    decays = {"adamw": 0.01, "lion": 0.1, "muon": 0.01}
    optimizer = OPTIMIZERS[name]
    assert optimizer.learning_rate == rates.get(name, 0.001)
    assert optimizer.weight_decay == decays.get(name, 0.0)
