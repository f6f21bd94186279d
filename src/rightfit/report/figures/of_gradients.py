"""The figure of the gradient norms: one line a layer over the epochs."""

from typing import Any

import numpy as np
from jaxtyping import Float

from rightfit.model.model import Model
from rightfit.report.course import some_of
from rightfit.report.figures.canvas import (
    INK,
    LINE_STYLES,
    MARKERS,
    SERIES,
    Picture,
    axes_grid,
    margins,
    mark_kept,
    picture,
    styled,
)
from rightfit.report.gradient_course import GradientCourse, describe_gradients, gradient_course
from rightfit.report.numerals import figure

# Of more, nobody could tell one from another; the table has them all.
MOST_LAYERS = 8
_MOST_POINTS = 300
_MARKERS_OF_A_LINE = 6
_SAID = (
    "Root mean square, over up to four full mini-batches of each epoch, of the norm of the "
    "gradient of a layer's weights, as the optimizer is handed it: with dropout and L2. A line far "
    "below the others is a layer that hardly learns; lines that climb by orders of magnitude are "
    "gradients that explode."
)


@styled
def gradients_picture(model: Model) -> Picture | None:
    """The gradient norm of each layer of the heaviest network, epoch by epoch."""
    course = gradient_course(model)
    if course is None:
        return None
    drawing, (axes,) = axes_grid(1, 1, 7.2, 3.3)
    drawn = _drawn(len(course.layers))
    for place, layer in enumerate(drawn):
        _draw(axes, course, place, layer)
    axes.set_yscale("log")
    axes.set_ylim(*_limits(course.norms))
    axes.yaxis.set_major_formatter(lambda value, _: figure(value))
    axes.minorticks_off()
    mark_kept(axes, course.best_epoch, course.epochs)
    axes.set_xlabel("epoch")
    axes.set_title("gradient norm (log scale)", color=INK)
    axes.grid(axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), handlelength=3.2)
    margins(drawing, right=1.75)
    left = len(course.layers) - len(drawn)
    return picture(
        drawing,
        "gradients",
        "Gradient norm of each layer by epoch",
        describe_gradients(course),
        ("epoch", *course.layers),
        [
            (str(course.epochs[i]), *(figure(float(norm)) for norm in course.norms[i]))
            for i in some_of(course.epochs, course.best_epoch)
        ],
        f"{_SAID} {left} layers between are not drawn." if left else _SAID,
    )


def _drawn(n_layers: int) -> list[int]:
    """Which layers have a line: all, or evenly many from the first to the last."""
    if n_layers <= MOST_LAYERS:
        return list(range(n_layers))
    return [int(place) for place in np.linspace(0, n_layers - 1, MOST_LAYERS).round()]


def _limits(norms: Float[np.ndarray, "epoch layer"]) -> tuple[float, float]:
    """Leave room around the norms, for two powers of ten at least: noise shall look like noise."""
    positive = norms[norms > 0]
    low, high = float(positive.min()), float(positive.max())
    room = max(1.5, 10 / np.sqrt(high / low))
    # Above them stands which epoch was kept.
    return low / room, high * 2 * room


def _draw(axes: Any, course: GradientCourse, place: int, layer: int) -> None:
    step = -(-len(course.epochs) // _MOST_POINTS)
    norms = np.where(course.norms[:, layer] > 0, course.norms[:, layer], np.nan)[::step]
    turn = place // len(SERIES)
    axes.plot(
        course.epochs[::step],
        norms,
        color=SERIES[place % len(SERIES)],
        # The fifth line has the colour of the first one, and another dash.
        linestyle=LINE_STYLES[(place + turn) % len(LINE_STYLES)],
        marker=MARKERS[(place + 2 * turn) % len(MARKERS)],
        markevery=max(1, -(-len(norms) // _MARKERS_OF_A_LINE)),
        markersize=4.5,
        linewidth=1.6,
        label=course.layers[layer],
    )
