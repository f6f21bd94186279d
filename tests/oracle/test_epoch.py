import dataclasses
from functools import partial

import jax
import numpy as np
import pytest

from rightfit.nn import Network
from rightfit.objectives import Task
from rightfit.train.compilation import compiled
from rightfit.train.epoch import score, train_epoch
from rightfit.train.plan import N_PARTS, HeldOut, Rows
from rightfit.train.rows import take_rows
from rightfit.train.step import step
from tests.objectives.test_metrics import theirs
from tests.oracle.formulas import (
    LOSS_FORMULAS,
    Arrays,
    arrays_of,
    loss_and_gradient,
    outputs_of,
    predictions_of,
)
from tests.train.runs import (
    knobs_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    rows_of,
    run_chunk,
    run_of,
    state_of,
)

_train_epoch = jax.jit(train_epoch, static_argnames="plan")
_step = jax.jit(step, static_argnames="plan")
_take = jax.jit(take_rows)
_score = jax.jit(score, static_argnames="plan")

ORDER = np.array([3, 0, 4, 1, 2], np.int32)
PADDED = np.concatenate([ORDER, np.zeros(11, np.int32)])


def taken(rows: Rows, chosen: list[int]) -> Rows:
    """A batch by hand: the chosen rows with their weights, and nothing beside them."""
    return Rows(
        type(rows.features)(rows.features.numbers[chosen], rows.features.codes[chosen]),
        rows.targets[chosen],
        rows.weights[chosen],
        np.int32(len(chosen)),
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_epoch_over_five_rows_equals_three_steps_by_hand(dtype: type) -> None:
    rows = random_rows(n_rows=5, weighted=True, dtype=dtype)
    plan = plan_of(batch_size=2)
    knobs = knobs_of(learning_rate=0.2, l2=0.05, weight_decay=0.1, dtype=dtype)
    network = network_of(dtype=dtype)
    state = state_of(plan, network, knobs)
    whole, mean_loss, norms = compiled(_train_epoch, plan, state, knobs, rows, PADDED)

    total, number = 0.0, 0
    close = partial(np.testing.assert_allclose, rtol=1e-6 if dtype == np.float64 else 1e-4)
    for start, chosen in ((0, [3, 0]), (2, [4, 1]), (4, [2])):
        batch = taken(rows, chosen)
        value, gradient = loss_and_gradient(network, batch, "squared_error", l2=0.05)
        arrays = arrays_of(network)
        penalty = 0.05 / 2 * sum((weight**2).sum() for weight in arrays.weights)
        total += (value - penalty) * len(chosen)
        network = moved(network, gradient, rate=0.2, decay=0.1)
        # The last batch has room for two and holds one.
        slots = PADDED[start : start + 2]
        gathered = compiled(_take, rows, slots, np.int32(5 - start))
        state, summed, slopes = compiled(_step, plan, state, knobs, gathered)
        by_hand = [np.linalg.norm(slope) for slope in gradient.weights]
        close([np.linalg.norm(slope) for (slope,) in slopes], by_hand)
        if start == 2:
            # The last full mini-batch is the one that is looked at.
            close(norms, by_hand)
        number += 1
        assert int(state.step) == number
        for array, known in zip(
            jax.tree.leaves(state.network), jax.tree.leaves(network), strict=True
        ):
            close(array, known, atol=1e-6)
        assert float(summed) == pytest.approx((value - penalty) * len(chosen), rel=1e-5)

    assert int(whole.step) == 3
    assert float(mean_loss) == pytest.approx(total / 5, rel=1e-5)
    for array, known in zip(jax.tree.leaves(whole.network), jax.tree.leaves(network), strict=True):
        close(array, known, atol=1e-6)


def moved(network: Network, gradient: Arrays, *, rate: float, decay: float) -> Network:
    leaves = [
        array - rate * (slope + (decay * array if array.ndim == 2 else 0))
        for array, slope in zip(jax.tree.leaves(network), gradient.listed(), strict=True)
    ]
    after: Network = jax.tree.unflatten(jax.tree.structure(network), leaves)
    return after


@pytest.mark.parametrize("batch_size", [1, 3, 8, 11, 64])
@pytest.mark.parametrize("n_rows", [1, 8, 11, 16])
def test_every_row_is_visited_exactly_once(n_rows: int, batch_size: int) -> None:
    # Row i has loss 2^i, and nothing moves: the sum tells which rows were met.
    n_slots = -(-16 // batch_size) * batch_size
    rows = rows_of(np.zeros((n_rows, 3)), 2.0 ** np.arange(n_rows)[:, None])
    plan = plan_of(objective_of(loss="absolute_error"), batch_size=batch_size)
    knobs = knobs_of(learning_rate=0.0, dtype=np.float32)
    network = jax.tree.map(np.zeros_like, network_of(hidden_sizes=()))
    order = np.zeros(n_slots, np.int32)
    order[:n_rows] = np.random.default_rng(0).permutation(n_rows)
    state = state_of(plan, network, knobs)
    after, mean_loss, _ = compiled(_train_epoch, plan, state, knobs, rows, order)
    assert int(after.step) == -(-n_rows // batch_size)
    assert round(float(mean_loss) * n_rows) == 2**n_rows - 1


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_score_equals_numpy(task: Task) -> None:
    rows = random_rows(task, 13, weighted=True)
    network = network_of(task, (4,))
    objective = objective_of(task)
    plan = plan_of(objective)
    found = compiled(_score, plan, network, HeldOut(rows, None), knobs_of(target_unit=3.0))
    pair = (float(found.loss), float(found.metric))
    assert pair == pytest.approx(scored(task, network, rows, 3.0), rel=1e-5)
    assert np.isnan(found.watched_parts).all()
    assert found.watched == found.loss


@pytest.mark.parametrize("watch_metric", [False, True])
def test_each_part_is_scored_as_if_its_rows_were_all(watch_metric: bool) -> None:
    rows = random_rows("regression", 13, weighted=True)
    network = network_of("regression", (4,))
    objective = dataclasses.replace(objective_of("regression"), watch_metric=watch_metric)
    # Of the last part there is no row.
    parts = np.resize(np.arange(N_PARTS - 1), len(rows.weights)).astype(np.int32)
    held_out = HeldOut(rows, None, parts)
    score = compiled(_score, plan_of(objective), network, held_out, knobs_of())
    for part in range(N_PARTS - 1):
        weights = np.where(parts == part, rows.weights, 0)
        alone = HeldOut(rows._replace(weights=weights), None)
        watched = compiled(_score, plan_of(objective), network, alone, knobs_of()).watched
        assert float(score.watched_parts[part]) == pytest.approx(float(watched), rel=1e-5)
    assert np.isnan(score.watched_parts[-1])


@pytest.mark.parametrize("n_rows", [8192, 8193, 9215])
def test_score_equals_numpy_when_rows_are_scored_in_blocks(n_rows: int) -> None:
    rows = random_rows("regression", n_rows, weighted=True)
    network = network_of(hidden_sizes=(4,))
    loss, metric, *_ = compiled(_score, plan_of(), network, HeldOut(rows, None), knobs_of())
    expected = scored("regression", network, rows, 1.0)
    assert (float(loss), float(metric)) == pytest.approx(expected, rel=1e-4)


def test_what_is_minimised_is_watched_and_what_judges_is_recorded() -> None:
    rows, network = random_rows("regression", weighted=True), network_of()
    plan = plan_of(loss="poisson")
    found = compiled(_score, plan, network, HeldOut(rows, None), knobs_of())
    assert float(found.loss) == pytest.approx(scored("regression", network, rows, 1.0)[0], rel=1e-5)
    n = int(rows.n_rows)
    each = LOSS_FORMULAS["poisson"](outputs_of(network, rows), rows.targets[:n])[0]
    expected = (each * rows.weights[:n]).sum() / rows.weights[:n].sum()
    assert float(found.watched) == pytest.approx(expected, rel=1e-4)
    watching = dataclasses.replace(plan, objective=objective_of(watch_metric=True))
    found = compiled(_score, watching, network, HeldOut(rows, None), knobs_of())
    assert float(found.watched) == pytest.approx(float(found.metric), rel=1e-6)


def test_validation_rows_are_scored_without_dropout() -> None:
    knobs = knobs_of(learning_rate=0.02, dropout_rate=0.5, input_dropout_rate=0.5)
    run = run_of(plan_of(dropout=True, input_dropout=True), knobs=knobs)
    state, records = run_chunk(run, state_of(run.members[0].plan, network_of(), knobs), 3)
    assert run.validation is not None
    expected, _ = scored("regression", state.network, run.validation, 1.0)
    assert records.validation_loss[-1] == pytest.approx(expected, rel=1e-5)


def scored(task: Task, network: Network, rows: Rows, scale: float) -> tuple[float, float]:
    n = int(rows.n_rows)
    objective = objective_of(task)
    outputs = outputs_of(network, rows)
    targets, weights = rows.targets[:n], rows.weights[:n]
    each = LOSS_FORMULAS[objective.loss](outputs, targets)[0]
    loss = float((each * weights).sum() / weights.sum())
    predictions = predictions_of(outputs, task)
    if task == "regression":
        predictions, targets = predictions * scale, targets * scale
    return loss, theirs(objective.metric, predictions, targets, weights)
