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
# share of all gains less than that takes. Products of few features each are slow: sharing them has
# to leave out so many multiplications for each that is done.
_LEAST_SHARE = 1 / 16
_LEAST_GAIN = 3.5


class Stretch(NamedTuple):
    """Columns side by side that are multiplied by their weights in one way.

    Attributes:
        widths: features of each.
        is_shared: whether they are multiplied once for all copies: columns of many features, and of
            equally many, are, unless the columns or copies are few.
    """

    widths: tuple[int, ...]
    is_shared: bool

    @property
    def n_features(self) -> int:
        """Features of all columns."""
        return sum(self.widths)


def divide_columns(widths: Sequence[int], n_copies: int) -> list[Stretch]:
    """Divide columns by how they are multiplied by the weights.

    Args:
        widths: features of each column.
        n_copies: that share the weights.

    Example:
        >>> [(each.widths, each.is_shared) for each in divide_columns((1, 1, 24, 24, 3), 16)]
        [((1, 1), False), ((24, 24), True), ((3,), False)]
    """
    enough = _LEAST_SHARE * sum(widths)
    found: list[Stretch] = []
    for width, alike in itertools.groupby(widths):
        columns = tuple(alike)
        gains = n_copies * width >= _LEAST_GAIN * (n_copies + width)
        is_shared = gains and sum(columns) >= enough
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
    parts = _divided(x, weight, factors, widths)
    shared = [part for part in parts if part.stretch.is_shared]
    apart = [part for part in parts if not part.stretch.is_shared]
    products = jnp.zeros((len(factors) * x.shape[0], weight.shape[1]), x.dtype)
    if shared:
        products = _multiply_once(shared)
    if apart:
        products += _multiply_each(apart)
    return products


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
        for stretch in divide_columns(widths, n_copies)
    )


class _Part(NamedTuple):
    """The inputs, weights and factors of a stretch."""

    stretch: Stretch
    x: Float[Array, "batch feature"]
    weight: Float[Array, "feature hidden"]
    factors: Float[Array, "copy column"]


def _divided(x: Array, weight: Array, factors: Array, widths: Sequence[int]) -> list[_Part]:
    # Parts of a split go back together in one operation of the backward pass; slices would each
    # be padded to the size of the whole.
    stretches = divide_columns(widths, len(factors))
    features = np.cumsum([stretch.n_features for stretch in stretches])[:-1]
    columns = np.cumsum([len(stretch.widths) for stretch in stretches])[:-1]
    sides = jnp.split(x, features, 1), jnp.split(weight, features), jnp.split(factors, columns, 1)
    # Without columns there is a part without features, but no stretch.
    return [_Part(*part) for part in zip(stretches, *sides, strict=False)]


def _multiply_once(parts: Sequence[_Part]) -> Float[Array, "copied hidden"]:
    """Multiply each column by its weights, and add the columns up for each copy."""
    of_columns = []
    for (widths, _), x, weight, _ in parts:
        inputs = x.reshape(x.shape[0], len(widths), widths[0])
        weights = weight.reshape(len(widths), widths[0], -1)
        of_columns.append(jnp.einsum("bcf,cfh->cbh", inputs, weights))
    factors = jnp.concatenate([part.factors for part in parts], axis=1)
    added = jnp.einsum("kc,cbh->kbh", factors, jnp.concatenate(of_columns))
    return added.reshape(-1, added.shape[-1])


def _multiply_each(parts: Sequence[_Part]) -> Float[Array, "copied hidden"]:
    """Multiply the inputs of each copy by their factors, and by the weights."""
    copied = [part.x * _repeated(part.factors, part.stretch.widths)[:, None, :] for part in parts]
    inputs = jnp.concatenate(copied, axis=2)
    weights = jnp.concatenate([part.weight for part in parts])
    return inputs.reshape(-1, len(weights)) @ weights


def _repeated(
    factors: Float[Array, "copy column"], widths: tuple[int, ...]
) -> Float[Array, "copy feature"]:
    """Repeat the factor of each column for all of its features."""
    if set(widths) == {1}:
        return factors
    return factors @ np.repeat(np.eye(len(widths), dtype=factors.dtype), widths, axis=1)
