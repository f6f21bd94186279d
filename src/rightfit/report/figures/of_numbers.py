"""Figures for numbers: predicted against true, residuals, and error by tenth of the target."""

from typing import Any

import numpy as np
from jaxtyping import Float

from rightfit.errors import counted
from rightfit.report.evidence import Evidence
from rightfit.report.figures.canvas import (
    ONE,
    QUIET,
    TWO,
    Picture,
    axes_grid,
    margins,
    picture,
    styled,
)
from rightfit.report.numerals import figure, percent
from rightfit.shuffle import shuffled

_MOST_POINTS = 400
_N_CELLS = 26
_N_BINS = 24
_N_TENTHS = 10
_MOST_ROWS = 30
_LONGEST_TICK = 8
_SQUARE = (3.55, 3.35)


@styled
def number_pictures(evidence: Evidence) -> list[Picture]:
    """All figures of a regressor on its test rows; of several outputs, for the first."""
    test = evidence.test
    if test is None:
        return []
    target = evidence.model.target
    truth = test.truth[:, 0] * target.scale[0] + target.center[0]
    predicted = test.predictions[:, 0] * target.scale[0] + target.center[0]
    first = " Of the first of several targets." if len(target.scale) > 1 else ""
    return [
        _against(truth, predicted, first),
        _residuals(truth, predicted, first),
        _by_tenth(truth, predicted, first),
    ]


def _against(
    truth: Float[np.ndarray, " row"], predicted: Float[np.ndarray, " row"], more: str
) -> Picture:
    drawing, (axes,) = axes_grid(1, 1, *_SQUARE)
    low, high = float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))
    axes.plot([low, high], [low, high], color=QUIET, linewidth=0.9, linestyle=":")
    _cloud(axes, truth, predicted)
    axes.set_xlabel("true")
    axes.set_title("predicted")
    axes.grid()
    axes.locator_params(nbins=5)
    margins(drawing)
    some = shuffled(len(truth), 8)[:_MOST_ROWS]
    some = some[np.argsort(truth[some], kind="stable")]
    return picture(
        drawing,
        "against",
        "Predicted against true",
        f"{counted(len(truth), 'test row')}; correlation {np.corrcoef(truth, predicted)[0, 1]:.3f}."
        if len(truth) > 2 and np.ptp(predicted) > 0 and np.ptp(truth) > 0
        else f"{counted(len(truth), 'test row')}.",
        ("true", "predicted"),
        [(figure(float(truth[i])), figure(float(predicted[i]))) for i in some],
        "On the dotted line a prediction is right." + _shade_note(len(truth)) + more,
    )


def _residuals(
    truth: Float[np.ndarray, " row"], predicted: Float[np.ndarray, " row"], more: str
) -> Picture:
    off = truth - predicted
    drawing, (axes,) = axes_grid(1, 1, *_SQUARE)
    heights, edges = np.histogram(off, _N_BINS)
    axes.bar(edges[:-1], heights, np.diff(edges) * 0.9, align="edge", color=ONE, alpha=0.85)
    axes.axvline(0, color=QUIET, linewidth=0.9, linestyle=":")
    axes.set_xlabel("true − predicted")
    axes.set_title("rows")
    axes.grid(axis="y")
    axes.locator_params(axis="x", nbins=5)
    margins(drawing)
    low, middle, high = np.quantile(off, [0.05, 0.5, 0.95])
    return picture(
        drawing,
        "residuals",
        "Residuals",
        f"Median {figure(float(middle))}; nine of ten rows lie between {figure(float(low))} and "
        f"{figure(float(high))}.",
        ("from", "to", "rows"),
        [
            (figure(float(a)), figure(float(b)), str(int(n)))
            for a, b, n in zip(edges[:-1], edges[1:], heights, strict=True)
        ],
        f"Nine of ten lie between {figure(float(low))} and {figure(float(high))}.{more}",
    )


def _by_tenth(
    truth: Float[np.ndarray, " row"], predicted: Float[np.ndarray, " row"], more: str
) -> Picture:
    order = np.argsort(truth, kind="stable")
    parts = [part for part in np.array_split(order, _N_TENTHS) if len(part)]
    errors = [float(np.abs(truth[p] - predicted[p]).mean()) for p in parts]
    biases = [float((predicted[p] - truth[p]).mean()) for p in parts]
    drawing, (axes,) = axes_grid(1, 1, 7.2, 2.7)
    places = np.arange(len(parts))
    axes.bar(places, errors, 0.6, color=ONE, alpha=0.85, label="mean absolute error")
    axes.plot(places, biases, "s--", color=TWO, label="mean of predicted − true")
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.set_xticks(places, [_short(float(truth[p].mean())) for p in parts])
    axes.set_xlabel("mean target of each tenth of the rows")
    axes.grid(axis="y")
    drawing.legend(loc="upper right", ncols=2, frameon=False, fontsize=8.5)
    margins(drawing, top=0.35)
    worst = int(np.argmax(errors))
    return picture(
        drawing,
        "tenths",
        "Error by tenth of the target",
        f"The largest mean absolute error, {figure(errors[worst])}, is in tenth {worst + 1} of "
        f"{len(parts)}.",
        ("tenth", "mean target", "mean absolute error", "predicted − true", "share of all error"),
        [
            (
                str(i + 1),
                figure(float(truth[p].mean())),
                figure(errors[i]),
                figure(biases[i]),
                percent(
                    errors[i]
                    * len(p)
                    / max(sum(e * len(q) for e, q in _pairs(errors, parts)), 1e-300)
                ),
            )
            for i, p in enumerate(parts)
        ],
        "Where dashes are above 0, predictions are too high." + more,
    )


def _short(number: float) -> str:
    """Write a number so that ten of them have room side by side."""
    text = figure(number, 3)
    if len(text) <= _LONGEST_TICK:
        return text
    return f"{number:.1e}".replace("-", "−", int(number < 0))


def _pairs(errors: list[float], parts: list[Any]) -> Any:
    return zip(errors, parts, strict=True)


def _cloud(axes: Any, x: Float[np.ndarray, " row"], y: Float[np.ndarray, " row"]) -> None:
    """Points, or of many rows cells that are the darker the more rows they hold."""
    if len(x) <= _MOST_POINTS:
        axes.plot(x, y, "o", color=ONE, alpha=0.8, markersize=3.8, markeredgewidth=0)
        return
    from matplotlib.patches import Rectangle

    counts, xs, ys = np.histogram2d(x, y, _N_CELLS)
    shades = 0.25 + 0.75 * np.sqrt(counts / counts.max())
    for i, j in zip(*np.nonzero(counts), strict=True):
        cell = (xs[i], ys[j]), xs[1] - xs[0], ys[1] - ys[0]
        axes.add_patch(Rectangle(*cell, facecolor=ONE, alpha=round(shades[i, j], 2), linewidth=0))
    axes.autoscale_view()


def _shade_note(n_rows: int) -> str:
    return " Darker cells hold more rows." if n_rows > _MOST_POINTS else ""
