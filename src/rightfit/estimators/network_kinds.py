"""The kinds of networks that the recipe draws from, each with the values that its members try."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rightfit.estimators.effort import Circumstances, SparseKind, Stage

# Of a column's bins or waves, each has at least so many rows to learn from.
FEWEST_ROWS_A_FEATURE = 16
# The most features of one number, and of all together, in each kind. Few bins overfit less and many
# fit finer detail: which of them pays shows on held-out rows, so that several networks take both.
# Of one network, of few, and of many.
_BINS = ((24,), (16, 64), (16, 32, 64, 128))
_BINS_OF_MANY_ROWS = ((48,), (24, 96), (24, 48, 96))
# So many rows carry finer bins and wider layers, and keep networks from overfitting by themselves.
MANY_ROWS = 10_000
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
_OF_MANY_ROWS: Mapping[str, Any] = MappingProxyType({"dropout_rate": [0.0, 0.05]})
# Of counts and amounts the noise grows with what is expected, so that a few large numbers would
# decide what is learnt and when to stop. A deviance counts them for less, and aims at the mean too.
# Noise in hidden units, which grow with the amount, moves their mean: few of them are left out.
_PIECEWISE_OF_AMOUNTS: Mapping[str, Any] = MappingProxyType(
    {"loss": ["poisson"], "dropout_rate": [0.0, 0.05, 0.1]}
)
_COSINE_OF_AMOUNTS: Mapping[str, Any] = MappingProxyType(
    {"loss": ["poisson"], "dropout_rate": [0.05, 0.1]}
)
# Of fewer rows too little is known of how the noise grows.
FEWEST_ROWS_OF_AMOUNTS = 1_000
# A network that has no others to lean on takes small steps, and more of them together; and nothing
# is left to a draw, as nobody makes up for a bad one.
_ALONE: Mapping[str, Any] = MappingProxyType(
    {
        "average_decay": [0.99],
        "dropout_rate": [0.1],
        "weight_decay": [0.1],
        "learning_rate": [2e-3],
    }
)
_ALONE_OF_MANY_ROWS: Mapping[str, Any] = MappingProxyType({**_ALONE, "dropout_rate": [0.05]})
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
# Where many columns say the same, as neighbouring pixels do, a network must not rely on any of
# them; where few columns matter, losing them is what ruins it. Held-out rows tell which.
_NOISY: Mapping[str, Any] = MappingProxyType(
    {
        "number_embedding": ["none"],
        "average_decay": [0.99],
        "dropout_rate": [0.2, 0.4],
        "input_dropout_rate": [0.1, 0.2],
        "weight_decay": [0.1, 0.3, 1.0],
        "learning_rate": [1e-3],
    }
)
# Up to so many rows there is more noise, and half as many units.
FEW_ROWS_FOR_NOISE = 3_000
_LESS_NOISE: Mapping[str, Any] = MappingProxyType(
    {
        "dropout_rate": [0.1, 0.2],
        "input_dropout_rate": [0.05, 0.1],
        "weight_decay": [0.1, 0.3],
    }
)
_NOISE_OF_MANY_COLUMNS: Mapping[str, Any] = MappingProxyType(
    {
        "average_decay": [0.999],
        "dropout_rate": [0.4, 0.5],
        "input_dropout_rate": [0.2],
    }
)
# Where the target is a sum of multiples of the columns nothing is as good as a line, and bins have
# bent it. Of one network and of several.
_LINEAR: Mapping[str, Any] = MappingProxyType(
    {
        "hidden_sizes": [()],
        "number_embedding": ["robust"],
        "average_decay": [0.97],
        "weight_decay": [0.0],
        "l2": [0.001],
        "learning_rate": [3e-2],
    }
)
_LINEAR_APART: Mapping[str, Any] = MappingProxyType({**_LINEAR, "l2": [0.001, 0.02]})
# L2 on both a weight and the factor of its input is the lasso: inputs of no use end at 0.
_SPARSE: Mapping[str, Any] = MappingProxyType(
    {
        "input_scaling": [True],
        "number_embedding": ["none"],
        "average_decay": [0.9, 0.97],
        "weight_decay": [0.0],
    }
)
_SPARSE_KINDS: Mapping[SparseKind, Mapping[str, Any]] = MappingProxyType(
    {
        "linear": {
            **_SPARSE,
            "hidden_sizes": [()],
            # The last one turns everything off where there is nothing to learn.
            "l2": [0.02, 0.05, 0.1, 0.2, 0.4, 1.0],
            "learning_rate": [3e-2],
        },
        "hidden": {
            **_SPARSE,
            "hidden_sizes": [(32,)],
            "l2": [0.003, 0.01, 0.03, 0.1],
            "learning_rate": [4e-3],
        },
        "bins": {
            **_SPARSE,
            "hidden_sizes": [(32,)],
            "number_embedding": ["piecewise"],
            "average_decay": [0.98],
            "l2": [0.003, 0.01, 0.03],
            "learning_rate": [4e-3],
        },
    }
)
# Tables that are not wide have rows enough to turn less off.
_LESS_SPARSE: Mapping[SparseKind, Mapping[str, Any]] = MappingProxyType(
    {
        "linear": {"number_embedding": ["robust"], "l2": [0.02, 0.05, 0.1]},
        "hidden": {"l2": [0.01, 0.03]},
        "bins": {},
    }
)
_FEW_BINS = (16,)


def kinds_of(stage: Stage, about: Circumstances, n_each: Sequence[int]) -> list[Mapping[str, Any]]:
    """The values of each kind of networks.

    Args:
        stage: what is spent.
        about: the table.
        n_each: how many networks of each kind there will be.
    """
    sparse = [_sparse(kind, about) for kind in about.sparse_kinds]
    if not about.embeds_numbers:
        return [_PLAIN, _noisy(stage, about), *sparse]
    has_many_rows = about.n_rows >= MANY_ROWS
    dropout = _OF_MANY_ROWS if has_many_rows else {}
    alone = _ALONE_OF_MANY_ROWS if has_many_rows else _ALONE
    counts_amounts = about.has_amounts and about.n_rows >= FEWEST_ROWS_OF_AMOUNTS
    piecewise = {
        **_PIECEWISE,
        **(_PIECEWISE_OF_AMOUNTS if counts_amounts else {}),
        **dropout,
        **(alone if n_each[0] == 1 else _apart(stage, n_each[0])),
        "number_embedding_size": _embedding_sizes(
            about, _n_bins(n_each[0], about.n_rows), _MOST_BINS_TOGETHER
        ),
        "n_copies": [stage.n_copies],
    }
    cosine = {
        **_COSINE,
        **(_COSINE_OF_AMOUNTS if counts_amounts else {}),
        **dropout,
        **_apart(stage, n_each[1]),
        **(_MORE_WAVES if n_each[1] > FEW_NETWORKS else {}),
        "number_embedding_size": _embedding_sizes(about, _WAVES, _MOST_WAVES_TOGETHER),
        "n_copies": [stage.n_copies],
    }
    linear = _LINEAR if n_each[3] == 1 else _LINEAR_APART
    return [piecewise, cosine, _noisy(stage, about), linear, *sparse]


def _sparse(kind: SparseKind, about: Circumstances) -> Mapping[str, Any]:
    """The values of networks that can turn inputs off."""
    values = {**_SPARSE_KINDS[kind], **({} if about.is_wide else _LESS_SPARSE[kind])}
    if kind == "bins":
        values["number_embedding_size"] = _embedding_sizes(about, _FEW_BINS, _MOST_BINS_TOGETHER)
    return values


def _noisy(stage: Stage, about: Circumstances) -> Mapping[str, Any]:
    """The values of networks that leave some inputs and units out."""
    has_few_rows = about.n_rows <= FEW_ROWS_FOR_NOISE
    units = stage.n_noisy_units // 2 if has_few_rows else stage.n_noisy_units
    sizes = {"hidden_sizes": [(units, units)]}
    if not about.embeds_numbers:
        return {**_NOISY, **_NOISE_OF_MANY_COLUMNS, **sizes}
    return {**_NOISY, **sizes} if has_few_rows else {**_NOISY, **_LESS_NOISE, **sizes}


def _apart(stage: Stage, n_members: int) -> Mapping[str, Any]:
    """The learning rates of so many networks of a kind that do not take the same."""
    if stage.n_folds:
        return {}
    return _FURTHER_APART if n_members > FEW_NETWORKS else _APART


def _n_bins(n_members: int, n_rows: int) -> tuple[int, ...]:
    """The most bins of a column, to be tried by so many piecewise networks."""
    alone, few, many = _BINS if n_rows < MANY_ROWS else _BINS_OF_MANY_ROWS
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
