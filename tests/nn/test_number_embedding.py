import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.nn import (
    Cosine,
    Network,
    NetworkShape,
    Periodic,
    PiecewiseLinear,
    Unbent,
    build_network,
    count_parameters,
)
from rightfit.nn.number_embedding import build_number_embedding
from tests.train.runs import network_of

ROOT = math.sqrt(3)


@pytest.mark.parametrize(
    ("place", "filled"),
    [
        (-9.0, [0, 0, 0, 0]),
        (-ROOT, [0, 0, 0, 0]),
        (-0.75 * ROOT, [0.5, 0, 0, 0]),
        (0.0, [1, 1, 0, 0]),
        (0.625 * ROOT, [1, 1, 1, 0.25]),
        (ROOT, [1, 1, 1, 1]),
        (9.0, [1, 1, 1, 1]),
    ],
)
def test_piecewise_linear_fills_one_bin_after_the_other(place: float, filled: list[float]) -> None:
    found = PiecewiseLinear((4,))(jnp.array([[place]], jnp.float32))
    np.testing.assert_allclose(found, [filled], atol=1e-6)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ((-9.0, -9.0), (0, -1)),
        ((-ROOT, -ROOT), (0, -1)),
        ((-0.75 * ROOT, 0.5 * ROOT), (0.5, 2)),
        ((0.25 * ROOT, 0.0), (4, 1)),
        ((ROOT, ROOT), (8, 3)),
        ((9.0, 9.0), (8, 3)),
    ],
)
def test_numbers_are_taken_back_between_the_edges_of_their_bins(
    places: tuple[float, float], found: tuple[float, float]
) -> None:
    edges = np.array([0, 1, 3, 5, 8, -1, 3], np.float32)
    numbers = Unbent((4, 1))(jnp.array([places], jnp.float32), edges)
    np.testing.assert_allclose(numbers, [found], atol=1e-6)


def test_edges_are_no_parameters() -> None:
    shape = NetworkShape(3, (), (), (4,), ("relu",), 1, "robust", (4, 1))
    edges = np.arange(7, dtype=np.float32)
    network = build_network(shape, np.random.default_rng(0), edges=edges)
    assert count_parameters(network.trained) == shape.n_parameters == 3 * 4 + 4 + 4 + 1
    assert network.trained.edges is None
    assert network.trained.with_fixed(network).edges is network.edges

    def total(network: Network) -> jax.Array:
        return network(Features(jnp.ones((5, 3)), jnp.zeros((5, 0), jnp.int32))).sum()

    assert not np.asarray(jax.grad(total)(network).edges).any()


def test_columns_of_different_bins_keep_their_order() -> None:
    numbers = jnp.array([[ROOT, 0.0, -ROOT, 0.0]], np.float32)
    found = PiecewiseLinear((2, 2, 3, 1))(numbers)
    np.testing.assert_allclose(found, [[1, 1, 1, 0, 0, 0, 0, 0.5]], atol=1e-6)


def test_many_columns_of_different_bins_are_as_each_alone() -> None:
    n_bins = (2, 3, 5, 5, 1, 24, 7, 2)
    drawn = np.random.default_rng(0).normal(size=(9, len(n_bins)))
    numbers = jnp.asarray(drawn, jnp.float32)
    alone = [PiecewiseLinear((n,))(numbers[:, place : place + 1]) for place, n in enumerate(n_bins)]
    found = PiecewiseLinear(n_bins)(numbers)
    np.testing.assert_array_equal(found, jnp.concatenate(alone, axis=1))


def test_program_does_not_grow_with_columns_of_different_bins() -> None:
    def size(n_columns: int) -> int:
        embedding = PiecewiseLinear(tuple(2 + place % 3 for place in range(n_columns)))
        return len(jax.make_jaxpr(embedding)(np.ones((5, n_columns), np.float32)).jaxpr.eqns)

    assert size(40) == size(8)


def test_cosine_adds_waves_of_each_column_beside_the_numbers() -> None:
    embedding = Cosine(
        np.array([10.0, 5.0, 20.0, 0.0], np.float32), np.array([0.0, 2.5, 5.0, 0.0], np.float32), 2
    )
    numbers = jnp.array([[0.3, -0.2]], np.float32)
    turns = [0.3, 0.3 * 0.5 + 0.25, -0.4 + 0.5, 0.0]
    expected = [0.3, -0.2, *np.cos(2 * np.pi * np.array(turns))]
    np.testing.assert_allclose(embedding(numbers)[0], expected, rtol=1e-5)


def test_periodic_shares_its_linear_layer_between_columns() -> None:
    embedding = build_number_embedding(
        "periodic", (3, 3), np.random.default_rng(0), 0.3, np.float32
    )
    assert isinstance(embedding, Periodic)
    each = np.asarray(embedding.frequencies).reshape(2, -1)
    numbers = jnp.array([[0.7, -1.1]], np.float32)
    found = []
    for column in range(2):
        turn = 0.2 * np.pi * each[column] * numbers[0, column]
        waves = np.concatenate([np.sin(turn), np.cos(turn)])
        found.append(np.maximum(waves @ embedding.linear.weight + embedding.linear.bias, 0))
    np.testing.assert_allclose(embedding(numbers)[0], np.concatenate(found), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["none", "piecewise", "cosine", "periodic"])
@pytest.mark.parametrize("input_scaling", [False, True])
@pytest.mark.parametrize("activation", ["relu", "parametric_relu"])
def test_shape_counts_what_the_network_holds(
    name: str, input_scaling: bool, activation: str
) -> None:
    shape = NetworkShape(
        n_numbers=3,
        n_levels=(4, 12),
        embedding_widths=(0, 5),
        hidden_sizes=(7,),
        activations=(activation,),
        n_outputs=2,
        number_embedding=name,
        number_widths=() if name == "none" else (3, 3),
        input_scaling=input_scaling,
    )
    network = build_network(shape, np.random.default_rng(0))
    assert shape.n_parameters == count_parameters(network)
    assert shape.n_features == network.layers[0].weight.shape[0]
    features = Features(jnp.ones((5, 3)), jnp.ones((5, 2), jnp.int32))
    assert network(features).shape == (5, 2)


def test_ntk_parametrisation_starts_as_the_same_function() -> None:
    standard = network_of(hidden_sizes=(16,), stirred=False)
    ntk = network_of(hidden_sizes=(16,), parametrisation="ntk", stirred=False)
    features = Features(jnp.ones((4, 3)), jnp.zeros((4, 0), jnp.int32))
    np.testing.assert_allclose(ntk(features), standard(features), rtol=1e-5)
    assert np.std(ntk.layers[1].weight) > 3 * np.std(standard.layers[1].weight)


def test_factors_and_shares_change_what_they_say() -> None:
    network = network_of(activation="parametric_relu", input_scaling=True, stirred=False)
    features = Features(jnp.array([[1.0, -2.0, 0.5]]), jnp.zeros((1, 0), jnp.int32))
    factors, share = np.array([[2.0, 0.5, -1.0]], np.float32), np.float32(0.3)
    changed = eqx.tree_at(
        lambda tree: (tree.factors, tree.shares),
        network,
        (factors, (np.full(4, share, np.float32),)),
    )
    first, last = network.layers
    sums = (features.numbers * factors) @ first.weight + first.bias
    hidden = sums + share * (np.maximum(sums, 0) - sums)
    np.testing.assert_allclose(changed(features), hidden @ last.weight + last.bias, rtol=1e-5)
