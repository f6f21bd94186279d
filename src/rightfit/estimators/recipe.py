"""The recipe: what is trained when nobody says what network they want.

Where `hidden_sizes` is given, it and the other parameters describe the networks, and nothing is
added to that. Where it is "auto", the recipe fills in every parameter that is at its default, by
the size of the table and by `quality`, which trades time for score. (A list of one value, such as
[0.0], keeps a value that happens to be the default; a list of several describes networks too.)

`docs/decisions/0010-recipe.md` says where each value comes from.
"""

import dataclasses
import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rightfit.estimators.effort import EFFORTS, Circumstances, Effort, Stage
from rightfit.estimators.grid import AUTO_MEMBERS, Parameters, with_values
from rightfit.estimators.hyperparameters import PLAIN_SIZES, follows_recipe
from rightfit.estimators.network_kinds import kinds_of
from rightfit.parameters import declared_parameters

# Of fewer rows none can be spared to watch the training, or to choose by: there is one plain
# network, which strong L2 keeps from learning them by heart.
FEWEST_ROWS = 50
_FEW: Mapping[str, Any] = MappingProxyType({"hidden_sizes": PLAIN_SIZES, "l2": 0.2})
# Up to so many rows a category of up to so many levels is one-hot, so that each level counts for
# itself and not by what a vector makes of it; all columns together have at most so many.
FEW_ROWS_FOR_LEVELS = 3_000
MOST_ONE_HOT = 1_000
MOST_ONE_HOT_TOGETHER = 8_192
# A wide table has so many folds at least that each has most of the few rows to choose by.
FEWEST_FOLDS_OF_WIDE = 5
# An epoch of few rows has few steps, and many of them are needed to turn inputs off.
FEW_ROWS_FOR_PATIENCE = 1_000
PATIENCE_OF_SHORT_EPOCHS = 25
# Few rows are learnt by heart sooner, so that networks go on with all of them for less long.
FEW_ROWS_FOR_REFIT = 1_000
REFIT_OF_FEW_ROWS = 0.25


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What the recipe adds to what was said.

    Attributes:
        filled: values of parameters that all networks share.
        kinds: for each kind of networks, the lists that its members are drawn from, and how many.
        drawn: of a single network, the values that were drawn from lists, these or given ones.
    """

    filled: dict[str, Any] = dataclasses.field(default_factory=dict)
    kinds: tuple[dict[str, Any], ...] = ()
    drawn: dict[str, Any] = dataclasses.field(default_factory=dict)


NO_RECIPE = Recipe()


def follow_recipe(parameters: Parameters, about: Circumstances) -> tuple[Parameters, Recipe]:
    """Fill in what nobody said.

    Args:
        parameters: as they were given.
        about: the table.

    Returns:
        The parameters that all networks share, and what the recipe added.
    """
    is_described = not follows_recipe(parameters)
    if is_described and (parameters.hidden_sizes != "auto" or parameters.members is not None):
        # Sizes are given, or drawn like everything else that is at its default.
        return parameters, NO_RECIPE
    is_unwatched = parameters.validation_fraction == 0 and not parameters.n_folds
    if is_described or about.is_single or is_unwatched:
        plain = Recipe({"hidden_sizes": PLAIN_SIZES})
        return with_values(parameters, plain.filled), plain
    if about.n_rows < FEWEST_ROWS:
        few = Recipe(_unsaid(parameters, _FEW))
        return with_values(parameters, few.filled), few
    if parameters.cull:
        # Networks of one loss alone can be compared before they are ready.
        about = dataclasses.replace(about, has_amounts=False)
    effort = EFFORTS[parameters.quality]
    stage = effort.stage(about)
    if parameters.n_folds:
        stage = dataclasses.replace(stage, n_folds=int(parameters.n_folds))
    filled = _unsaid(parameters, _in_common(parameters, effort, stage, about))
    n_each = _n_each(parameters, stage.n_of_kinds(about) + effort.n_of_sparse_kinds(about))
    own = tuple(
        _unsaid(parameters, kind) | {"members": n}
        for kind, n in zip(kinds_of(stage, about, n_each), n_each, strict=True)
        if n
    )
    return with_values(parameters, filled), Recipe(filled, own)


def _in_common(
    parameters: Parameters, effort: Effort, stage: Stage, about: Circumstances
) -> dict[str, Any]:
    """What all networks of a pack share."""
    shared = {
        "patience_epochs": 10,
        # An ensemble gains nothing from more digits, and takes twice the time with them.
        "precision": "float32",
        # Bins of trees would see the targets of the rows that a fold holds out.
        "scaling": "quantile" if stage.n_folds else "tree",
        "hidden_sizes": [(stage.n_units, stage.n_units)],
        "n_folds": stage.n_folds,
        "max_one_hot": _most_levels(parameters, about),
    }
    if stage.patience_growth and "patience_epochs" in _unsaid(parameters, shared):
        # Whoever says how long to wait is not made to wait longer.
        shared["patience_growth"] = stage.patience_growth
    if about.may_refit:
        has_few_rows = about.n_rows <= FEW_ROWS_FOR_REFIT
        shared["refit"] = min(effort.refit, REFIT_OF_FEW_ROWS) if has_few_rows else effort.refit
    if not about.embeds_numbers:
        shared["scaling"] = "robust"
        shared["hidden_sizes"] = [PLAIN_SIZES]
    if about.is_wide and about.n_rows < FEW_ROWS_FOR_PATIENCE:
        shared["patience_epochs"] = PATIENCE_OF_SHORT_EPOCHS
    if about.is_wide and stage.n_folds:
        shared["n_folds"] = max(stage.n_folds, FEWEST_FOLDS_OF_WIDE)
    return shared


def _unsaid(parameters: Parameters, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of some values those whose parameters are at their defaults."""
    defaults = {each.name: each.default for each in declared_parameters(parameters)}
    return {
        name: value for name, value in values.items() if getattr(parameters, name) == defaults[name]
    }


def _most_levels(parameters: Parameters, about: Circumstances) -> int:
    """The most levels of a category that is one-hot."""
    if about.n_rows > FEW_ROWS_FOR_LEVELS:
        return int(parameters.max_one_hot)
    together = MOST_ONE_HOT_TOGETHER // max(about.n_columns, 1)
    return max(min(MOST_ONE_HOT, together), int(parameters.max_one_hot))


def _n_each(parameters: Parameters, proportions: tuple[int, ...]) -> list[int]:
    """How many members of each kind there are, in the proportions of the effort."""
    together = sum(proportions)
    if parameters.members is not None:
        wanted = AUTO_MEMBERS if isinstance(parameters.members, str) else int(parameters.members)
    else:
        # Where somebody asks for seeds too, they take the place of other values.
        wanted = min(max(together // parameters.n_seeds, 1), int(parameters.max_members))
    ends = [-(-wanted * end // together) for end in itertools.accumulate(proportions)]
    return [end - begin for begin, end in itertools.pairwise([0, *ends])]
