"""How much lower a member's watched value is because its epoch was chosen by it.

A member keeps the epoch that is best on its held-out rows, so that on those rows it looks better
than it is: with few of them, and much noise, by a lot. What the choice of the epoch gained is
found by cross-fitting: for each part of the rows the epoch is chosen on the other parts.

That of a weighted mean of members is the weighted mean of theirs: exactly for the squared error,
whose optimism is linear in the predictions, and nearly so for the log loss.

Source:
    Efron (1986), "How biased is the apparent error rate of a prediction rule?", for the optimism.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from rightfit.train.events import EpochRecord
from rightfit.train.pack.run import Fold
from rightfit.train.plan import N_PARTS
from rightfit.train.selection.choose import assign_parts, assign_parts_by_block


def deal_parts(
    weights: Float[np.ndarray, " slot"],
    folds: Sequence[Fold],
    blocks: Int[np.ndarray, " row"] | None,
    seed: int,
) -> Int[np.ndarray, " slot"]:
    """Deal held-out rows to parts; with folds, those of each fold by themselves.

    Args:
        weights: of the rows; 0 for padding.
        folds: of the rows, each of which is held out as a whole; none if all are.
        blocks: numbers of groups that stay together, or ranks in time; None for neither.
        seed: chooses the parts.
    """
    parts = np.zeros(len(weights), np.int32)
    for rows in [fold.held_out for fold in folds] or [np.flatnonzero(weights > 0)]:
        if blocks is None:
            parts[rows] = assign_parts(weights[rows], seed)
        else:
            parts[rows] = assign_parts_by_block(blocks[rows])
    return parts


def gain_of_choosing(
    records: Sequence[EpochRecord], best_epoch: int, shares: Float[np.ndarray, " part"]
) -> float:
    """Say how much lower the watched value is for having chosen the epoch.

    Args:
        records: of all epochs of a member.
        best_epoch: the one whose weights it kept.
        shares: of each part in the weight of its held-out rows.

    Returns:
        What the choice gained, cross-fitted; 0 where it cannot be told: with a single part, or
        where what is watched is not defined on some part. Where another loss chose the epoch, other
        epochs may look better: then nothing was gained.

    Example:
        >>> records = [
        ...     EpochRecord(n, 1.0, 1.0, 1.0, 0.1, 1.0, watched_parts=parts)
        ...     for n, parts in enumerate([(0.0, 1.0), (1.0, 0.0), (0.4, 0.4)], start=1)
        ... ]
        >>> gain_of_choosing(records, best_epoch=3, shares=np.array([0.5, 0.5]))
        0.6
    """
    used = shares > 0
    # An epoch that came to nothing on some part would not have been chosen.
    rows = {record.epoch: np.array(record.watched_parts, float)[used] for record in records}
    rows = {epoch: parts for epoch, parts in rows.items() if np.isfinite(parts).all()}
    if used.sum() < 2 or best_epoch not in rows:
        return 0.0
    shares, watched = shares[used], np.stack(list(rows.values()))
    each = np.arange(len(shares))
    without = np.stack([(watched * shares)[:, each != part].sum(axis=1) for part in each], axis=1)
    crossed = watched[without.argmin(axis=0), each]
    return max(float(np.sum(shares * (crossed - rows[best_epoch]))), 0.0)


def shares_of_parts(
    weights: Float[np.ndarray, " row"], parts: Int[np.ndarray, " row"]
) -> Float[np.ndarray, " part"]:
    """The share of each part in the weight of some rows."""
    totals = np.bincount(parts, weights=weights, minlength=N_PARTS)
    return totals / totals.sum()
