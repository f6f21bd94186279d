from typing import Any

import numpy as np
import pytest

from rightfit.data.plain_lists import read_flags, read_numbers


@pytest.mark.parametrize("values", [[], [1, 2], [0.5, -1], [2**63]])
def test_numbers_become_an_array(values: list[float]) -> None:
    numbers = read_numbers(values)
    assert numbers.dtype == np.float64
    assert numbers.tolist() == values


@pytest.mark.parametrize("values", [["1"], [None], [True], [10**400], [[1.0]], [[1.0], []], 3, {}])
def test_what_is_no_list_of_numbers_is_refused(values: Any) -> None:
    with pytest.raises(ValueError, match=r"where a list of numbers belongs|inhomogeneous"):
        read_numbers(values)


@pytest.mark.parametrize("values", [[1], ["yes"], [[True]], True])
def test_what_is_no_list_of_truth_values_is_refused(values: Any) -> None:
    assert read_flags([True, False]).tolist() == [True, False]
    with pytest.raises(ValueError, match="where a list of truth values belongs"):
        read_flags(values)
