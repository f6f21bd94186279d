"""The trials of a fit: each combination of values with each seed; and their members, one a fold."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightfit.data.bins import BinScaling
from rightfit.data.robust_edges import robust_edges
from rightfit.errors import ParameterError
from rightfit.estimators.grid import Grid, combinations, combinations_of_kinds, with_values
from rightfit.estimators.hyperparameters import Hyperparameters, member_parameters
from rightfit.estimators.network_run import (
    begin,
    fresh_network,
    in_common,
    knobs_of,
    network_shape,
    plan_of,
)
from rightfit.model.prepare import Prepared
from rightfit.nn import NetworkShape
from rightfit.objectives import Objective
from rightfit.train.pack.run import Member
from rightfit.train.plan import Knobs, Plan, State


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """One combination of values with one seed.

    Attributes:
        number: from 0.
        values: what it has in place of the lists.
        parameters: all of them.
        seed: of its weights, row orders and dropout.
        simplicity: its place among the combinations from the most regularised, 0, on.
    """

    number: int
    values: dict[str, Any]
    parameters: Hyperparameters
    seed: int
    simplicity: int


@dataclasses.dataclass(frozen=True, eq=False)
class Trials:
    """All trials of a fit, and their members.

    Attributes:
        grid: the combinations.
        trials: each combination with each seed.
        members: of each trial one for each fold, or one.
        trial_of: for each member the number of its trial.
    """

    grid: Grid
    trials: tuple[Trial, ...]
    members: tuple[Member, ...]
    trial_of: tuple[int, ...]

    def complete(self, trained: Collection[int]) -> bool:
        """Say whether a trial has an epoch behind it in every fold, so that it can be chosen."""
        missing = {trial for n, trial in enumerate(self.trial_of) if n not in trained}
        return bool(set(self.trial_of) - missing)


def list_trials(parameters: Hyperparameters, grid: Grid, seed: int) -> tuple[Trial, ...]:
    """Give each combination as many trials as there are seeds; the first has the fit's own seed."""
    n_seeds = int(parameters.n_seeds)

    def seed_of(place: int, turn: int) -> int:
        number = place * n_seeds + turn if grid.seeds_differ else turn
        return _derived(seed, number) if number else seed

    return tuple(
        Trial(
            place * n_seeds + turn,
            values,
            with_values(parameters, values),
            seed_of(place, turn),
            simplicity,
        )
        for place, (values, simplicity) in enumerate(
            zip(grid.members, grid.simplicity, strict=True)
        )
        for turn in range(n_seeds)
    )


def is_pack(parameters: Hyperparameters) -> bool:
    """Say whether more than one network may be trained."""
    several = any(
        isinstance(getattr(parameters, name), list) for name in member_parameters(parameters)
    )
    return (
        several
        or parameters.members is not None
        or parameters.n_seeds > 1
        or bool(parameters.n_folds)
    )


def check_single(parameters: Hyperparameters, what: str) -> None:
    """Refuse a pack where only one network can go on.

    Raises:
        ParameterError: there is a list, or several members, seeds or folds.
    """
    if is_pack(parameters):
        raise ParameterError(
            f"{what} goes on with one network, but the parameters ask for several.",
            expected="No parameter may be a list, and members, n_seeds and n_folds must be at "
            "their defaults.",
        )


def make_trials(
    parameters: Hyperparameters,
    kinds: Sequence[Mapping[str, Any]],
    objective: Objective,
    prepared: Prepared,
    seed: int,
) -> Trials:
    """Lay out the networks of a fit; those of the recipe's kinds, if there are any.

    Raises:
        ParameterError: values do not go together.
    """
    grid = (
        combinations_of_kinds(parameters, kinds, seed) if kinds else combinations(parameters, seed)
    )
    trials = list_trials(parameters, grid, seed)
    shapes = [network_shape(trial.parameters, prepared.codec, objective) for trial in trials]
    folds: Sequence[int | None] = range(len(prepared.folds)) if prepared.folds else (None,)
    n_rows = [_n_rows(prepared, fold) for fold in folds]
    dtype = prepared.training.weights.dtype
    # The batch size goes by the rows of a fold, of which some have one row more than others.
    plans = [plan_of(t.parameters, objective, min(n_rows)) for t in trials]
    edges = _edges(prepared) if any(shape.is_unbent for shape in shapes) else None
    members, trial_of = [], []
    for trial, shape, plan in zip(trials, shapes, in_common(plans, shapes), strict=True):
        for fold, n in zip(folds, n_rows, strict=True):
            knobs = knobs_of(
                trial.parameters, prepared.codec.target, plan, n, dtype=dtype, seed=trial.seed
            )
            first = _Begin(trial.parameters, plan, shape, knobs, trial.seed, dtype, edges)
            members.append(Member(plan, knobs, shape, first, trial.seed, fold))
            trial_of.append(trial.number)
    return Trials(grid, trials, tuple(members), tuple(trial_of))


@dataclasses.dataclass(frozen=True, eq=False)
class _Begin:
    """Makes a member's first state when its turn comes, so that waves take memory by turns."""

    parameters: Hyperparameters
    plan: Plan
    shape: NetworkShape
    knobs: Knobs
    seed: int
    dtype: Any
    edges: Any

    def __call__(self) -> State:
        scale = self.parameters.frequency_scale
        means = self.knobs.target_means
        network = fresh_network(self.shape, self.seed, self.dtype, scale, means, self.edges)
        return begin(self.plan, network, self.knobs)


def _edges(prepared: Prepared) -> NDArray[np.float64]:
    """Where the bins of numbers begin and end, for networks that take them out of these."""
    scaling, training = prepared.codec.encoder.scaling, prepared.training
    assert isinstance(scaling, BinScaling)
    return robust_edges(scaling, np.asarray(training.features.numbers)[: int(training.n_rows)])


def _n_rows(prepared: Prepared, fold: int | None) -> int:
    if fold is None:
        return int(prepared.training.n_rows)
    return len(prepared.folds[fold].training)


def _derived(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)
