"""Two tables of encoded rows in one."""

import jax
import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.train.joined_rows import join_rows
from rightfit.train.plan import Rows
from rightfit.train.rows import bucket


def rows_of(numbers: list[float], weights: list[float]) -> Rows:
    size = bucket(len(numbers))
    padding = size - len(numbers)
    column = np.pad(np.array(numbers, np.float32), (0, padding))
    counted = np.array(weights, np.float32) / np.mean(weights)
    return Rows(
        Features(column[:, None], np.zeros((size, 0), np.int32)),
        column[:, None] * 10,
        np.pad(counted, (0, padding)).astype(np.float32),
        np.int32(len(numbers)),
    )


def test_rows_of_both_stand_one_after_another() -> None:
    joined = join_rows(rows_of([1, 2, 3], [1, 1, 1]), rows_of([4, 5], [1, 1]), 1.0)
    assert int(joined.n_rows) == 5
    assert np.asarray(joined.features.numbers)[:6, 0].tolist() == [1, 2, 3, 4, 5, 0]
    assert np.asarray(joined.targets)[:6, 0].tolist() == [10, 20, 30, 40, 50, 0]
    assert np.asarray(joined.weights)[:6].tolist() == [1, 1, 1, 1, 1, 0]
    assert all(isinstance(leaf, jax.Array | np.int32) for leaf in jax.tree.leaves(joined))


def test_weights_count_as_they_did_before_each_side_had_mean_1() -> None:
    first, second = [1.0, 3.0], [6.0, 2.0]
    joined = join_rows(rows_of([1, 2], first), rows_of([3, 4], second), 4.0 / 2.0)
    together = np.array(first + second)
    assert np.asarray(joined.weights)[:4] == pytest.approx(together / together.mean())


def test_the_size_is_that_of_so_many_rows() -> None:
    many = list(map(float, range(900)))
    joined = join_rows(rows_of(many, [1] * 900), rows_of(many[:160], [1] * 160), 1.0)
    assert joined.weights.shape == (bucket(1060),)
    assert float(joined.weights.sum()) == pytest.approx(1060)
