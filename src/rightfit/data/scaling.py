"""Bring columns of numbers to one scale, so that outliers survive and nothing is missing."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from rightfit.data.cells import Positions
from rightfit.data.plain_lists import read_flags, read_numbers
from rightfit.data.raw_numbers import Numbers, RawNumbers
from rightfit.data.spread import measure_deviation, measure_quartiles, measure_span

LARGEST: Final = 1e18  # its square is still a finite float32
LARGEST_FACTOR: Final = 1e300
LARGEST_FACTOR_OF_FLOAT32: Final = 1e37
SMALLEST: Final = 1e-6  # what one more or less does not change a prediction


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
            if raw.dtype == np.float32 and not self._has_tiny:
                near, rest = self._centre_of_float32
                np.subtract(raw, near, out=out)
                if rest is not None:
                    np.subtract(out, rest, out=out)
                np.multiply(out, self.factor.astype(np.float32), out=out)
            else:
                np.multiply(raw - self.centre, self.factor, out=out, casting="same_kind")
        low, high = out.min(initial=0), out.max(initial=0)
        if np.isnan(low):
            np.copyto(out, self.scaled_fill, where=np.isnan(out))
        if not -LARGEST < low <= high < LARGEST:
            np.clip(out, -LARGEST, LARGEST, out=out)
        if self.bends:
            _bend(out)

    @functools.cached_property
    def scaled_fill(self) -> NDArray[np.float32]:
        """What a missing value becomes, `[column]`, before the bend."""
        return ((self.fill - self.centre) * self.factor).astype(np.float32)

    @functools.cached_property
    def _has_tiny(self) -> bool:
        """Whether a factor is more than a float32 holds."""
        return bool((self.factor > LARGEST_FACTOR_OF_FLOAT32).any())

    @functools.cached_property
    def _centre_of_float32(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """The nearest float32 of each centre, and what it lacks; None where that is nothing."""
        near = self.centre.astype(np.float32)
        rest = np.where(np.isfinite(near), self.centre - near, 0.0)
        is_felt = bool((np.abs(rest * self.factor) > SMALLEST).any())
        return near, rest.astype(np.float32) if is_felt else None

    def to_json(self) -> dict[str, Any]:
        """Give the scaling as plain JSON types."""
        arrays = {name: getattr(self, name).tolist() for name in ARRAYS}
        return {**arrays, "bends": self.bends}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Scaling":
        """Read what `to_json` gave."""
        centre, factor, fill = (read_numbers(fields[name]) for name in ARRAYS[:3])
        return cls(centre, factor, fill, read_flags(fields["has_missing"]), fields["bends"])


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
    span = measure_span(raw, rows)
    has_missing = span.has_missing
    if method == "standard":
        mean = span.mean
        factor = _inverse(measure_deviation(raw, rows, span))
        return Scaling(mean, factor, mean, has_missing, bends=False)
    lower, median, upper = measure_quartiles(raw, rows, seed)
    # All that is sampled of a column may be missing although some value is there.
    median = np.where(np.isnan(median), span.middle, median)
    if method == "none":
        nothing, one = np.zeros(raw.n_columns), np.ones(raw.n_columns)
        return Scaling(nothing, one, median, has_missing, bends=False)
    return scaling_by_quartiles(lower, median, upper, span.half, has_missing)


def scaling_by_quartiles(
    lower: NDArray[np.float64],
    median: NDArray[np.float64],
    upper: NDArray[np.float64],
    half: NDArray[np.float64],
    has_missing: NDArray[np.bool_],
) -> Scaling:
    """Scale by the distance of quartiles, or by half the range where that is 0, and bend.

    Args:
        lower: `[column]`, a quarter of its values lie below.
        median: `[column]`.
        upper: `[column]`, a quarter of its values lie above.
        half: `[column]`, half its range.
        has_missing: `[column]`, whether a value was missing.
    """
    factor = _inverse(np.nan_to_num(upper - lower))
    factor = np.where(factor > 0, factor, _inverse(half))
    return Scaling(median, factor, median, has_missing, bends=True)


def _inverse(size: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1.0 / size
    return np.where((size > 0) & (inverse <= LARGEST_FACTOR), inverse, 0.0)
