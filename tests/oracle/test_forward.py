import dataclasses

import jax
import numpy as np
import pytest

from rightfit.nn import ACTIVATIONS, Network
from rightfit.objectives import Task
from rightfit.train.compilation import compiled
from rightfit.train.plan import Rows
from tests.oracle.formulas import Numbers, outputs_of
from tests.train.runs import network_of, random_rows

N_LEVELS = (4, 7, 1)
# One-hot, embedded, and a column of unseen values alone.
WIDTHS = (0, 3, 0)

_forward = jax.jit(lambda network, features: network(features))


def predicted(network: Network, rows: Rows) -> Numbers:
    return np.asarray(compiled(_forward, network, rows.features))[: int(rows.n_rows)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_pass_equals_numpy_with_each_activation(activation: str) -> None:
    rows = random_rows(n_levels=N_LEVELS, dtype=np.float64)
    network = network_of(
        hidden_sizes=(5, 4),
        activation=activation,
        n_levels=N_LEVELS,
        embedding_widths=WIDTHS,
        n_outputs=2,
        dtype=np.float64,
    )
    outputs = predicted(network, rows)
    assert outputs.dtype == np.float64
    np.testing.assert_allclose(outputs, outputs_of(network, rows), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("hidden_sizes", [(), (1,), (4,), (6, 5, 4, 3)])
def test_forward_pass_equals_numpy_at_each_depth_in_float32(hidden_sizes: tuple[int, ...]) -> None:
    rows = random_rows(n_levels=N_LEVELS)
    network = network_of(hidden_sizes=hidden_sizes, n_levels=N_LEVELS, embedding_widths=WIDTHS)
    outputs = predicted(network, rows)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, outputs_of(network, rows), rtol=1e-4, atol=1e-6)


def test_forward_pass_equals_numpy_when_each_layer_has_its_own_activation() -> None:
    names = tuple(ACTIVATIONS)
    rows = random_rows(dtype=np.float64)
    network = network_of(hidden_sizes=(3,) * len(names), activations=names, dtype=np.float64)
    np.testing.assert_allclose(predicted(network, rows), outputs_of(network, rows), rtol=1e-10)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_network_without_hidden_layers_is_a_linear_model(task: Task) -> None:
    rows = random_rows(task, dtype=np.float64)
    network = network_of(task, (), dtype=np.float64)
    numbers = np.asarray(rows.features.numbers[: int(rows.n_rows)])
    expected = numbers @ network.layers[0].weight + network.layers[0].bias
    np.testing.assert_allclose(predicted(network, rows), expected, rtol=1e-12)


def test_row_has_the_same_outputs_whatever_rows_are_beside_it() -> None:
    rows = random_rows()
    network = network_of(hidden_sizes=(6, 5))
    outputs = predicted(network, rows)
    turned = dataclasses.replace(network)
    features = type(rows.features)(rows.features.numbers[::-1].copy(), rows.features.codes)
    again = np.asarray(compiled(_forward, turned, features))[::-1][: len(outputs)]
    np.testing.assert_allclose(again, outputs, rtol=1e-6)
