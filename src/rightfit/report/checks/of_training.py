"""Checks of the training: values at the edge of what was tried, and units that died."""

from typing import Any

from rightfit.report.checks.check import Check, Finding, with_rows
from rightfit.report.course import course_of
from rightfit.report.evidence import Evidence
from rightfit.report.numerals import figure, percent

_DEAD = 0.25
_RISE = 0.5
# Below 0 there is nothing to try.
_NOTHING = 0.0
_FEWEST_VALUES = 3
# Of the standard error, what the edge must be better than its neighbour by.
_BETTER = 0.25


def _edge_of_path(evidence: Evidence) -> Finding | None:
    if evidence.model.training.recipe.get("kinds"):
        # A recipe draws few values at random: where the best of them lies says nothing.
        return None
    found = [
        edge
        for name, steps in evidence.path.items()
        if (edge := _edge(name, steps, greater=_greater_is_better(evidence)))
    ]
    if not found:
        return None
    return Finding(
        "warning",
        found[0][1],
        "The best value lies at the edge of those that were tried: "
        + "; ".join(f"{name} {value} ({side})" for name, value, side in found)
        + ".",
    )


def _edge(name: str, steps: list[dict[str, Any]], *, greater: bool) -> tuple[str, str, str] | None:
    """The parameter, its best value and the side, if that is at the end of the path."""
    known = [
        step
        for step in steps
        if isinstance(step["value"], int | float)
        and not isinstance(step["value"], bool)
        and step["watched"] is not None
    ]
    if len(known) < max(_FEWEST_VALUES, len(steps)):
        return None
    sign = -1 if greater else 1
    best = min(range(len(known)), key=lambda i: sign * known[i]["watched"])
    if best not in (0, len(known) - 1) or (best == 0 and known[0]["value"] == _NOTHING):
        return None
    neighbour = known[1 if best == 0 else best - 1]
    gain = sign * (neighbour["watched"] - known[best]["watched"])
    if gain <= _BETTER * (known[best]["standard_error"] or 0.0):
        return None
    side = "the smallest" if best == 0 else "the largest"
    return name, figure(known[best]["value"]), side


def _greater_is_better(evidence: Evidence) -> bool:
    return evidence.model.objective.sign < 0


def _dead_units(evidence: Evidence) -> Finding | None:
    if evidence.inside is None:
        return None
    hidden = [layer for layer in evidence.inside.layers if layer.dead_share is not None]
    if not hidden:
        return None
    worst = max(hidden, key=lambda layer: layer.dead_share or 0.0)
    share = worst.dead_share or 0.0
    if share < _DEAD:
        return None
    return Finding(
        "warning",
        percent(share, 0),
        f"{worst.n_dead} of the {worst.n_units} units of layer '{worst.name}' "
        f"({percent(share, 0)}) give the same for every row.",
    )


def _cut_short(evidence: Evidence) -> Finding | None:
    course = course_of(evidence.model)
    if not course.was_cut_short or (course.fall or 0) <= 0.001:
        return None
    fall = percent(course.fall or 0)
    if course.reason == "interrupted":
        said = f"Training was interrupted while the loss fell by {fall} an epoch."
        return Finding("note", fall, said, "Train again, to the end.", "train again, to the end")
    return Finding(
        "note", fall, f"Training reached {course.reason} while the loss fell by {fall} an epoch."
    )


def _spared(evidence: Evidence) -> Finding | None:
    course = course_of(evidence.model)
    if course.rise is None or course.rise < _RISE:
        return None
    return Finding(
        "note",
        percent(course.rise, 0),
        f"After epoch {course.best_epoch}, which was kept, the validation loss rose by "
        f"{percent(course.rise, 0)}: early stopping spared the model this.",
    )


CHECKS = (
    Check(
        "RF-EDGE-OF-PATH",
        "The best value is at the edge",
        "Of three or more values of a parameter that were tried, the smallest or the largest did "
        "best, and better than its neighbour by more than a quarter of a standard error. The best "
        "may lie beyond. 0 is no edge.",
        "Extend the list on that side and train again.",
        "extend the list of values on that side",
        _edge_of_path,
    ),
    Check(
        "RF-DEAD-UNITS",
        "Units are dead",
        "At least a quarter of the units of a hidden layer give the same for every one of up to "
        "512 rows. Needs 50 rows. A rectified unit whose input is never positive learns nothing "
        "any more.",
        "Take a smaller learning rate, or an activation that never rests: activation='leaky_relu' "
        "or 'gelu'. If the scores are good, take fewer units.",
        "take a smaller learning rate, or leaky_relu",
        _dead_units,
        with_rows,
    ),
    Check(
        "RF-CUT-SHORT",
        "Training was cut short",
        "max_epochs, max_seconds or Ctrl-C ended the training while the loss was still falling by "
        "more than 0.1 % an epoch.",
        "Raise max_epochs or max_seconds.",
        "raise max_epochs or max_seconds",
        _cut_short,
    ),
    Check(
        "RF-STOPPED-IN-TIME",
        "Early stopping spared an overfit",
        "After the kept epoch the validation loss rose by at least a half. The kept weights are "
        "those before.",
        "Nothing needs to be done. More dropout or l2 may reach a lower loss still.",
        "try more dropout or l2",
        _spared,
    ),
)
