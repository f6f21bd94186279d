"""Rows on their way into the program: buckets of sizes, batches and blocks."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from rightfit.arrays import Features
from rightfit.train.plan import Rows

_SMALLEST = 16
_SIZES_A_DOUBLING = 8
_BLOCK = 4096


def bucket(n: int) -> int:
    """Round a number of rows up to the next of eight sizes a doubling.

    Tables of nearly the same size then share one compiled program, at the price
    of at most an eighth more memory and no more work: padding is never visited.

    Example:
        >>> [bucket(n) for n in (1, 17, 1000, 60000)]
        [16, 18, 1024, 61440]
    """
    if n <= _SMALLEST:
        return _SMALLEST
    step = 1 << max((n - 1).bit_length() - _SIZES_A_DOUBLING.bit_length(), 0)
    return -(-n // step) * step


def block_size(n_slots: int, n_copies: int = 1) -> int:
    """The rows that are scored at once: all of a small bucket, else a share that divides it.

    Args:
        n_slots: rows of the bucket.
        n_copies: of each row, in the network.

    Example:
        >>> block_size(8192), block_size(9216), block_size(9216, n_copies=16)
        (8192, 1024, 256)
    """
    most = max(_BLOCK // n_copies, 1)
    return n_slots if n_slots <= 2 * most else min(most, n_slots & -n_slots)


def take_rows(rows: Rows, chosen: Int[Array, " batch"], n_left: Int[Array, ""]) -> Rows:
    """Gather a batch; beyond the rows that are left, its weights are 0."""
    size = chosen.shape[0]
    real = jnp.arange(size) < n_left
    return Rows(
        Features(rows.features.numbers[chosen], rows.features.codes[chosen]),
        rows.targets[chosen],
        jnp.where(real, rows.weights[chosen], 0),
        jnp.minimum(n_left, size),
    )


def take_block(
    features: Features, chosen: Int[Array, " slot"] | None, start: Int[Array, ""], size: int
) -> Features:
    """Cut consecutive rows out of encoded features, or gather a stretch of the chosen ones."""

    def cut(array: Array) -> Array:
        return jax.lax.dynamic_slice_in_dim(array, start, size)

    if chosen is None:
        return Features(cut(features.numbers), cut(features.codes))
    stretch = cut(chosen)
    return Features(features.numbers[stretch], features.codes[stretch])
