import numpy as np
import pytest
from jax.export import symbolic_shape

from rightfit.errors import RightFitError
from rightfit.export.nodes import Nodes
from rightfit.export.tensors import Tensor, is_known, repeated, whole

(ROWS,) = symbolic_shape("rows")


def test_a_multiple_of_the_rows_is_not_known() -> None:
    assert is_known(3)
    assert is_known(np.int64(3))
    assert not is_known(2 * ROWS)


def test_shapes_repeat_along_axes_of_one() -> None:
    tensors = [Tensor("a", (2, ROWS, 1)), Tensor("b", (1, 1, 5)), Tensor("c", ())]
    assert repeated(tensors) == (2, ROWS, 5)


def test_a_whole_tensor_stays_as_it_is() -> None:
    assert whole(Nodes(), Tensor("a", (ROWS, 3)), (ROWS, 3)) == "a"
    assert whole(Nodes(), Tensor("a", (1, ROWS)), (1, ROWS)) == "a"


def test_what_would_be_repeated_for_each_row_is_refused() -> None:
    with pytest.raises(RightFitError) as caught:
        whole(Nodes(), Tensor("a", (1, 3)), (ROWS, 3))
    assert str(caught.value) == "A tensor of the shape (1, 3) is repeated for each row."
