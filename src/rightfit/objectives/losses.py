"""Losses of one row each, by name, from the network's outputs."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Shaped

RowLoss = Callable[
    [Float[Array, "row output"], Shaped[Array, "row ..."], Float[Array, " target"]],
    Float[Array, " row"],
]
# Below this share of the mean an expected number counts as so large: its logarithm has an end.
SMALLEST_SHARE = 1e-6


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
    """The Poisson deviance, with the curvature of the squared error where all is as the mean.

    Source:
        Wedderburn (1974), "Quasi-likelihood functions, generalized linear models, and the
        Gauss-Newton method": whatever the noise is, what minimises it is the mean.
    """
    true = jnp.maximum(1 + targets / means, 0)
    error = jnp.maximum((outputs - targets) / means, SMALLEST_SHARE - true)
    # What is expected is true·(1 + error/true); so written, small errors keep their digits.
    logarithm = jnp.log1p(error / jnp.where(true > 0, true, 1))
    return jnp.mean(2 * means**2 * (error - true * logarithm), axis=1)


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "log_loss": Loss(_log_loss, ("binary", "multiclass")),
        "squared_error": Loss(_squared_error, ("regression",)),
        "absolute_error": Loss(_absolute_error, ("regression",)),
        "huber": Loss(_huber, ("regression",)),
        "poisson": Loss(_poisson, ("regression",), links=("log", "elu")),
    }
)
