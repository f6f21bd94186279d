"""Optimizers by name: the direction of a step, from Optax.

The learning rate, L2 and decoupled weight decay are applied in `step.py`, the
same way for every optimizer, so that each parameter means one thing.
"""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import optax
from jaxtyping import Array, Float

Momentum = Float[Array, ""]


@dataclasses.dataclass(frozen=True)
class Optimizer:
    """A direction and the values that suit it when none are given.

    Attributes:
        direction: from the momentum to a pair of pure functions, init and update.
        learning_rate: customary step size.
        weight_decay: customary decoupled decay.
    """

    direction: Callable[[Momentum], optax.GradientTransformation]
    learning_rate: float
    weight_decay: float = 0.0


OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType(
    {
        "adamw": Optimizer(lambda momentum: optax.scale_by_adam(), 1e-3, 1e-2),
        "adam": Optimizer(lambda momentum: optax.scale_by_adam(), 1e-3),
        "sgd": Optimizer(lambda momentum: optax.identity(), 1e-1),
        "momentum": Optimizer(lambda momentum: optax.trace(momentum), 1e-2),
        "nesterov": Optimizer(lambda momentum: optax.trace(momentum, nesterov=True), 1e-2),
        "adagrad": Optimizer(lambda momentum: optax.scale_by_rss(), 1e-2),
        "rmsprop": Optimizer(lambda momentum: optax.scale_by_rms(), 1e-3),
        "lion": Optimizer(lambda momentum: optax.scale_by_lion(), 1e-4, 1e-1),
    }
)
