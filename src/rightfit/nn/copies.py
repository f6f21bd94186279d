"""The first layer of networks in one, whose columns have a factor for each copy.

A column becomes many features: bins, waves, levels. A copy multiplies all of them by one factor, so
that what the weights make of a column is the same for all copies but for that factor. It is
computed once.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

# Each stretch is an operation of its own, which has to be compiled: one of fewer features than this
# share of all gains less than that takes.
_LEAST_SHARE = 1 / 16


class Stretch(NamedTuple):
    """Columns side by side that are multiplied by their weights in one way.

    Attributes:
        widths: features of each.
        is_shared: whether they are multiplied once for all copies: columns of several features, and
            of equally many, are, unless they are too few.
    """

    widths: tuple[int, ...]
    is_shared: bool

    @property
    def n_features(self) -> int:
        """Features of all columns."""
        return sum(self.widths)


def divide_columns(widths: Sequence[int]) -> list[Stretch]:
    """Divide columns by how they are multiplied by the weights.

    Args:
        widths: features of each column.

    Example:
        >>> [(stretch.widths, stretch.is_shared) for stretch in divide_columns((1, 1, 24, 24, 3))]
        [((1, 1), False), ((24, 24), True), ((3,), False)]
    """
    enough = _LEAST_SHARE * sum(widths)
    alike = [tuple(columns) for _, columns in itertools.groupby(widths)]
    are_shared = [columns[0] > 1 and sum(columns) >= enough for columns in alike]
    found: list[Stretch] = []
    for columns, is_shared in zip(alike, are_shared, strict=True):
        if found and not (is_shared or found[-1].is_shared):
            columns = found.pop().widths + columns
        found.append(Stretch(columns, is_shared))
    return found


def multiply_copies(
    x: Float[Array, "batch feature"],
    weight: Float[Array, "feature hidden"],
    factors: Float[Array, "copy column"],
    widths: Sequence[int],
) -> Float[Array, "copied hidden"]:
    """Multiply the inputs of each copy, which have factors, by the weights that copies share.

    Args:
        x: the inputs of a batch, without factors.
        weight: of the first layer.
        factors: of each copy.
        widths: features of each column.

    Returns:
        The products, the rows of each copy below those of the copy before it.
    """
    stretches = divide_columns(widths)
    shape = (factors.shape[0], x.shape[0], weight.shape[1])
    if not stretches:
        return jnp.zeros((shape[0] * shape[1], shape[2]), x.dtype)
    features = np.cumsum([stretch.n_features for stretch in stretches])[:-1]
    columns = np.cumsum([len(stretch.widths) for stretch in stretches])[:-1]
    # Parts of a split go back together in one operation of the backward pass; slices would each
    # be padded to the size of the whole.
    parts = zip(
        stretches,
        jnp.split(x, features, axis=1),
        jnp.split(weight, features),
        jnp.split(factors, columns, axis=1),
        strict=True,
    )
    of_columns, own_factors, inputs, weights = [], [], [], []
    for stretch, part, own_weight, own in parts:
        if stretch.is_shared:
            of_columns.append(_multiply_columns(part, own_weight, stretch))
            own_factors.append(own)
        else:
            inputs.append(part * _repeated(own, stretch.widths)[:, None, :])
            weights.append(own_weight)
    products = []
    if of_columns:
        added = jnp.concatenate(own_factors, axis=1), jnp.concatenate(of_columns)
        products.append(jnp.einsum("kc,cbh->kbh", *added).reshape(-1, shape[2]))
    if inputs:
        copied = jnp.concatenate(inputs, axis=2)
        products.append(copied.reshape(shape[0] * shape[1], -1) @ jnp.concatenate(weights))
    return sum(products[1:], products[0])


def n_multiplications_of_copies(widths: Sequence[int], n_copies: int) -> int:
    """Count the multiplications for each unit of the first layer that a row takes in all copies.

    Example:
        >>> n_multiplications_of_copies((1, 24, 24), 16)
        96
    """
    return sum(
        stretch.n_features + len(stretch.widths) * n_copies
        if stretch.is_shared
        else stretch.n_features * n_copies
        for stretch in divide_columns(widths)
    )


def _multiply_columns(
    x: Float[Array, "batch feature"], weight: Float[Array, "feature hidden"], stretch: Stretch
) -> Float[Array, "column batch hidden"]:
    """Multiply the features of each column, of which all have as many, by their weights."""
    n_columns, width = len(stretch.widths), stretch.widths[0]
    return jnp.einsum(
        "bcf,cfh->cbh",
        x.reshape(x.shape[0], n_columns, width),
        weight.reshape(n_columns, width, weight.shape[1]),
    )


def _repeated(
    factors: Float[Array, "copy column"], widths: tuple[int, ...]
) -> Float[Array, "copy feature"]:
    """Repeat the factor of each column for all of its features."""
    if set(widths) == {1}:
        return factors
    return factors @ np.repeat(np.eye(len(widths), dtype=factors.dtype), widths, axis=1)
