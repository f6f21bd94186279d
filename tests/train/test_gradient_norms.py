import dataclasses
from typing import Any

import jax
import numpy as np
import pytest

from rightfit.train.compilation import compiled
from rightfit.train.epoch import train_epoch
from rightfit.train.gradient_norms import layer_gradients, normed_layers
from rightfit.train.rows import take_rows
from rightfit.train.step import loss, step
from tests.train.runs import (
    bits,
    knobs_of,
    network_of,
    plan_of,
    random_rows,
    run_chunk,
    run_of,
    shape_of,
    state_of,
)

_train_epoch = jax.jit(train_epoch, static_argnames="plan")
_step = jax.jit(step, static_argnames="plan")
_take = jax.jit(take_rows)
_slope = jax.jit(jax.grad(lambda n, p, b, k: loss(p, n, b, k, None)[0]), static_argnums=1)


def test_norms_of_an_epoch_of_one_mini_batch_are_those_of_its_gradient() -> None:
    rows, network = random_rows(weighted=True), network_of(hidden_sizes=(5, 4))
    plan, knobs = plan_of(batch_size=16), knobs_of(l2=0.1)
    state = state_of(plan, network, knobs)
    order = np.arange(16, dtype=np.int32) % 13
    *_, norms = compiled(_train_epoch, plan, state, knobs, rows, order)
    gradient = compiled(_slope, network, plan, rows, knobs)
    by_hand = [np.linalg.norm(layer.weight) for layer in gradient.layers]
    np.testing.assert_allclose(norms, by_hand, rtol=1e-5)


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "n_slots", "looks"),
    [
        (13, 2, 16, [6]),  # the seventh has one row
        (13, 1, 16, [8, 13]),
        (40, 1, 48, [12, 24, 36, 40]),
        (3, 4, 16, [1]),  # there is no full one
    ],
)
def test_norms_are_the_root_mean_square_over_few_full_mini_batches(
    n_rows: int, batch_size: int, n_slots: int, looks: list[int]
) -> None:
    rows = random_rows(n_rows=n_rows, n_slots=n_slots)
    plan, knobs = plan_of(batch_size=batch_size), knobs_of(learning_rate=0.05)
    order = np.zeros(n_slots, np.int32)
    order[:n_rows] = np.random.default_rng(0).permutation(n_rows)
    state = state_of(plan, network_of(), knobs)
    *_, norms = compiled(_train_epoch, plan, state, knobs, rows, order)
    squares = []
    for number in range(-(-n_rows // batch_size)):
        start = number * batch_size
        chosen = order[start : start + batch_size]
        batch = compiled(_take, rows, chosen, np.int32(n_rows - start))
        state, _, slopes = compiled(_step, plan, state, knobs, batch)
        if number + 1 in looks:
            squares.append([np.sum(np.square(slope)) for (slope,) in slopes])
    assert len(squares) == len(looks)
    np.testing.assert_allclose(norms, np.sqrt(np.mean(squares, axis=0)), rtol=1e-4)


def test_norms_are_the_same_however_the_run_is_cut() -> None:
    run = run_of()
    begin = run.members[0].begin()
    _, records = run_chunk(run, begin, 5)
    half, first = run_chunk(run, begin, 2)
    _, rest = run_chunk(run, half, 3)
    assert records.gradient_norms.shape == (5, 2)
    joined = np.concatenate([first.gradient_norms, rest.gradient_norms])
    assert bits(joined) == bits(records.gradient_norms)


@pytest.mark.parametrize(
    ("embedding", "names"),
    [
        ("none", ()),
        ("piecewise", ()),
        ("cosine", ("number embedding",)),
        ("periodic", ("number embedding",)),
    ],
)
def test_every_layer_that_is_learned_has_a_norm_and_a_name(
    embedding: str, names: tuple[str, ...]
) -> None:
    widths = () if embedding == "none" else (4, 4, 4)
    chosen: dict[str, Any] = {"number_embedding": embedding, "number_widths": widths}
    network = network_of(hidden_sizes=(4, 3), **chosen)
    shape = dataclasses.replace(shape_of(network), n_numbers=3, **chosen)
    assert normed_layers(shape) == (*names, "hidden 1", "hidden 2", "output")
    sizes = [sum(array.size for array in arrays) for arrays in layer_gradients(network)]
    assert len(sizes) == len(normed_layers(shape))
    if names:
        assert sizes[0] == sum(array.size for array in jax.tree.leaves(network.numbers))


def test_linear_model_has_one_norm() -> None:
    network = network_of(hidden_sizes=())
    assert normed_layers(shape_of(network)) == ("output",)
    assert len(layer_gradients(network)) == 1
