import jax
import numpy as np
import pytest

from rightfit.nn import count_parameters, is_weight, sum_of_squared_weights
from tests.oracle.formulas import arrays_of
from tests.train.runs import network_of


def test_matrices_are_weights_and_biases_are_not() -> None:
    assert is_weight(np.zeros((3, 1)))
    assert is_weight(np.zeros((0, 3)))
    assert not is_weight(np.zeros(3))
    assert not is_weight(np.zeros(()))


def test_sum_of_squared_weights_leaves_biases_out() -> None:
    network = network_of(hidden_sizes=(4, 2), n_levels=(5, 3), embedding_widths=(2, 0))
    arrays = arrays_of(network)
    tables = [table for table in arrays.tables if table is not None]
    assert len(tables) == 1
    expected = sum((weight**2).sum() for weight in [*arrays.weights, *tables])
    assert float(sum_of_squared_weights(network)) == pytest.approx(expected, rel=1e-6)
    silent = jax.tree.map(lambda a: a if is_weight(a) else a + 7, network)
    assert float(sum_of_squared_weights(silent)) == pytest.approx(expected, rel=1e-6)


def test_factors_of_inputs_are_weights_and_those_of_copies_are_not() -> None:
    alone = network_of(input_scaling=True, stirred=False)
    copies = network_of(n_copies=4, stirred=False)
    assert alone.factors is not None
    assert copies.factors is not None
    assert is_weight(alone.factors)
    assert not is_weight(copies.factors)
    plain = network_of(stirred=False)
    more = float(sum_of_squared_weights(alone)) - float(sum_of_squared_weights(plain))
    assert more == pytest.approx(alone.factors.size, rel=1e-5)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("n_numbers", [0, 1, 5])
def test_network_without_hidden_layers_has_a_weight_an_input_and_a_bias_for_each_output(
    n_numbers: int, n_outputs: int
) -> None:
    network = network_of(hidden_sizes=(), n_numbers=n_numbers, n_outputs=n_outputs)
    assert count_parameters(network) == (n_numbers + 1) * n_outputs


def test_count_parameters_adds_up_layers_and_embeddings() -> None:
    network = network_of(hidden_sizes=(4, 2), n_levels=(5, 3), embedding_widths=(2, 0))
    # 3 numbers, an embedding of width 2, and one-hot of 2.
    assert count_parameters(network) == 5 * 2 + (7 + 1) * 4 + (4 + 1) * 2 + (2 + 1) * 1
