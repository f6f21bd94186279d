"""Losses of one row each, by name, from the network's outputs."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Shaped

RowLoss = Callable[
    [Float[Array, "row output"], Shaped[Array, "row ..."], Float[Array, " target"]],
    Float[Array, " row"],
]
# Below this share of the mean, and of a target above it, logarithms go on as lines: they have no
# end, and a single row would decide everything.
_SMALLEST_SHARE = 1e-6
# Of errors up to this share of the target a series keeps the digits that differences lose.
_SMALL_ERROR = 0.01


@dataclasses.dataclass(frozen=True)
class Loss:
    """A loss and the tasks it serves.

    Attributes:
        function: `[row, output]` outputs, the targets, and the targets' means in their standard
            deviations, to one loss a row.
        tasks: names of the tasks that may use it.
        links: what networks that minimise it end with, by name: without and with hidden layers.
    """

    function: RowLoss
    tasks: tuple[str, ...]
    links: tuple[str, str] = ("identity", "identity")


def _log_loss(
    outputs: Float[Array, "row output"], targets: Shaped[Array, " row"], _: Float[Array, " target"]
) -> Float[Array, " row"]:
    # One output is the logit of the second class; several are the logits of all classes.
    codes = targets.astype(jnp.int32)
    if outputs.shape[1] == 1:
        return optax.sigmoid_binary_cross_entropy(outputs[:, 0], codes.astype(outputs.dtype))
    return optax.softmax_cross_entropy_with_integer_labels(outputs, codes)


def _squared_error(
    outputs: Float[Array, "row output"],
    targets: Float[Array, "row output"],
    _: Float[Array, " target"],
) -> Float[Array, " row"]:
    return jnp.mean(optax.squared_error(outputs, targets), axis=1)


def _absolute_error(
    outputs: Float[Array, "row output"],
    targets: Float[Array, "row output"],
    _: Float[Array, " target"],
) -> Float[Array, " row"]:
    return jnp.mean(jnp.abs(outputs - targets), axis=1)


def _huber(
    outputs: Float[Array, "row output"],
    targets: Float[Array, "row output"],
    _: Float[Array, " target"],
) -> Float[Array, " row"]:
    return jnp.mean(optax.huber_loss(outputs, targets, delta=1.0), axis=1)


def _poisson(
    outputs: Float[Array, "row output"],
    targets: Float[Array, "row output"],
    means: Float[Array, " target"],
) -> Float[Array, " row"]:
    return jnp.mean(poisson_deviance(outputs, targets, means, jnp), axis=1)


def poisson_deviance(outputs: Any, targets: Any, means: Any, xp: ModuleType) -> Any:
    """The Poisson deviance, with the curvature of the squared error where all is as the mean.

    Args:
        outputs: what is expected, standardised; nothing at all is minus the mean.
        targets: likewise.
        means: of the targets before they were, in their standard deviations.
        xp: `numpy` or `jax.numpy`, whichever the arrays are of.

    Source:
        Wedderburn (1974), "Quasi-likelihood functions, generalized linear models, and the
        Gauss-Newton method": whatever the noise is, what minimises it is the mean.
    """
    true = xp.maximum(1 + targets / means, 0)
    smallest = _SMALLEST_SHARE * xp.maximum(true, 1)
    error = (outputs - targets) / means
    below = xp.minimum(error - (smallest - true), 0)
    error = xp.maximum(error, smallest - true)
    ratio = error / xp.where(true > 0, true, 1)
    # What is expected is true·(1 + ratio), and the deviance true·(ratio - log(1 + ratio)).
    is_small = (xp.abs(ratio) < _SMALL_ERROR) & (true > 0)
    near, far = xp.where(is_small, ratio, 0), xp.where(is_small, 1, ratio)
    series = near**2 * (1 / 2 - near * (1 / 3 - near * (1 / 4 - near * (1 / 5 - near / 6))))
    deviance = xp.where(is_small, true * series, error - true * xp.log1p(far))
    return 2 * means**2 * (deviance + (1 - true / smallest) * below)


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "log_loss": Loss(_log_loss, ("binary", "multiclass")),
        "squared_error": Loss(_squared_error, ("regression",)),
        "absolute_error": Loss(_absolute_error, ("regression",)),
        "huber": Loss(_huber, ("regression",)),
        "poisson": Loss(_poisson, ("regression",), links=("log", "elu")),
    }
)
