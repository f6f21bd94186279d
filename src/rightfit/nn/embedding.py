"""Category columns as inputs: one-hot when there are few levels, an embedding when many."""

import itertools
from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
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
            return _one_hot([self], codes[:, None])
        return jnp.asarray(self.table)[codes]


def category_features(
    columns: Sequence[CategoryInput], codes: Int[Array, "batch column"]
) -> list[Float[Array, "batch _"]]:
    """Turn the codes of every row into features, in the order of the columns.

    One-hot columns that follow each other become one part, by one comparison: of a part for each,
    the compiler takes seconds where there are a hundred.
    """
    parts: list[Array] = []
    place = 0
    for is_one_hot, group in itertools.groupby(columns, lambda column: column.table is None):
        run = list(group)
        there = codes[:, place : place + len(run)]
        place += len(run)
        if is_one_hot:
            parts.append(_one_hot(run, there))
        else:
            parts += [column(there[:, number]) for number, column in enumerate(run)]
    return parts


def _one_hot(
    columns: Sequence[CategoryInput], codes: Int[Array, "batch column"]
) -> Float[Array, "batch feature"]:
    places = np.repeat(np.arange(len(columns)), [column.width for column in columns])
    levels = np.concatenate([np.arange(1, column.n_levels) for column in columns])
    return (codes[:, places] == levels).astype(float)
