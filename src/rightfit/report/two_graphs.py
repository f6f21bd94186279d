"""The two graphs of the page, and beside them the gradient check on the same rows."""

import dataclasses
from typing import Any

from rightfit.errors import RightFitError, counted
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.gradients import GradientCheck, Subject, compare, subject_of
from rightfit.estimators.graph import NetworkGraph, draw_graph, draw_subject, parameter_label
from rightfit.graph.svg import is_installed as can_lay_out
from rightfit.nn import count_parameters
from rightfit.report.numerals import figure

# What the graphs and their check are measured on.
GRAPH_ROWS = 32
_MOST_NODES = 20
# Each comparison runs the whole network a few times: so there are few of them in large ones.
_MOST_COMPARED = 20
_COMPARED_OF_ONE = 1_000_000
# In a larger network even one comparison an array takes too long, and too much memory.
MOST_PARAMETERS = 3_000_000
# What a right gradient keeps below; and what rounding alone may put between two slopes, as the
# differences are of losses that lie closer together than their digits reach.
_LARGEST_ERROR = 1e-6
_ROUNDING = 1e-11

OPERATION_HEADER = (
    "operation",
    "forward",
    "backward",
    "shape",
    "size of value",
    "size of slope",
    "kept for the way back",
)
GRADIENT_HEADER = ("array", "in the graph", "analytic", "numeric", "relative error")


def draw_two_graphs(model: AbstractEstimator, X: Any, y: Any) -> NetworkGraph | None:
    """The forward and the backward graph, measured and checked on a few rows if there are any.

    Without the package that lays graphs out, None: the rest of the report is worth having.

    Args:
        model: a fitted model.
        X: `[row, column]`; None for shapes only.
        y: `[row]`, their targets.
    """
    if not can_lay_out():
        return None
    if X is not None:
        # Not every sparse matrix can be cut.
        X = X.tocsr() if hasattr(X, "tocsr") else X
        try:
            return _measured(model, subject_of(model, X[:GRAPH_ROWS], y[:GRAPH_ROWS], GRAPH_ROWS))
        except RightFitError:
            pass  # so few rows may hold nothing to measure on
    return draw_graph(model, check=False)


def operation_rows(graph: NetworkGraph | None) -> list[tuple[str, ...]]:
    """What is drawn as a table: each operation, in the order in which they run."""
    if graph is None:
        return []
    return [
        (
            row.node if row.operation in row.node else f"{row.node}: {row.operation}",
            row.forward,
            "; ".join(f"{slope.of} = {slope.formula}" for slope in row.backward) or "–",
            " by ".join(map(str, row.shape)) or "scalar",
            figure(row.value_size, 3),
            figure(row.gradient_size, 3),
            ", ".join(row.stored) or "–",
        )
        for row in graph.operations
    ]


def gradient_rows(check: GradientCheck | None) -> list[tuple[str, ...]]:
    """The worst slope of each array: as derived, as measured, and how far they are apart."""
    if check is None:
        return []
    return [
        (
            one.name,
            parameter_label(one.name),
            figure(one.analytic, 6),
            figure(one.numeric, 6),
            f"{one.largest_error:.1e}",
        )
        for one in check.arrays
    ]


def gradients_said(graph: NetworkGraph | None) -> str:
    """The gradient check in a sentence, or why there is none."""
    if graph is None:
        return ""
    check = graph.check
    if check is None:
        why = "the network is too large" if graph.n_rows else "it needs test rows"
        return f"The gradient was not checked for this page: {why}."
    return (
        f"The gradient check: the largest relative error is {check.largest_error:.1e}, between the "
        f"derived slopes (analytic) and central differences (numeric) in double precision, over "
        f"{counted(check.n_rows, 'row')}, at {check.n_checked:,} of {check.n_parameters:,} "
        f"parameters. A right gradient stays below {_LARGEST_ERROR:.0e}{_unless_tiny(check)}."
    )


def _unless_tiny(check: GradientCheck) -> str:
    """Where slopes are so small that differences are rounding: say so."""
    worst = max(check.arrays, key=lambda one: one.largest_error)
    apart = abs(worst.analytic - worst.numeric)
    if check.largest_error <= _LARGEST_ERROR or apart > _ROUNDING:
        return ""
    return f", but these slopes are tiny: the two are {apart:.0e} apart, which is rounding"


def _measured(model: AbstractEstimator, subject: Subject) -> NetworkGraph:
    drawn = draw_subject(model, subject, _MOST_NODES, check=False, measured=True)
    n_parameters = count_parameters(subject.network.trained)
    if n_parameters > MOST_PARAMETERS:
        return drawn
    n_compared = max(1, min(_MOST_COMPARED, _COMPARED_OF_ONE // max(1, n_parameters)))
    return dataclasses.replace(drawn, check=compare(subject, n_compared))
