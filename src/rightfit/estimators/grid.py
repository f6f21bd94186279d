"""From lists of values to combinations, one for each network that is tried.

A list as the value of a member's own parameter means "try each". Here the lists
become a grid, or a sample of it, or random draws, before anything heavy starts.
"""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from rightfit.estimators.hyperparameters import (
    PLAIN_SIZES,
    Hyperparameters,
    member_parameters,
)
from rightfit.estimators.space import STREAM, Range, Space, Values
from rightfit.parameters import declared_parameters
from rightfit.train.customary import CUSTOMARY_LEARNING_RATES, CUSTOMARY_WEIGHT_DECAYS

AUTO_MEMBERS = 16

Parameters = TypeVar("Parameters", bound=Hyperparameters)


# What `members` draws from where a parameter is at its default.
#
# Source: TabPack (ICML 2026) draws depth 1 to 3, dropout 0 or U(0, 0.5), and the learning rate from
# log-U(1e-4, 5e-3). The other shares and bounds are where tuned networks land on the 46 tables of
# TabM (ICLR 2025): dropout above 0 in 67 % of them, weight decay in 59 %, with quartiles of 3.6e-4
# and 7.2e-2 (hence three orders of magnitude); quartiles of the width are 268, 472 and 760. Sizes
# are few, because networks of one shape train together.
DEFAULT_SIZES: tuple[tuple[int, ...], ...] = (
    (256,),
    (256, 256),
    (256, 256, 256),
    (512, 512),
)
# For adamw. Other optimizers have the learning rate the same number of times from their customary
# one, and the decay such that a step shrinks the weights as much.
DEFAULT_RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "dropout_rate": Range(0.0, 0.5, 1 / 3, is_logarithmic=False),
        "weight_decay": Range(1e-4, 1e-1, 0.4, is_logarithmic=True),
        "learning_rate": Range(1e-4, 5e-3, 0.0, is_logarithmic=True),
    }
)


@dataclasses.dataclass(frozen=True)
class Grid:
    """The combinations of values that are tried.

    Attributes:
        members: for each combination, the values of all parameters that were given as lists or
            are drawn, in the order of their declaration; never two that are the same network.
        unsure: the names of those that vary.
        n_possible: how many different combinations there are; None where draws from a range make
            no end of them.
        simplicity: the place of each combination from the most regularised, 0, to the least.
            Networks without hidden layers come first; then more dropout, more dropout of inputs,
            larger l2, larger weight decay, fewer weights between the layers, and a lower learning
            rate (against the customary one of the optimizer), each deciding where those before are
            equal, and at last the order of `members`.
        note: what to say about combinations that are left out; "" if there is nothing to say.
        seeds_differ: whether each combination has a seed of its own, which makes networks that go
            together better; else only values make a difference between them.
    """

    members: tuple[Values, ...]
    unsure: tuple[str, ...]
    n_possible: int | None
    simplicity: tuple[int, ...]
    note: str = ""
    seeds_differ: bool = False


def combinations(parameters: Hyperparameters, seed: int = 0) -> Grid:
    """Make the combinations that lists and `members` ask for.

    Without `members`, they are the whole grid, the last parameter varying fastest, or
    `max_members` of it, drawn at random and in the same order. With `members`, so many are drawn:
    from the lists, and from `DEFAULT_SIZES` and `DEFAULT_RANGES` what is at its default. Of more
    members, the first are the same.

    Args:
        parameters: those that `check_parameters` has found right.
        seed: of the draws.

    Raises:
        ParameterError: values do not go together, or a list is given for what has no effect.

    Example:
        >>> grid = combinations(Hyperparameters(dropout_rate=[0, 0.5], l2=[0, 0.01]))
        >>> grid.members[1]
        {'dropout_rate': 0, 'l2': 0.01}
        >>> grid.simplicity
        (3, 2, 1, 0)
    """
    options = _options(parameters)
    if isinstance(parameters.hidden_sizes, str):
        parameters = with_values(parameters, {"hidden_sizes": PLAIN_SIZES})
    space = Space(parameters, options)
    space.check()
    space = space.without_idle_ranges()
    n_possible = space.n_possible()
    members, note = _members(parameters, space, n_possible, seed)
    unsure = tuple(
        name
        for name, option in space.options.items()
        if isinstance(option, Range) or len(option) > 1
    )
    return Grid(tuple(members), unsure, n_possible, _simplicity(parameters, members), note)


def combinations_of_kinds(
    parameters: Hyperparameters, kinds: Sequence[Mapping[str, Any]], seed: int = 0
) -> Grid:
    """Make the combinations of several kinds of networks, taking turns, each with its own seed.

    Args:
        parameters: what the kinds have in common.
        kinds: for each kind the values, lists and number of members that are its own.
        seed: of the draws.
    """
    drawn = [
        [{**kind, **values} for values in _spread(with_values(parameters, kind), seed + number)]
        for number, kind in enumerate(kinds)
    ]
    turns = [
        values for turn in itertools.zip_longest(*drawn) for values in turn if values is not None
    ]
    names = [
        name for name in member_parameters(parameters) if any(name in values for values in turns)
    ]
    members = [
        {name: values.get(name, getattr(parameters, name)) for name in names} for values in turns
    ]
    unsure = tuple(name for name in names if len({repr(values[name]) for values in members}) > 1)
    wanted = int(parameters.members) if isinstance(parameters.members, int) else 0
    note = _too_few(len(members), wanted) if wanted > len(members) else ""
    simplicity = _simplicity(parameters, members)
    return Grid(tuple(members), unsure, None, simplicity, note, seeds_differ=True)


def _spread(parameters: Hyperparameters, seed: int) -> list[Values]:
    """Draw `members` combinations from lists such that the values of each list come equally often.

    So even few networks try all of what tables differ in. (McKay, Beckman and Conover, 1979, call
    it Latin hypercube sampling.)
    """
    lists = {
        name: getattr(parameters, name)
        for name in member_parameters(parameters)
        if isinstance(getattr(parameters, name), list)
    }
    n_wanted = min(
        int(parameters.members or 1), math.prod(len(values) for values in lists.values())
    )
    generator = np.random.Generator(np.random.Philox([seed, STREAM]))
    found: dict[str, Values] = {}
    while len(found) < n_wanted:
        columns = {
            name: [values[place] for place in _in_turns(len(values), n_wanted, generator)]
            for name, values in lists.items()
        }
        for place in range(n_wanted):
            values = {name: column[place] for name, column in columns.items()}
            if len(found) < n_wanted:
                found.setdefault(repr(values), values)
    return list(found.values())


def _in_turns(n_values: int, n_draws: int, generator: np.random.Generator) -> list[int]:
    """Numbers of values in random order, all of them before any comes again."""
    turns = [generator.permutation(n_values) for _ in range(-(-n_draws // n_values))]
    return np.concatenate(turns)[:n_draws].tolist()


def with_values(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Copy parameters, with one combination's values in place of the lists.

    Neither scikit-learn's `clone`, which copies every value, nor `copy`, which would take a fitted
    model to pieces: what was fitted stays behind.

    Example:
        >>> with_values(Hyperparameters(l2=[0, 0.5]), {"l2": 0.5}).l2
        0.5
    """
    copied = object.__new__(type(parameters))
    for declared in declared_parameters(parameters):
        setattr(copied, declared.name, getattr(parameters, declared.name))
    for name, value in values.items():
        setattr(copied, name, value)
    return copied


def _options(parameters: Hyperparameters) -> dict[str, Sequence[Any] | Range]:
    """What each parameter that is unsure may be, in the order of their declaration."""
    drawn: dict[str, Sequence[Any] | Range] = {}
    if parameters.members is not None:
        drawn = {"hidden_sizes": _sizes_that_fit(parameters), **DEFAULT_RANGES}
    defaults = {declared.name: declared.default for declared in declared_parameters(parameters)}
    options: dict[str, Sequence[Any] | Range] = {}
    for name in member_parameters(parameters):
        value = getattr(parameters, name)
        if isinstance(value, list):
            options[name] = value
        elif name in drawn and value == defaults[name]:
            options[name] = drawn[name]
    return options


def _sizes_that_fit(parameters: Hyperparameters) -> Sequence[tuple[int, ...]]:
    """Those of the default sizes for which every activation has a name for each layer."""
    activation = parameters.activation
    given = activation if isinstance(activation, list) else [activation]
    fitting = [
        sizes
        for sizes in DEFAULT_SIZES
        if all(isinstance(names, str) or len(names) == len(sizes) for names in given)
    ]
    # If there is none, the check says what does not fit.
    return fitting or DEFAULT_SIZES


def _members(
    parameters: Hyperparameters, space: Space, n_possible: int | None, seed: int
) -> tuple[list[Values], str]:
    wanted = AUTO_MEMBERS if isinstance(parameters.members, str) else parameters.members
    if wanted is None:
        if n_possible is None or n_possible <= parameters.max_members:
            return space.everything(), ""
        note = (
            f"The grid has {n_possible:,} combinations; {parameters.max_members:,} of them are "
            "drawn at random (max_members)."
        )
        sample = space.draws(seed, int(parameters.max_members))
        return sorted(sample, key=space.place), note
    if n_possible is None or wanted < n_possible:
        return space.draws(seed, int(wanted)), ""
    note = _too_few(n_possible, int(wanted)) if wanted > n_possible else ""
    return space.everything(), note


def _too_few(n_possible: int, n_wanted: int) -> str:
    return (
        f"There are only {n_possible:,} combinations: each is trained once, and not the "
        f"{n_wanted:,} that members asks for."
    )


def _simplicity(parameters: Hyperparameters, members: Sequence[Values]) -> tuple[int, ...]:
    """The place of each combination from the most regularised to the least."""
    keys = [_looseness(with_values(parameters, values)) for values in members]
    ranked = sorted(range(len(members)), key=lambda number: keys[number])
    places = [0] * len(members)
    for place, number in enumerate(ranked):
        places[number] = place
    return tuple(places)


def _looseness(member: Hyperparameters) -> tuple[float, ...]:
    """How little a network is regularised; the first difference decides."""
    decay, rate = member.weight_decay, member.learning_rate
    customary = CUSTOMARY_LEARNING_RATES[member.optimizer]
    if decay is None:
        decay = CUSTOMARY_WEIGHT_DECAYS.get(member.optimizer, 0.0)
    # As if there were one input and one output, which all combinations share.
    sizes = (1, *member.hidden_sizes, 1)
    return (
        bool(member.hidden_sizes),
        -member.dropout_rate if member.hidden_sizes else 0,
        -member.input_dropout_rate,
        -member.l2,
        -decay,
        sum(before * after for before, after in itertools.pairwise(sizes)),
        1.0 if rate is None else rate / customary,
    )
