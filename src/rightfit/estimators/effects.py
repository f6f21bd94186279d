"""Which parameters have an effect, given the values of others: no waves, no frequency of waves."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any


@dataclasses.dataclass(frozen=True)
class Need:
    """What a parameter needs of others to have an effect.

    Attributes:
        others: names of the parameters that decide.
        met: tells from their values.
        what: what they lack where it has none.
    """

    others: tuple[str, ...]
    met: Callable[..., Any]
    what: str

    def is_met(self, values: Mapping[str, Any]) -> bool:
        """Say whether values of the others, and of whatever else, give the parameter an effect."""
        return bool(self.met(*(values[other] for other in self.others)))


def _has_momentum(optimizer: str) -> bool:
    return optimizer in ("momentum", "nesterov")


_LAYERS = Need(("hidden_sizes",), bool, "hidden layer")
NEEDS: Mapping[str, Need] = MappingProxyType(
    {
        "activation": _LAYERS,
        "dropout_rate": _LAYERS,
        "n_copies": _LAYERS,
        "dropout_schedule": Need(
            ("hidden_sizes", "dropout_rate", "input_dropout_rate"),
            lambda sizes, rate, input_rate: (sizes and rate) or input_rate,
            "dropout",
        ),
        "input_scaling": Need(
            ("n_copies", "hidden_sizes"),
            lambda n_copies, sizes: n_copies == 1 or not sizes,
            "features with factors of their own (copies have one for each column)",
        ),
        "momentum": Need(("optimizer",), _has_momentum, "momentum"),
        "number_embedding_size": Need(
            ("number_embedding",),
            lambda name: name not in ("none", "robust"),
            "features of its own",
        ),
        "frequency_scale": Need(
            ("number_embedding",), ("cosine", "periodic").__contains__, "waves"
        ),
    }
)
# On which parameters it depends whether others have an effect, and how their values differ in it.
DECISIVE: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "hidden_sizes": bool,
        "n_copies": lambda n_copies: n_copies > 1,
        "dropout_rate": bool,
        "input_dropout_rate": bool,
        "optimizer": _has_momentum,
        "number_embedding": str,
    }
)


def without_effect(values: Mapping[str, Any]) -> set[str]:
    """The parameters that have no effect on a network with such values of the decisive ones."""
    return {name for name, need in NEEDS.items() if not need.is_met(values)}


def has_effect(name: str, values: Mapping[str, Any]) -> bool:
    """Say whether a parameter has an effect on a network, as far as what varied tells.

    Example:
        >>> has_effect("frequency_scale", {"number_embedding": "piecewise"})
        False
        >>> has_effect("frequency_scale", {"l2": 0.1})
        True
    """
    need = NEEDS.get(name)
    return need is None or not values.keys() >= set(need.others) or need.is_met(values)
