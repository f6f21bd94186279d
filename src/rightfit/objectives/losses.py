"""Losses of one row each, by name, from the network's outputs."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Shaped

RowLoss = Callable[[Float[Array, "row output"], Shaped[Array, "row ..."]], Float[Array, " row"]]


@dataclasses.dataclass(frozen=True)
class Loss:
    """A loss and the tasks it serves.

    Attributes:
        function: `[row, output]` outputs and the targets to one loss a row.
        tasks: names of the tasks that may use it.
    """

    function: RowLoss
    tasks: tuple[str, ...]


def _log_loss(
    outputs: Float[Array, "row output"], targets: Shaped[Array, " row"]
) -> Float[Array, " row"]:
    # One output is the logit of the second class; several are the logits of all classes.
    codes = targets.astype(jnp.int32)
    if outputs.shape[1] == 1:
        return optax.sigmoid_binary_cross_entropy(outputs[:, 0], codes.astype(outputs.dtype))
    return optax.softmax_cross_entropy_with_integer_labels(outputs, codes)


def _squared_error(
    outputs: Float[Array, "row output"], targets: Float[Array, "row output"]
) -> Float[Array, " row"]:
    return jnp.mean(optax.squared_error(outputs, targets), axis=1)


def _absolute_error(
    outputs: Float[Array, "row output"], targets: Float[Array, "row output"]
) -> Float[Array, " row"]:
    return jnp.mean(jnp.abs(outputs - targets), axis=1)


def _huber(
    outputs: Float[Array, "row output"], targets: Float[Array, "row output"]
) -> Float[Array, " row"]:
    return jnp.mean(optax.huber_loss(outputs, targets, delta=1.0), axis=1)


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "log_loss": Loss(_log_loss, ("binary", "multiclass")),
        "squared_error": Loss(_squared_error, ("regression",)),
        "absolute_error": Loss(_absolute_error, ("regression",)),
        "huber": Loss(_huber, ("regression",)),
    }
)
