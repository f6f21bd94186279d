from functools import partial

import jax
import numpy as np
import pytest

from rightfit.nn import Network, is_weight
from rightfit.objectives import LOSSES, Task
from rightfit.train.compilation import compiled
from rightfit.train.plan import Knobs, Plan, Rows
from rightfit.train.step import loss
from tests.oracle.formulas import arrays_of, loss_and_gradient
from tests.train.runs import knobs_of, network_of, objective_of, plan_of, random_rows

CASES: list[tuple[Task, str]] = [
    (task, name)
    for task in ("binary", "multiclass", "regression")
    for name, loss in LOSSES.items()
    if task in loss.tasks
]
N_LEVELS = (4, 6)
WIDTHS = (0, 3)


@partial(jax.jit, static_argnames="plan")
def _value_and_gradient(
    plan: Plan, network: Network, rows: Rows, knobs: Knobs
) -> tuple[jax.Array, Network]:
    def total(network: Network) -> jax.Array:
        return loss(plan, network, rows, knobs, None)[0]

    return jax.value_and_grad(total)(network)


def value_and_gradient(
    plan: Plan, network: Network, rows: Rows, knobs: Knobs
) -> tuple[float, Network]:
    value, gradient = compiled(_value_and_gradient, plan, network, rows, knobs)
    return float(value), jax.tree.map(np.asarray, gradient)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_every_gradient_of_a_deep_network_equals_a_backward_pass_by_hand(
    task: Task, name: str
) -> None:
    rows = random_rows(task, n_levels=N_LEVELS, weighted=True, dtype=np.float64)
    network = network_of(task, (6, 5), n_levels=N_LEVELS, embedding_widths=WIDTHS, dtype=np.float64)
    plan = plan_of(objective_of(task, loss=name))
    knobs = knobs_of(l2=0.1, dtype=np.float64)
    value, gradient = value_and_gradient(plan, network, rows, knobs)
    expected_value, expected = loss_and_gradient(network, rows, name, l2=0.1)
    assert value == pytest.approx(expected_value, rel=1e-12)
    slopes, by_hand = arrays_of(gradient).listed(), expected.listed()
    assert len(slopes) == len(jax.tree.leaves(network)) == 7
    for slope, known in zip(slopes, by_hand, strict=True):
        assert np.abs(known).max() > 1e-3
        np.testing.assert_allclose(slope, known, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "gelu", "selu"])
def test_gradient_in_float32_equals_a_backward_pass_by_hand(activation: str) -> None:
    rows = random_rows("multiclass")
    network = network_of("multiclass", (6, 5), activation=activation)
    plan = plan_of(objective_of("multiclass"))
    _, gradient = value_and_gradient(plan, network, rows, knobs_of())
    _, expected = loss_and_gradient(network, rows, "log_loss")
    for slope, known in zip(arrays_of(gradient).listed(), expected.listed(), strict=True):
        np.testing.assert_allclose(slope, known, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("n_rows", [2, 13])
def test_l2_adds_the_weight_to_the_slope_at_every_batch_size_and_leaves_biases_free(
    n_rows: int,
) -> None:
    rows = random_rows(n_rows=n_rows, n_levels=N_LEVELS, n_slots=16, dtype=np.float64)
    network = network_of(n_levels=N_LEVELS, embedding_widths=WIDTHS, dtype=np.float64)
    value, gradient = (
        value_and_gradient(plan_of(), network, rows, knobs_of(l2=l2, dtype=np.float64))
        for l2 in (0.0, 0.25)
    )
    weights = [leaf for leaf in jax.tree.leaves(network) if is_weight(leaf)]
    squares = sum((weight**2).sum() for weight in weights)
    assert gradient[0] - value[0] == pytest.approx(0.25 / 2 * squares, rel=1e-12)
    added = jax.tree.map(lambda with_l2, without: with_l2 - without, gradient[1], value[1])
    for extra, leaf in zip(jax.tree.leaves(added), jax.tree.leaves(network), strict=True):
        expected = 0.25 * leaf if is_weight(leaf) else np.zeros_like(leaf)
        np.testing.assert_allclose(extra, expected, rtol=1e-9, atol=1e-14)


def test_plan_without_l2_ignores_the_knob() -> None:
    network, rows = network_of(dtype=np.float64), random_rows(dtype=np.float64)
    knobs = knobs_of(l2=0.25, dtype=np.float64)
    value, _ = value_and_gradient(plan_of(l2=False), network, rows, knobs)
    assert value == pytest.approx(loss_and_gradient(network, rows, "squared_error")[0], rel=1e-12)


def test_row_of_weight_zero_has_no_gradient() -> None:
    rows = random_rows(n_rows=13, n_slots=16, dtype=np.float64)
    loud = rows._replace(
        features=rows.features._replace(numbers=rows.features.numbers.copy()),
        targets=rows.targets.copy(),
    )
    loud.features.numbers[13:] = 50
    loud.targets[13:] = -9
    network, knobs = network_of(dtype=np.float64), knobs_of(dtype=np.float64)
    quiet = value_and_gradient(plan_of(), network, rows, knobs)
    noisy = value_and_gradient(plan_of(), network, loud, knobs)
    assert noisy[0] == quiet[0]
    for one, other in zip(*(arrays_of(g).listed() for _, g in (quiet, noisy)), strict=True):
        np.testing.assert_array_equal(one, other)
