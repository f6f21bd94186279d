import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.objectives import Task
from rightfit.train import program
from rightfit.train.compilation import compiled
from rightfit.train.epoch import score
from rightfit.train.plan import NEVER, HeldOut, Knobs, State
from rightfit.train.program import go_back, keep_best
from tests.train.runs import (
    as_numpy,
    bits,
    knobs_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    run_chunk,
    run_of,
    state_of,
)

pytestmark = pytest.mark.slow

_keep_best = jax.jit(keep_best)


def first_state(**changes: Any) -> State:
    return state_of(plan_of(), network_of(), knobs_of())._replace(**changes)


@pytest.mark.parametrize(
    ("watched", "patience", "tolerance", "best_epoch", "stops_after"),
    [
        # It improves to the end.
        ([3.0, 2.0, 1.0], 2, 0.0, 3, None),
        # It worsens from the second epoch on, and the patience is two epochs.
        ([3.0, 2.0, 2.5, 2.4], 2, 0.0, 2, 4),
        ([3.0, 2.0, 2.5, 2.4], 3, 0.0, 2, None),
        ([1.0, 2.0], 1, 0.0, 1, 2),
        # What is equal is not better.
        ([3.0, 3.0, 3.0], 2, 0.0, 1, 3),
        # The count begins again after an improvement.
        ([3.0, 3.5, 2.0, 2.5, 2.5], 2, 0.0, 3, 5),
        # Improvements within the tolerance move the best weights, but not the patience.
        ([1.0, 0.995, 0.992, 0.991], 3, 0.01, 4, 4),
        # Small ones add up until together they are large enough.
        ([1.0, 0.995, 0.98, 0.979], 3, 0.01, 4, None),
        ([1.0, 0.995, 0.98, 0.979, 0.978, 0.977], 3, 0.01, 6, 6),
        # Metrics with their sign turned are negative; the tolerance goes by their size.
        ([-0.5, -0.6, -0.603, -0.602], 2, 0.01, 3, 4),
        ([-0.5, -0.6, -0.61, -0.602], 2, 0.01, 3, None),
        ([0.0, 0.0, 0.0], 2, 0.01, 1, 3),
        # Halving a loss of next to nothing is no improvement.
        ([8e-5, 4e-5, 2e-5, 1e-5], 3, 0.01, 4, 4),
        ([8e-4, 4e-4, 2e-4, 1e-4], 3, 0.01, 4, None),
        ([5.0, 6.0, 7.0], NEVER, 0.0, 1, None),
    ],
)
def test_keep_best_keeps_the_best_and_counts_the_patience(
    watched: list[float],
    patience: int,
    tolerance: float,
    best_epoch: int,
    stops_after: int | None,
) -> None:
    knobs = knobs_of(patience_epochs=patience, tolerance=tolerance)
    state, stopped = _kept(watched, knobs)
    assert stopped == stops_after
    assert int(state.best_epoch) == best_epoch
    assert float(state.best_watched) == np.float32(watched[best_epoch - 1])
    for leaf in jax.tree.leaves(state.best_network):
        np.testing.assert_array_equal(leaf, best_epoch)


@pytest.mark.parametrize(
    ("growth", "stops_after"),
    [
        (0.0, 5),
        # Less than was said in any case.
        (0.5, 5),
        (1.0, 6),
        (1.5, 8),
        (3.0, None),
    ],
)
def test_patience_grows_with_the_epochs_until_the_best(
    growth: float, stops_after: int | None
) -> None:
    knobs = knobs_of(patience_epochs=2, patience_growth=growth)
    state, stopped = _kept([3.0, 2.0, 1.0, *[1.5] * 5], knobs)
    assert stopped == stops_after
    assert int(state.best_epoch) == 3


def _kept(watched: list[float], knobs: Knobs) -> tuple[State, int | None]:
    """The state after epochs with these watched values, and the epoch after which it stopped."""
    state, stopped = first_state(), None
    for epoch, value in enumerate(watched, start=1):
        network = jax.tree.map(lambda leaf, mark=epoch: np.full_like(leaf, mark), state.network)
        state = state._replace(network=network)
        state = _keep_best(state, np.float32(value), np.bool_(True), knobs)
        assert int(state.epoch) == epoch
        if state.stopped and stopped is None:
            stopped = epoch
    return state, stopped


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.5])
def test_keep_best_neither_keeps_nor_counts_an_epoch_that_failed(value: float) -> None:
    knobs = knobs_of(patience_epochs=2)
    before = _keep_best(first_state(), np.float32(1.0), np.bool_(True), knobs)
    spoilt = before._replace(network=jax.tree.map(lambda leaf: leaf * np.nan, before.network))
    after = _keep_best(spoilt, np.float32(value), np.bool_(False), knobs)
    assert bits(after.best_network) == bits(before.best_network)
    assert (int(after.epoch), int(after.best_epoch)) == (1, 1)
    assert float(after.best_watched) == 1.0
    assert not after.stopped


def test_keep_best_has_not_waited_for_an_epoch_that_failed() -> None:
    # It will be run again: patience is counted in epochs that have ended.
    knobs = knobs_of(patience_epochs=2)
    state = first_state()
    for value, finite in ((1.0, True), (2.0, True), (np.nan, False), (0.5, True)):
        state = _keep_best(state, np.float32(value), np.bool_(finite), knobs)
        assert not state.stopped
    waiting = first_state()
    for value, finite in ((1.0, True), (np.nan, False), (2.0, True)):
        waiting = _keep_best(waiting, np.float32(value), np.bool_(finite), knobs)
    assert not waiting.stopped
    assert int(waiting.waited_epochs) == 1


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_splitting_a_run_into_chunks_keeps_the_bits(optimizer: str) -> None:
    plan = plan_of(optimizer=optimizer, dropout=True, input_dropout=True)
    knobs = knobs_of(learning_rate=0.02, dropout_rate=0.5, input_dropout_rate=0.2)
    run = run_of(plan, knobs=knobs)
    begin = state_of(plan, network_of(), run.members[0].knobs)
    whole, records = run_chunk(run, begin, 6)
    parts, state = [], begin
    for n_epochs in (1, 2, 3):
        state, part = run_chunk(run, state, n_epochs)
        parts.append(part)
    assert int(state.epoch) == 6
    assert bits(state) == bits(whole)
    joined = jax.tree.map(lambda *columns: np.concatenate(columns), *parts)
    assert bits(joined) == bits(records)


@pytest.mark.parametrize("n_slots", [20, 64])
def test_padding_changes_nothing(n_slots: int) -> None:
    # 17 rows go into a bucket of 18; here they are in larger ones, with rubbish beyond.
    narrow = run_of(training=random_rows(n_rows=17), validation=random_rows(n_rows=17, seed=1))
    wide = run_of(
        training=random_rows(n_rows=17, n_slots=n_slots),
        validation=random_rows(n_rows=17, seed=1, n_slots=n_slots),
    )
    for rows in (wide.training, wide.validation):
        assert rows is not None
        rows.features.numbers[17:] = 1e3
        rows.targets[17:] = -1e3
    begin = as_numpy(narrow.members[0].begin())
    expected, expected_records = run_chunk(narrow, begin, 5)
    state, records = run_chunk(wide, begin, 5)
    for one, other in zip(jax.tree.leaves(state), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    for one, other in zip(records, expected_records, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    run = run_of(plan_of(dropout=True), knobs=knobs_of(dropout_rate=0.5))
    first, second = (run_chunk(run, run.members[0].begin(), 3)[0] for _ in range(2))
    assert bits(first) == bits(second)
    other = run_of(run.members[0].plan, knobs=knobs_of(dropout_rate=0.5, key=[1, 2]))
    third = run_chunk(other, run.members[0].begin(), 3)[0]
    assert bits(third.network) != bits(first.network)


def test_records_are_empty_beyond_the_epochs_that_were_run() -> None:
    run = run_of()
    run = dataclasses.replace(run, parts=np.resize(np.arange(5, dtype=np.int32), 16))
    _, records = run_chunk(run, run.members[0].begin(), 2)
    assert all(len(column) == 2 and np.isfinite(column).all() for column in records)
    stopping = run_of(knobs=knobs_of(learning_rate=0.0, patience_epochs=1))
    state, records = run_chunk(stopping, stopping.members[0].begin(), 5)
    assert int(state.epoch) == 2
    assert bool(state.stopped)
    for column in records._replace(watched_parts=records.train_loss):
        assert np.isfinite(column[:2]).all()
        assert np.isnan(column[2:]).all()


def test_records_hold_no_validation_when_there_are_no_such_rows() -> None:
    run = run_of(plan_of(), validation=None)
    state, records = run_chunk(run, run.members[0].begin(), 4)
    assert np.isnan(records.validation_loss).all()
    assert np.isnan(records.metric).all()
    assert np.isfinite(records.train_loss).all()
    # The training rows, judged after each epoch, choose.
    judge = jax.jit(score, static_argnums=0)
    kept = judge(
        run.members[0].plan,
        state.best_network,
        HeldOut(run.training, None),
        run.members[0].knobs,
    )
    assert float(state.best_watched) == pytest.approx(float(kept.loss), rel=1e-5)


def test_loss_of_the_epoch_is_watched_when_the_training_rows_are_too_many_to_judge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program, "_FEW_ROWS", 0)
    # A plan that no other test has compiled.
    run = run_of(plan_of(batch_size=7), validation=None)
    state, records = run_chunk(run, run.members[0].begin(), 4)
    assert float(state.best_watched) == records.train_loss.min()
    assert int(state.best_epoch) == records.train_loss.argmin() + 1


def test_record_of_the_learning_rate_is_of_the_last_step() -> None:
    # Four steps an epoch: after 4, 8, … steps, of which the last were 3, 7, …
    run = run_of(plan_of(schedule="cosine"), knobs=knobs_of(horizon_steps=16))
    _, records = run_chunk(run, run.members[0].begin(), 4)
    last_steps = np.array([3, 7, 11, 15])
    expected = 0.1 * 0.5 * (1 + np.cos(np.pi * last_steps / 16))
    np.testing.assert_allclose(records.learning_rate, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("task", "metric", "greater_is_better"),
    [
        ("multiclass", "accuracy", True),
        ("regression", "r2", True),
        ("regression", "mean_absolute_error", False),
    ],
)
def test_best_epoch_is_that_of_the_watched_metric(
    task: Task, metric: str, greater_is_better: bool
) -> None:
    objective = objective_of(task, metric=metric, watch_metric=True)
    run = run_of(
        plan_of(objective, optimizer="adam"),
        network_of(task),
        # Large steps, so that the metric jumps about.
        knobs=knobs_of(learning_rate=0.3),
        training=random_rows(task),
        validation=random_rows(task, 9, seed=1),
    )
    state, records = run_chunk(run, run.members[0].begin(), 12)
    best = records.metric.argmax() if greater_is_better else records.metric.argmin()
    assert len(set(records.metric.tolist())) > 2
    assert int(state.best_epoch) == best + 1


def test_best_network_is_that_of_the_best_epoch() -> None:
    run = run_of(knobs=knobs_of(learning_rate=0.35))
    begin = as_numpy(run.members[0].begin())
    state, records = run_chunk(run, begin, 20)
    best = int(state.best_epoch)
    assert best == records.validation_loss.argmin() + 1
    assert 1 < best < 20
    shorter, _ = run_chunk(run, begin, best)
    assert bits(state.best_network) == bits(shorter.network)
    assert bits(state.best_network) != bits(state.network)


def test_go_back_returns_to_the_best_weights_with_an_empty_memory() -> None:
    run = run_of(plan_of(optimizer="adam"))
    begin = run.members[0].begin()
    empty = as_numpy(begin.moments)
    state, _ = run_chunk(run, begin, 3)
    failed = as_numpy(state._replace(failed_step=jnp.int32(11)))
    back = compiled(
        go_back, run.members[0].plan, failed, run.members[0].knobs.momentum, run.training.n_rows
    )
    assert bits(back.network) == bits(failed.best_network) == bits(back.best_network)
    assert bits(back.moments) == bits(empty)
    assert int(back.failed_step) == -1
    assert int(back.epoch) == int(failed.epoch)
    assert float(back.best_watched) == float(failed.best_watched)
