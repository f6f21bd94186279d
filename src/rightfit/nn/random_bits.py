"""Random bits from a counter, cheap enough to make dropout nearly free.

JAX's own generators cost more than the layer they drop from on a CPU (10,000
rows, 20 -> 64 -> 64 -> 2: they double the time of an epoch). These bits are a
hash of (key, position) that the compiler fuses into the layer itself.

Source:
    The mixing constants are those of Wellons, "Prospecting for hash functions"
    (lowbias32, bias 0.17); `benchmarks/dropout.py` measures the cost.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, UInt32

Key = UInt32[Array | np.ndarray, " 2"]

_GOLDEN = 0x9E3779B9


def fold_in(key: Key, number: Array | int) -> Key:
    """Derive a new key from a key and a number, such as a step or a layer.

    Example:
        >>> a, b = fold_in(jnp.array([1, 2], jnp.uint32), 7).tolist()
        >>> (a, b) != (1, 2)
        True
    """
    position = jnp.asarray(number).astype(jnp.uint32)
    low = _mix(position, key[0], key[1])
    high = _mix(position, key[1] ^ jnp.uint32(_GOLDEN), key[0])
    return jnp.stack([low, high])


def random_bits(key: Key, shape: tuple[int, int]) -> UInt32[Array, "batch hidden"]:
    """Draw 32 uniform bits for every position of a matrix.

    Args:
        key: two words; equal keys give equal bits, on every platform and release.
        shape: rows and columns; at most 2^32 positions.
    """
    rows = jax.lax.broadcasted_iota(jnp.uint32, shape, 0)
    columns = jax.lax.broadcasted_iota(jnp.uint32, shape, 1)
    return _mix(rows * jnp.uint32(shape[1]) + columns, key[0], key[1])


def _mix(position: Array, first: Array | np.ndarray, second: Array | np.ndarray) -> Array:
    # The second word enters between the multiplications, so that no two keys give
    # shifted copies of one stream.
    x = position * jnp.uint32(_GOLDEN) + first
    x = (x ^ (x >> 16)) * jnp.uint32(0x7FEB352D)
    x = x ^ second
    x = (x ^ (x >> 15)) * jnp.uint32(0x846CA68B)
    return x ^ (x >> 16)
