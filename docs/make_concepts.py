"""Make the pictures of the concepts, each from the code of its page: python docs/make_concepts.py.

A page's blocks are run one after another; the drawing takes what they left. What a picture shows
in words is the page's own: its heading, and the text that stands for the image. What it shows in
numbers is written under it, thinned.
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
from rightfit.report.numerals import figure as digits

PAGES = Path(__file__).parent / "concepts"
PICTURES = Path(__file__).parent / "pictures"
WIDTH = 6.4
HEIGHT = 3.0
# Of the numbers under a picture.
N_ROWS = 10
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
Data = tuple[Sequence[str], Sequence[Sequence[str]]]


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


def data_of(name: str, names: Names) -> Data:
    """What a page's picture shows, in numbers: names of columns, and a few rows."""
    return DATA[name](names)


def with_data(name: str, data: Data) -> str:
    """Give a page's text with the numbers of its picture under it, in place of earlier ones."""
    header, rows = data
    lines = [f"| {' | '.join(row)} |" for row in rows]
    table = [f"| {' | '.join(header)} |", "|---" * len(header) + "|", *lines]
    opening = '<details markdown="1">\n<summary>The picture in numbers</summary>'
    block = "\n".join([opening, "", *table, "", "</details>", ""])
    image = rf"(!\[[^]]*\]\(\.\./pictures/{name}\.svg\)\n)"
    return re.sub(
        rf"{image}(?:\n<details.*?</details>\n)?",
        lambda found: f"{found[1]}\n{block}",
        _text(name),
        count=1,
        flags=re.DOTALL,
    )


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
    here, now = names["W1"][0, 0], names["loss_of"](names["W1"], names["W2"])
    weights = here + np.linspace(-2, 2, 161)
    losses, tangent = _along_weight(names, weights)
    near = np.abs(weights - here) < 0.8
    axes.plot(weights, losses, color=SERIES[0], label="loss")
    axes.plot(weights[near], tangent[near], "--", color=SERIES[1], label="slope, backpropagated")
    axes.plot([here], [now], "o", color=INK, label="the weight now")
    axes.set(xlabel="one weight of the first layer", ylabel="loss")
    axes.legend()
    margins(figure)
    return figure


def _backpropagation_data(names: Names) -> Data:
    weights = names["W1"][0, 0] + np.linspace(-2, 2, 11)
    columns = (weights, *_along_weight(names, weights))
    return (
        ("weight", "loss", "line with the slope, backpropagated"),
        [[digits(float(number), 3) for number in row] for row in zip(*columns, strict=True)],
    )


def _along_weight(names: Names, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loss where one weight has other values, and the line through the loss now."""
    here, now = names["W1"][0, 0], names["loss_of"](names["W1"], names["W2"])
    nudges = [np.where(names["nudge"] > 0, weight - here, 0.0) for weight in weights]
    losses = np.array([names["loss_of"](names["W1"] + nudge, names["W2"]) for nudge in nudges])
    return losses, now + names["gradient_W1"][0, 0] * (weights - here)


def _sgd(names: Names) -> Figure:
    return _curves(_by_batch(names), "validation loss")


def _by_batch(names: Names) -> dict[str, Sequence[float]]:
    return {f"batches of {size}": losses for size, losses in names["losses"].items()}


def _early_stopping(names: Names) -> Figure:
    both = _both_losses(names)
    figure = _curves(both, "loss")
    axes = figure.axes[0]
    best = names["endless"].best_epoch_
    axes.plot([best], [both["validation rows"][best - 1]], "o", color=INK)
    axes.annotate(
        f"best epoch: {best}",
        (best, both["validation rows"][best - 1]),
        xytext=(-30, 28),
        textcoords="offset points",
        color=INK,
    )
    return figure


def _both_losses(names: Names) -> dict[str, Sequence[float]]:
    keys = {"training rows": "train_loss", "validation rows": "validation_loss"}
    history = names["endless"].history_
    return {label: [row[key] for row in history] for label, key in keys.items()}


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


def _l2_data(names: Names) -> Data:
    rows = [[f"{l2:g}", *(digits(loss) for loss in pair)] for l2, pair in names["losses"].items()]
    return ("l2", "log loss of training rows", "log loss of test rows"), rows


def _dropout(names: Names) -> Figure:
    return _curves(_by_rate(names), "validation loss")


def _by_rate(names: Names) -> dict[str, Sequence[float]]:
    return {f"dropout_rate={rate:g}": losses for rate, losses in names["losses"].items()}


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


def _packs_data(names: Names) -> Data:
    cells: dict[tuple[float, tuple[int, ...]], dict[int, float]] = {}
    for row in names["pack"].members_:
        folds = cells.setdefault((row["l2"], tuple(row["hidden_sizes"])), {})
        folds[row["fold"]] = row["validation_loss"]
    rows = [
        [
            f"{l2:g}",
            str(sizes),
            *(digits(folds[fold]) for fold in sorted(folds)),
            digits(float(np.mean(list(folds.values())))),
        ]
        for (l2, sizes), folds in sorted(cells.items())
    ]
    n_folds = len(next(iter(cells.values())))
    return ("l2", "hidden_sizes", *(f"fold {n + 1}" for n in range(n_folds)), "mean"), rows


def _curves(curves: Mapping[str, Sequence[float]], name: str) -> Figure:
    figure, (axes,) = axes_grid(1, 1, WIDTH, HEIGHT)
    for index, (label, curve) in enumerate(curves.items()):
        epochs = range(1, len(curve) + 1)
        axes.plot(epochs, curve, LINE_STYLES[index], color=SERIES[index], label=label)
    axes.set(xlabel="epoch", ylabel=name, ylim=(0, None))
    axes.legend()
    margins(figure)
    return figure


def _by_epoch(curves: Mapping[str, Sequence[float]], best: int | None = None) -> Data:
    """A few epochs of curves: the first, the last, the best, and some between."""
    n_epochs = len(next(iter(curves.values())))
    epochs = set(np.linspace(1, n_epochs, N_ROWS).round().astype(int).tolist())
    rows = [
        [f"{at} (best)" if at == best else str(at), *(digits(c[at - 1]) for c in curves.values())]
        for at in sorted(epochs | {best or 1})
    ]
    return ("epoch", *curves), rows


def _surfaces(models: Mapping[tuple[int, ...], Any], X: np.ndarray, y: np.ndarray) -> Figure:
    figure, grid = axes_grid(1, len(models), 7.2, 2.6)
    for axes, (sizes, model) in zip(grid, models.items(), strict=True):
        _surface(axes, model, X, y)
        axes.set_title(f"hidden_sizes={sizes}")
    margins(figure, left=0.35, bottom=0.3, between=(0.35, 0.3))
    return figure


def _surface(axes: Axes, model: Any, X: np.ndarray, y: np.ndarray) -> None:
    """The points of two classes, and where the model gives both one half."""
    across, up = _places(X)
    surface = _probability(model, across, up)
    axes.contourf(across, up, surface, [0, 0.5, 1], colors=list(SERIES[:2]), alpha=0.15)
    axes.contour(across, up, surface, [0.5], colors=[INK], linewidths=1.6)
    for index in (0, 1):
        points = X[y == index][:120]
        axes.plot(*points.T, MARKERS[index], color=SERIES[index], markersize=2.5, alpha=0.8)
    axes.tick_params(colors=QUIET)


def _boundaries(models: Mapping[str, Any], X: np.ndarray) -> Data:
    """How far up each boundary is, at a few places across; it may be there more than once."""
    across, up = _places(X)
    surfaces = [_probability(model, across, up) - 0.5 for model in models.values()]
    rows = []
    for at in np.linspace(0, across.shape[1] - 1, N_ROWS).round().astype(int):
        crossings = [_zeros(up[:, at], surface[:, at]) for surface in surfaces]
        said = [", ".join(map(_place_said, places)) or "none" for places in crossings]
        rows.append([_place_said(across[0, at]), *said])
    return ("across", *(f"boundary of {label}" for label in models)), rows


def _places(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = X.min(axis=0) - 0.1, X.max(axis=0) + 0.1
    across, up = np.meshgrid(np.linspace(low[0], high[0], 60), np.linspace(low[1], high[1], 60))
    return across, up


def _probability(model: Any, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Of the second class, at every place."""
    found = model.predict_proba(np.column_stack([across.ravel(), up.ravel()]))[:, 1]
    return np.asarray(found).reshape(across.shape)


def _zeros(places: np.ndarray, heights: np.ndarray) -> list[float]:
    """Where a line through heights is 0."""
    left = np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0)
    share = heights[left] / (heights[left] - heights[left + 1])
    return (places[left] + share * (places[left + 1] - places[left])).tolist()


def _place_said(place: float) -> str:
    return f"{place:.2f}".replace("-", "−")


def _sizes(models: Mapping[tuple[int, ...], Any]) -> dict[str, Any]:
    return {str(sizes): model for sizes, model in models.items()}


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
DATA: Mapping[str, Callable[[Names], Data]] = MappingProxyType(
    {
        "linear-and-logistic-models": lambda n: _boundaries({"()": n["linear"]}, n["X_train"]),
        "hidden-layers-and-relu": lambda n: _boundaries(_sizes(n["models"]), n["X_train"]),
        "backpropagation": _backpropagation_data,
        "mini-batch-sgd": lambda n: _by_epoch(_by_batch(n)),
        "deeper-networks": lambda n: _boundaries(_sizes(n["models"]), n["X"][:600]),
        "early-stopping": lambda n: _by_epoch(_both_losses(n), n["endless"].best_epoch_),
        "l2": _l2_data,
        "dropout": lambda n: _by_epoch(_by_rate(n)),
        "packs": _packs_data,
    }
)


def main(names: Sequence[str]) -> None:
    """Make the pictures of the named pages, or of all, and write their numbers under them."""
    for name in names or DRAWINGS:
        left = run_page(name)
        (PICTURES / f"{name}.svg").write_text(draw_page(name, left))
        (PAGES / f"{name}.md").write_text(with_data(name, data_of(name, left)))


if __name__ == "__main__":
    main(sys.argv[1:])
