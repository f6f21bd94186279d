"""What is unsure, as a space of combinations: all of them, random ones, and what is wrong in it."""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rightfit.errors import MAX_SHOWN, ParameterError, counted
from rightfit.estimators.hyperparameters import CUSTOMARY_LEARNING_RATES, Hyperparameters

# Where `momentum` has an effect.
WITH_MOMENTUM = ("momentum", "nesterov")

# Sets these draws apart from whatever else the seed makes.
STREAM = 0x67726964
_RANGED_FOR = "adamw"

Values = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Range:
    """Where a number is drawn from.

    Attributes:
        low: the smallest number but 0.
        high: the largest.
        zero_share: how often it is 0.
        is_logarithmic: whether each factor of ten is as likely as the next, or each step.
    """

    low: float
    high: float
    zero_share: float
    is_logarithmic: bool

    def at(self, share: float) -> float:
        """The number below which such a share of the draws lies."""
        if share < self.zero_share:
            return 0.0
        share = (share - self.zero_share) / (1 - self.zero_share)
        if self.is_logarithmic:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + (self.high - self.low) * share


@dataclasses.dataclass(frozen=True)
class Space:
    """What is unsure: a list or a range of values for each name; the rest is as chosen."""

    chosen: Hyperparameters
    options: Mapping[str, Sequence[Any] | Range]

    def alternatives(self, name: str) -> Sequence[Any]:
        """All values that are not drawn from a range."""
        option = self.options.get(name, (getattr(self.chosen, name),))
        return () if isinstance(option, Range) else option

    def kinds(self) -> Iterator[tuple[Any, Any]]:
        """What decides on the parameters that have an effect: sizes and optimizer."""
        return itertools.product(self.alternatives("hidden_sizes"), self.alternatives("optimizer"))

    def idle(self) -> set[str]:
        """The parameters that have no effect in any combination."""
        return set.intersection(*(_idle(*kind) for kind in self.kinds()))

    def without_idle_ranges(self) -> "Space":
        """The same without draws that would have no effect."""
        idle = self.idle()
        options = {
            name: option
            for name, option in self.options.items()
            if not (isinstance(option, Range) and name in idle)
        }
        return dataclasses.replace(self, options=options)

    def n_possible(self) -> int | None:
        """How many different networks there are; None if there is no end of them."""
        total = 0
        for kind in self.kinds():
            fixed = {"hidden_sizes", "optimizer", *_idle(*kind)}
            factors = []
            for name, option in self.options.items():
                if name in fixed:
                    continue
                if isinstance(option, Range):
                    return None
                factors.append(len(option))
            total += math.prod(factors)
        return total

    def everything(self) -> list[Values]:
        """All combinations, the last parameter varying fastest."""
        lists = [self.alternatives(name) for name in self.options]
        found = [
            dict(zip(self.options, picked, strict=True)) for picked in itertools.product(*lists)
        ]
        return [values for values in found if values == self.settled(values)]

    def draws(self, seed: int, n_draws: int) -> list[Values]:
        """So many different combinations; there must be as many."""
        # NumPy promises to keep the raw bits from release to release, and no more than those.
        bits = np.random.Philox([seed, STREAM])
        found: dict[tuple[Any, ...], Values] = {}
        while len(found) < n_draws:
            shares = (bits.random_raw(len(self.options)) >> np.uint64(11)) * 2.0**-53
            drawn = {
                name: _at(option, share)
                for (name, option), share in zip(self.options.items(), shares.tolist(), strict=True)
            }
            values = self.settled(drawn)
            if tuple(values.values()) in found:
                # Three digits may not tell enough numbers apart.
                values = self.settled(drawn, n_digits=17)
            found.setdefault(tuple(values.values()), values)
        return list(found.values())

    def settled(self, values: Values, n_digits: int = 3) -> Values:
        """What a combination comes to: numbers that suit the optimizer, nothing without effect.

        A number that was drawn has so few digits that a person can read and type it.
        """
        optimizer: Any = values.get("optimizer", self.chosen.optimizer)
        sizes: Any = values.get("hidden_sizes", self.chosen.hidden_sizes)
        times = CUSTOMARY_LEARNING_RATES[optimizer] / CUSTOMARY_LEARNING_RATES[_RANGED_FOR]
        scales = {"learning_rate": times, "weight_decay": 1 / times}
        idle = _idle(sizes, optimizer)
        settled = {}
        for name, option in self.options.items():
            if isinstance(option, Range):
                number = values[name] * scales.get(name, 1.0)
                rounded = float(f"{number:.{n_digits}g}")
                value = getattr(self.chosen, name) if name in idle else rounded
            else:
                value = option[0] if name in idle else values[name]
            settled[name] = value
        return settled

    def place(self, values: Values) -> list[int]:
        """Where a combination stands in the grid."""
        return [self.alternatives(name).index(value) for name, value in values.items()]

    def check(self) -> None:
        """Refuse values that do not go together.

        Raises:
            ParameterError: tells all of them.
        """
        misfits = self._misfits()
        problems = misfits + self._lists_without_effect()
        if not problems:
            return
        more = len(problems) - MAX_SHOWN
        lines = problems[:MAX_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise ParameterError(
            "\n".join(lines),
            expected="A tuple needs one name for each hidden layer." if misfits else "",
            hint="pass one name to use it for all layers" if misfits else "pass one value",
        )

    def _misfits(self) -> list[str]:
        if not {"activation", "hidden_sizes"} & set(self.options):
            # One network, of which its shape is checked when it is laid out.
            return []
        pairs = itertools.product(
            self.alternatives("activation"), self.alternatives("hidden_sizes")
        )
        return [
            f"The 'activation' parameter of {self._owner} has "
            f"{counted(len(names), 'name')} for {counted(len(sizes), 'hidden layer')}: "
            f"{names!r} does not fit hidden_sizes={sizes!r}."
            for names, sizes in pairs
            if not isinstance(names, str) and len(names) != len(sizes)
        ]

    def _lists_without_effect(self) -> list[str]:
        idle = self.idle()
        problems = []
        for name, option in self.options.items():
            if name not in idle or isinstance(option, Range) or len(option) == 1:
                continue
            other, lacks = (
                ("optimizer", "momentum")
                if name == "momentum"
                else ("hidden_sizes", "hidden layer")
            )
            problems.append(
                f"The {name!r} parameter of {self._owner} lists {option!r}, but "
                f"{other}={getattr(self.chosen, other)!r} has no {lacks}: every value is the same "
                "network."
            )
        return problems

    @property
    def _owner(self) -> str:
        return type(self.chosen).__name__


def _at(option: Sequence[Any] | Range, share: float) -> Any:
    return option.at(share) if isinstance(option, Range) else option[int(share * len(option))]


def _idle(hidden_sizes: tuple[int, ...], optimizer: str) -> set[str]:
    """The parameters that have no effect on such a network."""
    without_layers = set() if hidden_sizes else {"activation", "dropout_rate"}
    return without_layers | (set() if optimizer in WITH_MOMENTUM else {"momentum"})
