"""What an optimizer is given where nobody says it, known without importing the optimizers."""

from collections.abc import Mapping
from types import MappingProxyType

# What an optimizer is given where the learning rate or the weight decay is None.
CUSTOMARY_LEARNING_RATES: Mapping[str, float] = MappingProxyType(
    {
        "adamw": 1e-3,
        "adam": 1e-3,
        "sgd": 1e-1,
        "momentum": 1e-2,
        "nesterov": 1e-2,
        "adagrad": 1e-2,
        "rmsprop": 1e-3,
        "lion": 1e-4,
        "muon": 1e-3,
    }
)
CUSTOMARY_WEIGHT_DECAYS: Mapping[str, float] = MappingProxyType(
    {"adamw": 1e-2, "lion": 1e-1, "muon": 1e-2}
)
