"""Figures of the columns: permutation importance and partial dependence."""

import numpy as np

from rightfit.errors import counted
from rightfit.report.dependence import Dependence
from rightfit.report.evidence import Evidence
from rightfit.report.figures.canvas import (
    LINE_STYLES,
    MARKERS,
    ONE,
    QUIET,
    SERIES,
    Picture,
    axes_grid,
    margins,
    picture,
    styled,
)
from rightfit.report.importance import BUDGET_SECONDS
from rightfit.report.numerals import figure as digits
from rightfit.report.numerals import percent, shortened

_MOST_BARS = 15
_MOST_ROWS = 60


@styled
def importance_picture(evidence: Evidence) -> Picture | None:
    """How much the loss rises when a column is shuffled, with 95 % intervals."""
    found = evidence.importance
    if found is None or not found.columns:
        return None
    shown = found.columns[:_MOST_BARS]
    what = "log loss" if evidence.is_classifier else "squared error, in target variances"
    drawing, (axes,) = axes_grid(1, 1, 7.2, 0.7 + 0.26 * len(shown))
    places = np.arange(len(shown))[::-1]
    axes.barh(places, [c.rise for c in shown], height=0.55, color=ONE, alpha=0.28)
    for place, column in zip(places, shown, strict=True):
        axes.plot([column.low, column.high], [place, place], color=ONE, linewidth=1.6)
        axes.plot([column.rise], [place], "o", color=ONE, markersize=5.5)
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.set_yticks(places, [shortened(column.name, 30) for column in shown])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(f"rise of {what} when the column is shuffled")
    margins(drawing, left=2.2, top=0.1)
    left = [
        f"Shuffled {counted(found.n_repeats, 'time')} among "
        f"{counted(found.n_rows, 'test row')}, on a budget of about {BUDGET_SECONDS:g} s.",
    ]
    if found.n_left_out:
        left.append(
            f"{counted(found.n_left_out, 'column')} of small slope had no room in it."
            if not found.was_cut_short
            else f"This machine was slow: {counted(found.n_left_out, 'column')} were left out."
        )
    if len(found.columns) > len(shown):
        left.append(f"Drawn: the first {len(shown)} of {len(found.columns)}.")
    return picture(
        drawing,
        "importance",
        "Permutation importance of the columns",
        "The most important columns: "
        + ", ".join(f"{c.name} ({digits(c.rise, 2)})" for c in shown[:5])
        + ".",
        ("column", "rise of loss", "from", "to"),
        [
            (c.name, digits(c.rise), digits(c.low), digits(c.high))
            for c in found.columns[:_MOST_ROWS]
        ],
        " ".join(left),
    )


@styled
def dependence_picture(evidence: Evidence) -> Picture | None:
    """What is predicted on average as each of the most important columns changes."""
    found = evidence.dependence
    if not found:
        return None
    n_columns = min(3, len(found))
    n_rows = -(-len(found) // n_columns)
    drawing, all_axes = axes_grid(n_rows, n_columns, 7.2, 0.75 + 1.95 * n_rows, sharey=True)
    rows = []
    for axes, one in zip(all_axes, found, strict=False):
        _draw(axes, one)
        rows += [
            (one.name, _place(place), name or "prediction", digits(float(value)))
            for name, line in zip(one.names, one.lines, strict=True)
            for place, value in zip(one.places, line, strict=True)
        ]
    for axes in all_axes[len(found) :]:
        axes.set_visible(False)
    several = len(found[0].names) > 1
    if several:
        drawing.legend(
            *all_axes[0].get_legend_handles_labels(), loc="upper right", ncols=3, frameon=False
        )
    margins(drawing, top=0.55 if several else 0.3, bottom=0.4, between=(0.4, 0.75))
    if evidence.is_classifier:
        all_axes[0].yaxis.set_major_formatter(lambda value, _: percent(value))
    return picture(
        drawing,
        "dependence",
        "Partial dependence on the most important columns",
        f"The mean prediction along {', '.join(one.name for one in found)}.",
        ("column", "value", "of", "mean prediction"),
        rows,
        _caption(evidence),
    )


def _draw(axes: object, one: Dependence) -> None:
    places = one.places if one.is_number else tuple(range(len(one.places)))
    for number, (line, name) in enumerate(zip(one.lines, one.names, strict=True)):
        axes.plot(  # type: ignore[attr-defined]
            places,
            line,
            color=SERIES[number],
            linestyle=LINE_STYLES[number] if one.is_number else "none",
            marker=MARKERS[number],
            markersize=3.5 if one.is_number else 6,
            label=name,
        )
    if not one.is_number:
        labels = [shortened(place, 9) for place in one.places]
        axes.set_xticks(places, labels, rotation=30, ha="right")  # type: ignore[attr-defined]
        axes.margins(x=0.15)  # type: ignore[attr-defined]
    axes.set_title(shortened(one.name, 30))  # type: ignore[attr-defined]
    axes.grid(axis="y")  # type: ignore[attr-defined]
    axes.locator_params(axis="y", nbins=5)  # type: ignore[attr-defined]
    if one.is_number:
        axes.locator_params(axis="x", nbins=3)  # type: ignore[attr-defined]


def _place(place: object) -> str:
    return digits(place) if isinstance(place, float) else str(place)


def _caption(evidence: Evidence) -> str:
    classes = evidence.model.target.classes
    what = "Mean prediction"
    if classes is not None:
        what = "Mean probability"
        if len(classes) == 2:
            what += f" of class {shortened(classes[1], 24)!r}"
    n_rows = counted(evidence.dependence[0].n_rows, "test row")
    return (
        f"{what} of {n_rows} if each of them had this value, the other columns being as they are."
    )
