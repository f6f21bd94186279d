"""The rows of two tables in one."""

from typing import Any

import jax
import numpy as np

from rightfit.train.compilation import call
from rightfit.train.plan import Rows
from rightfit.train.rows import bucket


def join_rows(first: Rows, second: Rows, weight: float) -> Rows:
    """Put the rows of two tables into one, on the device.

    Args:
        first: rows whose weights have mean 1.
        second: others that are encoded in the same way.
        weight: what a row of these counts in the mean, against one of the first.
    """
    n_first, n_second = int(first.n_rows), int(second.n_rows)
    end = n_first + n_second

    def joined(one: Any, other: Any) -> Any:
        one, other = np.asarray(one), np.asarray(other)
        both = np.zeros((bucket(end), *one.shape[1:]), one.dtype)
        both[:n_first], both[n_first:end] = one[:n_first], other[:n_second]
        return both

    weights = joined(first.weights, weight * np.asarray(second.weights))
    rows: Rows = call(
        jax.device_put,
        Rows(
            jax.tree.map(joined, first.features, second.features),
            joined(first.targets, second.targets),
            (weights * (end / weights.sum(dtype=np.float64))).astype(weights.dtype),
            np.int32(end),
        ),
    )
    return rows
