"""Categories as whole numbers: 0 for what is unseen or rare, then the levels."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.kinds import present_values
from rightfit.data.markers import is_text
from rightfit.data.readable import refuse_levels
from rightfit.data.spelling import as_known
from rightfit.errors import DataWarning, shown, warn_user
from rightfit.json_values import read_fields

FEWEST_ROWS: Final = 2
UNSEEN: Final = 0
# So many values of a column of so few levels, not all the same, do not all happen to be new.
_FEWEST_VALUES: Final = 10
_FEW_LEVELS: Final = 50


@final
@dataclasses.dataclass(frozen=True)
class Categories:
    """The levels of one column, as the training rows had them.

    Attributes:
        name: the column's name.
        levels: the levels in the order of their codes 1, 2, …: most frequent first.
        has_missing: whether a missing value has a code of its own, the last one.
    """

    name: str
    levels: tuple[str, ...]
    has_missing: bool

    @property
    def n_levels(self) -> int:
        """How many codes there are, with 0."""
        return 1 + len(self.levels) + self.has_missing

    def codes(self, column: pl.Series) -> NDArray[np.int32]:
        """Give the code of each value; 0 for one that is unseen, rare, or unexpectedly missing.

        Raises:
            DataError: the values are lists, bytes or the like.

        Example:
            >>> Categories("use", ("shop", "flat"), True).codes(pl.Series(["flat", None, "bar"]))
            array([2, 3, 0], dtype=int32)
        """
        text = self.words(column)
        codes = text.replace_strict(
            list(self.levels), self._codes, default=UNSEEN, return_dtype=pl.Int32
        )
        if not (codes > UNSEEN).any():
            self._warn_of_strangers(text.drop_nulls())
        missing = len(self.levels) + 1 if self.has_missing else UNSEEN
        codes = codes.set(text.is_null(), missing)
        return codes.to_numpy()

    def words(self, column: pl.Series) -> pl.Series:
        """Write each value as text, those that are levels as the training rows wrote them.

        Raises:
            DataError: the values are lists, bytes or the like.
        """
        refuse_levels(column.alias(self.name))
        return as_known(as_levels(column), self.levels)

    def _warn_of_strangers(self, values: pl.Series) -> None:
        has_few_levels = 0 < len(self.levels) <= _FEW_LEVELS
        if has_few_levels and len(values) >= _FEWEST_VALUES and values.n_unique() > 1:
            warn_user(
                f"No value of the column {self.name!r} is one that was trained on: it has "
                f"{shown(values.unique(maintain_order=True))} in place of {shown(self.levels)}. "
                "All of them count as unseen; check how they are spelled.",
                DataWarning,
            )

    @functools.cached_property
    def _codes(self) -> pl.Series:
        return pl.Series(range(1, len(self.levels) + 1), dtype=pl.Int32)

    def to_json(self) -> dict[str, Any]:
        """Give the levels as plain JSON types."""
        return {"name": self.name, "levels": list(self.levels), "has_missing": self.has_missing}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Categories":
        """Read what `to_json` gave."""
        column = read_fields(cls, fields)
        if len(set(column.levels)) < len(column.levels):
            raise ValueError(f"levels of the column {column.name!r} are there twice")
        return column


def fit_categories(column: pl.Series, max_one_hot: int) -> Categories:
    """Find the levels of a column.

    Where there are more levels than `max_one_hot`, so that they are embedded,
    those of a single row share code 0: it is trained, and stands for what
    training never saw.

    Args:
        column: the values of the training rows.
        max_one_hot: the most levels, a missing one counted, that are encoded one-hot.

    Example:
        >>> fit_categories(pl.Series("use", ["b", "a", "a", "c", None]), 10).levels
        ('a', 'b', 'c')
    """
    text = as_levels(column)
    counts = text.drop_nulls().value_counts().rows()
    has_missing = text.null_count() > 0
    if len(counts) + has_missing > max_one_hot:
        counts = [(level, n) for level, n in counts if n >= FEWEST_ROWS]
    ordered = sorted(counts, key=lambda level_and_count: (-level_and_count[1], level_and_count[0]))
    return Categories(column.name, tuple(level for level, _ in ordered), has_missing)


def as_levels(column: pl.Series) -> pl.Series:
    """Write values as text, so that 1, 1.0 and "1" are the same level.

    Example:
        >>> as_levels(pl.Series([1.0, 2.5, None])).to_list()
        ['1', '2.5', None]
    """
    values = present_values(column)
    if is_text(values.dtype) or not values.dtype.is_float():
        return values.cast(pl.String)
    whole = values.cast(pl.Int64, strict=False)
    is_whole = (whole.cast(values.dtype) == values).fill_null(False)
    return whole.cast(pl.String).zip_with(is_whole, values.cast(pl.String))
