"""What is unsure, as a space of combinations: all of them, random ones, and what is wrong in it."""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rightfit.errors import ParameterError, counted, one_a_line
from rightfit.estimators.effects import DECISIVE, NEEDS, without_effect
from rightfit.estimators.hyperparameters import (
    Hyperparameters,
)
from rightfit.train.customary import CUSTOMARY_LEARNING_RATES, CUSTOMARY_WEIGHT_DECAYS

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
    """What is unsure: a list or a range of values for each name; the rest is as in `parameters`."""

    parameters: Hyperparameters
    options: Mapping[str, Sequence[Any] | Range]

    def alternatives(self, name: str) -> Sequence[Any]:
        """All values that are not drawn from a range."""
        option = self.options.get(name, (getattr(self.parameters, name),))
        return () if isinstance(option, Range) else option

    def cases(self) -> Iterator[tuple[set[str], int]]:
        """The cases that differ in the parameters without an effect.

        For each, these parameters, and how many combinations of the decisive ones there are.
        """
        classes = {name: self._classes(name) for name in DECISIVE}
        for picked in itertools.product(*classes.values()):
            case = dict(zip(classes, picked, strict=True))
            idle = without_effect({name: values[0] for name, values in case.items()})
            if all(case[name] is classes[name][0] for name in idle & case.keys()):
                yield idle, math.prod(len(case[name]) for name in case.keys() - idle)

    def idle(self) -> set[str]:
        """The parameters that have no effect in any combination."""
        return set.intersection(*(idle for idle, _ in self.cases()))

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
        for idle, n_combinations in self.cases():
            effective = {name: self.options[name] for name in self.options if name not in idle}
            if any(isinstance(option, Range) for option in effective.values()):
                return None
            others = [self.alternatives(name) for name in effective if name not in DECISIVE]
            total += n_combinations * math.prod(len(values) for values in others)
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
        optimizer: Any = values.get("optimizer", self.parameters.optimizer)
        times = CUSTOMARY_LEARNING_RATES[optimizer] / CUSTOMARY_LEARNING_RATES[_RANGED_FOR]
        scales = {"learning_rate": times, "weight_decay": 1 / times}
        idle = without_effect(
            {name: values.get(name, getattr(self.parameters, name)) for name in DECISIVE}
        )
        settled = {}
        for name, option in self.options.items():
            if isinstance(option, Range):
                number = values[name] * scales.get(name, 1.0)
                rounded = float(f"{number:.{n_digits}g}")
                value = getattr(self.parameters, name) if name in idle else rounded
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
        problems = [
            *misfits,
            *self._lists_without_effect(),
            *self._values_listed_twice(),
            *self._activations_listed_twice(),
        ]
        if not problems:
            return
        raise ParameterError(
            one_a_line(problems),
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
            need = NEEDS[name]
            given = ", ".join(
                f"{other}={getattr(self.parameters, other)!r}" for other in need.others
            )
            problems.append(
                f"The {name!r} parameter of {self._owner} lists {option!r}, but {given} "
                f"{'has' if len(need.others) == 1 else 'have'} no {need.what}: every value is the "
                "same network."
            )
        return problems

    def _values_listed_twice(self) -> list[str]:
        optimizers = self.alternatives("optimizer")
        if len(optimizers) > 1:
            return []
        (optimizer,) = optimizers
        customary = {
            "learning_rate": CUSTOMARY_LEARNING_RATES[optimizer],
            "weight_decay": CUSTOMARY_WEIGHT_DECAYS.get(optimizer, 0.0),
        }
        return [
            f"The {name!r} parameter of {self._owner} lists None and {value!r}, which is what None "
            f"means for optimizer={optimizer!r}: both are the same network."
            for name, value in customary.items()
            if {None, value} <= set(self.alternatives(name))
        ]

    def _activations_listed_twice(self) -> list[str]:
        """Complain of one name for all layers, and the same name for each of them."""
        listed = self.alternatives("activation")
        uniform = [names for names in listed if not isinstance(names, str) and len(set(names)) == 1]
        return [
            f"The 'activation' parameter of {self._owner} lists {names[0]!r} and {names!r}: both "
            "are the same network."
            for names in uniform
            if names[0] in listed
        ]

    def _classes(self, name: str) -> list[list[Any]]:
        """The values of a decisive parameter, those together that decide the same."""
        option = self.options.get(name)
        values = (option.high,) if isinstance(option, Range) else self.alternatives(name)
        classes: dict[Any, list[Any]] = {}
        for value in values:
            classes.setdefault(DECISIVE[name](value), []).append(value)
        return list(classes.values())

    @property
    def _owner(self) -> str:
        return type(self.parameters).__name__


def _at(option: Sequence[Any] | Range, share: float) -> Any:
    return option.at(share) if isinstance(option, Range) else option[int(share * len(option))]
