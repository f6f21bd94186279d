"""The two graphs of an estimator's network."""

import dataclasses
import re
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float
from sklearn.utils.validation import check_is_fitted

from rightfit.arrays import Features
from rightfit.errors import DataError
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.gradients import (
    GradientCheck,
    Subject,
    compare,
    one_network,
    subject_of,
)
from rightfit.estimators.network_run import knobs_of, plan_of
from rightfit.estimators.trials import is_pack
from rightfit.graph import OperationRow, Picture, Program, Role, draw, trace
from rightfit.graph.svg import to_svg
from rightfit.nn import Dropout, Network
from rightfit.train.compilation import compiled
from rightfit.train.gradients import array_names
from rightfit.train.plan import Knobs, Rows
from rightfit.train.step import dropout_of_step, loss

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LAYER = re.compile(r"layers\.(\d+)\.(weight|bias)")
_TABLE = re.compile(r"categories\.(\d+)\.table")
_SHARE = re.compile(r"shares\.(\d+)")
_EMBEDDING = {
    "numbers.frequencies": "f",
    "numbers.phases": "p",
    "numbers.linear.weight": "V",
    "numbers.linear.bias": "c",
    "factors": "s",
}
# What formulas call the arrays of a batch.
_ROWS = {"numbers": "x", "codes": "codes", "targets": "y", "weights": "w", "n_rows": "n"}
_KNOBS = {"l2": "λ", "label_smoothing": "ε", "target_means": "m"}
_DROPOUT = {"hidden_rate": "rate", "input_rate": "rate"}


@dataclasses.dataclass(frozen=True)
class NetworkGraph:
    """The forward graph of a network's training loss and the backward graph derived from it.

    Attributes:
        dot: both graphs in Graphviz's language.
        operations: the same as a table: one row an operation, with its formulas, shape and sizes.
        n_nodes: nodes of both graphs together.
        title: what is drawn, in a line.
        n_rows: rows of the batch; 0 if there was none, and no sizes.
        check: the derived gradient against central differences; None without rows.
    """

    dot: str
    operations: tuple[OperationRow, ...]
    n_nodes: int
    title: str
    n_rows: int
    check: GradientCheck | None

    @cached_property
    def svg(self) -> str:
        """The picture: for light and dark pages, laid out when first asked for.

        Raises:
            RightFitError: the package that lays graphs out is not installed.
        """
        return to_svg(self.dot, title=self.title, description=self.text)

    @property
    def text(self) -> str:
        """The picture in words, one line an operation."""
        return "\n".join(_line(row) for row in self.operations)

    def as_plain(self) -> dict[str, Any]:
        """Give everything but the picture itself as plain values."""
        plain = dataclasses.asdict(self)
        return {**plain, "check": None if self.check is None else self.check.as_plain()}


def draw_graph(
    model: AbstractEstimator,
    X: Any = None,
    y: Any = None,
    *,
    max_rows: int = 64,
    max_nodes: int = 20,
    check: bool = True,
) -> NetworkGraph:
    """Draw what a training step computes: the loss, operation by operation, and its gradient.

    Both graphs are read off the program that JAX traced, L2 and dropout included. Of a pack
    the network of the largest weight is drawn.

    Args:
        model: a Classifier or Regressor; without rows it must be fitted.
        X: `[row, column]`: rows whose values and slopes are measured. None draws shapes only.
        y: `[row]`: their targets.
        max_rows: rows of the batch, at most.
        max_nodes: with more nodes than that, the operations of a layer share one.
        check: whether to compare the gradient of these rows with central differences.

    Returns:
        DOT text, SVG, a table that says the same, and the gradient check.

    Raises:
        DataError: rows came without targets, or cannot be used.

    Example:
        >>> import rightfit
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> graph = rightfit.draw_graph(rightfit.Classifier(hidden_sizes=(8,)), X, y, check=False)
        >>> for row in graph.operations[:2]:
        ...     print(row.operation, row.forward, *(slope.formula for slope in row.backward))
        linear x·W₁ + b₁ xᵀ·∂ Σ ∂
        relu max(x, 0) ∂ × (x > 0)
    """
    if (X is None) != (y is None):
        raise DataError(
            "Rows and targets were not handed over together.",
            expected="The graph of a loss needs both, or neither.",
        )
    if X is None:
        subject = _without_rows(model)
    else:
        subject = subject_of(model, X, y, max_rows)
    return draw_subject(model, subject, max_nodes, check=check, measured=X is not None)


def draw_subject(
    model: AbstractEstimator, subject: Subject, max_nodes: int, *, check: bool, measured: bool
) -> NetworkGraph:
    """Draw the loss of given weights over a given batch.

    Args:
        model: whose network it is, for the title.
        subject: weights, rows and numbers.
        max_nodes: with more nodes than that, the operations of a layer share one.
        check: whether to compare the gradient of these rows with central differences.
        measured: whether the rows are real, so that values and slopes have a size.
    """
    title = _title(model, subject)
    picture = _picture(subject, title, max_nodes, measured=measured)
    return NetworkGraph(
        picture.dot,
        picture.rows,
        picture.n_nodes,
        title,
        int(subject.rows.n_rows) if measured else 0,
        compare(subject) if check and measured else None,
    )


def _without_rows(model: AbstractEstimator) -> Subject:
    """The heaviest network of a fitted model, with a batch of nothing but shapes."""
    check_is_fitted(model)
    fitted, parameters = model._model, one_network(model)
    network, n_rows = fitted.network, fitted.training.n_training_rows
    plan = plan_of(parameters, fitted.objective, n_rows)
    knobs = knobs_of(parameters, fitted.target, plan, n_rows, dtype=network.dtype, seed=0)
    size, shape = plan.batch_size, fitted.shape
    if fitted.target.classes is None:
        targets = np.zeros((size, fitted.target.n_targets), network.dtype)
    else:
        targets = np.zeros(size, np.int32)
    features = Features(
        np.zeros((size, shape.n_numbers), network.dtype),
        np.zeros((size, len(shape.n_levels)), np.int32),
    )
    rows = Rows(features, targets, np.ones(size, network.dtype), np.int32(size))
    return Subject(plan, network, rows, knobs)


def _picture(subject: Subject, title: str, max_nodes: int, *, measured: bool) -> Picture:
    with jax.enable_x64(subject.network.dtype == np.float64):
        dropout = compiled(_dropout_of_step, subject.plan, subject.knobs, np.uint32(0))
        arguments = (subject.network.trained, subject.rows, subject.knobs, dropout)
        program = _traced(subject, arguments)
        return draw(
            program,
            title=title,
            arguments=jax.tree.leaves(arguments) if measured else None,
            max_nodes=max_nodes,
            call=compiled,
        )


# Operation by operation, it would be a dozen programs, each of them compiled out of turn.
_dropout_of_step = jax.jit(dropout_of_step, static_argnames="plan")


def _traced(subject: Subject, arguments: tuple[Any, ...]) -> Program:
    def minimised(
        network: Network, rows: Rows, knobs: Knobs, dropout: Dropout | None
    ) -> Float[Array, ""]:
        network = network.with_fixed(subject.network)
        if network.means is not None:
            network = dataclasses.replace(network, means=knobs.target_means)
        return loss(subject.plan, network, rows, knobs, dropout)[0]

    names = [parameter_label(name) for name in array_names(subject.network.trained)]
    roles: list[Role] = ["parameter"] * len(names)
    for tree, labels in zip(arguments[1:], (_ROWS, _KNOBS, _DROPOUT), strict=True):
        for path, _ in jax.tree_util.tree_leaves_with_path(tree):
            name = jax.tree_util.keystr(path[-1:], simple=True)
            names.append(labels.get(name, name))
            roles.append("input" if name in Features._fields else "other")
    return trace(minimised, *arguments, labels=names, roles=roles)


def parameter_label(name: str) -> str:
    """How formulas call an array of parameters.

    Example:
        >>> [parameter_label(name) for name in ("layers.0.weight", "categories.1.table")]
        ['W₁', 'E₂']
    """
    if match := _LAYER.fullmatch(name):
        return {"weight": "W", "bias": "b"}[match[2]] + _subscript(int(match[1]) + 1)
    if match := _TABLE.fullmatch(name):
        return "E" + _subscript(int(match[1]) + 1)
    if match := _SHARE.fullmatch(name):
        return "α" + _subscript(int(match[1]) + 1)
    return _EMBEDDING.get(name, name)


def _subscript(number: int) -> str:
    return str(number).translate(_SUBSCRIPTS)


def _title(model: AbstractEstimator, subject: Subject) -> str:
    sizes = [str(len(layer.bias)) for layer in subject.network.layers[:-1]]
    layers = "a hidden layer" if len(sizes) == 1 else "hidden layers"
    hidden = f"{layers} of {', '.join(sizes)} units" if sizes else "no hidden layer"
    title = f"The {type(model).__name__}'s network with {hidden}: its loss and the gradient"
    if not hasattr(model, "_model"):
        return f"{title}. The first network of the pack, not trained" if is_pack(model) else title
    members = model._model.members
    if len(members) < 2:
        return title
    return (
        f"{title}. Member {members[0].number}, whose weight of {members[0].weight:.2g} is the "
        f"largest of the {len(members)} networks that predict"
    )


def _line(row: OperationRow) -> str:
    backward = "; ".join(f"{slope.of} = {slope.formula}" for slope in row.backward)
    parts = [
        f"{row.node}: {row.operation}" if row.operation != row.node else row.node,
        row.forward,
        f"shape {' by '.join(map(str, row.shape)) or 'scalar'}",
        "" if row.value_size is None else f"size of value {row.value_size:.2g}",
        "" if row.gradient_size is None else f"size of gradient {row.gradient_size:.2g}",
        f"backward {backward}" if backward else "",
        f"stored {', '.join(row.stored)}" if row.stored else "",
    ]
    return ", ".join(part for part in parts if part) + "."
