"""Measure columns of numbers: range, mean, standard deviation, quartiles."""

import dataclasses
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from rightfit.data.cells import Positions
from rightfit.data.raw_numbers import Numbers, RawNumbers
from rightfit.shuffle import shuffled

MOST_SAMPLED_ROWS: Final = 20_000
MOST_SAMPLED_CELLS: Final = 1 << 24
COLUMNS_AT_ONCE: Final = 64
LARGEST_SQUARED: Final = 1e140


@final
@dataclasses.dataclass(eq=False)
class Span:
    """Range and sum of each column over the rows seen.

    Attributes:
        low: `[column]`, infinity where nothing is present.
        high: `[column]`, minus infinity where nothing is present.
        total: `[column]`.
        n_present: `[column]`: how many values are not missing.
        n_rows: how many rows were seen.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    total: NDArray[np.float64]
    n_present: NDArray[np.int64]
    n_rows: int

    @property
    def mean(self) -> NDArray[np.float64]:
        """The mean of each column, or the middle if the sum is too large; 0 if nothing is there."""
        mean = self.total / np.maximum(self.n_present, 1)
        return np.where(np.isfinite(mean), mean, self.middle)

    @property
    def has_missing(self) -> NDArray[np.bool_]:
        """Whether a value of the column is missing."""
        return self.n_present < self.n_rows

    @property
    def half(self) -> NDArray[np.float64]:
        """Half the range of each column; 0 where nothing is present."""
        return np.where(self.n_present > 0, self.high / 2 - self.low / 2, 0.0)

    @property
    def middle(self) -> NDArray[np.float64]:
        """The middle of each column's range; 0 where nothing is present."""
        with np.errstate(invalid="ignore"):
            return np.where(self.n_present > 0, self.high / 2 + self.low / 2, 0.0)


def measure_span(raw: RawNumbers, rows: Positions) -> Span:
    """Find the range, the sum and the number of values of each column, over all rows."""
    n_columns = raw.n_columns
    span = Span(
        np.full(n_columns, np.inf),
        np.full(n_columns, -np.inf),
        np.zeros(n_columns),
        np.zeros(n_columns, np.int64),
        len(rows),
    )
    for _, values in raw.blocks(rows, len(rows)):
        with np.errstate(over="ignore", invalid="ignore"):
            total = values.sum(axis=0, dtype=np.float64)
            missing = np.isnan(values) if np.isnan(total).any() else None
            if missing is not None:
                total = np.where(missing, 0, values).sum(axis=0, dtype=np.float64)
            span.total += total
        span.n_present += len(values) - (0 if missing is None else missing.sum(axis=0))
        np.fmin(span.low, np.fmin.reduce(values, axis=0), out=span.low)
        np.fmax(span.high, np.fmax.reduce(values, axis=0), out=span.high)
    return span


def measure_deviation(raw: RawNumbers, rows: Positions, span: Span) -> NDArray[np.float64]:
    """Find the standard deviation of each column around its mean, over all rows."""
    mean, half = span.mean, span.half
    total, n_present = np.zeros(len(mean)), np.zeros(len(mean), np.int64)
    # The square of a larger number may be more than a float64 holds, and of a smaller one 0.
    is_far = (half > LARGEST_SQUARED) | ((half > 0) & (half < 1 / LARGEST_SQUARED))
    unit = np.where(is_far, half, 1.0)
    for _, values in raw.blocks(rows, len(rows)):
        distance = values / unit - mean / unit if is_far.any() else values - mean
        missing = np.isnan(distance)
        n_present += len(distance) - missing.sum(axis=0)
        distance[missing] = 0.0
        total += np.einsum("rc,rc->c", distance, distance)
    deviation = np.sqrt(total / np.maximum(n_present, 1)) * unit
    # What rounding leaves of a constant is no spread.
    return np.where(deviation > 1e-12 * np.abs(mean), deviation, 0.0)


def sample_rows(
    raw: RawNumbers, rows: Positions, seed: int, most_cells: int = MOST_SAMPLED_CELLS
) -> Positions:
    """Draw so many of the rows, 20,000 at most, that reading all their numbers takes little."""
    n_most = min(MOST_SAMPLED_ROWS, max(2_000, most_cells // max(1, raw.n_columns)))
    if len(rows) <= n_most:
        return rows
    return rows[np.sort(shuffled(len(rows), seed)[:n_most])]


def measure_quartiles(raw: RawNumbers, rows: Positions, seed: int) -> Numbers:
    """Take the quartiles `[3, column]` from a sample of the rows; NaN where all is missing."""
    n_columns = raw.n_columns
    values = raw.read(sample_rows(raw, rows, seed))
    quartiles = np.empty((3, n_columns))
    for start in range(0, n_columns, COLUMNS_AT_ONCE):
        columns = slice(start, start + COLUMNS_AT_ONCE)
        ordered = np.sort(values[:, columns].T, axis=1)
        quartiles[:, columns] = [_quantile(ordered, share) for share in (0.25, 0.5, 0.75)]
    return quartiles


def _quantile(ordered: Numbers, share: float) -> NDArray[np.float64]:
    """Interpolate a quantile in sorted rows whose missing values stand last."""
    n_present = ordered.shape[1] - np.isnan(ordered).sum(axis=1)
    place = share * np.maximum(n_present - 1, 0)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(n_present - 1, 0))
    line = np.arange(len(ordered))
    low = ordered[line, below].astype(np.float64)
    high = ordered[line, above].astype(np.float64)
    return low + (high - low) * (place - below)
