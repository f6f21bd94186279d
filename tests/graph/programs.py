"""A small loss in scopes, traced."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rightfit.graph import Program, Role, trace

N_ROWS, N_FEATURES, N_HIDDEN = 5, 3, 4


def arrays() -> tuple[list[Any], Any, Any]:
    """Parameters, inputs and targets."""
    draw = np.random.default_rng(0).standard_normal
    parameters = [draw((N_FEATURES, N_HIDDEN)), draw(N_HIDDEN), draw((N_HIDDEN, 1))]
    as_float = [np.float32(array) for array in parameters]
    return as_float, np.float32(draw((N_ROWS, N_FEATURES))), np.float32(draw((N_ROWS, 1)))


def small_loss(
    parameters: Any, x: Any, y: Any, activation: Callable[[Any], Any] = jax.nn.relu
) -> Any:
    """One hidden layer, the mean squared error, and L2."""
    weight, bias, last = parameters
    with jax.named_scope("layer_1"):
        with jax.named_scope("linear"):
            hidden = x @ weight + bias
        with jax.named_scope("activation"):
            hidden = activation(hidden)
    with jax.named_scope("output_layer"):
        outputs = hidden @ last
    with jax.named_scope("squared_error"):
        mean = jnp.mean((outputs - y) ** 2)
    with jax.named_scope("l2"):
        return mean + 0.1 * (jnp.sum(weight**2) + jnp.sum(last**2))


def traced(loss: Callable[..., Any] = small_loss) -> Program:
    """The program of a loss of the small arrays and its gradient."""
    roles: list[Role] = ["parameter", "parameter", "parameter", "input", "other"]
    return trace(
        loss,
        *arrays(),
        labels=["W₁", "b₁", "W₂", "x", "y"],
        roles=roles,
    )


def flat() -> list[Any]:
    """The arrays in the order of the program's arguments."""
    return jax.tree.leaves(arrays())
