"""The linear layer."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn.weights import Weights


class Linear(eqx.Module):
    """A weighted sum of the inputs and a bias, for each output: x W + b.

    Attributes:
        weight: `[feature, hidden]`.
        bias: `[hidden]`.
    """

    weight: Float[Weights, "feature hidden"]
    bias: Float[Weights, " hidden"]

    @jax.named_scope("linear")
    def __call__(self, x: Float[Array, "batch feature"]) -> Float[Array, "batch hidden"]:
        """Apply the layer to every row of a batch."""
        return x @ jnp.asarray(self.weight) + self.bias
