"""Permutation importance: how much the loss rises when a column's values are shuffled."""

import dataclasses
import time

import numpy as np
from jaxtyping import Float

from rightfit.arrays import Features
from rightfit.model.model import Model
from rightfit.report.column_groups import ColumnGroup, column_groups
from rightfit.report.labelled import LabelledRows, take_rows
from rightfit.report.row_losses import row_losses
from rightfit.shuffle import shuffled

# The budget is counted in work, not in seconds, so that the same rows give the same report. What
# a block of 256 rows takes, on a small machine, beside its multiplications:
BUDGET_SECONDS = 1.0
_BLOCK = 256
_BLOCK_SECONDS = 6e-4
_MULTIPLICATIONS_A_SECOND = 1.5e10
_MOST_ROWS = 1024
_MOST_REPEATS = 5
# Only a machine that is far slower than that is cut short by the clock.
_LIMIT_SECONDS = 3 * BUDGET_SECONDS
_Z = 1.96


@dataclasses.dataclass(frozen=True)
class ColumnImportance:
    """How much a column matters.

    Attributes:
        name: of the column.
        rise: mean rise of a row's loss when the column is shuffled.
        low: lower end of its 95 % interval.
        high: upper end.
    """

    name: str
    rise: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Importance:
    """The columns, the most important first.

    Attributes:
        columns: those that were shuffled.
        n_rows: test rows that were looked at.
        n_repeats: how often each column was shuffled.
        n_left_out: columns that the budget left no room for.
        was_cut_short: whether the clock ended it; then another run may give another report.
    """

    columns: tuple[ColumnImportance, ...]
    n_rows: int
    n_repeats: int
    n_left_out: int
    was_cut_short: bool


def seconds_a_block(model: Model) -> float:
    """About what predicting 256 rows takes."""
    return _BLOCK_SECONDS + _BLOCK * model.n_multiplications / _MULTIPLICATIONS_A_SECOND


def permutation_importance(
    model: Model, test: LabelledRows, slopes: Float[np.ndarray, " number"]
) -> Importance:
    """Shuffle each column among the test rows, and see how much the loss rises.

    Args:
        model: the fitted model.
        test: the rows.
        slopes: of the loss along each encoded number; where the budget has no room for all
            columns, the steepest are taken.
    """
    groups = column_groups(model.encoder)
    n_blocks = max(2, int(BUDGET_SECONDS / seconds_a_block(model)))
    rows = np.sort(shuffled(len(test), 3)[: _rows_for(n_blocks, len(groups))])
    blocks_a_pass = -(-len(rows) // _BLOCK)
    n_passes = max(1, n_blocks // blocks_a_pass)
    chosen = _steepest(groups, slopes, n_passes)
    n_repeats = int(np.clip(n_passes // max(1, len(chosen)), 1, _MOST_REPEATS))
    features, truth = take_rows(test.features, rows), test.truth[rows]
    before = row_losses(model, truth, test.predictions[rows])
    began, found = time.monotonic(), []
    for group in chosen:
        if time.monotonic() - began > _LIMIT_SECONDS:
            break
        shuffles = [_shuffled(features, group, 10 + turn) for turn in range(n_repeats)]
        together = Features(*(np.concatenate(sides) for sides in zip(*shuffles, strict=True)))
        after = row_losses(model, np.concatenate([truth] * n_repeats), _predict(model, together))
        rises = after.reshape(n_repeats, -1).mean(axis=0) - before
        mean = float(rises.mean())
        half = _Z * float(rises.std()) / max(1, len(rises)) ** 0.5
        found.append(ColumnImportance(group.name, mean, mean - half, mean + half))
    return Importance(
        columns=tuple(sorted(found, key=lambda column: -column.rise)),
        n_rows=len(rows),
        n_repeats=n_repeats,
        n_left_out=len(groups) - len(found),
        was_cut_short=len(found) < len(chosen),
    )


def _predict(model: Model, features: Features) -> Float[np.ndarray, "row prediction"]:
    return model.predict_encoded(features)


def _rows_for(n_blocks: int, n_groups: int) -> int:
    """As many rows as let every column be shuffled, but at least one block of them."""
    return int(np.clip(n_blocks // max(1, n_groups), 1, _MOST_ROWS // _BLOCK)) * _BLOCK


def _steepest(
    groups: tuple[ColumnGroup, ...], slopes: Float[np.ndarray, " number"], most: int
) -> tuple[ColumnGroup, ...]:
    if len(groups) <= most:
        return groups
    # A category has no slope along its code, and counts as steep.
    steepness = [
        np.inf if group.codes else float(slopes[list(group.numbers)].sum()) for group in groups
    ]
    steepest = set(np.argsort(-np.array(steepness), kind="stable")[:most].tolist())
    return tuple(group for i, group in enumerate(groups) if i in steepest)


def _shuffled(features: Features, group: ColumnGroup, seed: int) -> Features:
    order = shuffled(len(features.numbers), seed)
    numbers, codes = features.numbers.copy(), features.codes.copy()
    numbers[:, list(group.numbers)] = numbers[order][:, list(group.numbers)]
    codes[:, list(group.codes)] = codes[order][:, list(group.codes)]
    return Features(numbers, codes)
