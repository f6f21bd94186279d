"""Category columns as inputs: one-hot when there are few levels, an embedding when many."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from rightfit.nn.weights import Weights


class CategoryInput(eqx.Module):
    """Turns the codes of one category column into features.

    Code 0 (unseen or rare) is all zeros when one-hot; an embedding learns
    it from the rare levels.

    Attributes:
        n_levels: number of codes, with code 0.
        table: `[level, width]`, one learned vector a level; None for one-hot.

    Source:
        Guo and Berkhahn (2016), "Entity Embeddings of Categorical Variables".
    """

    table: Float[Weights, "level width"] | None
    n_levels: int = eqx.field(static=True)

    @property
    def width(self) -> int:
        """Number of features that the column becomes."""
        return self.n_levels - 1 if self.table is None else self.table.shape[-1]

    def __call__(self, codes: Int[Array, " batch"]) -> Float[Array, "batch width"]:
        """Look up the features of every row's code."""
        if self.table is None:
            return jax.nn.one_hot(codes - 1, self.n_levels - 1)
        return jnp.asarray(self.table)[codes]
