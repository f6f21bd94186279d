"""The figure of the network at work: dead units and gradients by layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rightfit.report.evidence import Evidence
from rightfit.report.figures.canvas import ONE, TWO, Picture, axes_grid, margins, picture, styled
from rightfit.report.network_state import LayerState
from rightfit.report.numerals import figure, percent

_MOST_LAYERS = 24


@styled
def network_picture(evidence: Evidence) -> Picture | None:
    """Share of dead units and size of the gradient of each layer, at the kept weights."""
    inside = evidence.inside
    if inside is None:
        return None
    layers = inside.layers[:_MOST_LAYERS]
    places = np.arange(len(layers))[::-1]
    drawing, (dead, slope) = axes_grid(1, 2, 7.2, 0.85 + 0.3 * len(layers), sharey=True)
    _draw_dead(dead, places, layers)
    _draw_slopes(slope, places, layers)
    for axes in (dead, slope):
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
    margins(drawing, left=1.0, bottom=0.35, between=(0.3, 0.5))
    return picture(
        drawing,
        "layers",
        "Dead units and gradients by layer",
        "; ".join(
            f"{layer.name}: gradient norm {figure(layer.gradient_norm, 3)}"
            + ("" if layer.dead_share is None else f", dead {percent(layer.dead_share)}")
            for layer in layers
        ),
        ("layer", "units", "dead", "mean size of activation", "weight norm", "gradient norm"),
        [
            (
                layer.name,
                str(layer.n_units),
                "–" if layer.dead_share is None else percent(layer.dead_share),
                figure(layer.mean_activation),
                figure(layer.weight_norm),
                figure(layer.gradient_norm),
            )
            for layer in layers
        ],
        f"At the kept weights of the heaviest network, over {inside.n_rows} {inside.rows_name} "
        "rows without dropout. A dead unit gives the same for every row.",
    )


def _draw_dead(dead: Any, places: Any, layers: Sequence[LayerState]) -> None:
    dead.barh(places, [layer.dead_share or 0.0 for layer in layers], height=0.5, color=TWO)
    for place, layer in zip(places, layers, strict=True):
        share = layer.dead_share
        untold = "no activation" if layer.name == "output" else "too few rows to tell"
        text = untold if share is None else f"{percent(share)} of {layer.n_units}"
        dead.annotate(
            text, (share or 0.0, place), textcoords="offset points", xytext=(5, -3), fontsize=8.5
        )
    dead.set_xlim(0, 1)
    dead.set_yticks(places, [layer.name for layer in layers])
    dead.set_title("dead units")
    dead.xaxis.set_major_formatter(lambda value, _: percent(value))


def _draw_slopes(slope: Any, places: Any, layers: Sequence[LayerState]) -> None:
    norms = [max(layer.gradient_norm, 1e-12) for layer in layers]
    slope.plot(norms, places, "D", color=ONE, markersize=6)
    slope.hlines(places, min(norms) / 3, norms, color=ONE, linewidth=1.2)
    slope.set_xscale("log")
    slope.set_xlim(min(norms) / 3, max(norms) * 3)
    slope.set_title("gradient norm (log scale)")
    slope.xaxis.set_major_formatter(lambda value, _: figure(value))
    slope.minorticks_off()
