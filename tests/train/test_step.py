from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.objectives import Task
from rightfit.train.compilation import compiled
from rightfit.train.schedules import SCHEDULES
from rightfit.train.step import dropout_of_step, learning_rate, loss, step
from tests.train.runs import (
    as_numpy,
    knobs_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    rows_of,
    state_of,
)

_step = jax.jit(step, static_argnames="plan")


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_learning_rate_follows_the_schedule_over_its_steps(schedule: str) -> None:
    plan = plan_of(schedule=schedule)
    knobs = knobs_of(learning_rate=0.5, horizon_steps=200, warmup=0.1)
    each = jax.jit(jax.vmap(partial(learning_rate, plan), (None, 0)))
    rates = np.asarray(each(knobs, jnp.arange(400)))
    assert rates[0] == 0
    assert rates[10] == pytest.approx(0.25)
    assert rates[20] == pytest.approx(0.5)
    end = {"constant": 0.5, "exponential": 0.005, "step": 0.005, "cosine": 0.0}[schedule]
    np.testing.assert_allclose(rates[200:], end, rtol=1e-5, atol=1e-8)


def test_step_moves_by_the_learning_rate_in_force() -> None:
    # Without a penalty, the move of plain descent is rate times slope.
    knobs = knobs_of(learning_rate=0.4, horizon_steps=4, dtype=np.float64)
    plan = plan_of(schedule="cosine")
    batch = random_rows(dtype=np.float64)
    network = network_of(dtype=np.float64)
    state = state_of(plan, network, knobs)
    half_way, _, _ = compiled(_step, plan, state._replace(step=np.int32(2)), knobs, batch)
    start, _, _ = compiled(_step, plan, state, knobs, batch)
    for now, then, before in zip(
        *(jax.tree.leaves(as_numpy(tree)) for tree in (half_way.network, start.network, network)),
        strict=True,
    ):
        np.testing.assert_allclose(now - before, (then - before) / 2, rtol=1e-9, atol=1e-15)


def test_step_counts_itself_and_says_that_it_succeeded() -> None:
    knobs = knobs_of()
    state = state_of(plan_of(), network_of(), knobs)
    after, _, _ = compiled(_step, plan_of(), state, knobs, random_rows())
    assert int(after.step) == int(state.step) + 1 == 1
    assert int(after.failed_step) == -1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_step_names_itself_when_its_loss_is_not_finite(value: float) -> None:
    knobs = knobs_of()
    state = state_of(plan_of(), network_of(), knobs)._replace(step=np.int32(7))
    batch = rows_of(np.full((3, 3), value), np.zeros((3, 1)))
    after, total, _ = compiled(_step, plan_of(), state, knobs, batch)
    assert int(after.failed_step) == 7
    assert not np.isfinite(total)


def test_loss_of_a_short_batch_is_the_mean_of_its_rows() -> None:
    # Two of four slots are real, and both rows miss by 3.
    network = jax.tree.map(np.zeros_like, network_of())
    value = jax.jit(lambda rows, knobs: loss(plan_of(), network, rows, knobs, None))
    mean, total = value(rows_of(np.ones((2, 3)), np.full((2, 1), 3.0), n_slots=4), knobs_of())
    assert (float(mean), float(total)) == (9, 18)


def test_average_of_the_weights_follows_them_at_the_rate_that_is_said() -> None:
    plan, knobs = plan_of(averaging=True), knobs_of(average_decay=0.9, dtype=np.float64)
    state = state_of(plan, network_of(dtype=np.float64), knobs)
    by_hand = jax.tree.leaves(as_numpy(state).network)
    for number in range(120):
        batch = random_rows(seed=number % 5, dtype=np.float64)
        state, _, _ = compiled(_step, plan, state, knobs, batch)
        stays = min(0.9, (1 + number) / (10 + number))
        now = jax.tree.leaves(as_numpy(state).network)
        by_hand = [stays * old + (1 - stays) * new for old, new in zip(by_hand, now, strict=True)]
    assert state.average is not None
    assert state.judged_network is state.average
    for found, wanted in zip(jax.tree.leaves(state.average), by_hand, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_weights_are_judged_as_they_are_without_an_average() -> None:
    plan, knobs = plan_of(), knobs_of(average_decay=0.9)
    state = state_of(plan, network_of(), knobs)
    assert state.average is None
    assert state.judged_network is state.network


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_smoothed_labels_are_spread_over_all_classes(task: Task) -> None:
    plan = plan_of(objective_of(task), smoothing=True)
    network, rows = network_of(task, dtype=np.float64), random_rows(task, dtype=np.float64)
    with jax.enable_x64(True):
        knobs = knobs_of(label_smoothing=0.3, dtype=np.float64)
        rows, knobs = jax.tree.map(jnp.asarray, (rows, knobs))
        found, plain = loss(plan, network, rows, knobs, None)
        outputs = network(rows.features)
        shares = np.asarray(plan.objective.predictions(outputs))
    n_rows, n_classes = int(rows.n_rows), shares.shape[1]
    codes = np.asarray(rows.targets)[:n_rows]
    labels = 0.7 * np.eye(n_classes)[codes] + 0.3 / n_classes
    expected = -np.sum(labels * np.log(shares[:n_rows]), axis=1).mean()
    assert float(found) == pytest.approx(expected, rel=1e-6)
    # What is recorded is the plain loss, which that of the validation rows is compared with.
    chosen = shares[np.arange(n_rows), codes]
    assert float(plain) == pytest.approx(-np.log(chosen).sum(), rel=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_dropout_falls_by_its_schedule(schedule: str) -> None:
    plan = plan_of(dropout=True, input_dropout=True, dropout_schedule=schedule)
    knobs = knobs_of(dropout_rate=0.5, input_dropout_rate=0.2, horizon_steps=100)
    dropout = dropout_of_step(plan, jax.tree.map(jnp.asarray, knobs), jnp.int32(60))
    assert dropout is not None
    assert dropout.hidden_rate is not None
    share = {"constant": 1.0, "exponential": 0.01**0.6, "step": 0.1, "cosine": 0.3454915}
    assert float(dropout.hidden_rate) == pytest.approx(0.5 * share[schedule], rel=1e-5)
    assert dropout.input_rate is not None
    assert float(dropout.input_rate) == pytest.approx(0.2 * share[schedule], rel=1e-5)
