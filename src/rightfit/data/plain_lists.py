"""Arrays from the plain lists that JSON has."""

import reprlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_numbers(values: Any) -> NDArray[np.float64]:
    """Make an array of a list of numbers.

    Raises:
        ValueError: it is anything else.

    Example:
        >>> read_numbers([1, 0.5])
        array([1. , 0.5])
    """
    return _read(values, "iuf", "numbers").astype(np.float64)


def read_flags(values: Any) -> NDArray[np.bool_]:
    """Make an array of a list of truth values.

    Raises:
        ValueError: it is anything else.
    """
    return _read(values, "b", "truth values").astype(np.bool_)


def _read(values: Any, kinds: str, what: str) -> NDArray[Any]:
    array = np.array(values)
    if array.ndim != 1 or (len(array) and array.dtype.kind not in kinds):
        raise ValueError(f"{reprlib.repr(values)} where a list of {what} belongs")
    return array
