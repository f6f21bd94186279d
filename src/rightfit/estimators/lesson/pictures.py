"""What a page draws of a lesson: surfaces, weights, and one mini-batch in both phases."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import polars as pl

from rightfit.arrays import Features
from rightfit.data.table import as_table
from rightfit.estimators.lesson.lesson import Lesson
from rightfit.nn import Network
from rightfit.train.compilation import call, compiled
from rightfit.train.look import look_at_batch, surfaces, surfaces_of_members

# Points along an axis: of the output's surface, of a unit's map, and of a member's small surface.
SIDE = 64
UNIT_SIDE = 32
MEMBER_SIDE = 32

_MARGIN = 0.08
# Of a column of somebody's own, what lies outside these shares does not set the scale.
_SHARES = (0.005, 0.995)


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What part of the plane is drawn, and which predictions are darkest and brightest."""

    x: tuple[float, float]
    y: tuple[float, float]
    target: tuple[float, float]


class Pictures:
    """Draws a lesson, as bytes for a page.

    Args:
        lesson: as it stands; it may go on, and be drawn again.
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        X = lesson.points.X
        self.bounds = Bounds(_span(X[:, 0]), _span(X[:, 1]), self._target_bounds())
        self._grid = self._encoded(SIDE)
        self._small_grid = self._encoded(MEMBER_SIDE) if lesson.n_members > 1 else None
        center, scale = lesson.prepared.codec.target.center, lesson.prepared.codec.target.scale
        span = (np.array(self.bounds.target) - center[0]) / scale[0]
        self._span = span.astype(lesson.dtype)

    @property
    def sides(self) -> dict[str, int]:
        """Points along an axis of each kind of surface."""
        return {"output": SIDE, "unit": UNIT_SIDE, "member": MEMBER_SIDE}

    def network(self, member: int, *, kept: bool = False) -> Network:
        """The weights of a member: the latest, or those of its best epoch."""
        state = self.lesson.state(member)
        return state.best_network if kept and int(state.best_epoch) else state.network

    def surfaces(self, network: Network) -> bytes:
        """The output on a grid, then every input and hidden unit on a coarser one."""
        seen = compiled(
            surfaces,
            self.lesson.objective,
            SIDE,
            SIDE // UNIT_SIDE,
            network,
            self._grid,
            self._span,
        )
        output, units = jax.device_get(seen)
        return output.tobytes() + units.tobytes()

    def strip(self) -> bytes:
        """The output of every member on a small grid; nothing without a pack."""
        if self._small_grid is None:
            return b""
        networks = self.lesson.block.states.network
        seen = compiled(
            surfaces_of_members,
            self.lesson.objective,
            networks,
            self._small_grid,
            self._span,
        )
        return np.asarray(jax.device_get(seen)).tobytes()

    def _target_bounds(self) -> tuple[float, float]:
        points = self.lesson.points
        if points.has_classes:
            return 0.0, 1.0
        low, high = np.quantile(points.y.cast(pl.Float64).to_numpy(), (0.02, 0.98))
        return (float(low), float(high)) if high > low else (float(low) - 1, float(high) + 1)

    def _encoded(self, side: int) -> Features:
        """The points of a grid as the network reads them; the first row of points is on top."""
        across = np.linspace(*self.bounds.x, side)
        down = np.linspace(self.bounds.y[1], self.bounds.y[0], side)
        names = self.lesson.points.X.columns
        x, y = np.meshgrid(across, down)
        table = as_table(pl.DataFrame({names[0]: x.ravel(), names[1]: y.ravel()}))
        features = self.lesson.prepared.codec.encoder.encode(table)
        numbers = features.numbers.astype(self.lesson.dtype)
        grid: Features = call(jax.device_put, features._replace(numbers=numbers))
        return grid


def weights(network: Network) -> bytes:
    """Every weight and bias as float32: layer after layer, weights `[input, unit]`, then biases."""
    return np.concatenate([np.ravel(leaf) for leaf in _leaves(network)]).astype("<f4").tobytes()


def look(lesson: Lesson, member: int = 0) -> dict[str, Any]:
    """The mini-batch that comes next, in both phases, as plain values."""
    learner = lesson.learners[member]
    state = lesson.state(member)
    training, _ = lesson.rows.rows_of(None)
    seen = jax.device_get(
        compiled(
            look_at_batch,
            learner.member.plan,
            state.network,
            learner.knobs,
            state.step,
            training,
            lesson.next_order(),
            np.int32(lesson.batch),
        )
    )
    arrays = _leaves(seen.gradient)
    chosen = lesson.prepared.training_rows[seen.chosen[: int(seen.n_rows)]]
    return {
        "batch": lesson.batch,
        "n_batches": lesson.n_batches,
        "epoch": learner.epoch,
        "rows": chosen.tolist(),
        "loss": float(seen.loss),
        "means": [np.asarray(values).tolist() for values in seen.means],
        "gradient": np.concatenate([np.ravel(leaf) for leaf in arrays]).tolist(),
        "flow": [float(np.linalg.norm(arrays[place])) for place in range(0, len(arrays), 2)],
    }


def _leaves(network: Any) -> Sequence[Any]:
    return [np.asarray(a) for layer in network.layers for a in (layer.weight, layer.bias)]


def _span(column: pl.Series) -> tuple[float, float]:
    values = column.cast(pl.Float64).to_numpy()
    low, high = np.quantile(values, _SHARES)
    margin = _MARGIN * (high - low) or 1.0
    return float(low - margin), float(high + margin)
