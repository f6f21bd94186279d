from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.nn import Network
from rightfit.train.compilation import compiled
from rightfit.train.plan import Knobs, Plan, Rows
from rightfit.train.step import dropout_of_step, loss
from tests.oracle.formulas import ACTIVATION_FORMULAS, Numbers, arrays_of, folded, mix
from tests.train.runs import knobs_of, network_of, plan_of, random_rows

BASE = (0x243F6A88, 0x85A308D3)
HIDDEN_RATE, INPUT_RATE = 0.5, 0.25


@partial(jax.jit, static_argnames="plan")
def _dropped(plan: Plan, network: Network, rows: Rows, knobs: Knobs, step: jax.Array) -> jax.Array:
    return network(rows.features, dropout_of_step(plan, knobs, step))


def scaled_mask(key: tuple[int, int], shape: tuple[int, int], rate: float) -> Numbers:
    """What each activation is multiplied with, by hand."""
    drawn: NDArray[np.uint32] = mix(np.arange(shape[0] * shape[1]), *key).reshape(shape)
    return np.where(drawn >= rate * 2**32, 1 / (1 - rate), 0.0)


@pytest.mark.parametrize(
    ("hidden", "inputs"), [(True, True), (True, False), (False, True), (False, False)]
)
@pytest.mark.parametrize("step", [0, 5])
def test_network_with_dropout_equals_numpy_with_the_same_bits(
    step: int, hidden: bool, inputs: bool
) -> None:
    rows = random_rows(dtype=np.float64)
    network = network_of(hidden_sizes=(6, 5), dtype=np.float64)
    plan = plan_of(dropout=hidden, input_dropout=inputs)
    knobs = knobs_of(dropout_rate=HIDDEN_RATE, input_dropout_rate=INPUT_RATE, dtype=np.float64)
    outputs = compiled(_dropped, plan, network, rows, knobs, np.int32(step))

    step_key = folded(BASE, step)
    arrays = arrays_of(network)
    x = np.asarray(rows.features.numbers)
    if inputs:
        x = x * scaled_mask(folded(step_key, 0), x.shape, INPUT_RATE)
    for layer in (1, 2):
        sums = x @ arrays.weights[layer - 1] + arrays.biases[layer - 1]
        x = ACTIVATION_FORMULAS["relu"][0](sums)
        if hidden:
            x = x * scaled_mask(folded(step_key, layer), x.shape, HIDDEN_RATE)
    expected = x @ arrays.weights[2] + arrays.biases[2]
    np.testing.assert_allclose(outputs, expected, rtol=1e-11, atol=1e-13)


def test_expected_output_over_many_steps_is_the_output_without_dropout() -> None:
    # One hidden layer: the output is linear in what is dropped, so its expectation is exact.
    n_steps, rate = 20_000, 0.3
    rows = random_rows(n_rows=2, n_slots=2)
    network = network_of(hidden_sizes=(8,))
    plan = plan_of(dropout=True)
    knobs = knobs_of(dropout_rate=rate)

    def dropped(rows: Rows, knobs: Knobs, step: jax.Array) -> jax.Array:
        return network(rows.features, dropout_of_step(plan, knobs, step))

    over_steps = jax.jit(jax.vmap(dropped, (None, None, 0)))
    outputs = np.asarray(over_steps(rows, knobs, jnp.arange(n_steps)), np.float64)[:, :, 0]
    plain = np.asarray(jax.jit(lambda x: network(x))(rows.features), np.float64)[:, 0]
    error = np.abs(outputs.mean(axis=0) - plain)
    assert (error <= 5 * outputs.std(axis=0) / np.sqrt(n_steps)).all()
    assert outputs.std(axis=0).min() > 0.01
    # The variance by hand: Σ (a·w)²·rate/(1 − rate).
    arrays = arrays_of(network)
    hidden = np.maximum(rows.features.numbers @ arrays.weights[0] + arrays.biases[0], 0)
    variance = ((hidden * arrays.weights[1][:, 0]) ** 2).sum(axis=1) * rate / (1 - rate)
    np.testing.assert_allclose(outputs.var(axis=0), variance, rtol=0.05)


def test_inputs_hidden_layers_and_steps_are_dropped_independently() -> None:
    rate = 0.5
    n = 64
    masks = []
    for step in range(3):
        step_key = folded(BASE, step)
        masks += [scaled_mask(folded(step_key, layer), (n, n), rate) for layer in range(3)]
    signs = np.array([mask.ravel() - 1 for mask in masks])
    correlation = signs @ signs.T / signs.shape[1] - np.eye(len(masks))
    assert np.abs(correlation).max() < 5 / n


def test_plan_without_dropout_ignores_the_knobs() -> None:
    knobs = knobs_of(dropout_rate=0.5, input_dropout_rate=0.5)
    assert dropout_of_step(plan_of(), knobs, jnp.int32(0)) is None


def test_loss_with_dropout_uses_the_bits_of_the_step() -> None:
    rows, network = random_rows(), network_of(hidden_sizes=(16,))
    plan, knobs = plan_of(dropout=True), knobs_of(dropout_rate=0.5)

    @jax.jit
    def value(rows: Rows, knobs: Knobs, step: jax.Array) -> jax.Array:
        return loss(plan, network, rows, knobs, dropout_of_step(plan, knobs, step))[0]

    first, again, second = (float(value(rows, knobs, jnp.int32(step))) for step in (0, 0, 1))
    assert first == again != second
