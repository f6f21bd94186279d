from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.train.compilation_cache import compiled
from rightfit.train.schedules import SCHEDULES
from rightfit.train.step import learning_rate, loss, step
from tests.train.runs import (
    as_numpy,
    knobs_of,
    network_of,
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
    half_way, _ = compiled(_step, plan, state._replace(step=np.int32(2)), knobs, batch)
    start, _ = compiled(_step, plan, state, knobs, batch)
    for now, then, before in zip(
        *(jax.tree.leaves(as_numpy(tree)) for tree in (half_way.network, start.network, network)),
        strict=True,
    ):
        np.testing.assert_allclose(now - before, (then - before) / 2, rtol=1e-9, atol=1e-15)


def test_step_counts_itself_and_says_that_it_succeeded() -> None:
    knobs = knobs_of()
    state = state_of(plan_of(), network_of(), knobs)
    after, _ = compiled(_step, plan_of(), state, knobs, random_rows())
    assert int(after.step) == int(state.step) + 1 == 1
    assert int(after.failed_step) == -1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_step_names_itself_when_its_loss_is_not_finite(value: float) -> None:
    knobs = knobs_of()
    state = state_of(plan_of(), network_of(), knobs)._replace(step=np.int32(7))
    batch = rows_of(np.full((3, 3), value), np.zeros((3, 1)))
    after, total = compiled(_step, plan_of(), state, knobs, batch)
    assert int(after.failed_step) == 7
    assert not np.isfinite(total)


def test_loss_of_a_short_batch_is_the_mean_of_its_rows() -> None:
    # Two of four slots are real, and both rows miss by 3.
    network = jax.tree.map(np.zeros_like, network_of())
    value = jax.jit(lambda rows, knobs: loss(plan_of(), network, rows, knobs, None))
    mean, total = value(rows_of(np.ones((2, 3)), np.full((2, 1), 3.0), n_slots=4), knobs_of())
    assert (float(mean), float(total)) == (9, 18)
