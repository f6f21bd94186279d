"""The linear layer."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn.copies import multiply_copies
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
        self,
        x: Float[Array, "batch feature"],
        factors: Float[Array, "copy column"],
        widths: Sequence[int],
    ) -> Float[Array, "copied hidden"]:
        """Apply the layer to copies of every row, of which each has a factor for each column.

        Args:
            x: the inputs of a batch, without factors.
            factors: of each copy.
            widths: inputs of each column, side by side.

        Returns:
            For each copy all rows, below those of the copy before it.
        """
        weighted = multiply_copies(x, jnp.asarray(self.weight), factors, widths)
        return self._scaled(weighted) + self.bias

    @jax.named_scope("linear")
    def apart(
        self, x: Float[Array, "copied feature"], n_copies: int
    ) -> Float[Array, "batch copy output"]:
        """Apply to each copy of a row, one copy's rows below the other's, its part of the layer."""
        inputs = x.reshape(n_copies, -1, x.shape[-1])
        weights = jnp.asarray(self.weight).reshape(x.shape[-1], n_copies, -1)
        weighted = jnp.einsum("cbf,fco->bco", inputs, weights)
        bias = jnp.asarray(self.bias).reshape(n_copies, -1)
        return self._scaled(weighted) + bias

    def _scaled(self, weighted: Array) -> Array:
        return weighted if self.scale == 1.0 else self.scale * weighted
