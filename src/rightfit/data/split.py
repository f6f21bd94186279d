"""Split rows into training and validation rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightfit.errors import MAX_SHOWN, DataWarning, and_more, warn_user
from rightfit.shuffle import shuffled

RowNumbers = NDArray[np.int64]
# The rows to train on, and those that are held out.
Split = tuple[RowNumbers, RowNumbers]


def split_rows(
    weights: NDArray[np.floating[Any]],
    fraction: float,
    seed: int,
    classes: NDArray[Any] | None = None,
) -> Split:
    """Split rows at random, so that each class has its share on either side.

    Rows of weight 0 are on neither side, and the split is as if they were not
    there. The order that rows are drawn in comes from NumPy's Philox generator
    and does not change with versions of the engine.

    Args:
        weights: the weight of each row, 0 or more.
        fraction: share of the weight that is held back, from 0 to below 1.
        seed: chooses the split.
        classes: the class of each row, as the user wrote it; None for no classes.

    Returns:
        The training rows and the held-back rows, each in ascending order. At least one row is
        held back if `fraction` is not 0 and a class has two rows; every class keeps at least one
        training row.

    Example:
        >>> train, held = split_rows(np.ones(10), 0.2, 0, np.repeat(["a", "b"], 5))
        >>> len(train), len(held)
        (8, 2)
    """
    live = np.flatnonzero(weights > 0)
    order = live[shuffled(len(live), seed)]
    strata = _strata(order, classes)
    if classes is not None and fraction > 0:
        _warn_of_single_rows([str(classes[rows[0]]) for rows in strata if len(rows) == 1])
    splittable = [rows for rows in strata if len(rows) > 1]
    sizes = _held_sizes([weights[rows] for rows in splittable], fraction)
    held = [rows[:size] for rows, size in zip(splittable, sizes, strict=True)]
    held_rows = np.sort(np.concatenate([np.empty(0, np.int64), *held]))
    return np.setdiff1d(live, held_rows), held_rows


def _strata(order: RowNumbers, classes: NDArray[Any] | None) -> list[RowNumbers]:
    """Group rows by class, in the order they were drawn."""
    if classes is None or not len(order):
        return [order]
    _, codes = np.unique(classes[order], return_inverse=True)
    by_class = np.argsort(codes, kind="stable")
    return np.split(order[by_class], np.cumsum(np.bincount(codes))[:-1])


def _held_sizes(strata: list[NDArray[np.floating[Any]]], fraction: float) -> list[int]:
    """Choose how many rows to hold back of each stratum, by largest remainder."""
    if not strata or fraction <= 0:
        return [0] * len(strata)
    exact = [_exact_size(weights, fraction) for weights in strata]
    sizes = [min(int(size), len(weights) - 1) for size, weights in zip(exact, strata, strict=True)]
    wanted = max(1, round(sum(exact)))
    remainders = np.array(exact) - np.array(sizes)
    for place in np.argsort(-remainders, kind="stable"):
        if sum(sizes) < wanted and sizes[place] < len(strata[place]) - 1:
            sizes[place] += 1
    return sizes


def _exact_size(weights: NDArray[np.floating[Any]], fraction: float) -> float:
    """Say at how many rows, with a fraction, the cumulated weight reaches its share."""
    total = np.cumsum(weights, dtype=np.float64)
    # Nearest billionth: 0.1 of 30 rows is 3 rows, although 0.1 · 30 is a little more.
    share = fraction * total[-1] * (1 + 1e-9)
    whole = int(np.searchsorted(total, share, side="right"))
    if whole >= len(weights):
        return float(len(weights))
    before = total[whole - 1] if whole else 0.0
    return round(whole + float((share - before) / weights[whole]), 6)


def _warn_of_single_rows(names: list[str]) -> None:
    if not names:
        return
    listed = ", ".join(repr(name) for name in names[:MAX_SHOWN]) + and_more(len(names))
    if len(names) == 1:
        what = f"Class {listed} of the target has 1 row: it is used for training only"
    else:
        what = f"Classes {listed} of the target have 1 row each: these are used for training only"
    warn_user(f"{what}, and no validation row can tell whether the class is learnt.", DataWarning)
