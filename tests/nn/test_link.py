import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.nn import Network, NetworkShape, build_network, count_parameters

SHAPE = NetworkShape(
    n_numbers=3,
    n_levels=(),
    embedding_widths=(),
    hidden_sizes=(4,),
    activations=("tanh",),
    n_outputs=2,
)
MEANS = np.array([0.5, 4.0])
FEATURES = Features(
    jnp.asarray(np.random.default_rng(1).normal(size=(5, 3)), jnp.float32),
    jnp.zeros((5, 0), jnp.int32),
)


def network_of(link: str, n_copies: int = 1) -> Network:
    shape = dataclasses.replace(SHAPE, link=link, n_copies=n_copies)
    built = build_network(shape, np.random.default_rng(0), means=MEANS)
    network: Network = jax.tree.map(jnp.asarray, built)
    return network


def test_log_link_takes_outputs_for_logarithms_of_what_is_expected() -> None:
    linear = np.asarray(network_of("identity")(FEATURES))
    # A standardised output of 0 is the mean, and -means is nothing at all.
    expected = MEANS * np.exp(linear / MEANS) - MEANS
    np.testing.assert_allclose(network_of("log")(FEATURES), expected, rtol=1e-4, atol=1e-6)


def test_elu_link_goes_on_in_a_line_above_the_mean() -> None:
    linear = np.asarray(network_of("identity")(FEATURES))
    expected = np.where(linear > 0, linear, MEANS * np.exp(linear / MEANS) - MEANS)
    assert (linear > 0).any()
    assert (linear < 0).any()
    np.testing.assert_allclose(network_of("elu")(FEATURES), expected, rtol=1e-4, atol=1e-6)


def test_copies_are_linked_before_their_mean() -> None:
    network = network_of("log", n_copies=3)
    apart = np.asarray(network.outputs_apart(FEATURES))
    assert apart.shape == (5, 3, 2)
    assert (apart > -MEANS).all()
    np.testing.assert_allclose(network(FEATURES), apart.mean(axis=1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n_copies", [1, 3])
def test_means_are_no_parameters(n_copies: int) -> None:
    network = network_of("log", n_copies)
    slope = jax.grad(lambda network: jnp.sum(network(FEATURES) ** 2))(network)
    assert not slope.means.any()
    assert slope.layers[0].weight.any()
    assert network.trained.means is None
    shape = dataclasses.replace(SHAPE, link="log", n_copies=n_copies)
    assert count_parameters(network.trained) == shape.n_parameters


def test_network_starts_with_what_it_is_told_and_else_with_ones() -> None:
    np.testing.assert_array_equal(network_of("log").means, MEANS)
    assert network_of("identity").means is None
    shape = dataclasses.replace(SHAPE, link="log")
    np.testing.assert_array_equal(build_network(shape, np.random.default_rng(0)).means, [1, 1])
