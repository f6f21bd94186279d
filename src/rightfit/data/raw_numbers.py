"""Raw numbers of a table, read in blocks that fit in the cache."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rightfit.data.cells import Rows

Numbers: TypeAlias = NDArray[np.floating[Any]]

CELLS_AT_ONCE: Final = 1 << 20


@final
@dataclasses.dataclass(frozen=True)
class RawNumbers:
    """Raw numbers of a table, read block by block.

    Attributes:
        read: gives the numbers `[row, column]` of some rows, NaN where one is missing.
        n_columns: how many columns it gives.
        fewest_rows: how many rows a block should have for reading to be quick.
    """

    read: Callable[[Rows], Numbers]
    n_columns: int
    fewest_rows: int = 1

    def blocks(self, rows: Rows, n_rows: int) -> Iterator[tuple[slice, Numbers]]:
        """Read rows in blocks of about a million cells.

        Args:
            rows: the rows; a slice stands for every row.
            n_rows: how many rows these are.

        Yields:
            Where the block stands among the rows, and its numbers.
        """
        step = max(self.fewest_rows, CELLS_AT_ONCE // max(1, self.n_columns))
        for start in range(0, n_rows, step):
            place = slice(start, min(start + step, n_rows))
            yield place, self.read(place if isinstance(rows, slice) else rows[place])
