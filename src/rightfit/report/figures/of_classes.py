"""Figures for classes: confusion matrix, ROC, precision and recall, reliability."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from rightfit.report.class_results import (
    Confusion,
    Curve,
    Reliability,
    confusion,
    precision_recall_curves,
    reliability,
    roc_curves,
)
from rightfit.report.evidence import Evidence
from rightfit.report.figures.canvas import (
    INK,
    LINE_STYLES,
    ONE,
    QUIET,
    RULE,
    SERIES,
    TWO,
    Picture,
    axes_grid,
    margins,
    picture,
    styled,
)
from rightfit.report.numerals import figure as digits
from rightfit.report.numerals import percent, shortened

_SQUARE = (3.55, 3.35)
_MOST_ROWS = 30


@styled
def class_pictures(evidence: Evidence) -> list[Picture]:
    """All figures of a classifier on its test rows."""
    test = evidence.test
    if test is None:
        return []
    found = [_confusion_picture(confusion(evidence.model, test))]
    roc, precision = roc_curves(evidence.model, test), precision_recall_curves(evidence.model, test)
    if roc:
        found.append(_roc_picture(roc))
        found.append(_precision_picture(precision))
    found.append(_reliability_picture(reliability(evidence.model, test)))
    return found


def _confusion_picture(found: Confusion) -> Picture:
    n = len(found.names)
    size = 3.3 if n <= 4 else 1.2 + 0.4 * n
    drawing, (axes,) = axes_grid(1, 1, max(3.55, size + 0.4), size)
    _draw_cells(axes, found)
    names = [shortened(name, 12) for name in found.names]
    turned = n > 4 and max(map(len, names)) > 3
    size_of_names = 9 if n <= 4 else 10.5
    axes.set_xticks(range(n), names, rotation=90 if turned else 0, fontsize=size_of_names)
    axes.set_yticks(range(n), names, fontsize=size_of_names)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(n - 0.5, -0.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    margins(drawing, left=1.15, bottom=1.1 if turned else 0.55, top=0.1)
    others = "" if n == found.n_alone else ", but for the others, which may be of different classes"
    return picture(
        drawing,
        "confusion",
        "Confusion matrix",
        f"Of {found.n_right:,} of {int(found.counts.sum()):,} test rows the predicted class is the "
        "true one.",
        ("true ↓ predicted →", *found.names),
        [
            (name, *(f"{int(count):,}" for count in row))
            for name, row in zip(found.names, found.counts, strict=True)
        ],
        f"Rows by true (down) and predicted class (across); the diagonal is right{others}. Shades "
        "are shares of the true class.",
    )


def _draw_cells(axes: Any, found: Confusion) -> None:
    n = len(found.names)
    shares = found.counts / np.maximum(found.counts.sum(axis=1, keepdims=True), 1)
    for i, j in itertools.product(range(n), range(n)):
        is_right = i == j < found.n_alone
        colour, shade = (ONE if is_right else TWO), 0.12 + 0.55 * shares[i, j]
        if i == j and not is_right:
            colour = QUIET
        if not found.counts[i, j]:
            colour, shade = RULE, 0.4
        axes.add_patch(_square(j, i, colour, shade))
        if found.counts[i, j]:
            axes.text(
                j,
                i,
                f"{found.counts[i, j]:,}",
                ha="center",
                va="center",
                fontweight="bold" if is_right else "normal",
                fontsize=11 if n <= 4 else 10,
            )


def _square(x: int, y: int, colour: str, alpha: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, facecolor=colour, alpha=alpha, linewidth=0)


def _roc_picture(curves: Sequence[Curve]) -> Picture:
    drawing, (axes,) = axes_grid(1, 1, *_SQUARE)
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.9, linestyle=":")
    _draw(axes, curves)
    axes.set_xlabel("false positive rate")
    axes.set_title("true positive rate")
    axes.legend(loc="lower right", title="area", title_fontsize=8.5)
    margins(drawing)
    return picture(
        drawing,
        "roc",
        "ROC curve",
        "Area under the curve: " + _areas(curves) + ".",
        ("class", "false positive rate", "true positive rate"),
        _points(curves),
        "The dotted line is guessing.",
    )


def _precision_picture(curves: Sequence[Curve]) -> Picture:
    drawing, (axes,) = axes_grid(1, 1, *_SQUARE)
    _draw(axes, curves)
    axes.set_xlabel("recall")
    axes.set_title("precision")
    axes.legend(loc="lower left", title="average precision", title_fontsize=8.5)
    margins(drawing)
    return picture(
        drawing,
        "precision",
        "Precision and recall",
        "Average precision: " + _areas(curves) + ".",
        ("class", "recall", "precision"),
        _points(curves),
        "Precision: how many that are said are right. Recall: how many there are that are said.",
    )


def _reliability_picture(found: Reliability) -> Picture:
    drawing, (axes,) = axes_grid(1, 1, *_SQUARE)
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.9, linestyle=":")
    axes.plot(found.said, found.came, color=QUIET, linewidth=0.9)
    sizes = 20 + 160 * found.n_rows / found.n_rows.max()
    axes.scatter(found.said, found.came, s=sizes, color=ONE, alpha=0.85, linewidths=0)
    axes.set_xlim(-0.04, 1.04)
    axes.set_ylim(-0.04, 1.04)
    axes.set_xlabel("probability said")
    axes.set_title("share that came true")
    axes.grid()
    axes.text(1.0, 0.02, f"calibration error {percent(found.error)}", ha="right", color=INK)
    margins(drawing)
    return picture(
        drawing,
        "reliability",
        "Reliability diagram",
        f"Expected calibration error of {found.of_what}: {percent(found.error)} over "
        f"{len(found.said)} bins.",
        ("probability said", "share that came true", "rows"),
        [
            (percent(said), percent(came), f"{n:,}")
            for said, came, n in zip(found.said, found.came, found.n_rows, strict=True)
        ],
        f"Probability of {found.of_what}. On the dotted line it means what it says; larger points "
        "have more rows.",
    )


def _draw(axes: Any, curves: Sequence[Curve]) -> None:
    for number, curve in enumerate(curves):
        label = f"{shortened(curve.name, 16)}: {curve.area:.3f}"
        axes.plot(
            curve.x,
            curve.y,
            color=SERIES[number],
            linestyle=LINE_STYLES[number],
            drawstyle="steps-post" if len(curve.x) < 40 else "default",
            label=label,
        )
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.04)
    axes.grid()


def _areas(curves: Sequence[Curve]) -> str:
    return ", ".join(f"{curve.name} {curve.area:.4f}" for curve in curves)


def _points(curves: Sequence[Curve]) -> list[tuple[str, str, str]]:
    rows = []
    for curve in curves:
        step = max(1, -(-len(curve.x) * len(curves) // _MOST_ROWS))
        pairs = list(zip(curve.x.tolist(), curve.y.tolist(), strict=True))
        rows += [(curve.name, digits(x, 3), digits(y, 3)) for x, y in pairs[::step]]
    return rows
