from typing import Any

import numpy as np
import pytest

from rightfit.data.weights import read_weights
from rightfit.errors import DataError


@pytest.mark.parametrize("weight", [2, 2.0, np.float32(2), np.array(2.0)])
def test_one_number_is_the_weight_of_every_row(weight: Any) -> None:
    assert read_weights(weight, 3).tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (np.ones((3, 1)), "must be 1D array or scalar, got 2D array"),
        (["one"], "are not numbers"),
        (-1.0, "negative, missing or infinite"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), "negative, missing or infinite"),
        (0, "are all zero"),
    ],
)
def test_other_weights_are_refused(weight: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_weights(weight, 3)


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1.0, 1e308])
def test_only_what_weights_are_to_each_other_counts(size: float) -> None:
    weights = read_weights(size * np.array([1.0, 0.5, 0.0]), 3)
    assert np.isfinite(np.sum(weights**2))
    np.testing.assert_allclose(weights / weights.sum(), [2 / 3, 1 / 3, 0], rtol=1e-3)
