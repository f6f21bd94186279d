import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.nn import CategoryInput, category_features

CODES = jnp.array([0, 3, 1, 2, 3], jnp.int32)


def test_one_hot_has_a_column_a_level_and_zeros_for_code_zero() -> None:
    column = CategoryInput(None, 4)
    assert column.width == 3
    expected = [[0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    np.testing.assert_array_equal(column(CODES), np.array(expected, np.float32))


def test_one_hot_is_empty_when_there_is_only_code_zero() -> None:
    column = CategoryInput(None, 1)
    assert column.width == 0
    assert column(jnp.zeros(5, jnp.int32)).shape == (5, 0)


def test_embedding_looks_up_a_vector_a_level() -> None:
    table = np.arange(8, dtype=np.float32).reshape(4, 2)
    column = CategoryInput(table, 4)
    assert column.width == 2
    np.testing.assert_array_equal(column(CODES), table[np.asarray(CODES)])


def test_embedding_gradient_adds_up_over_the_rows_of_a_level() -> None:
    column = CategoryInput(jnp.zeros((4, 2)), 4)
    total = jax.jit(jax.grad(lambda c: jnp.sum(c(CODES) * jnp.arange(1.0, 6.0)[:, None])))
    slope = total(column)
    np.testing.assert_array_equal(slope.table, np.array([[1, 1], [3, 3], [4, 4], [7, 7]]))


@pytest.mark.parametrize("table", [None, np.ones((4, 2), np.float32)])
def test_category_input_depends_on_no_other_row(table: np.ndarray | None) -> None:
    column = CategoryInput(table, 4)
    whole = np.asarray(column(CODES))
    for row in range(len(CODES)):
        np.testing.assert_array_equal(column(CODES[row : row + 1])[0], whole[row])


def test_columns_keep_their_order_among_one_hot_and_embedded_ones() -> None:
    table = np.arange(8, dtype=np.float32).reshape(4, 2)
    columns = [
        CategoryInput(None, 3),
        CategoryInput(None, 1),
        CategoryInput(None, 4),
        CategoryInput(table, 4),
        CategoryInput(None, 3),
    ]
    codes = jnp.array([[1, 0, 3, 2, 0], [2, 0, 0, 1, 2]], jnp.int32)
    found = jnp.concatenate(category_features(columns, codes), axis=1)
    alone = [column(codes[:, place]) for place, column in enumerate(columns)]
    np.testing.assert_array_equal(found, jnp.concatenate(alone, axis=1))
    expected = [[1, 0, 0, 0, 1, 4, 5, 0, 0], [0, 1, 0, 0, 0, 2, 3, 0, 1]]
    np.testing.assert_array_equal(found, np.array(expected, np.float32))


def test_program_does_not_grow_with_one_hot_columns() -> None:
    def size(n_columns: int) -> int:
        columns = [CategoryInput(None, 4)] * n_columns
        program = jax.make_jaxpr(lambda codes: category_features(columns, codes))
        return len(program(np.ones((5, n_columns), np.int32)).jaxpr.eqns)

    assert size(30) == size(2)
