"""Bring columns of numbers to one scale, so that outliers survive and nothing is missing."""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from rightfit.data.cells import Positions, Rows

Numbers = NDArray[np.floating[Any]]

CELLS_AT_ONCE: Final = 1 << 20
MOST_SAMPLED_ROWS: Final = 20_000
MOST_SAMPLED_CELLS: Final = 1 << 24
COLUMNS_AT_ONCE: Final = 64
LARGEST: Final = 1e18  # its square is still a finite float32
LARGEST_FACTOR: Final = 1e37


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


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Scaling:
    """How to scale each column: (x − centre)·factor, then bent smoothly if `bends`.

    Attributes:
        centre: `[column]`.
        factor: `[column]`; 0 for a constant column.
        fill: `[column]`: what stands for a missing value, before scaling.
        has_missing: `[column]`: whether a value was missing in the training rows.
        bends: whether scaled values z become z/√(1 + (z/3)²), which keeps |z| below 3.
    """

    centre: NDArray[np.float64]
    factor: NDArray[np.float64]
    fill: NDArray[np.float64]
    has_missing: NDArray[np.bool_]
    bends: bool

    def apply(self, raw: Numbers, out: NDArray[np.float32]) -> None:
        """Scale raw numbers `[row, column]` into `out`; NaN becomes the scaled `fill`."""
        with np.errstate(over="ignore", invalid="ignore"):
            if raw.dtype == np.float32:
                np.subtract(raw, self.centre.astype(np.float32), out=out)
                np.multiply(out, self.factor.astype(np.float32), out=out)
            else:
                np.multiply(raw - self.centre, self.factor, out=out, casting="same_kind")
        low, high = out.min(initial=0), out.max(initial=0)
        if np.isnan(low):
            np.copyto(out, self._scaled_fill, where=np.isnan(out))
        if not -LARGEST < low <= high < LARGEST:
            np.clip(out, -LARGEST, LARGEST, out=out)
        if self.bends:
            _bend(out)

    @functools.cached_property
    def _scaled_fill(self) -> NDArray[np.float32]:
        return ((self.fill - self.centre) * self.factor).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """Give the scaling as plain JSON types."""
        arrays = {name: getattr(self, name).tolist() for name in ARRAYS}
        return {**arrays, "bends": self.bends}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Scaling":
        """Read what `to_json` gave."""
        centre, factor, fill = (np.array(fields[name], np.float64) for name in ARRAYS[:3])
        return cls(centre, factor, fill, np.array(fields["has_missing"], bool), fields["bends"])


def _bend(z: NDArray[np.float32]) -> None:
    """Replace z by z/√(1 + (z/3)²)."""
    root = z * np.float32(1 / 3)
    np.multiply(root, root, out=root)
    root += np.float32(1)
    np.sqrt(root, out=root)
    np.divide(z, root, out=z)


ARRAYS: Final = ("centre", "factor", "fill", "has_missing")


def fit_scaling(raw: RawNumbers, rows: Positions, method: str, seed: int) -> Scaling:
    """Find centre and scale of each column in the training rows.

    `robust`: (x − median) / (upper − lower quartile), bent smoothly; where the quartiles are
    equal, half the range takes their place. `standard`: (x − mean) / standard deviation.
    `none`: as they are. Missing values become the median (`standard`: the mean).

    Args:
        raw: the numbers of the table.
        rows: the training rows.
        method: robust, standard or none.
        seed: chooses the rows, 20,000 at most, that quartiles are taken from.

    Source:
        Holzmüller, Grinsztajn & Steinwart (2024), "Better by Default", section 3.
    """
    n_columns = raw.n_columns
    span = _span(raw, rows)
    if method == "standard":
        mean = span.mean
        deviation = _deviation(raw, rows, mean)
        return Scaling(mean, _inverse(deviation), mean, span.has_missing, bends=False)
    lower, median, upper = _quartiles(raw, rows, seed)
    # All that is sampled of a column may be missing although some value is there.
    unsampled = np.isnan(median)
    middle = np.where(
        span.is_empty, 0.0, np.nan_to_num(span.low) / 2 + np.nan_to_num(span.high) / 2
    )
    median = np.where(unsampled, middle, median)
    if method == "none":
        return Scaling(
            np.zeros(n_columns), np.ones(n_columns), median, span.has_missing, bends=False
        )
    factor = _inverse(np.where(unsampled, 0.0, upper - lower))
    half_range = np.where(span.is_empty, 0.0, span.high / 2 - span.low / 2)
    factor = np.where(factor > 0, factor, _inverse(half_range))
    return Scaling(median, factor, median, span.has_missing, bends=True)


@dataclasses.dataclass(eq=False)
class _Span:
    """Range and sum of each column over the blocks seen."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    total: NDArray[np.float64]
    n_present: NDArray[np.int64]
    n_rows: int

    @property
    def mean(self) -> NDArray[np.float64]:
        return self.total / np.maximum(self.n_present, 1)

    @property
    def has_missing(self) -> NDArray[np.bool_]:
        return self.n_present < self.n_rows

    @property
    def is_empty(self) -> NDArray[np.bool_]:
        return self.n_present == 0


def _span(raw: RawNumbers, rows: Positions) -> _Span:
    n_columns = raw.n_columns
    span = _Span(
        np.full(n_columns, np.inf),
        np.full(n_columns, -np.inf),
        np.zeros(n_columns),
        np.zeros(n_columns, np.int64),
        len(rows),
    )
    for _, values in raw.blocks(rows, len(rows)):
        total = values.sum(axis=0, dtype=np.float64)
        if np.isnan(total).any():
            missing = np.isnan(values)
            span.n_present += len(values) - missing.sum(axis=0)
            span.total += np.where(missing, 0, values).sum(axis=0, dtype=np.float64)
        else:
            span.n_present += len(values)
            span.total += total
        np.fmin(span.low, np.fmin.reduce(values, axis=0), out=span.low)
        np.fmax(span.high, np.fmax.reduce(values, axis=0), out=span.high)
    return span


def _deviation(raw: RawNumbers, rows: Positions, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    total, n_present = np.zeros(len(mean)), np.zeros(len(mean), np.int64)
    for _, values in raw.blocks(rows, len(rows)):
        distance = values - mean
        missing = np.isnan(distance)
        n_present += len(distance) - missing.sum(axis=0)
        distance[missing] = 0.0
        total += np.einsum("rc,rc->c", distance, distance)
    deviation = np.sqrt(total / np.maximum(n_present, 1))
    # What rounding leaves of a constant is no spread.
    return np.where(deviation > 1e-12 * np.abs(mean), deviation, 0.0)


def _quartiles(raw: RawNumbers, rows: Positions, seed: int) -> Numbers:
    """Take the quartiles `[3, column]` from a sample of the rows; NaN where all is missing."""
    n_columns = raw.n_columns
    n_most = min(MOST_SAMPLED_ROWS, max(2_000, MOST_SAMPLED_CELLS // max(1, n_columns)))
    if len(rows) > n_most:
        draw = np.random.Generator(np.random.Philox(seed))
        rows = rows[np.sort(draw.choice(len(rows), n_most, replace=False))]
    values = raw.read(rows)
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


def _inverse(size: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1.0 / size
    return np.where((size > 0) & (inverse <= LARGEST_FACTOR), inverse, 0.0)
