"""The recipe: what is trained when nobody says what network they want.

Where `hidden_sizes` is given, it and the other parameters describe the networks, and nothing is
added to that. Where it is "auto", the recipe fills in every parameter that is at its default, by
the size of the table and by `quality`, which trades time for score. (A list of one value, such as
[0.0], keeps a value that happens to be the default; a list of several describes networks too.)

`docs/decisions/0010-recipe.md` says where each value comes from.
"""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rightfit.estimators.grid import AUTO_MEMBERS, Chosen, with_values
from rightfit.estimators.hyperparameters import PLAIN_SIZES, follows_recipe
from rightfit.parameters import declared_parameters

# Of fewer rows none can be spared to watch the training, or to choose by: there is one plain
# network, which strong L2 keeps from learning them by heart.
FEWEST_ROWS = 50
_FEW: Mapping[str, Any] = MappingProxyType({"hidden_sizes": PLAIN_SIZES, "l2": 0.2})
# Of a column's bins or waves, each has at least so many rows to learn from.
FEWEST_ROWS_A_FEATURE = 16
# Beyond so many columns numbers are not embedded: they would be thousands of features.
MOST_EMBEDDED_COLUMNS = 256
# Up to so many rows a category of up to so many levels is one-hot, so that each level counts for
# itself and not by what a vector makes of it; all columns together have at most so many.
FEW_ROWS_FOR_LEVELS = 3_000
MOST_ONE_HOT = 1_000
MOST_ONE_HOT_TOGETHER = 8_192
# With more columns than this for each row, most are of no use: networks that can turn inputs off
# are added, in so many folds that each has most of the few rows to choose by.
WIDE_COLUMNS_A_ROW = 0.5
FEWEST_FOLDS_OF_WIDE = 5
# An epoch of few rows has few steps, and many of them are needed to turn inputs off.
FEW_ROWS_FOR_PATIENCE = 1_000
PATIENCE_OF_SHORT_EPOCHS = 25


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """What the recipe goes by.

    Attributes:
        n_rows: rows of the table that have a target and a weight, those that will be held out
            included.
        n_columns: columns of the table.
        may_fold: whether the rows may be held out fold by fold; not if somebody said which are.
        is_single: whether only one network can be trained: `partial_fit` and `warm_start`.
    """

    n_rows: int
    n_columns: int
    may_fold: bool = True
    is_single: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether there are so few rows for the columns that most of them must be turned off."""
        return self.n_columns > WIDE_COLUMNS_A_ROW * self.n_rows

    @property
    def embeds_numbers(self) -> bool:
        """Whether numbers become several features each."""
        return self.n_columns <= MOST_EMBEDDED_COLUMNS


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What the recipe adds to what was said.

    Attributes:
        filled: values of parameters that all networks share.
        kinds: for each kind of networks, the lists that its members are drawn from, and how many.
    """

    filled: dict[str, Any] = dataclasses.field(default_factory=dict)
    kinds: tuple[dict[str, Any], ...] = ()


NO_RECIPE = Recipe()


@dataclasses.dataclass(frozen=True)
class Stage:
    """What a quality spends on tables of up to so many rows.

    Attributes:
        most_rows: up to so many.
        n_members: networks of each kind that are drawn: piecewise and cosine, or, of many columns,
            plain and noisy.
        n_copies: of a piecewise or cosine network, in one.
        n_units: of each of their two hidden layers.
        n_folds: folds that each network is trained on; None where rows are held out once.
        patience_growth: how the patience grows with the epochs. In few rows an epoch has few
            steps, and networks of some tables go on improving for hundreds of them.
        n_noisy_units: of each hidden layer of a noisy network, given the rows for them.
    """

    most_rows: float
    n_members: tuple[int, int]
    n_copies: int
    n_units: int = 128
    n_folds: int | None = None
    patience_growth: float = 0.0
    n_noisy_units: int = 512


@dataclasses.dataclass(frozen=True)
class Effort:
    """What a quality spends.

    Attributes:
        stages: from few rows to many.
        n_sparse: networks of each sparse kind, without and with a hidden layer, that are added to
            wide tables.
        unembedded: the stages of tables whose numbers are not embedded; None for the same.
    """

    stages: tuple[Stage, ...]
    n_sparse: tuple[int, int]
    unembedded: tuple[Stage, ...] | None = None

    def stage(self, about: Circumstances) -> Stage:
        """What it spends on a table."""
        stages = self.stages if about.embeds_numbers else self.unembedded or self.stages
        return next(
            stage
            for stage in stages
            if about.n_rows <= stage.most_rows and (about.may_fold or stage.n_folds is None)
        )


_BEST_OF_FEW_ROWS = Stage(3_000, (4, 4), n_copies=8, n_folds=8, patience_growth=1.0)
EFFORTS: Mapping[str, Effort] = MappingProxyType(
    {
        "fast": Effort(
            (
                Stage(1_000, (1, 0), n_copies=4, n_folds=3, patience_growth=0.5),
                Stage(math.inf, (1, 0), n_copies=4, n_units=256),
            ),
            n_sparse=(6, 2),
        ),
        "default": Effort(
            (
                Stage(3_000, (2, 2), n_copies=4, n_folds=5, patience_growth=0.5),
                Stage(100_000, (2, 2), n_copies=16),
                Stage(math.inf, (1, 1), n_copies=16),
            ),
            n_sparse=(6, 4),
        ),
        "best": Effort(
            (
                _BEST_OF_FEW_ROWS,
                Stage(30_000, (8, 8), n_copies=16),
                Stage(200_000, (4, 4), n_copies=16),
                Stage(math.inf, (2, 2), n_copies=16),
            ),
            n_sparse=(12, 8),
            # Without bins nothing sees the targets of a fold, so that folds pay with more rows too.
            unembedded=(
                _BEST_OF_FEW_ROWS,
                Stage(200_000, (2, 2), n_copies=16, n_folds=5, n_noisy_units=1024),
                Stage(math.inf, (2, 2), n_copies=16, n_noisy_units=1024),
            ),
        ),
    }
)

# The most features of one number, and of all together, in each kind. Few bins overfit less and many
# fit finer detail: which of them pays shows on held-out rows, so that several networks take both.
# Of one network, of few, and of many.
_BINS = ((24,), (16, 64), (16, 32, 64, 128))
_BINS_OF_MANY_ROWS = ((48,), (24, 96), (24, 48, 96))
MANY_ROWS_FOR_BINS = 10_000
_MOST_BINS_TOGETHER = 1024
_WAVES = (24,)
_MOST_WAVES_TOGETHER = 512
# Bins and copies regularise by themselves; waves fit fine detail and need dropout not to overfit.
_PIECEWISE: Mapping[str, Any] = MappingProxyType(
    {
        "number_embedding": ["piecewise"],
        "average_decay": [0.98],
        "dropout_rate": [0.0, 0.05, 0.1, 0.2],
        "weight_decay": [0.03, 0.1, 0.3],
        "learning_rate": [4e-3],
    }
)
# Some tables want small steps and some large ones, so that several networks take different ones.
# In folds, where an epoch has few steps, large ones are too large.
_APART: Mapping[str, Any] = MappingProxyType({"learning_rate": [2e-3, 8e-3]})
# More networks of a kind than so many try more values.
FEW_NETWORKS = 4
_FURTHER_APART: Mapping[str, Any] = MappingProxyType({"learning_rate": [1e-3, 2e-3, 4e-3, 8e-3]})
_MORE_WAVES: Mapping[str, Any] = MappingProxyType({"frequency_scale": [0.5, 1.0, 2.0]})
# A network that has no others to lean on takes small steps, and more of them together.
_ALONE: Mapping[str, Any] = MappingProxyType({"learning_rate": [2e-3], "average_decay": [0.99]})
_COSINE: Mapping[str, Any] = MappingProxyType(
    {
        "number_embedding": ["cosine"],
        "frequency_scale": [0.5, 1.0],
        "average_decay": [0.99],
        "dropout_rate": [0.05, 0.2],
        "weight_decay": [0.1, 0.3, 1.0],
        "learning_rate": [2e-3, 6e-3],
    }
)
_PLAIN: Mapping[str, Any] = MappingProxyType(
    {
        "average_decay": [0.99],
        "dropout_rate": [0.1, 0.2],
        "weight_decay": [0.03, 0.1, 0.3],
        "learning_rate": [5e-4, 1e-3],
    }
)
# Of units that are left out every other time there are twice as many, given the rows for them.
MANY_ROWS_FOR_NOISE = 10_000
# Where many columns say the same, as neighbouring pixels do, a network must not rely on any of
# them; where few columns matter, losing them is what ruins it. Held-out rows tell which.
_NOISY: Mapping[str, Any] = MappingProxyType(
    {
        "average_decay": [0.999],
        "dropout_rate": [0.4, 0.5],
        "input_dropout_rate": [0.2],
        "weight_decay": [0.1, 0.3, 1.0],
        "learning_rate": [1e-3],
    }
)
# L2 on both a weight and the factor of its input is the lasso: inputs of no use end at 0.
_SPARSE: Mapping[str, Any] = MappingProxyType(
    {
        "input_scaling": [True],
        "number_embedding": ["none"],
        "average_decay": [0.9, 0.97],
        "weight_decay": [0.0],
    }
)
_SPARSE_LINEAR: Mapping[str, Any] = MappingProxyType(
    {
        **_SPARSE,
        "hidden_sizes": [()],
        # The last one turns everything off where there is nothing to learn.
        "l2": [0.02, 0.05, 0.1, 0.2, 0.4, 1.0],
        "learning_rate": [3e-2],
    }
)
_SPARSE_NETWORK: Mapping[str, Any] = MappingProxyType(
    {
        **_SPARSE,
        "hidden_sizes": [(32,)],
        "l2": [0.003, 0.01, 0.03, 0.1],
        "learning_rate": [4e-3],
    }
)


def follow_recipe(chosen: Chosen, about: Circumstances) -> tuple[Chosen, Recipe]:
    """Fill in what nobody said.

    Args:
        chosen: parameters as they were given.
        about: the table.

    Returns:
        The parameters that all networks share, and what the recipe added.
    """
    is_described = not follows_recipe(chosen)
    if is_described and (chosen.hidden_sizes != "auto" or chosen.members is not None):
        # Sizes are given, or drawn like everything else that is at its default.
        return chosen, NO_RECIPE
    is_unwatched = chosen.validation_fraction == 0 and not chosen.n_folds
    if is_described or about.is_single or is_unwatched:
        plain = Recipe({"hidden_sizes": PLAIN_SIZES})
        return with_values(chosen, plain.filled), plain
    if about.n_rows < FEWEST_ROWS:
        few = Recipe(_unsaid(chosen, _FEW))
        return with_values(chosen, few.filled), few
    effort = EFFORTS[chosen.quality]
    stage = effort.stage(about)
    filled = _unsaid(chosen, _in_common(chosen, stage, about))
    n_each = _n_of_kinds(chosen, stage, effort.n_sparse, about)
    own = tuple(
        _unsaid(chosen, kind) | {"members": n}
        for kind, n in zip(_kinds(stage, about, n_each), n_each, strict=True)
        if n
    )
    return with_values(chosen, filled), Recipe(filled, own)


def _in_common(chosen: Chosen, stage: Stage, about: Circumstances) -> dict[str, Any]:
    """What all networks of a pack share."""
    shared = {
        "patience_epochs": 10,
        # An ensemble gains nothing from more digits, and takes twice the time with them.
        "precision": "float32",
        # Bins of trees would see the targets of the rows that a fold holds out.
        "scaling": "quantile" if stage.n_folds else "tree",
        "hidden_sizes": [(stage.n_units, stage.n_units)],
        "n_folds": stage.n_folds,
        "max_one_hot": _most_levels(chosen, about),
    }
    if stage.patience_growth and "patience_epochs" in _unsaid(chosen, shared):
        # Whoever says how long to wait is not made to wait longer.
        shared["patience_growth"] = stage.patience_growth
    if not about.embeds_numbers:
        shared["scaling"] = "robust"
        shared["hidden_sizes"] = [PLAIN_SIZES]
    if about.is_wide and about.n_rows < FEW_ROWS_FOR_PATIENCE:
        shared["patience_epochs"] = PATIENCE_OF_SHORT_EPOCHS
    if about.is_wide and stage.n_folds:
        shared["n_folds"] = max(stage.n_folds, FEWEST_FOLDS_OF_WIDE)
    return shared


def _kinds(stage: Stage, about: Circumstances, n_each: Sequence[int]) -> list[Mapping[str, Any]]:
    """The values of each kind of networks."""
    sparse = [_SPARSE_LINEAR, _SPARSE_NETWORK] if about.is_wide else []
    if not about.embeds_numbers:
        has_many = about.n_rows >= MANY_ROWS_FOR_NOISE
        units = stage.n_noisy_units // (1 if has_many else 2)
        return [_PLAIN, {**_NOISY, "hidden_sizes": [(units, units)]}, *sparse]
    piecewise = {
        **_PIECEWISE,
        **(_ALONE if n_each[0] == 1 else _apart(stage, n_each[0])),
        "number_embedding_size": _embedding_sizes(
            about, _n_bins(n_each[0], about.n_rows), _MOST_BINS_TOGETHER
        ),
        "n_copies": [stage.n_copies],
    }
    cosine = {
        **_COSINE,
        **_apart(stage, n_each[1]),
        **(_MORE_WAVES if n_each[1] > FEW_NETWORKS else {}),
        "number_embedding_size": _embedding_sizes(about, _WAVES, _MOST_WAVES_TOGETHER),
        "n_copies": [stage.n_copies],
    }
    return [piecewise, cosine, *sparse]


def _apart(stage: Stage, n_members: int) -> Mapping[str, Any]:
    """The learning rates of so many networks of a kind that do not take the same."""
    if stage.n_folds:
        return {}
    return _FURTHER_APART if n_members > FEW_NETWORKS else _APART


def _n_bins(n_members: int, n_rows: int) -> tuple[int, ...]:
    """The most bins of a column, to be tried by so many piecewise networks."""
    alone, few, many = _BINS if n_rows < MANY_ROWS_FOR_BINS else _BINS_OF_MANY_ROWS
    if n_members == 1:
        return alone
    return few if n_members <= FEW_NETWORKS else many


def _embedding_sizes(about: Circumstances, most: Sequence[int], most_together: int) -> list[int]:
    """The features of each number: halved until all columns have few, for the rows there are."""
    rows, columns = about.n_rows, about.n_columns

    def is_too_large(size: int) -> bool:
        return size * columns > most_together or size * FEWEST_ROWS_A_FEATURE > rows

    found = []
    for size in most:
        while size > 2 and is_too_large(size):
            size //= 2
        if size not in found:
            found.append(size)
    return found


def _unsaid(chosen: Chosen, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of some values those whose parameters are at their defaults."""
    defaults = {each.name: each.default for each in declared_parameters(chosen)}
    return {
        name: value for name, value in values.items() if getattr(chosen, name) == defaults[name]
    }


def _most_levels(chosen: Chosen, about: Circumstances) -> int:
    """The most levels of a category that is one-hot."""
    if about.n_rows > FEW_ROWS_FOR_LEVELS:
        return int(chosen.max_one_hot)
    together = MOST_ONE_HOT_TOGETHER // max(about.n_columns, 1)
    return max(min(MOST_ONE_HOT, together), int(chosen.max_one_hot))


def _n_of_kinds(
    chosen: Chosen, stage: Stage, n_sparse: tuple[int, int], about: Circumstances
) -> list[int]:
    """How many members of each kind there are, in the proportions of the effort."""
    proportions = (*stage.n_members, *n_sparse) if about.is_wide else stage.n_members
    together = sum(proportions)
    if chosen.members is not None:
        wanted = AUTO_MEMBERS if isinstance(chosen.members, str) else int(chosen.members)
    else:
        # Where somebody asks for seeds too, they take the place of other values.
        wanted = min(max(together // chosen.n_seeds, 1), int(chosen.max_members))
    ends = [-(-wanted * end // together) for end in itertools.accumulate(proportions)]
    return [end - begin for begin, end in itertools.pairwise([0, *ends])]
