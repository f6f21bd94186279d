"""Networks in one, that share all weights but factors of the inputs and the output layer."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightfit.arrays import Features
from rightfit.nn import Dropout, NetworkShape, build_network, count_parameters
from rightfit.nn.copies import divide_columns, multiply_copies
from rightfit.train.plan import Rows
from rightfit.train.step import loss
from tests.train.runs import knobs_of, objective_of, plan_of

N_ROWS = 7


def shape_of(**changes: Any) -> NetworkShape:
    shape: dict[str, Any] = {
        "n_numbers": 3,
        "n_levels": (4, 3),
        "embedding_widths": (2, 0),
        "hidden_sizes": (6, 5),
        "activations": ("relu", "relu"),
        "n_outputs": 2,
        "n_copies": 4,
    }
    return NetworkShape(**{**shape, **changes})


def features() -> Features:
    generator = np.random.default_rng(1)
    numbers = generator.normal(size=(N_ROWS, 3)).astype(np.float32)
    return Features(jnp.asarray(numbers), jnp.asarray(generator.integers(0, 3, (N_ROWS, 2))))


def by_hand(network: Any) -> np.ndarray:
    """Outputs of every copy, each computed as a network of its own: `[copy, row, output]`."""
    inputs = np.asarray(network._inputs(features()))
    factors = np.repeat(network.factors.reshape(network.n_copies, -1), network.widths, axis=1)
    found = []
    for copy in range(network.n_copies):
        x = inputs * factors[copy]
        for layer in network.layers[:-1]:
            x = np.maximum(x @ layer.weight + layer.bias, 0)
        last = network.layers[-1]
        weight = last.weight.reshape(x.shape[1], network.n_copies, -1)[:, copy]
        found.append(x @ weight + last.bias.reshape(network.n_copies, -1)[copy])
    return np.stack(found)


@pytest.mark.parametrize(
    "widths",
    [
        (1, 1, 1),
        (9, 9, 9),
        (1, 1, 9, 9, 1, 6, 1),
        (1,),
        (),
        # Stretches of so few features each that they are multiplied for each copy.
        tuple(8 + n % 2 for n in range(40)),
    ],
)
def test_the_first_layer_of_copies_is_that_of_each_copy(widths: tuple[int, ...]) -> None:
    generator = np.random.default_rng(0)
    n_features, n_copies, n_units = sum(widths), 16, 4
    x = generator.normal(size=(N_ROWS, n_features)).astype(np.float32)
    weight = generator.normal(size=(n_features, n_units)).astype(np.float32)
    factors = generator.normal(size=(n_copies, len(widths))).astype(np.float32)
    each = [(x * np.repeat(own, widths)) @ weight for own in factors]
    np.testing.assert_allclose(
        multiply_copies(jnp.asarray(x), jnp.asarray(weight), jnp.asarray(factors), widths),
        np.concatenate(each),
        rtol=1e-4,
        atol=1e-5,
    )


@given(st.lists(st.sampled_from([1, 2, 24]), max_size=60), st.integers(2, 32))
def test_every_column_is_multiplied_once(widths: list[int], n_copies: int) -> None:
    stretches = divide_columns(widths, n_copies)
    assert [width for stretch in stretches for width in stretch.widths] == widths
    assert all(len(set(stretch.widths)) == 1 for stretch in stretches if stretch.is_shared)
    assert sum(stretch.is_shared for stretch in stretches) <= 16


def test_each_copy_is_a_network_with_its_own_factors_and_outputs() -> None:
    network = build_network(shape_of(), np.random.default_rng(0))
    apart = np.asarray(network.outputs_apart(features()))
    assert apart.shape == (N_ROWS, 4, 2)
    np.testing.assert_allclose(apart.swapaxes(0, 1), by_hand(network), rtol=1e-5, atol=1e-6)


def test_their_mean_predicts() -> None:
    network = build_network(shape_of(), np.random.default_rng(0))
    expected = by_hand(network).mean(axis=0)
    np.testing.assert_allclose(network(features()), expected, rtol=1e-5, atol=1e-6)
    assert network.n_outputs == 2


def test_copies_differ_from_the_start_by_one_factor_for_each_column() -> None:
    shape = shape_of(number_embedding="cosine", number_widths=(3, 3))
    factors = build_network(shape, np.random.default_rng(0)).factors
    assert factors is not None
    # Two numbers, three waves of each, one number as it is, and two categories.
    of_copies = factors.reshape(4, -1)
    assert of_copies.shape[1] == len([1, 1, 3, 3, 1, 2, 2])
    assert np.unique(of_copies).tolist() == [-1, 1]
    assert len({tuple(copy) for copy in of_copies}) == 4


@pytest.mark.parametrize("n_copies", [1, 2, 5])
def test_shape_counts_what_the_network_holds(n_copies: int) -> None:
    shape = shape_of(n_copies=n_copies)
    network = build_network(shape, np.random.default_rng(0))
    assert shape.n_parameters == count_parameters(network)


def test_multiplications_of_columns_are_counted_once() -> None:
    # Two categories become twenty features each, the three numbers one each.
    columns = 2 * 20 + 16 * (2 + 3)
    hidden = 6 * 5 + 5 * 2
    shape = shape_of(n_copies=16, embedding_widths=(20, 20))
    assert shape.n_multiplications == 6 * columns + 16 * hidden


def test_loss_is_the_mean_of_the_copies_own() -> None:
    network = jax.tree.map(jnp.asarray, build_network(shape_of(), np.random.default_rng(0)))
    targets = jnp.asarray(np.random.default_rng(2).normal(size=(N_ROWS, 2)).astype(np.float32))
    plan = plan_of(objective_of())
    batch = Rows(features(), targets, jnp.ones(N_ROWS), jnp.int32(N_ROWS))
    knobs = jax.tree.map(jnp.asarray, knobs_of(target_scale=[1.0, 1.0]))
    mean, _ = loss(plan, network, batch, knobs, None)
    own = [
        plan.objective.losses(jnp.asarray(outputs, jnp.float32), targets, jnp.zeros(2)).mean()
        for outputs in by_hand(network)
    ]
    assert float(mean) == pytest.approx(float(np.mean(own)), rel=1e-5)


def test_copies_of_a_row_drop_different_units() -> None:
    network = build_network(shape_of(n_copies=2), np.random.default_rng(1))
    dropout = Dropout(jnp.float32(0.5), None, jnp.zeros(2, jnp.uint32))
    hidden = np.asarray(network.values(features(), dropout)[1]).reshape(2, N_ROWS, -1)
    plain = np.asarray(network.values(features())[1]).reshape(2, N_ROWS, -1)
    alive = plain > 0
    dropped = (hidden == 0) & alive
    both = alive[0] & alive[1]
    assert (dropped[0] != dropped[1])[both].any()
