"""Activation functions by name, each with the initialisation that fits it."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax
from jaxtyping import Array, Float

from rightfit.nn.initialisation import Scheme


@dataclasses.dataclass(frozen=True)
class Activation:
    """A function of one unit's input, and how the weights before it should start.

    Attributes:
        function: maps every element on its own.
        scheme: the initialisation that keeps the variance of this function's outputs.
        is_parametric: whether each unit learns its own share α of the function f, from 1 on:
            x + α·(f(x) − x).
    """

    function: Callable[[Float[Array, "..."]], Float[Array, "..."]]
    scheme: Scheme
    is_parametric: bool = False


def _identity(x: Float[Array, "..."]) -> Float[Array, "..."]:
    return x


# Value and derivative of relu are 0 for x <= 0; above, identity and 1.
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "relu": Activation(jax.nn.relu, "he"),
        "leaky_relu": Activation(jax.nn.leaky_relu, "he"),
        "gelu": Activation(jax.nn.gelu, "he"),
        "silu": Activation(jax.nn.silu, "he"),
        "mish": Activation(jax.nn.mish, "he"),
        "selu": Activation(jax.nn.selu, "lecun"),
        "tanh": Activation(jax.nn.tanh, "glorot"),
        "logistic": Activation(jax.nn.sigmoid, "glorot"),
        "identity": Activation(_identity, "glorot"),
        # Source: Holzmüller et al. (2024), "Better by Default", section 3.
        "parametric_relu": Activation(jax.nn.relu, "he", is_parametric=True),
        "parametric_mish": Activation(jax.nn.mish, "he", is_parametric=True),
    }
)
