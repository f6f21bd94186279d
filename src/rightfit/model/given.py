"""What a fit is given: rows with their targets, and how to prepare them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from rightfit.data.table import Table


@dataclasses.dataclass(frozen=True)
class Labelled:
    """Rows with their targets and weights, as people hand them over.

    Attributes:
        table: the columns.
        y: the targets.
        weights: `[row]`, at least 0.
        groups: `[row]`, number of the row's group; None without groups.
        time: `[row]`, rank of the row in time; None where it does not matter.
    """

    table: Table
    y: Any
    weights: Float[np.ndarray, " row"]
    groups: Int[np.ndarray, " row"] | None = None
    time: Int[np.ndarray, " row"] | None = None

    @property
    def counted(self) -> Any:
        """The targets of the rows that count, where targets are an array."""
        return self.y[self.weights > 0]


@dataclasses.dataclass(frozen=True)
class Preparation:
    """How a table is prepared.

    Attributes:
        target_name: of the target column; "" where there is none.
        has_classes: whether the target is classes rather than numbers.
        scaling: of the number columns.
        max_one_hot: most levels of a category column that becomes one-hot.
        column_kinds: kinds that override the recognised ones.
        validation_fraction: share of the weight held out, if no rows are handed over; None
            takes 0.15, or none where that would be fewer than ten rows.
        seed: of the split and of the quantiles' sample.
        precision: "float32", "float64", or "auto" for float64 on a CPU below 500 rows.
        n_folds: folds of the training rows, instead of rows that are held out; None for none.
        asks_for_folds: whether somebody asked for them, who is warned of a class of fewer rows.
        needs_held_out: whether networks are chosen among, which takes rows that they were not
            trained on: five folds, where too few rows could be held out.
        refits: whether rows that are held out are trained on when all is over.
    """

    target_name: str
    has_classes: bool
    scaling: str
    max_one_hot: int
    column_kinds: Mapping[str, str]
    validation_fraction: float | None
    seed: int
    precision: str
    n_folds: int | None = None
    asks_for_folds: bool = False
    needs_held_out: bool = False
    refits: bool = False
