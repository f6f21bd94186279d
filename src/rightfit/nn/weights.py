"""What counts as a weight: matrices are regularised, biases are free."""

from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

# Weights are NumPy arrays at rest, and JAX arrays while they are trained or used.
Weights: TypeAlias = Array | np.ndarray


def is_weight(array: Weights) -> bool:
    """Say whether L2 and weight decay apply: to matrices, not to biases."""
    return array.ndim >= 2


def sum_of_squared_weights(network: PyTree[Weights]) -> Float[Array, ""]:
    """Add up w² over all weights; biases do not count."""
    squares = [jnp.sum(leaf**2) for leaf in jax.tree.leaves(network) if is_weight(leaf)]
    return sum(squares, start=jnp.zeros(()))


def count_parameters(network: PyTree[Weights]) -> int:
    """Count the numbers of a network; of its `trained` part, those that training changes."""
    return sum(leaf.size for leaf in jax.tree.leaves(network))
