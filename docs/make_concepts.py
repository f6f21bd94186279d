"""Make the pictures of the concepts, each from the code of its page: python docs/make_concepts.py.

A page's blocks are run one after another; the drawing takes what they left. What a picture shows
in words is the page's own: its heading, and the text that stands for the image.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rightfit.report.figures.canvas import (
    INK,
    LINE_STYLES,
    MARKERS,
    QUIET,
    SERIES,
    axes_grid,
    margins,
    picture,
    styled,
)

PAGES = Path(__file__).parent / "concepts"
PICTURES = Path(__file__).parent / "pictures"
WIDTH = 6.4
HEIGHT = 3.0
# The roles of the report's colours, on light paper and on dark.
STYLE = """<style>
:root { color: #1b2129; --quiet: #5d6672; --rule: #dcdfe2; --paper: #ffffff;
  --one: #1d5fb4; --two: #b8460e; --three: #0f766e; --four: #86399c; font-family: sans-serif }
@media (prefers-color-scheme: dark) {
  :root { color: #e6e9ed; --quiet: #9ca6b3; --rule: #343b45; --paper: #14171c;
    --one: #76b0ff; --two: #ffa066; --three: #4fd0bb; --four: #d9a2f0 }
}
</style>"""

Names = Mapping[str, Any]


def run_page(name: str) -> dict[str, Any]:
    """Run a page's blocks of Python one after another, and give the names that they leave."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", _text(name), re.DOTALL):
        exec(compile(block, f"{name}.md", "exec"), names)
    return names


@styled
def draw_page(name: str, names: Names) -> str:
    """Draw a page's picture, as SVG that stands by itself."""
    heading = re.search(r"^# (.*)$", _text(name), re.MULTILINE)
    image = re.search(rf"!\[(.*?)\]\(\.\./pictures/{name}\.svg\)", _text(name))
    assert heading is not None
    assert image is not None, f"{name}.md shows no picture of that name"
    made = picture(DRAWINGS[name](names), name, heading[1], image[1], (), ())
    svg = made.svg.replace("<title", STYLE + "<title", 1)
    svg = re.sub(
        r'viewBox="0 0 ([\d.]+) ([\d.]+)"', r'width="\1pt" height="\2pt" \g<0>', svg, count=1
    )
    return svg + "\n"


def _text(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


def _linear(names: Names) -> Figure:
    figure, (axes,) = axes_grid(1, 1, 4.2, HEIGHT)
    _surface(axes, names["linear"], names["X_train"], names["y_train"])
    margins(figure, left=0.4, bottom=0.35)
    return figure


def _hidden_layers(names: Names) -> Figure:
    return _surfaces(names["models"], names["X_train"], names["y_train"])


def _deeper(names: Names) -> Figure:
    return _surfaces(names["models"], names["X"][:600], names["y"][:600])


def _backpropagation(names: Names) -> Figure:
    figure, (axes,) = axes_grid(1, 1, WIDTH, HEIGHT)
    here = names["W1"][0, 0]
    weights = here + np.linspace(-2, 2, 161)
    nudges = [np.where(names["nudge"] > 0, weight - here, 0.0) for weight in weights]
    losses = np.array([names["loss_of"](names["W1"] + nudge, names["W2"]) for nudge in nudges])
    now = names["loss_of"](names["W1"], names["W2"])
    tangent = now + names["gradient_W1"][0, 0] * (weights - here)
    near = np.abs(weights - here) < 0.8
    axes.plot(weights, losses, color=SERIES[0], label="loss")
    axes.plot(weights[near], tangent[near], "--", color=SERIES[1], label="slope, backpropagated")
    axes.plot([here], [now], "o", color=INK, label="the weight now")
    axes.set(xlabel="one weight of the first layer", ylabel="loss")
    axes.legend()
    margins(figure)
    return figure


def _sgd(names: Names) -> Figure:
    labels = [f"batches of {size}" for size in names["losses"]]
    return _curves(labels, list(names["losses"].values()), "validation loss")


def _early_stopping(names: Names) -> Figure:
    model = names["endless"]
    both = [[row[key] for row in model.history_] for key in ("train_loss", "validation_loss")]
    figure = _curves(["training rows", "validation rows"], both, "loss")
    axes = figure.axes[0]
    best = model.best_epoch_
    axes.plot([best], [both[1][best - 1]], "o", color=INK)
    axes.annotate(
        f"best epoch: {best}",
        (best, both[1][best - 1]),
        xytext=(-30, 28),
        textcoords="offset points",
        color=INK,
    )
    return figure


def _l2(names: Names) -> Figure:
    figure, (axes,) = axes_grid(1, 1, WIDTH, HEIGHT)
    places = range(len(names["losses"]))
    for index, label in enumerate(["training rows", "test rows"]):
        losses = [pair[index] for pair in names["losses"].values()]
        form = MARKERS[index] + LINE_STYLES[index]
        axes.plot(places, losses, form, color=SERIES[index], label=label)
    axes.set_xticks(places, [f"{value:g}" for value in names["losses"]])
    axes.set(xlabel="l2", ylabel="log loss", ylim=(0, None))
    axes.legend()
    margins(figure)
    return figure


def _dropout(names: Names) -> Figure:
    labels = [f"dropout_rate={rate:g}" for rate in names["losses"]]
    return _curves(labels, list(names["losses"].values()), "validation loss")


def _packs(names: Names) -> Figure:
    figure, (axes,) = axes_grid(1, 1, WIDTH, HEIGHT)
    members = names["pack"].members_
    values = sorted({row["l2"] for row in members})
    for index, sizes in enumerate([(), (16,)]):
        rows = [row for row in members if tuple(row["hidden_sizes"]) == sizes]
        # Side by side, so that no point hides another.
        places = [values.index(row["l2"]) + 0.16 * index - 0.08 for row in rows]
        losses = [row["validation_loss"] for row in rows]
        axes.plot(places, losses, MARKERS[index], color=SERIES[index], alpha=0.7)
        means = [
            np.mean([row["validation_loss"] for row in rows if row["l2"] == value])
            for value in values
        ]
        label = f"hidden_sizes={sizes}"
        form = MARKERS[index] + LINE_STYLES[index]
        axes.plot(range(len(values)), means, form, markersize=0, color=SERIES[index], label=label)
    axes.set_xticks(range(len(values)), [f"{value:g}" for value in values])
    axes.set(xlabel="l2", ylabel="held-out log loss")
    axes.legend()
    margins(figure)
    return figure


def _curves(labels: Sequence[str], losses: Sequence[Sequence[float]], name: str) -> Figure:
    figure, (axes,) = axes_grid(1, 1, WIDTH, HEIGHT)
    for index, (label, curve) in enumerate(zip(labels, losses, strict=True)):
        epochs = range(1, len(curve) + 1)
        axes.plot(epochs, curve, LINE_STYLES[index], color=SERIES[index], label=label)
    axes.set(xlabel="epoch", ylabel=name, ylim=(0, None))
    axes.legend()
    margins(figure)
    return figure


def _surfaces(models: Mapping[tuple[int, ...], Any], X: np.ndarray, y: np.ndarray) -> Figure:
    figure, grid = axes_grid(1, len(models), 7.2, 2.6)
    for axes, (sizes, model) in zip(grid, models.items(), strict=True):
        _surface(axes, model, X, y)
        axes.set_title(f"hidden_sizes={sizes}")
    margins(figure, left=0.35, bottom=0.3, between=(0.35, 0.3))
    return figure


def _surface(axes: Axes, model: Any, X: np.ndarray, y: np.ndarray) -> None:
    """The points of two classes, and where the model gives both one half."""
    low, high = X.min(axis=0) - 0.1, X.max(axis=0) + 0.1
    across, up = np.meshgrid(np.linspace(low[0], high[0], 60), np.linspace(low[1], high[1], 60))
    probability = model.predict_proba(np.column_stack([across.ravel(), up.ravel()]))[:, 1]
    surface = probability.reshape(across.shape)
    axes.contourf(across, up, surface, [0, 0.5, 1], colors=list(SERIES[:2]), alpha=0.15)
    axes.contour(across, up, surface, [0.5], colors=[INK], linewidths=1.6)
    for index in (0, 1):
        points = X[y == index][:120]
        axes.plot(*points.T, MARKERS[index], color=SERIES[index], markersize=2.5, alpha=0.8)
    axes.tick_params(colors=QUIET)


DRAWINGS: Mapping[str, Callable[[Names], Figure]] = MappingProxyType(
    {
        "linear-and-logistic-models": _linear,
        "hidden-layers-and-relu": _hidden_layers,
        "backpropagation": _backpropagation,
        "mini-batch-sgd": _sgd,
        "deeper-networks": _deeper,
        "early-stopping": _early_stopping,
        "l2": _l2,
        "dropout": _dropout,
        "packs": _packs,
    }
)


def main(names: Sequence[str]) -> None:
    """Make the pictures of the named pages, or of all."""
    for name in names or DRAWINGS:
        (PICTURES / f"{name}.svg").write_text(draw_page(name, run_page(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
