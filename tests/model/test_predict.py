import dataclasses
from typing import Any

import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.model.predict import mean_predictions, place_networks, predictions_of
from rightfit.nn import Network, NetworkShape, build_network

SHAPE = NetworkShape(
    n_numbers=3,
    n_levels=(4, 5),
    embedding_widths=(0, 2),
    hidden_sizes=(6,),
    activations=("relu",),
    n_outputs=2,
)


def rows_of(n_rows: int) -> Features:
    generator = np.random.default_rng(n_rows)
    codes = [generator.integers(levels, size=n_rows) for levels in SHAPE.n_levels]
    return Features(
        generator.normal(size=(n_rows, 3)).astype(np.float32), np.stack(codes, 1).astype(np.int32)
    )


def network_of(dtype: Any) -> Network:
    return build_network(SHAPE, np.random.default_rng(0), dtype)


def predicted(network: Network, rows: Features, n_block_rows: int = 256) -> Any:
    placed = place_networks([network])
    return mean_predictions(placed, np.ones(1), rows, "regression", n_block_rows)


def by_hand(network: Network, rows: Features) -> Any:
    one_hot = np.eye(4)[rows.codes[:, 0]][:, 1:]
    embedded = np.asarray(network.categories[1].table)[rows.codes[:, 1]]
    x = np.concatenate([rows.numbers, one_hot, embedded], axis=1)
    first, last = network.layers
    hidden = np.maximum(x @ np.asarray(first.weight) + np.asarray(first.bias), 0)
    return hidden @ np.asarray(last.weight) + np.asarray(last.bias)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_rows", [1, 255, 256, 257, 600])
def test_outputs_are_those_of_numpy_at_any_number_of_rows(n_rows: int, dtype: Any) -> None:
    network, rows = network_of(dtype), rows_of(n_rows)
    outputs = predicted(network, rows)
    assert outputs.dtype == np.float64
    assert outputs.shape == (n_rows, 2)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(outputs, by_hand(network, rows), rtol=tolerance, atol=tolerance)


def test_outputs_of_a_row_do_not_depend_on_the_rows_beside_it() -> None:
    network, rows = network_of(np.float32), rows_of(300)
    outputs = predicted(network, rows)
    for row in (0, 255, 256, 299):
        alone = Features(rows.numbers[row : row + 1], rows.codes[row : row + 1])
        np.testing.assert_array_equal(predicted(network, alone)[0], outputs[row])
    turned = Features(rows.numbers[::-1], rows.codes[::-1])
    np.testing.assert_array_equal(predicted(network, turned)[::-1], outputs)


@pytest.mark.parametrize("n_rows", [1, 32, 33])
def test_blocks_of_fewer_rows_give_the_same_outputs(n_rows: int) -> None:
    network, rows = network_of(np.float64), rows_of(n_rows)
    outputs = predicted(network, rows, n_block_rows=32)
    np.testing.assert_allclose(outputs, predicted(network, rows), rtol=1e-12)


def test_networks_of_several_shapes_are_weighed_in_their_own_order() -> None:
    wide = dataclasses.replace(SHAPE, hidden_sizes=(9,))
    shapes = [SHAPE, wide, SHAPE, dataclasses.replace(wide, hidden_sizes=(), activations=())]
    networks = [
        build_network(shape, np.random.default_rng(seed)) for seed, shape in enumerate(shapes)
    ]
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    rows = rows_of(300)
    together = mean_predictions(place_networks(networks), weights, rows, "regression")
    alone = [predicted(network, rows) for network in networks]
    np.testing.assert_allclose(together, np.tensordot(weights, alone, axes=1), atol=1e-6)


def test_probabilities_are_averaged_not_outputs() -> None:
    networks = [build_network(SHAPE, np.random.default_rng(seed)) for seed in range(3)]
    rows, weights = rows_of(9), np.array([0.5, 0.25, 0.25])
    together = mean_predictions(place_networks(networks), weights, rows, "multiclass")
    alone = [predictions_of(predicted(network, rows), "multiclass") for network in networks]
    np.testing.assert_allclose(together, np.tensordot(weights, alone, axes=1), atol=1e-6)
    np.testing.assert_allclose(together.sum(axis=1), 1)
