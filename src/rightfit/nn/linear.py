"""The linear layer."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn.weights import Weights


class Linear(eqx.Module):
    """A weighted sum of the inputs and a bias, for each output: s·x W + b.

    Attributes:
        weight: `[feature, hidden]`.
        bias: `[hidden]`.
        scale: s; 1 in the standard parametrisation, 1/√(number of inputs) in the "ntk" one, where
            the weights themselves start with a variance that does not depend on the width.

    Source:
        Jacot, Gabriel and Hongler (2018), "Neural Tangent Kernel", section 2, for the latter.
    """

    weight: Float[Weights, "feature hidden"]
    bias: Float[Weights, " hidden"]
    scale: float = eqx.field(static=True, default=1.0)

    @jax.named_scope("linear")
    def __call__(self, x: Float[Array, "batch feature"]) -> Float[Array, "batch hidden"]:
        """Apply the layer to every row of a batch."""
        weighted = x @ jnp.asarray(self.weight)
        return (weighted if self.scale == 1.0 else self.scale * weighted) + self.bias
