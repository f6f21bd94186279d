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
        return self._scaled(weighted) + self.bias

    @jax.named_scope("linear")
    def with_factors(
        self, x: Float[Array, "batch feature"], factors: Float[Array, "copy feature"]
    ) -> Float[Array, "copied hidden"]:
        """Apply the layer to copies of every row, whose inputs have factors of their own."""
        weight = jnp.asarray(self.weight)
        n_inputs, n_units = weight.shape
        if x.shape[0] <= n_units:
            copied = (x[:, None, :] * factors).reshape(-1, n_inputs)
            weighted = copied @ weight
        else:
            # Of many rows no copies are kept: the factors become factors of the weights.
            weights = (factors.T[:, :, None] * weight[:, None, :]).reshape(n_inputs, -1)
            weighted = (x @ weights).reshape(-1, n_units)
        return self._scaled(weighted) + self.bias

    @jax.named_scope("linear")
    def apart(
        self, x: Float[Array, "copied feature"], n_copies: int
    ) -> Float[Array, "batch copy output"]:
        """Apply to each copy of a row its own part of the layer."""
        inputs = x.reshape(-1, n_copies, x.shape[-1])
        weights = jnp.asarray(self.weight).reshape(x.shape[-1], n_copies, -1)
        weighted = jnp.einsum("bcf,fco->bco", inputs, weights)
        bias = jnp.asarray(self.bias).reshape(n_copies, -1)
        return self._scaled(weighted) + bias

    def _scaled(self, weighted: Array) -> Array:
        return weighted if self.scale == 1.0 else self.scale * weighted
