"""Scaling by bins: columns bent piecewise in a line, so that their bins are equally wide."""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np
from jaxtyping import Shaped
from numpy.typing import NDArray

from rightfit.data.cells import Positions
from rightfit.data.plain_lists import read_flags, read_numbers
from rightfit.data.raw_numbers import Numbers, RawNumbers
from rightfit.data.spread import measure_span, sample_rows

# Scaled values are spread evenly over ±√3, where an even spread has the variance 1.
HALF_RANGE: Final = math.sqrt(3)
QUANTILE_BINS: Final = 256
TREE_BINS: Final = 128
# A leaf of a column's tree holds at least this share of the sampled rows, and so many of them.
FEWEST_SHARE: Final = 1 / 256
FEWEST_IN_LEAF: Final = 8
# A tree looks at fewer rows of wide tables, so that all trees together take about two seconds.
MOST_CELLS: Final = 1 << 20


@final
@dataclasses.dataclass(frozen=True, eq=False)
class BinScaling:
    """How to scale each column: its bins' edges come to lie evenly spaced over ±√3.

    Values between two edges move in a line; values beyond the outermost edges move onto them.

    Attributes:
        edges: of each column, in order; one edge for a constant column.
        fill: `[column]`: what stands for a missing value, before scaling.
        has_missing: `[column]`: whether a value was missing in the training rows.
    """

    edges: tuple[NDArray[np.float64], ...]
    fill: NDArray[np.float64]
    has_missing: NDArray[np.bool_]

    @property
    def n_bins(self) -> tuple[int, ...]:
        """How many bins each column has; 1 for a constant one."""
        return tuple(max(len(edges) - 1, 1) for edges in self.edges)

    def apply(self, raw: Numbers, out: NDArray[np.float32]) -> None:
        """Scale raw numbers `[row, column]` into `out`; NaN becomes the scaled `fill`."""
        for column, edges in enumerate(self.edges):
            values = raw[:, column]
            missing = np.isnan(values)
            if missing.any():
                values = np.where(missing, self.fill[column], values)
            out[:, column] = np.interp(values, edges, even_places(len(edges)))

    def to_json(self) -> dict[str, Any]:
        """Give the scaling as plain JSON types."""
        return {
            "edges": [edges.tolist() for edges in self.edges],
            "fill": self.fill.tolist(),
            "has_missing": self.has_missing.tolist(),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "BinScaling":
        """Read what `to_json` gave."""
        edges = tuple(read_numbers(of_column) for of_column in fields["edges"])
        if not all(len(of_column) and (np.diff(of_column) > 0).all() for of_column in edges):
            raise ValueError("edges of bins are not in order")
        return cls(edges, read_numbers(fields["fill"]), read_flags(fields["has_missing"]))


def even_places(n_edges: int) -> NDArray[np.float64]:
    """Where the edges of a column come to lie."""
    return np.linspace(-HALF_RANGE, HALF_RANGE, n_edges) if n_edges > 1 else np.zeros(1)


def fit_quantile_bins(raw: RawNumbers, rows: Positions, seed: int) -> BinScaling:
    """Give each column 256 bins of equally many training rows, or one edge a distinct value.

    Source:
        The quantile transform that "Revisiting Deep Learning Models for Tabular Data" (Gorishniy
        et al., 2021) puts before every network; here to an even spread.
    """

    def edges(values: Numbers, _: Positions) -> NDArray[np.float64]:
        return fill_bins(values, (), QUANTILE_BINS)

    return _fit(raw, sample_rows(raw, rows, seed), rows, edges)


def fit_tree_bins(
    raw: RawNumbers,
    rows: Positions,
    target: Shaped[np.ndarray, "row ..."],
    seed: int,
    n_bins: int = TREE_BINS,
) -> BinScaling:
    """Give each column bins where a small decision tree on that column alone splits.

    The tree finds where the target changes: of a column that is nearly always 0 it takes the tail
    apart, which quantiles fold into one bin. It makes half of the bins; the others come from
    halving those of the most rows. Where a column has few distinct values each is an edge.

    Args:
        raw: the numbers of the table.
        rows: the training rows, of which 20,000 at most are looked at.
        target: `[row]` class codes, or numbers `[row, output]`, for every row of the table.
        seed: chooses those rows.
        n_bins: the most bins of a column.

    Source:
        Gorishniy et al. (2022), "On Embeddings for Numerical Features in Tabular Deep Learning",
        section 3.2.2.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    has_classes = not np.issubdtype(target.dtype, np.floating)
    kind = DecisionTreeClassifier if has_classes else DecisionTreeRegressor
    sampled = sample_rows(raw, rows, seed, MOST_CELLS)
    fewest = max(FEWEST_IN_LEAF, int(len(sampled) * FEWEST_SHARE))

    def edges(values: Numbers, present: Positions) -> NDArray[np.float64]:
        inner: Sequence[float] = ()
        if n_bins > 1 and len(np.unique(values)) > n_bins + 1:
            tree = kind(max_leaf_nodes=max(n_bins // 2, 2), min_samples_leaf=fewest, random_state=0)
            tree.fit(values[:, None], target[sampled][present])
            splits = tree.tree_
            inner = sorted(set(splits.threshold[splits.children_left >= 0].tolist()))
        return fill_bins(values, inner, n_bins)

    return _fit(raw, sampled, rows, edges)


def fill_bins(values: Numbers, inner: Sequence[float], n_bins: int) -> NDArray[np.float64]:
    """Add edges to those between the smallest and the largest value, up to `n_bins` bins.

    The bin of the most values is halved, so that without inner edges, bins hold about equally
    many; a bin of one distinct value stays. At most `n_bins` + 1 distinct values are all edges.

    Example:
        >>> fill_bins(np.array([0.0, 0, 0, 0, 1, 2, 3, 4]), (), 3).tolist()
        [0.0, 0.5, 2.5, 4.0]
        >>> fill_bins(np.array([5.0, 7, 7]), (), 8).tolist()
        [5.0, 7.0]
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= n_bins + 1:
        return distinct.astype(np.float64) if len(distinct) else np.zeros(1)
    below = np.concatenate([[0], np.cumsum(counts)])

    def size(first: int, end: int) -> int:
        return int(below[end] - below[first]) if end - first > 1 else 0

    # A bin is a stretch of distinct values, from its first to the one that begins the next.
    cuts = sorted({0, *np.searchsorted(distinct, inner).tolist(), len(distinct)})
    sizes = list(itertools.starmap(size, itertools.pairwise(cuts)))
    while len(cuts) <= n_bins:
        fullest = sizes.index(max(sizes))
        first, end = cuts[fullest : fullest + 2]
        half = int(np.searchsorted(below, (below[first] + below[end]) / 2))
        middle = min(max(half, first + 1), end - 1)
        cuts.insert(fullest + 1, middle)
        sizes[fullest : fullest + 1] = size(first, middle), size(middle, end)
    # Between two values, so that rounding puts neither on the wrong side.
    between = [(distinct[cut - 1] + distinct[cut]) / 2 for cut in cuts[1:-1]]
    edges: NDArray[np.float64] = np.unique([distinct[0], *between, distinct[-1]])
    return edges


def _fit(raw: RawNumbers, sampled: Positions, rows: Positions, edges: Any) -> BinScaling:
    span = measure_span(raw, rows)
    values = raw.read(sampled)
    found, fill = [], np.zeros(raw.n_columns)
    for column in range(raw.n_columns):
        of_column = values[:, column].astype(np.float64)
        present = np.flatnonzero(~np.isnan(of_column))
        found.append(edges(of_column[present], present))
        fill[column] = np.median(of_column[present]) if len(present) else span.middle[column]
    return BinScaling(tuple(found), fill, span.has_missing)
