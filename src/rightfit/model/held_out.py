"""Which rows are held out: once, fold by fold, whole groups, or the latest."""

import dataclasses

import numpy as np
from jaxtyping import Int, Shaped

from rightfit.data.folds import (
    hold_out_groups,
    hold_out_latest,
    make_folds,
    warn_of_rare_classes,
    warn_of_untaught_classes,
)
from rightfit.data.split import split_rows
from rightfit.errors import DataError
from rightfit.model.given import Labelled, Preparation
from rightfit.model.target import Target, nothing_to_train_on
from rightfit.train.pack.run import Fold

_HELD_OUT = 0.15
_FEWEST_HELD_OUT = 10
_FOLDS_OF_FEW_ROWS = 5


@dataclasses.dataclass(frozen=True)
class Partition:
    """The rows of a table by what they are for.

    Attributes:
        training: numbers of the rows that are trained on.
        held_out: numbers of those that are held out once; none with folds.
        folds: splits of the training rows, which are numbered anew from 0.
        blocks: of the rows that are held out, with folds of the training rows: numbers of groups
            that belong together, or ranks in time; None where each row stands for itself.
    """

    training: Int[np.ndarray, " training"]
    held_out: Int[np.ndarray, " held"]
    folds: tuple[Fold, ...] = ()
    blocks: Int[np.ndarray, " row"] | None = None


def partition_rows(
    rows: Labelled,
    held: Labelled | None,
    usable: Shaped[np.ndarray, " row"],
    encoded: Shaped[np.ndarray, "row ..."],
    target: Target,
    preparation: Preparation,
) -> Partition:
    """Hold rows out, once or fold by fold.

    Args:
        rows: all of them.
        held: rows that were handed over for validation, so that none need be held out.
        usable: which rows have a target and a weight.
        encoded: the targets.
        target: what encoded them.
        preparation: how to go about it.

    Raises:
        DataError: no row is usable, or none can be held out though networks are chosen among.
    """
    if not usable.any():
        raise nothing_to_train_on(len(usable))
    n_folds = _n_folds(preparation, rows, held, usable)
    of_rows = rows.groups if rows.time is None else rows.time
    if n_folds is not None:
        training = np.flatnonzero(usable)
        folds = _in_folds(n_folds, rows, training, encoded, target, preparation)
        blocks = None if of_rows is None else of_rows[training]
        return Partition(training, np.zeros(0, np.int64), folds, blocks)
    training, held_out = _once(usable, rows, held, encoded, target.classes, preparation)
    blocks = None if of_rows is None or not len(held_out) else of_rows[held_out]
    return Partition(training, held_out, (), blocks)


def _n_folds(
    preparation: Preparation,
    rows: Labelled,
    held: Labelled | None,
    usable: Shaped[np.ndarray, " row"],
) -> int | None:
    """Say in how many folds rows are held out; None to hold some out once, or none."""
    if preparation.asks_for_folds or held is not None:
        return preparation.n_folds
    n_rows = int(usable.sum())
    too_few = preparation.validation_fraction is None and n_rows * _HELD_OUT < _FEWEST_HELD_OUT
    if preparation.n_folds is None and not (preparation.needs_held_out and too_few):
        return None
    most = n_rows
    if rows.groups is not None:
        most = len(np.unique(rows.groups[usable]))
    elif rows.time is not None:
        most = len(np.unique(rows.time[usable])) - 1
    if most < 2:
        raise DataError(
            "There are too few rows, groups or moments to hold any out.",
            expected="Several networks can only be chosen among by rows that they were not "
            "trained on.",
            hint="hand over more rows, or ask for one network",
        )
    return min(preparation.n_folds or _FOLDS_OF_FEW_ROWS, most)


def _once(
    usable: Shaped[np.ndarray, " row"],
    rows: Labelled,
    held: Labelled | None,
    encoded: Shaped[np.ndarray, "row ..."],
    names: Shaped[np.ndarray, " class"] | None,
    preparation: Preparation,
) -> tuple[Int[np.ndarray, " train"], Int[np.ndarray, " held"]]:
    nothing = np.zeros(0, np.int64)
    fraction = preparation.validation_fraction
    if fraction is None:
        fraction = _HELD_OUT if usable.sum() * _HELD_OUT >= _FEWEST_HELD_OUT else 0.0
    if held is not None or fraction == 0:
        return np.flatnonzero(usable), nothing
    classes = None if names is None else names[np.maximum(encoded, 0)]
    if rows.groups is not None or rows.time is not None:
        live = np.flatnonzero(usable)
        if rows.time is not None:
            train, out = hold_out_latest(_ranks(rows.time[live]), fraction)
        else:
            assert rows.groups is not None
            train, out = hold_out_groups(rows.groups[live], fraction, preparation.seed)
        if classes is not None:
            warn_of_untaught_classes(classes[live[train]], classes[live[out]])
        return live[train], live[out]
    kept = np.where(usable, rows.weights, 0.0)
    return split_rows(kept, fraction, preparation.seed, classes)


def _in_folds(
    n_folds: int,
    rows: Labelled,
    train_rows: Int[np.ndarray, " train"],
    encoded: Shaped[np.ndarray, "row ..."],
    unit: Target,
    preparation: Preparation,
) -> tuple[Fold, ...]:
    classes = None if unit.classes is None else unit.classes[encoded[train_rows]]
    splits = make_folds(
        n_folds,
        preparation.seed,
        len(train_rows),
        classes,
        None if rows.groups is None else rows.groups[train_rows],
        None if rows.time is None else _ranks(rows.time[train_rows]),
    )
    if classes is not None and rows.time is not None:
        # The networks of the last fold are those that predict.
        training, held_out = splits[-1]
        warn_of_untaught_classes(classes[training], classes[held_out])
    elif classes is not None and preparation.asks_for_folds:
        warn_of_rare_classes(classes, n_folds)
    return tuple(
        Fold(training.astype(np.int32), held_out.astype(np.int32)) for training, held_out in splits
    )


def _ranks(time: Int[np.ndarray, " row"]) -> Int[np.ndarray, " row"]:
    """Rank anew, without gaps."""
    ranks: Int[np.ndarray, " row"] = np.unique(time, return_inverse=True)[1]
    return ranks
