"""The first layer of networks in one, whose columns have a factor for each copy.

A column becomes many features: bins, waves, levels. A copy multiplies all of them by one factor, so
that what the weights make of a column is the same for all copies but for that factor. It is
computed once.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

# Each stretch is an operation of its own, and has to be compiled.
_MOST_STRETCHES = 16


class Stretch(NamedTuple):
    """Columns of equally many features, side by side.

    Attributes:
        columns: their numbers.
        features: the numbers of their features.
        width: features of each.
    """

    columns: slice
    features: slice
    width: int

    @property
    def n_columns(self) -> int:
        """How many they are."""
        return int(self.columns.stop - self.columns.start)


def divide_columns(widths: Sequence[int]) -> tuple[list[Stretch], list[Stretch]]:
    """Say what is multiplied by the weights once for all copies, and what for each copy.

    Args:
        widths: features of each column.

    Returns:
        Columns of several features, where they are most; then the others.

    Example:
        >>> [[stretch.width for stretch in side] for side in divide_columns((1, 1, 24, 24, 3))]
        [[24, 3], [1]]
    """
    stretches, column, feature = [], 0, 0
    for width, alike in itertools.groupby(widths):
        n_columns = len(list(alike))
        end = feature + n_columns * width
        stretches.append(Stretch(slice(column, column + n_columns), slice(feature, end), width))
        column, feature = column + n_columns, end
    several = [stretch for stretch in stretches if stretch.width > 1]
    once = sorted(several, key=lambda each: (1 - each.width) * each.n_columns)[:_MOST_STRETCHES]
    return once, [stretch for stretch in stretches if stretch not in once]


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
    once, apart = divide_columns(widths)
    shape = (factors.shape[0], x.shape[0], weight.shape[1])
    products = jnp.zeros(shape, x.dtype)
    if once:
        products = _multiply_once(x, weight, factors, once)
    if apart:
        products += _multiply_apart(x, weight, factors, apart).reshape(shape)
    return products.reshape(-1, weight.shape[1])


def _multiply_once(
    x: Array, weight: Array, factors: Array, stretches: Iterable[Stretch]
) -> Float[Array, "copy batch hidden"]:
    """Multiply each column by its weights, and add the columns up for each copy."""
    of_columns = [
        jnp.einsum(
            "bcf,cfh->cbh",
            x[:, stretch.features].reshape(x.shape[0], -1, stretch.width),
            weight[stretch.features].reshape(-1, stretch.width, weight.shape[1]),
        )
        for stretch in stretches
    ]
    chosen = _beside([factors[:, stretch.columns] for stretch in stretches])
    return jnp.einsum("kc,cbh->kbh", chosen, jnp.concatenate(of_columns))


def _multiply_apart(
    x: Array, weight: Array, factors: Array, stretches: Iterable[Stretch]
) -> Float[Array, "copied hidden"]:
    """Multiply the inputs by their factors, and the inputs of each copy by the weights."""
    inputs = _beside([x[:, stretch.features] for stretch in stretches])
    weights = jnp.concatenate([weight[stretch.features] for stretch in stretches])
    own = _beside([_repeated(factors[:, each.columns], each.width) for each in stretches])
    copied = own[:, None, :] * inputs
    return copied.reshape(-1, weights.shape[0]) @ weights


def _beside(parts: Sequence[Array]) -> Array:
    return jnp.concatenate(parts, axis=1)


def _repeated(factors: Float[Array, "copy column"], width: int) -> Float[Array, "copy feature"]:
    repeated = jnp.broadcast_to(factors[:, :, None], (*factors.shape, width))
    return repeated.reshape(factors.shape[0], -1)


def n_multiplications_of_copies(widths: Sequence[int], n_copies: int) -> int:
    """Count the multiplications for each unit of the first layer that a row takes in all copies.

    Example:
        >>> n_multiplications_of_copies((1, 24, 24), 16)
        96
    """
    once, _ = divide_columns(widths)
    return n_copies * sum(widths) + sum(
        stretch.n_columns * (stretch.width + n_copies - n_copies * stretch.width)
        for stretch in once
    )
