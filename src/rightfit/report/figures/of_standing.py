"""The figure beside the verdict: the model and its baselines, with intervals."""

from typing import Any

import numpy as np

from rightfit.report.evidence import Evidence
from rightfit.report.figures.canvas import (
    INK,
    ONE,
    QUIET,
    Picture,
    axes_grid,
    margins,
    picture,
    styled,
)
from rightfit.report.numerals import figure as digits
from rightfit.report.numerals import interval, percent
from rightfit.report.skill import skill_said
from rightfit.report.standing import Standing


@styled
def standing_picture(evidence: Evidence) -> Picture | None:
    """The main score of the model and of each baseline on the same test rows."""
    found = evidence.standings
    if not found:
        return None
    write, kind = (percent, "percent") if evidence.is_classifier else (digits, "figure")
    drawing, (axes,) = axes_grid(1, 1, 7.2, 0.62 + 0.36 * len(found))
    places = np.arange(len(found))[::-1]
    for place, one in zip(places, found, strict=True):
        _draw(axes, float(place), one, write(one.score))
    axes.set_yticks(places, [one.name for one in found])
    axes.set_ylim(-0.6, len(found) - 0.4)
    axes.margins(x=0.12)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    if evidence.is_classifier:
        axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    margins(drawing, left=1.45, top=0.08, bottom=0.5)
    what = "share right" if evidence.is_classifier else "root mean squared error"
    better = "more is better" if evidence.is_classifier else "less is better"
    axes.set_xlabel(f"{what} ({better})")
    return picture(
        drawing,
        "standing",
        "The model beside its baselines",
        "; ".join(
            f"{one.name}: {what} {write(one.score)}, 95 % interval "
            f"{interval(*one.score_interval, kind)}"
            for one in found
        ),
        ("predictor", what, "95 % interval", "loss", "loss saved", "note"),
        [
            (
                one.name,
                write(one.score),
                interval(*one.score_interval, kind),
                digits(one.loss),
                skill_said(one.skill),
                one.note,
            )
            for one in found
        ],
        "Points are scores on the test rows, lines their 95 % bootstrap intervals.",
    )


def _draw(axes: Any, place: float, one: Standing, score: str) -> None:
    """A point with its interval; the model's own is larger, round and bold."""
    own = one.key == "model"
    colour = ONE if own else QUIET
    axes.plot(one.score_interval, [place] * 2, color=colour, linewidth=3)
    axes.plot([one.score], [place], "o" if own else "s", color=colour, markersize=9 if own else 6)
    axes.annotate(
        score,
        (np.nanmax([one.score, one.score_interval[1]]), place),
        textcoords="offset points",
        xytext=(9, -3.5),
        fontweight="bold" if own else "normal",
        color=INK,
    )
