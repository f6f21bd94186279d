"""From the networks' outputs to predictions: weighted means, in the target's own units."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np
from jaxtyping import Float

from rightfit.data.column_names import free_name
from rightfit.errors import DataError
from rightfit.export.inputs import TYPE_NAMES
from rightfit.export.nodes import ROWS, Nodes, cast_code
from rightfit.model.predict import Networks
from rightfit.model.target import Target
from rightfit.objectives import Task

LABEL, PROBABILITIES, PREDICTION = "label", "probabilities", "prediction"
_DOUBLE: Final = cast_code(np.float64)


@final
@dataclasses.dataclass(frozen=True)
class Output:
    """One output.

    Attributes:
        name: of the output; with an underscore behind it where a column is called so.
        role: label, probabilities or prediction.
        dtype: the type of its values.
        shape: its axes.
        description: what its values are.
    """

    name: str
    role: str
    dtype: np.dtype[Any]
    shape: tuple[str | int, ...]
    description: str

    @property
    def type_name(self) -> str:
        """The type of its values, in ONNX's words."""
        return TYPE_NAMES[self.dtype.kind]

    def as_plain(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "name": self.name,
            "type": self.type_name,
            "shape": list(self.shape),
            "description": self.description,
        }


def outputs_of(target: Target, taken: Sequence[str]) -> tuple[Output, ...]:
    """List the outputs of a model of this target.

    Args:
        target: what is predicted.
        taken: the names of the inputs.

    Raises:
        DataError: ONNX has no type for the classes.
    """
    double = np.dtype(np.float64)
    if target.classes is None:
        n = target.n_targets
        shape = (ROWS, n) if target.is_matrix else (ROWS,)
        text = "the predicted numbers" if n > 1 else "the predicted number"
        return (Output(free_name(PREDICTION, taken), PREDICTION, double, shape, text),)
    labels = class_labels(target)
    return (
        Output(free_name(LABEL, taken), LABEL, labels.dtype, (ROWS,), "the most probable class"),
        Output(
            free_name(PROBABILITIES, taken),
            PROBABILITIES,
            double,
            (ROWS, len(labels)),
            f"the probability of each class, in this order: {', '.join(map(str, labels))}",
        ),
    )


def class_labels(target: Target) -> np.ndarray[Any, Any]:
    """The classes in a type that ONNX has: text, int64, float64 or truth values."""
    classes = np.asarray(target.classes)
    kind = classes.dtype.kind
    if kind in "iu":
        return classes.astype(np.int64)
    if kind == "f":
        return classes.astype(np.float64)
    if kind == "b":
        return classes
    if kind == "U" or all(isinstance(label, str) for label in classes.tolist()):
        return classes.astype(object)
    raise DataError(
        f"ONNX has no type for the classes {classes.tolist()!r}.",
        expected="Classes are text, numbers or truth values.",
        hint="train with classes as text",
    )


def add_outputs(
    nodes: Nodes,
    groups: Sequence[str],
    networks: Networks,
    weights: Float[np.ndarray, " member"],
    task: Task,
    target: Target,
    outputs: Sequence[Output],
) -> None:
    """Add what becomes of the networks' outputs.

    Args:
        nodes: the graph.
        groups: the outputs of each group of networks, `[member, row, output]`.
        networks: which network is where among the groups.
        weights: of the networks, in their own order.
        task: what their outputs mean.
        target: the classes, or the units of the numbers.
        outputs: how the outputs are called.
    """
    together = nodes.add("Concat", *groups, axis=0) if len(groups) > 1 else groups[0]
    exact = nodes.add("Cast", together, to=_DOUBLE)
    in_order = np.empty(len(weights))
    in_order[networks.order] = weights
    mean = _mean(nodes, _predictions(nodes, exact, task), in_order)
    if target.classes is None:
        scaled = nodes.add("Mul", mean, nodes.constant(target.scale, np.float64))
        numbers = nodes.add("Add", scaled, nodes.constant(target.center, np.float64))
        if not target.is_matrix:
            numbers = nodes.add("Squeeze", numbers, nodes.constant([1], np.int64))
        made = {PREDICTION: numbers}
    else:
        best = nodes.add("ArgMax", mean, axis=1, keepdims=0)
        label = nodes.add("Gather", nodes.constant(class_labels(target)), best)
        made = {LABEL: label, PROBABILITIES: mean}
    for output in outputs:
        tensor = made[output.role]
        nodes.output(tensor, output.name, output.dtype, output.shape, output.description)


def _predictions(nodes: Nodes, outputs: str, task: Task) -> str:
    """Probabilities of all classes, or numbers as they are, `[member, row, prediction]`."""
    if task == "regression":
        return outputs
    if task == "multiclass":
        return nodes.add("Softmax", outputs, axis=-1)
    of_first = nodes.add("Sigmoid", nodes.add("Neg", outputs))
    return nodes.add("Concat", of_first, nodes.add("Sigmoid", outputs), axis=-1)


def _mean(nodes: Nodes, predictions: str, weights: Float[np.ndarray, " member"]) -> str:
    first = nodes.constant([0], np.int64)
    if len(weights) == 1:
        return nodes.add("Squeeze", predictions, first)
    weighted = nodes.add("Mul", predictions, nodes.constant(weights[:, None, None], np.float64))
    return nodes.add("ReduceSum", weighted, first, keepdims=0)
