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
_LEVEL = "The gradient is level"


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
    named = zip(course.layers, course.kept.tolist(), strict=True)
    parts = [
        f"In the kept epoch: {', '.join(f'{name} {figure(norm, 3)}' for name, norm in named)}."
    ]
    now, first = (_over_layers(course.layers, norms) for norms in (course.kept, course.norms[0]))
    parts.append(now)
    if course.epochs[0] != course.best_epoch and first and _LEVEL not in first:
        parts.append(f"At first, in epoch {course.epochs[0]}: {first}")
    parts.append(_over_epochs(course))
    return " ".join(part for part in parts if part)


def _over_layers(layers: tuple[str, ...], norms: Float[np.ndarray, " layer"]) -> str:
    """Judge one epoch, from the inputs to the output."""
    known = [(float(norm), name) for name, norm in zip(layers, norms, strict=True) if norm >= 0]
    if len(known) < 2:
        return ""
    small, large = min(known), max(known)
    if small[0] == 0:
        return f"No gradient reaches {', '.join(name for norm, name in known if not norm)}."
    if large[0] < _FAR * small[0]:
        return f"{_LEVEL}: all layers lie within a factor of {figure(large[0] / small[0], 2)}."
    first, last = known[0], known[-1]
    if last[0] >= _FAR * first[0]:
        return f"The gradient vanishes towards the inputs: {_compared(first, last)}."
    if first[0] >= _FAR * last[0]:
        return f"The gradient grows towards the inputs: {_compared(last, first)}."
    return f"The layers lie far apart: {_compared(small, large)}."


def _compared(small: tuple[float, str], large: tuple[float, str]) -> str:
    factor = figure(float(f"{large[0] / small[0]:.2g}"))
    return f"that of {small[1]} is {factor} times smaller than that of {large[1]}"


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
