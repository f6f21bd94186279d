import hypothesis
import hypothesis.strategies as st
import jax
import numpy as np
import pytest

from rightfit.train.rows import block_size, bucket, take_block, take_rows
from tests.train.runs import random_rows


@pytest.mark.parametrize(
    ("n", "size"),
    [
        *[(0, 16), (1, 16), (15, 16), (16, 16), (17, 18), (18, 18), (19, 20), (31, 32), (32, 32)],
        *[(33, 36), (36, 36), (37, 40), (64, 64), (65, 72), (1000, 1024), (1025, 1152)],
        *[(8192, 8192), (8193, 9216), (60_000, 61_440), (1_000_001, 1_048_576)],
    ],
)
def test_bucket_is_the_next_of_eight_sizes_a_doubling(n: int, size: int) -> None:
    assert bucket(n) == size


@hypothesis.given(st.integers(1, 5_000) | st.integers(1, 10**8))
def test_bucket_holds_the_rows_and_wastes_at_most_an_eighth(n: int) -> None:
    assert bucket(n) >= n
    assert bucket(n) - n <= max(n / 8, 15)
    assert bucket(bucket(n)) == bucket(n)
    assert bucket(n + 1) >= bucket(n)


def test_there_are_eight_buckets_a_doubling() -> None:
    assert len({bucket(n) for n in range(1025, 2049)}) == 8


@hypothesis.given(st.integers(1, 5_000) | st.integers(1, 10**8))
@hypothesis.example(4096)
@hypothesis.example(8192)
@hypothesis.example(8193)
@hypothesis.example(16_385)
def test_block_size_divides_every_bucket_and_bounds_the_memory(n: int) -> None:
    size = block_size(bucket(n))
    assert bucket(n) % size == 0
    assert size <= 8192
    # Not so small that the blocks are all overhead.
    assert size >= min(bucket(n), 1024)


def test_take_rows_gathers_features_targets_and_weights() -> None:
    rows = random_rows("multiclass", n_levels=(4,), weighted=True)
    chosen = np.array([5, 0, 12, 5], np.int32)
    batch = jax.jit(take_rows)(rows, chosen, np.int32(13))
    np.testing.assert_array_equal(batch.features.numbers, rows.features.numbers[chosen])
    np.testing.assert_array_equal(batch.features.codes, rows.features.codes[chosen])
    np.testing.assert_array_equal(batch.targets, rows.targets[chosen])
    np.testing.assert_array_equal(batch.weights, rows.weights[chosen])
    assert int(batch.n_rows) == 4


@pytest.mark.parametrize(("n_left", "n_rows"), [(1, 1), (3, 3), (4, 4), (100, 4)])
def test_take_rows_gives_what_is_beyond_the_last_row_weight_zero(n_left: int, n_rows: int) -> None:
    rows = random_rows(weighted=True)
    chosen = np.array([3, 1, 0, 0], np.int32)
    batch = jax.jit(take_rows)(rows, chosen, np.int32(n_left))
    expected = np.where(np.arange(4) < n_left, rows.weights[chosen], 0)
    np.testing.assert_array_equal(batch.weights, expected)
    assert int(batch.n_rows) == n_rows


def test_take_block_cuts_consecutive_rows() -> None:
    features = random_rows(n_levels=(4,)).features
    block = jax.jit(take_block, static_argnums=3)(features, None, np.int32(4), 8)
    np.testing.assert_array_equal(block.numbers, features.numbers[4:12])
    np.testing.assert_array_equal(block.codes, features.codes[4:12])
