import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.nn import Dropout, Network, NetworkShape, build_network
from rightfit.nn.network import EMBEDDING_START
from tests.train.runs import bits, network_of

SHAPE = NetworkShape(
    n_numbers=2,
    n_levels=(4, 12),
    embedding_widths=(0, 5),
    hidden_sizes=(6, 3),
    activations=("relu", "tanh"),
    n_outputs=2,
)


def build(shape: NetworkShape = SHAPE, seed: int = 0) -> Network:
    return build_network(shape, np.random.Generator(np.random.Philox(seed)))


def test_shape_counts_the_inputs_of_the_first_layer() -> None:
    assert SHAPE.n_features == 2 + 3 + 5


def test_build_network_lays_out_the_shape() -> None:
    network = build()
    assert [layer.weight.shape for layer in network.layers] == [(10, 6), (6, 3), (3, 2)]
    assert [layer.bias.shape for layer in network.layers] == [(6,), (3,), (2,)]
    assert [column.n_levels for column in network.categories] == [4, 12]
    assert network.categories[0].table is None
    assert network.categories[1].table is not None
    assert network.categories[1].table.shape == (12, 5)
    assert network.activations == ("relu", "tanh")


def test_build_network_starts_with_biases_of_zero() -> None:
    assert not any(np.asarray(layer.bias).any() for layer in build().layers)


def test_build_network_starts_with_weights_of_zero_without_hidden_layers_alone() -> None:
    linear = dataclasses.replace(SHAPE, hidden_sizes=(), activations=())
    assert not np.asarray(build(linear).layers[0].weight).any()
    assert all(np.asarray(layer.weight).all() for layer in build().layers)


def test_build_network_gives_the_same_bits_when_the_seed_is_the_same() -> None:
    assert bits(build()) == bits(build())
    assert not set(bits(build())[1::2]) & set(bits(build(seed=1))[1::2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_build_network_has_one_type_throughout(dtype: type) -> None:
    network = build_network(SHAPE, np.random.default_rng(0), dtype)
    assert {np.asarray(leaf).dtype for leaf in jax.tree.leaves(network)} == {np.dtype(dtype)}
    assert network.dtype == dtype


def test_build_network_draws_the_same_numbers_in_both_types() -> None:
    double = build_network(SHAPE, np.random.default_rng(0), np.float64)
    single = build_network(SHAPE, np.random.default_rng(0), np.float32)
    assert bits(jax.tree.map(lambda a: a.astype(np.float32), double)) == bits(single)


def test_embedding_vectors_start_small_against_one_scaled_number() -> None:
    shape = NetworkShape(0, (2000,), (8,), (), (), 1)
    table = build(shape).categories[0].table
    assert table is not None
    length = np.mean(np.sum(np.asarray(table) ** 2, axis=1))
    assert length == pytest.approx(EMBEDDING_START**2, rel=0.05)


def test_network_reads_categories_alone_when_there_are_no_numbers() -> None:
    network = build(NetworkShape(0, (3,), (0,), (), (), 1))
    features = Features(jnp.zeros((3, 0)), jnp.array([[0], [1], [2]], jnp.int32))
    weight = np.asarray(network.layers[0].weight)
    np.testing.assert_array_equal(network(features), np.vstack([[[0]], weight]))


def test_network_gives_each_layer_its_own_activation() -> None:
    network = network_of(hidden_sizes=(1, 1), activations=("identity", "relu"))
    ones = [jnp.ones_like(layer.weight) for layer in network.layers]
    zeros = [jnp.zeros_like(layer.bias) for layer in network.layers]
    layers = tuple(
        type(layer)(weight, bias)
        for layer, weight, bias in zip(network.layers, ones, zeros, strict=True)
    )
    plain = Network(None, (), None, layers, (None, None), ("identity", "relu"))
    features = Features(jnp.array([[1.0, 1, 1], [-1, -1, -1]]), jnp.zeros((2, 0), jnp.int32))
    np.testing.assert_array_equal(plain(features), [[3], [0]])
    linear = Network(None, (), None, layers, (None, None), ("identity", "identity"))
    np.testing.assert_array_equal(linear(features), [[3], [-3]])


def test_network_drops_nothing_when_no_dropout_is_given() -> None:
    network = network_of(hidden_sizes=(64,))
    features = Features(jnp.ones((2, 3)), jnp.zeros((2, 0), jnp.int32))
    nothing = Dropout(None, None, jnp.zeros(2, jnp.uint32))
    plain = np.asarray(network(features))
    np.testing.assert_array_equal(plain[0], plain[1])
    np.testing.assert_array_equal(network(features, nothing), plain)
