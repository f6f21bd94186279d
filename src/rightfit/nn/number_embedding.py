"""Numbers as inputs: one scaled number becomes several features.

A network of rectified units has to bend a function of one column out of many units; features that
already bend let it fit irregular columns with few. (Gorishniy et al., 2022, "On Embeddings for
Numerical Features in Tabular Deep Learning".)
"""

import itertools
import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import DTypeLike

from rightfit.nn.initialisation import initial_weights
from rightfit.nn.linear import Linear
from rightfit.nn.weights import Weights

_HALF_RANGE = math.sqrt(3)
_TURN = 2 * math.pi
# Frequencies and phases are used as so many times what is stored: a step of any learning rate
# moves them by a tenth of what it moves other weights, as a small change of a high frequency
# changes everything. (Holzmüller et al., 2024, table B.1, train their embeddings so.)
_SLOWED = 0.1
PERIODIC_FREQUENCIES = 24
# Columns of equally many bins that stand side by side are one operation. Few of these run a tenth
# faster than one operation for all features; with ninety, compiling takes half as long again.
_MOST_STRETCHES = 4


class PiecewiseLinear(eqx.Module):
    """Says for each of a column's bins how much of it lies below the number: 0 to 1.

    The bins divide the range ±√3 evenly; where the numbers were scaled by quantiles or trees,
    they are the bins of those; otherwise numbers beyond the range count as its ends. There are no
    parameters.

    Attributes:
        n_bins: for each column.

    Source:
        Gorishniy et al. (2022), section 3.2, equation 1.
    """

    n_bins: tuple[int, ...] = eqx.field(static=True)

    @property
    def n_columns(self) -> int:
        """Number of columns that are embedded."""
        return len(self.n_bins)

    def __call__(self, numbers: Float[Array, "batch number"]) -> Float[Array, "batch feature"]:
        """Compute the features of every row."""
        per_unit = np.array([n_bins / (2 * _HALF_RANGE) for n_bins in self.n_bins], numbers.dtype)
        places = (numbers + _HALF_RANGE) * per_unit
        bins = [np.arange(n_bins, dtype=numbers.dtype) for n_bins in self.n_bins]
        stretches = [(n_bins, len(list(alike))) for n_bins, alike in itertools.groupby(self.n_bins)]
        if len(stretches) > _MOST_STRETCHES:
            columns = np.repeat(np.arange(self.n_columns), self.n_bins)
            return jnp.clip(places[:, columns] - np.concatenate(bins), 0, 1)
        parts, first = [], 0
        for n_bins, n_columns in stretches:
            filled = jnp.clip(places[:, first : first + n_columns, None] - bins[first], 0, 1)
            parts.append(filled.reshape(numbers.shape[0], n_columns * n_bins))
            first += n_columns
        return jnp.concatenate(parts, axis=1)


class Unbent(eqx.Module):
    """Takes each number back out of the bins that scaling made equally wide.

    What lies a third of the way through the scaled bin lies a third of the way between its edges
    again, so that a network that is linear in its inputs is linear in the column.

    Attributes:
        n_bins: for each column.
    """

    n_bins: tuple[int, ...] = eqx.field(static=True)

    @property
    def n_columns(self) -> int:
        """Number of columns that are taken back."""
        return len(self.n_bins)

    @property
    def n_edges(self) -> int:
        """Number of edges that all columns have, one more each than bins."""
        return sum(self.n_bins) + len(self.n_bins)

    def __call__(
        self, numbers: Float[Array, "batch number"], edges: Float[Weights, " edge"]
    ) -> Float[Array, "batch feature"]:
        """Compute the features of every row.

        Args:
            numbers: as they are scaled, evenly over ±√3.
            edges: where they belong, those of one column side by side.
        """
        n_bins = np.array(self.n_bins, numbers.dtype)
        places = jnp.clip((numbers + _HALF_RANGE) * (n_bins / (2 * _HALF_RANGE)), 0, n_bins)
        bins = jnp.minimum(places, n_bins - 1).astype(jnp.int32)
        first = np.concatenate([[0], np.cumsum(np.array(self.n_bins[:-1], np.int32) + 1)])
        lower = bins + first.astype(np.int32)
        known = jax.lax.stop_gradient(jnp.asarray(edges))
        below, above = known[lower], known[lower + 1]
        return below + (above - below) * (places - bins)


class Cosine(eqx.Module):
    """Adds waves of learned frequency and phase to each number: x and several cos(2π(f·x + p)).

    Attributes:
        frequencies: `[feature]`, those of one column side by side, each ten times f.
        phases: `[feature]`, each ten times p.

    Source:
        Holzmüller et al. (2024), "Better by Default", section 3 (PBLD, here without its linear
        layer); TabPack (ICML 2026) embeds with cosines alone.
    """

    frequencies: Float[Weights, " feature"]
    phases: Float[Weights, " feature"]
    n_columns: int = eqx.field(static=True)

    def __call__(self, numbers: Float[Array, "batch number"]) -> Float[Array, "batch feature"]:
        """Compute the features of every row."""
        each = jnp.asarray(self.frequencies).reshape(self.n_columns, -1)
        turns = (numbers[:, :, None] * each).reshape(numbers.shape[0], -1) + self.phases
        return jnp.concatenate([numbers, jnp.cos(_SLOWED * _TURN * turns)], axis=1)


class Periodic(eqx.Module):
    """Turns each number into sines and cosines, and those into few features: relu(W·[sin, cos]).

    All columns share the linear layer, so that it is one matrix product.

    Attributes:
        frequencies: `[frequency]`, those of one column side by side, in tenths of a turn.
        linear: from the sines and cosines of a column to its features.

    Source:
        Gorishniy et al. (2022), section 3.3 ("PLR"), in the form with a shared layer ("lite").
    """

    frequencies: Float[Weights, " frequency"]
    linear: Linear
    n_columns: int = eqx.field(static=True)

    def __call__(self, numbers: Float[Array, "batch number"]) -> Float[Array, "batch feature"]:
        """Compute the features of every row."""
        each = jnp.asarray(self.frequencies).reshape(self.n_columns, -1)
        angles = (_SLOWED * _TURN * numbers[:, :, None] * each).reshape(-1, each.shape[1])
        waves = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=1)
        return jax.nn.relu(self.linear(waves)).reshape(numbers.shape[0], -1)


NumberEmbedding = PiecewiseLinear | Unbent | Cosine | Periodic


def build_number_embedding(
    name: str,
    widths: tuple[int, ...],
    generator: np.random.Generator,
    frequency_scale: float,
    dtype: DTypeLike,
) -> NumberEmbedding | None:
    """Make an embedding with starting weights.

    Args:
        name: piecewise, robust, cosine or periodic; none for no embedding.
        widths: for each column to be embedded, its bins, waves or features; none for no embedding.
        generator: of the starting weights.
        frequency_scale: standard deviation of the starting frequencies, in turns for a unit of the
            scaled number.
        dtype: of the weights.
    """
    if name == "none" or not widths:
        return None
    if name == "piecewise":
        return PiecewiseLinear(widths)
    if name == "robust":
        return Unbent(widths)
    n_columns, width = len(widths), widths[0]

    def frequencies(n_each: int) -> np.ndarray:
        drawn = generator.standard_normal(n_columns * n_each, dtype=np.float32)
        return (drawn * np.float32(frequency_scale / _SLOWED)).astype(dtype)

    if name == "cosine":
        phases = generator.random(n_columns * width, dtype=np.float32) / np.float32(_SLOWED)
        return Cosine(frequencies(width), phases.astype(dtype), n_columns)
    n_frequencies = PERIODIC_FREQUENCIES
    weight = initial_weights("he", 2 * n_frequencies, width, generator).astype(dtype)
    return Periodic(frequencies(n_frequencies), Linear(weight, np.zeros(width, dtype)), n_columns)


def embedded_widths(name: str, widths: tuple[int, ...]) -> list[int]:
    """How many features each embedded column becomes; cosines have the numbers themselves first."""
    one_each = [1] * len(widths)
    if name in ("none", "robust"):
        return one_each
    return [*one_each, *widths] if name == "cosine" else list(widths)


def embedding_parameters(name: str, widths: tuple[int, ...]) -> int:
    """How many numbers of an embedding are learned."""
    if name == "cosine":
        return 2 * sum(widths)
    if name == "periodic" and widths:
        return PERIODIC_FREQUENCIES * len(widths) + (2 * PERIODIC_FREQUENCIES + 1) * widths[0]
    return 0
