"""Rows that must stay on one side of a split: groups that are kept whole, and time."""

import dataclasses
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import row_list, subject
from rightfit.data.folds import group_codes, hold_out_groups, hold_out_latest, time_ranks
from rightfit.data.kinds import present_values
from rightfit.data.markers import is_text
from rightfit.data.moments import read_moments
from rightfit.data.split import RowNumbers, Split
from rightfit.errors import DataError, did_you_mean


@dataclasses.dataclass(frozen=True, eq=False)
class Separation:
    """What belongs together, or comes after what, in the words of `fit`.

    Attributes:
        groups: `[row]`, labels of groups; None without groups.
        time: `[row]`, moments; None where time does not matter.
    """

    groups: pl.Series | None = None
    time: pl.Series | None = None

    @property
    def is_free(self) -> bool:
        """Whether rows may be split at random."""
        return self.groups is None and self.time is None

    def of(self, rows: RowNumbers) -> Self:
        """The same of some rows."""
        return dataclasses.replace(
            self,
            groups=None if self.groups is None else self.groups[rows],
            time=None if self.time is None else self.time[rows],
        )

    def split(self, fraction: float, seed: int) -> Split:
        """Hold whole groups out, or the latest rows; the rows left, and those held out.

        Raises:
            DataError: there is one group, or one moment, only.
        """
        if self.time is not None:
            return hold_out_latest(time_ranks(self.time, len(self.time)), fraction)
        assert self.groups is not None
        return hold_out_groups(group_codes(self.groups, len(self.groups)), fraction, seed)


def read_separation(
    frame: pl.DataFrame,
    target: str,
    known: NDArray[np.bool_],
    *,
    groups: str | None = None,
    time: str | None = None,
) -> Separation:
    """Read the column that says which rows belong together, or which come later.

    Args:
        frame: the table.
        target: name of the target.
        known: `[row]`, whether the row has a target; only such rows need a group or a moment.
        groups: name of the column with the groups; None for none.
        time: name of the column with the moments; None for none.

    Raises:
        DataError: there is no such column, or rows have no value there.
    """
    for name in (groups, time):
        if name is not None:
            _check_name(frame, target, name)
    if groups is not None and frame.width == 2:
        raise DataError(
            f"The table has no column but the target {target!r} and the groups {groups!r}.",
            expected="At least one column to predict the target from is needed.",
        )
    made = Separation()
    if groups is not None:
        labels = present_values(frame[groups])
        labels = labels.cast(pl.String) if is_text(labels.dtype) else labels
        expected = "Every row with a target must belong to a group."
        hint = "give rows without a group labels of their own, or leave them out"
        made = dataclasses.replace(made, groups=_whole(labels, groups, known, expected, hint))
    if time is not None:
        moments = read_moments(frame[time], subject(time), known)
        expected = "Every row with a target needs its moment."
        hint = "leave rows without a moment out"
        made = dataclasses.replace(made, time=_whole(moments, time, known, expected, hint))
    return made


def _check_name(frame: pl.DataFrame, target: str, name: str) -> None:
    if name not in frame.columns:
        others = [column for column in frame.columns if column != target]
        raise DataError(f"The table has no column {name!r}.", hint=did_you_mean(name, others))
    if name == target:
        raise DataError(
            f"The target {target!r} cannot say which rows are held out together, or last.",
            expected="That takes a column of its own.",
        )


def _whole(
    values: pl.Series, name: str, known: NDArray[np.bool_], expected: str, hint: str
) -> pl.Series:
    missing = np.flatnonzero(known & values.is_null().to_numpy())
    if len(missing):
        n = len(missing)
        raise DataError(
            f"Column {name!r} has {n:,} missing value{'s' if n > 1 else ''} "
            f"({row_list(missing.tolist())}).",
            expected=expected,
            hint=hint,
        )
    return values.alias(name)
