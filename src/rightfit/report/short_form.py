"""The short form of the report, which a notebook shows for a fitted model.

It is made without the packages that the report itself needs.
"""

from html import escape

import numpy as np

from rightfit.estimators.base import AbstractEstimator
from rightfit.report.course import course_of, loss_of
from rightfit.report.facts import network_said, rows_said, title_of
from rightfit.report.numerals import figure

_WIDTH, _HEIGHT = 260, 56
_MOST_POINTS = 80


def short_form(estimator: AbstractEstimator) -> str:
    """Say in a few lines of HTML what was fitted, how well, and how training went."""
    model = estimator._fitted()
    lines = [network_said(model), rows_said(model), f"Stopped: {model.training.stop_reason}."]
    scores = model.training.extra.get("test_scores", {}).get("model", {})
    if scores:
        said = ", ".join(f"{name.replace('_', ' ')} {figure(v)}" for name, v in scores.items())
        lines.append(f"On the test rows: {said}.")
    head = f"{model.estimator} of {title_of(model)}"
    paragraphs = "".join(f'<div style="opacity:.8">{escape(line)}</div>' for line in lines)
    return (
        '<div style="font-family:system-ui,sans-serif;line-height:1.5;max-width:44em;'
        'padding:.6em 0;color:inherit">'
        f'<div style="font-weight:600;font-size:1.1em">{escape(head)}</div>'
        f"{paragraphs}{_spark(estimator)}"
        '<div style="opacity:.65;font-size:.9em">The whole report: '
        "<code>model.report(None, X_test, y_test, training=(X, y))</code></div></div>"
    )


def _spark(estimator: AbstractEstimator) -> str:
    """The loss that chose the epoch, as a small line, with the kept epoch."""
    course = course_of(estimator._fitted())
    losses = np.array([loss_of(record) for record in course.records])
    if len(losses) < 3 or not np.isfinite(losses).all():
        return ""
    at = np.unique(np.linspace(0, len(losses) - 1, _MOST_POINTS).round().astype(int))
    low, high = float(losses.min()), float(np.quantile(losses, 0.95))
    x = 4 + at / (len(losses) - 1) * (_WIDTH - 8)
    heights = np.clip((losses - low) / max(high - low, 1e-12), 0, 1)
    y = 4 + (1 - heights) * (_HEIGHT - 8)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y[at], strict=True))
    kept = max(0, min(course.best_epoch - 1, len(losses) - 1))
    dot = (4 + kept / (len(losses) - 1) * (_WIDTH - 8), y[kept])
    said = f"Loss by epoch; epoch {course.best_epoch} of {len(losses)} was kept"
    return (
        f'<svg role="img" aria-label="{escape(said)}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="display:block;margin:.4em 0">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        f'<circle cx="{dot[0]:.1f}" cy="{dot[1]:.1f}" r="3.5" fill="currentColor"/></svg>'
        f'<div style="opacity:.65;font-size:.9em">{escape(said)}.</div>'
    )
