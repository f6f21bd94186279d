"""Points in the plane with a class or a number each: the made sets of the playground."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import polars as pl
from jaxtyping import Float, Shaped

MADE_COLUMNS = ("x1", "x2")
TARGET = "label"

_Made = tuple[Float[np.ndarray, "row 2"], Shaped[np.ndarray, " row"]]
_CLASSES = np.array(["A", "B", "C", "D"])
# At noise 1, points are moved by this much on the mean; the sets span about 12.
_NOISE_UNIT = 4.0
_TURNS = 1.75


@dataclasses.dataclass(frozen=True, eq=False)
class Points:
    """Rows with two inputs and a target.

    Attributes:
        X: two columns.
        y: the target, named.
        has_classes: whether the target is classes rather than numbers.
        column_kinds: kinds of the columns that are not left to recognition.
        note: what was left out of a table; "" if nothing was.
    """

    X: pl.DataFrame
    y: pl.Series
    has_classes: bool
    column_kinds: Mapping[str, str] | None = None
    note: str = ""

    def as_table(self) -> pl.DataFrame:
        """Inputs and target side by side."""
        return self.X.with_columns(self.y)


def make_points(name: str, *, n_rows: int = 400, noise: float = 0.1, seed: int = 0) -> Points:
    """Make one of the sets of points that the playground has.

    Args:
        name: one of `MADE_SETS`.
        n_rows: how many points.
        noise: how far points are moved after they got their class, from 0 to 1; for numbers,
            how much of the target is chance.
        seed: equal seeds make equal points.

    Example:
        >>> points = make_points("circle", n_rows=4, seed=0)
        >>> points.X.columns, sorted(points.y)
        (['x1', 'x2'], ['A', 'A', 'B', 'B'])
    """
    generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
    places, target = MADE_SETS[name](n_rows, generator)
    has_classes = target.dtype.kind == "U"
    if has_classes:
        places = places + noise * _NOISE_UNIT / 2 * generator.standard_normal(places.shape)
    else:
        target = target + noise * generator.standard_normal(n_rows)
    # The file that can be saved holds exactly these numbers.
    X = pl.DataFrame(dict(zip(MADE_COLUMNS, places.T.round(6), strict=True)))
    return Points(X, pl.Series(TARGET, target if has_classes else target.round(6)), has_classes)


def _circle(n_rows: int, generator: np.random.Generator) -> _Made:
    is_outer = np.arange(n_rows) % 2 == 1
    radius = np.where(
        is_outer, generator.uniform(3.5, 5, n_rows), generator.uniform(0, 2.5, n_rows)
    )
    return _at(radius, generator.uniform(0, 2 * math.pi, n_rows)), _CLASSES[is_outer.astype(int)]


def _xor(n_rows: int, generator: np.random.Generator) -> _Made:
    places = generator.uniform(-5, 5, (n_rows, 2))
    places += np.where(places > 0, 0.3, -0.3)
    return places, _CLASSES[(places[:, 0] * places[:, 1] > 0).astype(int)]


def _spirals(n_rows: int, generator: np.random.Generator) -> _Made:
    arm = np.arange(n_rows) % 2
    along = generator.uniform(0.05, 1, n_rows)
    return _at(5.2 * along, 2 * math.pi * _TURNS * along + math.pi * arm), _CLASSES[arm]


def _blobs(n_rows: int, generator: np.random.Generator) -> _Made:
    group = np.arange(n_rows) % 4
    centres = np.array([[-2.6, 2.4], [2.8, 2.6], [2.2, -2.8], [-2.4, -2.2]])
    return centres[group] + 0.9 * generator.standard_normal((n_rows, 2)), _CLASSES[group]


def _plane(n_rows: int, generator: np.random.Generator) -> _Made:
    places = generator.uniform(-5.5, 5.5, (n_rows, 2))
    return places, (places[:, 0] + places[:, 1]) / 5.5


def _hills(n_rows: int, generator: np.random.Generator) -> _Made:
    places = generator.uniform(-5.5, 5.5, (n_rows, 2))
    tops = np.array([[-3, 3, 2], [3, 3, -2], [3, -3, 2], [-3, -3, -2], [0, 0, 1]])
    squares = ((places[:, None] - tops[:, :2]) ** 2).sum(axis=2)
    return places, (tops[:, 2] * np.exp(-squares / 4)).sum(axis=1)


def _waves(n_rows: int, generator: np.random.Generator) -> _Made:
    places = generator.uniform(-5.5, 5.5, (n_rows, 2))
    return places, np.sin(np.hypot(places[:, 0], places[:, 1]) * 1.2)


def _at(
    radius: Float[np.ndarray, " row"], angle: Float[np.ndarray, " row"]
) -> Float[np.ndarray, "row 2"]:
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


# Classes first, then numbers.
MADE_SETS: Mapping[str, Callable[[int, np.random.Generator], _Made]] = MappingProxyType(
    {
        "circle": _circle,
        "xor": _xor,
        "spirals": _spirals,
        "blobs": _blobs,
        "plane": _plane,
        "hills": _hills,
        "waves": _waves,
    }
)
