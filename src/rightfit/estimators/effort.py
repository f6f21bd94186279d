"""What a quality spends, by the size of the table: how many networks, how large, in which folds."""

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

# Beyond so many columns numbers are not embedded: they would be thousands of features.
MOST_EMBEDDED_COLUMNS = 256
# Whoever leaves some columns out needs others that say the same.
FEWEST_NOISY_COLUMNS = 10
# With more columns than this for each row, most are of no use: networks that can turn inputs off
# are added.
WIDE_COLUMNS_A_ROW = 0.5
# Of so many columns most may be of no use too, where there are not rows enough to see it otherwise:
# a few such networks of each sparse kind are added, and as many on bins.
FEWEST_SPARSE_COLUMNS = 50
MOST_SPARSE_ROWS = 30_000
_N_SPARSE = 2
# Without a hidden layer, with one, and with one on bins.
SparseKind = Literal["linear", "hidden", "bins"]


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """What the recipe goes by.

    Attributes:
        n_rows: rows of the table that have a target and a weight, those that will be held out
            included.
        n_columns: columns of the table.
        may_fold: whether the rows may be held out fold by fold; not if somebody said which are.
        may_refit: whether those that are held out may be trained on when all is over; not if they
            were handed over.
        is_single: whether only one network can be trained: `partial_fit` and `warm_start`.
        has_amounts: whether the target is counts or amounts that spread widely: see
            `are_amounts`.
    """

    n_rows: int
    n_columns: int
    may_fold: bool = True
    may_refit: bool = True
    is_single: bool = False
    has_amounts: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether there are so few rows for the columns that most of them must be turned off."""
        return self.n_columns > WIDE_COLUMNS_A_ROW * self.n_rows

    @property
    def sparse_kinds(self) -> tuple[SparseKind, ...]:
        """The kinds of networks that can turn inputs off, where many columns may be of no use."""
        if self.is_wide:
            return ("linear", "hidden")
        if self.n_columns < FEWEST_SPARSE_COLUMNS or self.n_rows > MOST_SPARSE_ROWS:
            return ()
        return ("linear", "hidden", "bins") if self.embeds_numbers else ("linear", "hidden")

    @property
    def embeds_numbers(self) -> bool:
        """Whether numbers become several features each."""
        return self.n_columns <= MOST_EMBEDDED_COLUMNS


@dataclasses.dataclass(frozen=True)
class Stage:
    """What a quality spends on tables of up to so many rows.

    Attributes:
        most_rows: up to so many.
        n_members: networks of each kind that are drawn: piecewise (plain, of many columns), cosine
            (none, of many columns) and noisy (none, of few columns).
        n_copies: of a piecewise or cosine network, in one.
        n_units: of each of their two hidden layers.
        n_folds: folds that each network is trained on; None where rows are held out once.
        patience_growth: how the patience grows with the epochs. In few rows an epoch has few
            steps, and networks of some tables go on improving for hundreds of them.
        n_noisy_units: of each hidden layer of a noisy network, which has half of them where rows
            are few.
        n_linear: networks without a hidden layer, none where columns are too many for the rows, or
            to embed.
    """

    most_rows: float
    n_members: tuple[int, int, int]
    n_copies: int
    n_units: int = 128
    n_folds: int | None = None
    patience_growth: float = 0.0
    n_noisy_units: int = 512
    n_linear: int = 0

    def n_of_kinds(self, about: Circumstances) -> tuple[int, ...]:
        """How many networks of each kind a table gets."""
        piecewise, cosine, noisy = self.n_members
        if about.n_columns < FEWEST_NOISY_COLUMNS:
            noisy = 0
        if not about.embeds_numbers:
            return (piecewise, noisy)
        return (piecewise, cosine, noisy, 0 if about.is_wide else self.n_linear)


@dataclasses.dataclass(frozen=True)
class Effort:
    """What a quality spends.

    Attributes:
        stages: from few rows to many.
        n_sparse: networks of each sparse kind, without and with a hidden layer, that are added to
            wide tables.
        unembedded: the stages of tables whose numbers are not embedded; None for the same.
        refit: epochs on all rows, for each one until the best, of the networks that are chosen.
    """

    stages: tuple[Stage, ...]
    n_sparse: tuple[int, int]
    unembedded: tuple[Stage, ...] | None = None
    refit: float = 0.5

    def n_of_sparse_kinds(self, about: Circumstances) -> tuple[int, ...]:
        """How many networks of each sparse kind a table gets."""
        return self.n_sparse if about.is_wide else (_N_SPARSE,) * len(about.sparse_kinds)

    def stage(self, about: Circumstances) -> Stage:
        """What it spends on a table."""
        stages = self.stages if about.embeds_numbers else self.unembedded or self.stages
        return next(
            stage
            for stage in stages
            if about.n_rows <= stage.most_rows and (about.may_fold or stage.n_folds is None)
        )


_BEST_OF_FEW_ROWS = Stage(3_000, (4, 4, 4), n_copies=8, n_folds=8, patience_growth=1.0, n_linear=2)
EFFORTS: Mapping[str, Effort] = MappingProxyType(
    {
        "fast": Effort(
            (
                Stage(1_000, (1, 0, 0), n_copies=4, n_folds=3, patience_growth=0.5, n_linear=2),
                Stage(10_000, (1, 0, 1), n_copies=8),
                Stage(100_000, (1, 0, 1), n_copies=4, n_units=256),
                Stage(math.inf, (1, 0, 0), n_copies=4, n_units=256),
            ),
            n_sparse=(6, 2),
            refit=0.25,
        ),
        "default": Effort(
            (
                Stage(3_000, (2, 2, 1), n_copies=4, n_folds=5, patience_growth=0.5, n_linear=2),
                Stage(100_000, (2, 2, 2), n_copies=16, n_linear=1),
                Stage(math.inf, (1, 1, 1), n_copies=16, n_linear=1),
            ),
            n_sparse=(6, 4),
        ),
        "best": Effort(
            (
                _BEST_OF_FEW_ROWS,
                Stage(30_000, (8, 8, 8), n_copies=16, n_linear=2),
                Stage(200_000, (4, 4, 4), n_copies=16, n_linear=2),
                Stage(math.inf, (2, 2, 2), n_copies=16, n_linear=1),
            ),
            n_sparse=(12, 8),
            # Without bins nothing sees the targets of a fold, so that folds pay with more rows too.
            unembedded=(
                _BEST_OF_FEW_ROWS,
                Stage(10_000, (2, 2, 2), n_copies=16, n_folds=5),
                Stage(200_000, (2, 2, 2), n_copies=16, n_folds=5, n_noisy_units=1024),
                Stage(math.inf, (2, 2, 2), n_copies=16, n_noisy_units=1024),
            ),
        ),
    }
)
