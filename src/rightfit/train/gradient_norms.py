"""How large the gradient of each layer is while it is trained.

The norm of a layer is that of the gradient of its weights, without the biases: the root of the sum
of its squares. The gradient is the one that the optimizer is handed: that of a mini-batch's
penalised mean loss, with dropout on. An epoch has one number for a layer: the root mean square of
the norms at some of its mini-batches, every eighth or fewer, at most four. They are full ones where
there are any, and the last full one is always among them. A look at every mini-batch would cost a
large network 5 % of its time.

Embeddings of categories have none: a table may have a hundred such columns.
"""

from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn import Network, NetworkShape
from rightfit.nn.number_embedding import embedding_parameters
from rightfit.nn.weights import Weights

# For each layer the gradients of its arrays.
LayerGradients: TypeAlias = tuple[tuple[Array, ...], ...]

_MOST_LOOKS = 4
_FEWEST_STEPS = 8


def normed_layers(shape: NetworkShape) -> tuple[str, ...]:
    """Name the layers that have a norm, in its order.

    They are the number embedding if it is learned, the hidden layers, and the output layer.
    """
    learned = embedding_parameters(shape.number_embedding, shape.number_widths) > 0
    return ("number embedding",) * learned + shape.layer_names


def layer_gradients(gradient: Network) -> LayerGradients:
    """Pick the gradients that count: of the number embedding, and of the weights of each layer."""
    embedding = tuple(_reshaped(array) for array in jax.tree.leaves(gradient.numbers))
    weights = tuple((_reshaped(layer.weight),) for layer in gradient.layers)
    return (embedding, *weights) if embedding else weights


def squared_norms(gradients: LayerGradients) -> Float[Array, " layer"]:
    """Compute the squared norm of each layer."""
    return jnp.stack([sum(jnp.sum(array**2) for array in arrays) for arrays in gradients])


def steps_between_looks(n_steps: int) -> int:
    """Say how many steps lie between two looks in an epoch of at most so many.

    Example:
        >>> [steps_between_looks(n) for n in (1, 20, 64, 500)]
        [8, 8, 16, 125]
    """
    return max(_FEWEST_STEPS, -(-n_steps // _MOST_LOOKS))


def _reshaped(array: Weights) -> Array:
    """Give an array another shape, so that a step keeps the bits it has when nobody looks.

    XLA arranges a step's products anew where a gradient is kept as it is.
    """
    return jnp.asarray(array).reshape((-1, 1) if array.ndim == 1 else -1)
