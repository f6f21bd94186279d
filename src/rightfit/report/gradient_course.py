"""How large the gradients of the heaviest network's layers were, epoch by epoch, and in words."""

import dataclasses

import numpy as np
from jaxtyping import Float

from rightfit.model.model import Model
from rightfit.report.course import course_of
from rightfit.report.numerals import figure

# From this factor on, between two layers or two epochs, a gradient vanishes or grows; a factor of
# ten comes of the widths of layers alone.
_FAR = 30.0


@dataclasses.dataclass(frozen=True, eq=False)
class GradientCourse:
    """The gradient norms of the heaviest network.

    Attributes:
        layers: their names, from the inputs to the output.
        epochs: their numbers.
        norms: of each layer in each epoch; NaN where it was not finite or not recorded.
        best_epoch: the epoch whose weights were kept.
    """

    layers: tuple[str, ...]
    epochs: tuple[int, ...]
    norms: Float[np.ndarray, "epoch layer"]
    best_epoch: int

    @property
    def kept(self) -> Float[np.ndarray, " layer"]:
        """The norms in the epoch whose weights were kept; in the last one if that is not there."""
        at = self.epochs.index(self.best_epoch) if self.best_epoch in self.epochs else -1
        found: Float[np.ndarray, " layer"] = self.norms[at]
        return found


def gradient_course(model: Model) -> GradientCourse | None:
    """Follow the gradients of the heaviest network; None where none were recorded."""
    course = course_of(model)
    records = [record for record in course.records if record.get("gradient_norms")]
    if not records:
        return None
    layers = tuple(records[-1]["gradient_norms"])
    norms = np.array([[r["gradient_norms"].get(name) for name in layers] for r in records], float)
    norms[~np.isfinite(norms)] = np.nan
    if not (norms > 0).any():
        return None
    return GradientCourse(layers, tuple(r["epoch"] for r in records), norms, course.best_epoch)


def describe_gradients(course: GradientCourse) -> str:
    """Say whether gradients vanish or grow, from layer to layer and from epoch to epoch."""
    return " ".join(part for part in (_over_layers(course), _over_epochs(course)) if part)


def _over_layers(course: GradientCourse) -> str:
    named = [(name, float(norm)) for name, norm in zip(course.layers, course.kept, strict=True)]
    said = f"In the kept epoch: {', '.join(f'{name} {figure(norm, 3)}' for name, norm in named)}."
    known = [(name, norm) for name, norm in named if np.isfinite(norm)]
    if len(known) < 2:
        return said
    small, large = min(known, key=_norm), max(known, key=_norm)
    if small[1] == 0:
        still = [name for name, norm in known if norm == 0]
        return f"{said} No gradient reaches {', '.join(still)}."
    factor = large[1] / small[1]
    if factor < _FAR:
        return f"{said} All layers lie within a factor of {figure(factor, 2)}: level."
    towards_inputs = course.layers.index(small[0]) < course.layers.index(large[0])
    way = "vanishes" if towards_inputs else "grows"
    return (
        f"{said} The gradient {way} towards the inputs: that of {small[0]} is {figure(factor, 2)} "
        f"times smaller than that of {large[0]}."
    )


def _over_epochs(course: GradientCourse) -> str:
    whole = np.sqrt(np.nansum(course.norms**2, axis=1))
    first, last = float(whole[0]), float(whole[-1])
    span = f"from epoch {course.epochs[0]} to {course.epochs[-1]}"
    if len(whole) < 2 or first <= 0 or last <= 0:
        return ""
    change = f"the norm over all layers goes from {figure(first, 3)} to {figure(last, 3)}"
    if last > _FAR * first:
        return f"Over time gradients explode: {span} {change}."
    if first > _FAR * last:
        return f"Over time gradients die away: {span} {change}."
    return f"Over time they stay level: {span} {change}."


def _norm(named: tuple[str, float]) -> float:
    return named[1]
