"""The linear layer."""

import equinox as eqx
from jaxtyping import Array, Float


class Linear(eqx.Module):
    """A weighted sum of the inputs and a bias, for each output: x W + b.

    Attributes:
        weight: `[feature, hidden]`.
        bias: `[hidden]`.
    """

    weight: Float[Array, "feature hidden"]
    bias: Float[Array, " hidden"]

    def __call__(self, x: Float[Array, "batch feature"]) -> Float[Array, "batch hidden"]:
        """Apply the layer to every row of a batch."""
        return x @ self.weight + self.bias
