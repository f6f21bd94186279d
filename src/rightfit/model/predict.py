"""What networks predict for any number of rows, in blocks of one shape.

One shape means one compiled program, and that a row's prediction does not depend
on the rows beside it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.special import expit, softmax

from rightfit.arrays import Features
from rightfit.nn import Network
from rightfit.objectives import Task
from rightfit.train.compilation import call, compiled

# Rows of a block. Networks of many multiplications are about as quick with fewer rows at a time,
# and a single row, for which a whole block is computed, is ready sooner.
_BLOCK = 256
_SMALL_BLOCK = 32
_MANY_MULTIPLICATIONS = 250_000


class Networks(NamedTuple):
    """Networks on the device.

    Attributes:
        groups: for each shape, one network whose arrays have a leading member axis; those of
            a network without company have none.
        order: where each network of the sequence is among the groups', one after another.
    """

    groups: tuple[Network, ...]
    order: Int[np.ndarray, " member"]


def place_networks(networks: Sequence[Network]) -> Networks:
    """Stack networks of one shape, and put them on the device."""
    alike: dict[object, list[int]] = {}
    for number, network in enumerate(networks):
        shapes = tuple(leaf.shape for leaf in jax.tree.leaves(network))
        alike.setdefault((jax.tree.structure(network), shapes), []).append(number)
    groups = [
        networks[numbers[0]]
        if len(networks) == 1
        else jax.tree.map(lambda *leaves: np.stack(leaves), *(networks[n] for n in numbers))
        for numbers in alike.values()
    ]
    places = np.argsort([number for numbers in alike.values() for number in numbers])
    return Networks(call(jax.device_put, tuple(groups)), places)


def rows_at_once(n_multiplications: int) -> int:
    """Say how many rows a block has, so that both one row and many are predicted quickly.

    Args:
        n_multiplications: of weights, that one row takes in all networks.

    Example:
        >>> rows_at_once(10_000)
        256
    """
    # An accelerator computes a large block as quickly as a small one.
    is_small = n_multiplications > _MANY_MULTIPLICATIONS and jax.default_backend() == "cpu"
    return _SMALL_BLOCK if is_small else _BLOCK


def predictions_of(
    outputs: Float[np.ndarray, "*member row output"], task: Task
) -> Float[np.ndarray, "*member row prediction"]:
    """Turn outputs into probabilities of all classes, or leave numbers as they are; float64."""
    outputs = outputs.astype(np.float64)
    if task == "regression":
        return outputs
    if task == "binary":
        logit = outputs[..., 0]
        return np.stack([expit(-logit), expit(logit)], axis=-1)
    probabilities: Float[np.ndarray, "*member row prediction"] = softmax(outputs, axis=-1)
    return probabilities


def mean_predictions(
    networks: Networks,
    weights: Float[np.ndarray, " member"],
    features: Features,
    task: Task,
    n_block_rows: int = _BLOCK,
) -> Float[np.ndarray, "row prediction"]:
    """Compute the weighted mean of what networks predict for encoded rows.

    Args:
        networks: from `place_networks`.
        weights: of the networks, in the order of the sequence that was placed.
        features: the rows.
        task: what the outputs mean.
        n_block_rows: how many rows are computed at a time, from `rows_at_once`.

    Returns:
        Probabilities of all classes, or standardised numbers, float64.
    """
    n_rows = len(features.numbers)
    dtype = networks.groups[0].dtype
    features = Features(features.numbers.astype(dtype, copy=False), features.codes)
    in_order = np.empty(len(weights))
    in_order[networks.order] = weights
    means = []
    for first in range(0, n_rows, n_block_rows):
        rows = slice(first, first + n_block_rows)
        block = Features(*(_padded(side[rows], n_block_rows) for side in features))
        outputs = compiled(forward, networks.groups, block)
        predictions = predictions_of(np.concatenate([np.asarray(o) for o in outputs]), task)
        means.append(predictions[0] if len(weights) == 1 else in_order @ predictions.swapaxes(0, 1))
    return np.concatenate(means)[:n_rows]


@jax.jit
def forward(
    groups: tuple[Network, ...], features: Features
) -> tuple[Float[Array, "member row output"], ...]:
    """Compute what each network of each group gives for each row."""

    def outputs(group: Network) -> Array:
        if group.layers[-1].bias.ndim == 1:
            return group(features)[None]
        return jax.vmap(lambda network: network(features))(group)

    return tuple(outputs(group) for group in groups)


def _padded(rows: np.ndarray, n_rows: int) -> np.ndarray:
    missing = n_rows - len(rows)
    return np.pad(rows, ((0, missing), (0, 0))) if missing else rows
