from typing import Any

import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.model.predict import network_outputs
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
    outputs = network_outputs(network, rows)
    assert outputs.dtype == dtype
    assert outputs.shape == (n_rows, 2)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(outputs, by_hand(network, rows), rtol=tolerance, atol=tolerance)


def test_outputs_of_a_row_do_not_depend_on_the_rows_beside_it() -> None:
    network, rows = network_of(np.float32), rows_of(300)
    outputs = network_outputs(network, rows)
    for row in (0, 255, 256, 299):
        alone = Features(rows.numbers[row : row + 1], rows.codes[row : row + 1])
        np.testing.assert_array_equal(network_outputs(network, alone)[0], outputs[row])
    turned = Features(rows.numbers[::-1], rows.codes[::-1])
    np.testing.assert_array_equal(network_outputs(network, turned)[::-1], outputs)
