"""Optimizers by name: the direction of a step, from Optax.

The learning rate, L2 and decoupled weight decay are applied in `step.py`, the
same way for every optimizer, so that each parameter means one thing.
"""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax
import optax
from jaxtyping import Array, Float, PyTree
from optax.contrib import MuonDimensionNumbers, muon

from rightfit.train.customary import CUSTOMARY_LEARNING_RATES, CUSTOMARY_WEIGHT_DECAYS

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
    weight_decay: float


# With this root mean square, a step of Muon is about as long as one of Adam.
_MUON_SIZE = 0.2


def _muon() -> optax.GradientTransformation:
    """Muon for the weights of hidden layers, Adam for everything else.

    Source:
        Jordan et al. (2024), "Muon"; Liu et al. (2025), "Muon is Scalable for LLM Training",
        section 2.2, for the size of its steps.
    """
    return muon(
        learning_rate=-1.0,  # a direction: the learning rate comes in `step.py`
        consistent_rms=_MUON_SIZE,
        muon_weight_dimension_numbers=_hidden_weights,
    )


def _hidden_weights(network: PyTree[Array]) -> PyTree[MuonDimensionNumbers | None]:
    """Mark the weights of hidden layers; what is no network has none."""
    hidden = {id(layer.weight) for layer in getattr(network, "layers", ())[:-1]}
    return jax.tree.map(
        lambda leaf: MuonDimensionNumbers() if id(leaf) in hidden else None, network
    )


_DIRECTIONS: Mapping[str, Callable[[Momentum], optax.GradientTransformation]] = MappingProxyType(
    {
        "adamw": lambda momentum: optax.scale_by_adam(),
        "adam": lambda momentum: optax.scale_by_adam(),
        "sgd": lambda momentum: optax.identity(),
        "momentum": lambda momentum: optax.trace(momentum),
        "nesterov": lambda momentum: optax.trace(momentum, nesterov=True),
        "adagrad": lambda momentum: optax.scale_by_rss(),
        "rmsprop": lambda momentum: optax.scale_by_rms(),
        "lion": lambda momentum: optax.scale_by_lion(),
        "muon": lambda momentum: _muon(),
    }
)

OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType(
    {
        name: Optimizer(
            direction, CUSTOMARY_LEARNING_RATES[name], CUSTOMARY_WEIGHT_DECAYS.get(name, 0.0)
        )
        for name, direction in _DIRECTIONS.items()
    }
)
