"""Figures of the training: learning curves, the path over parameters, weights of the ensemble."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rightfit.errors import counted
from rightfit.model.model import Model
from rightfit.report.course import MOST_TABLE_ROWS, course_of, loss_of, some_of
from rightfit.report.figures.canvas import (
    INK,
    ONE,
    PAPER,
    QUIET,
    TWO,
    Picture,
    axes_grid,
    margins,
    mark_kept,
    picture,
    styled,
)
from rightfit.report.members import losses_said, member_name, value_said
from rightfit.report.numerals import figure as digits
from rightfit.report.numerals import percent, shortened

# Of more, nobody could tell one from another.
MOST_CURVES = 8
# Of a line, and of the table for each network but the heaviest.
_MOST_POINTS = 200
_ROWS_OF_OTHERS = 10
_MOST_BARS = 16
_MOST_PATHS = 6
# By so much the validation loss must have risen before one may say so.
_OVERFITTING = 0.05


@styled
def learning_curves(model: Model) -> Picture | None:
    """Training and validation loss of each network: the heaviest, and others faint behind it."""
    course = course_of(model)
    if not course.records:
        return None
    drawing, (axes,) = axes_grid(1, 1, 7.2, 3.3)
    epochs = [r["epoch"] for r in course.records]
    held_out = course.records[0]["validation_loss"] is not None
    others = _others(model)
    marks = _draw_others(axes, model, others, held_out=held_out)
    train = np.array([r["train_loss"] for r in course.records], float)
    shown = [train]
    drawn = _thinned(course.records, course.best_epoch)
    axes.plot(*_line(drawn, "train_loss"), color=TWO, linestyle="--", label="training")
    watched = train
    if held_out:
        watched = np.array([loss_of(r) for r in course.records])
        shown.append(watched)
        axes.plot(*_line(drawn, "validation_loss"), color=ONE, label="validation")
    if course.best_epoch in epochs:
        best = watched[epochs.index(course.best_epoch)]
        mark_kept(axes, course.best_epoch, epochs, best)
        axes.plot([course.best_epoch], [best], "o", color=INK, markeredgecolor=PAPER, zorder=5)
    _limits(axes, np.concatenate(shown), marks)
    axes.set_xlabel("epoch")
    axes.set_title("loss", color=INK)
    axes.grid(axis="y")
    axes.legend(loc="upper right")
    margins(drawing)
    return picture(
        drawing,
        "curves",
        "Training and validation loss by epoch",
        _said_of(course, held_out),
        *_data(model, course, others),
        _caption(model, course, held_out, len(others)),
    )


@styled
def path_pictures(
    path: Mapping[str, Sequence[dict[str, Any]]], choice: Mapping[str, Any]
) -> Picture | None:
    """What was watched along each parameter that varied, with the others at their best."""
    steps_of = {
        name: [s for s in steps if s["watched"] is not None] for name, steps in path.items()
    }
    steps_of = {name: steps for name, steps in steps_of.items() if len(steps) > 1}
    names = list(steps_of)[:_MOST_PATHS]
    if not names:
        return None
    watched = str(choice["watched"]).replace("_", " ")
    n_columns = min(3, len(names))
    n_rows = -(-len(names) // n_columns)
    drawing, all_axes = axes_grid(n_rows, n_columns, 7.2, 0.7 + 2.0 * n_rows)
    rows = []
    for axes, name in zip(all_axes, names, strict=False):
        steps = steps_of[name]
        places, labels = _places([step["value"] for step in steps])
        heights = np.array([step["watched"] for step in steps], float)
        errors = np.array([step["standard_error"] or 0.0 for step in steps], float)
        axes.errorbar(
            places, heights, errors, color=ONE, marker="o", ecolor=QUIET, elinewidth=1, capsize=2
        )
        axes.set_xticks(places, labels)
        axes.margins(x=0.12)
        axes.set_title(shortened(name.replace("_", " "), 28))
        axes.grid(axis="y")
        rows += [
            (name, value_said(s["value"]), digits(s["watched"]), digits(s["standard_error"], 2))
            for s in steps
        ]
    for axes in all_axes[len(names) :]:
        axes.set_visible(False)
    margins(drawing, bottom=0.35, between=(0.55, 0.7))
    return picture(
        drawing,
        "path",
        f"Held-out {watched} along each parameter",
        f"One small chart for each of {', '.join(names)}: the held-out {watched} at each value, "
        "with one standard error.",
        ("parameter", "value", watched, "standard error"),
        rows,
        f"Held-out {watched} with one standard error; the other parameters are at their best.",
    )


@styled
def weights_picture(model: Model) -> Picture | None:
    """The share of each network in the prediction."""
    if len(model.members) < 2:
        return None
    members = model.members[:_MOST_BARS]
    known = {row["member"]: row for row in model.training.members}
    unsure = model.training.choice.get("unsure", [])
    names = [member_name(known.get(m.number, {}), unsure, m.number) for m in members]
    weights = [member.weight for member in members]
    height = 0.75 + 0.24 * len(members)
    drawing, (axes,) = axes_grid(1, 1, 7.2, height)
    places = np.arange(len(members))[::-1]
    axes.barh(places, weights, height=0.55, color=ONE)
    for place, weight in zip(places, weights, strict=True):
        axes.annotate(
            percent(weight), (weight, place), textcoords="offset points", xytext=(5, -3), fontsize=8
        )
    axes.set_yticks(places, [shortened(name, 40) for name in names])
    axes.set_xlim(0, max(weights) * 1.15)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    margins(drawing, left=2.7, top=0.1, bottom=0.1)
    left = len(model.members) - len(members)
    return picture(
        drawing,
        "weights",
        "Weights of the networks that predict",
        f"{len(model.members)} networks predict together; the heaviest has {percent(weights[0])}.",
        ("network", "weight"),
        [(name, percent(weight)) for name, weight in zip(names, weights, strict=True)],
        f"The {left} lightest are not drawn." if left else "",
    )


def _others(model: Model) -> list[list[dict[str, Any]]]:
    """The epochs of the other networks, those that predict first."""
    by_member: dict[int, list[dict[str, Any]]] = {}
    for record in model.training.history:
        by_member.setdefault(record["member"], []).append(record)
    heaviest = model.members[0].number
    kept = [m.number for m in model.members[1:] if m.number in by_member]
    rest = [number for number in by_member if number != heaviest and number not in kept]
    return [by_member[number] for number in [*kept, *rest][: MOST_CURVES - 1]]


def _best_of(model: Model, records: Sequence[dict[str, Any]]) -> int:
    """The best epoch of the network that these are the epochs of; 0 where it is not known."""
    number = records[0]["member"]
    rows = (row for row in model.training.members if row["member"] == number)
    return next((int(row["best_epoch"]) for row in rows), 0)


def _draw_others(
    axes: Any, model: Model, others: Sequence[list[dict[str, Any]]], *, held_out: bool
) -> list[float]:
    """Draw other networks as thin lines with a point at the best epoch; give the losses there."""
    marks = []
    for records in others:
        best = _best_of(model, records)
        drawn = _thinned(records, best)
        faint = {"color": QUIET, "linewidth": 0.8, "alpha": 0.75}
        axes.plot(*_line(drawn, "train_loss"), linestyle=":", **faint)
        if held_out:
            axes.plot(*_line(drawn, "validation_loss"), **faint)
        for record in records:
            if record["epoch"] == best:
                marks.append(loss_of(record))
                axes.plot([best], marks[-1:], "o", color=QUIET, markersize=3.5, zorder=4)
    return marks


def _thinned(
    records: Sequence[dict[str, Any]], best: int, most: int = _MOST_POINTS
) -> list[dict[str, Any]]:
    return [records[place] for place in some_of([r["epoch"] for r in records], best, most)]


def _line(records: Sequence[dict[str, Any]], key: str) -> tuple[list[int], np.ndarray]:
    return [r["epoch"] for r in records], np.array([r[key] for r in records], float)


def _data(
    model: Model, course: Any, others: Sequence[list[dict[str, Any]]]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Both losses of every network that is drawn; of a single one without its number."""
    some = _thinned(course.records, course.best_epoch, MOST_TABLE_ROWS)
    for records in others:
        some += _thinned(records, _best_of(model, records), _ROWS_OF_OTHERS)
    header: tuple[str, ...] = ("network", "epoch", "training loss", "validation loss")
    rows: list[tuple[str, ...]] = [
        (
            str(record["member"]),
            str(record["epoch"]),
            digits(record["train_loss"]),
            digits(record["validation_loss"]),
        )
        for record in some
    ]
    return (header, rows) if others else (header[1:], [row[1:] for row in rows])


def _limits(axes: Any, losses: np.ndarray, marks: Sequence[float]) -> None:
    """Leave out heights beside which the rest could not be told apart: the first, and far marks."""
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        return
    low, high = float(finite.min()), float(np.quantile(finite, 0.97))
    near = [mark for mark in marks if mark <= 2 * high - low]
    low, high = min([low, *near]), max([high, *near])
    if high > low:
        axes.set_ylim(low - 0.08 * (high - low), high + 0.15 * (high - low))


def _said_of(course: Any, held_out: bool) -> str:
    first, last = course.records[0], course.records[-1]
    text = (
        f"Training loss falls from {digits(first['train_loss'], 3)} to "
        f"{digits(last['train_loss'], 3)} in {len(course.records)} epochs"
    )
    if held_out:
        text += (
            f", validation loss goes from {digits(first['validation_loss'], 3)} to "
            f"{digits(last['validation_loss'], 3)}"
        )
    return f"{text}; epoch {course.best_epoch} was kept."


def _caption(model: Model, course: Any, held_out: bool, n_others: int) -> str:
    parts = []
    if not held_out:
        parts.append("Nothing was held out, so the training loss chose the epoch.")
    elif course.rise is not None and course.rise > _OVERFITTING:
        parts.append(
            f"From epoch {course.best_epoch} on it would have begun to overfit: the validation "
            f"loss rose by {percent(course.rise)} to the end. Early stopping kept the best weights."
        )
    else:
        parts.append(f"Epoch {course.best_epoch} of {len(course.records)} was kept.")
    parts.append(losses_said(model, held_out=held_out))
    if model.training.n_refit_rows:
        rows = counted(model.training.n_refit_rows, "row")
        parts.append(f"After that, what was chosen went on with all {rows}, unwatched.")
    if n_others:
        n_all = len(model.training.members)
        parts.append(
            f"{n_others + 1} of {n_all} networks are drawn: the heaviest, and as thin lines "
            f"{counted(n_others, 'other')} ({'validation loss solid, ' if held_out else ''}"
            "training loss dotted), with a point at the best epoch of each; the data have the "
            "losses of all that are drawn."
        )
    return " ".join(parts)


def _places(values: Sequence[Any]) -> tuple[list[float], list[str]]:
    """Evenly spaced, because rates are tried by factors."""
    labels = [shortened(value_said(value), 12) for value in values]
    if len(labels) > 5:
        step = -(-len(labels) // 5)
        labels = [label if i % step == 0 else "" for i, label in enumerate(labels)]
    return [float(i) for i in range(len(values))], labels
