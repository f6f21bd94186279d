"""Dropout: silence a random share of activations in every training step."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn.random_bits import Key, random_bits

_ALL_BITS = 2.0**32


class Dropout(NamedTuple):
    """How much to drop in one step, and the key of its random bits.

    Attributes:
        hidden_rate: share of each hidden layer's activations set to zero, in [0, 1);
            None leaves dropout out of the program altogether.
        input_rate: the same for the inputs of the first layer.
        key: the step's key; every layer folds its own number into it.
    """

    hidden_rate: Float[Array, ""] | None
    input_rate: Float[Array, ""] | None
    key: Key


@jax.named_scope("dropout")
def drop(
    x: Float[Array, "batch hidden"], rate: Float[Array, ""], key: Key
) -> Float[Array, "batch hidden"]:
    """Set a share of the elements to zero and scale the others, so that the expectation stays.

    The rate in force is the share of the 2^32 patterns of 32 bits that lie below
    the threshold, and the kept elements are divided by exactly one minus that share.

    Args:
        x: activations of a layer.
        rate: share set to zero, in [0, 1); one half drops one half.
        key: equal keys drop the same elements.

    Source:
        Srivastava et al. (2014), "Dropout", section 10 (scaling at training time).
    """
    threshold = (rate * _ALL_BITS).astype(jnp.uint32)
    share = threshold.astype(x.dtype) / _ALL_BITS
    kept = random_bits(key, (x.shape[0], x.shape[1])) >= threshold
    return jnp.where(kept, x / (1 - share), 0)
