"""JAX's operations in ONNX's words: one entry for each that the layers and activations have."""

import itertools
import string
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from rightfit.export.nodes import Nodes, cast_code
from rightfit.export.tensors import Tensor, is_known, repeated, whole
from rightfit.graph import Operation

# Adds the nodes of an operation whose inputs are these tensors; None stands for one of no size.
Lowering = Callable[[Nodes, Operation, Sequence[Any]], Tensor | list[Tensor]]


def _elementwise(operator: str) -> Lowering:
    def lower(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
        name = nodes.add(operator, *(tensor.name for tensor in inputs))
        return Tensor(name, repeated(inputs))

    return lower


def _not_equal(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    equal = nodes.add("Equal", *(tensor.name for tensor in inputs))
    return Tensor(nodes.add("Not", equal), repeated(inputs))


def _power(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    (base,) = inputs
    power = operation.equation.params.get("y", 2)
    name = base.name
    for _ in range(power - 1):
        name = nodes.add("Mul", name, base.name)
    return Tensor(name, base.shape)


def _log_of_one_more(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    more = nodes.add("Add", inputs[0].name, _one(nodes, operation))
    return Tensor(nodes.add("Log", more), inputs[0].shape)


def _one_less_than_exp(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    power = nodes.add("Exp", inputs[0].name)
    return Tensor(nodes.add("Sub", power, _one(nodes, operation)), inputs[0].shape)


def _one(nodes: Nodes, operation: Operation) -> str:
    return nodes.constant(1, operation.outputs[0].dtype)


def _cosine(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    """A sine, a quarter turn on, in float64, of which onnxruntime has no cosine."""
    (x,) = inputs
    dtype = operation.outputs[0].dtype
    if dtype == np.float32:
        return Tensor(nodes.add("Cos", x.name), x.shape)
    turned = nodes.add("Add", x.name, nodes.constant(np.pi / 2, dtype))
    return Tensor(nodes.add("Sin", turned), x.shape)


def _logistic(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    """A quotient in float64, where older onnxruntimes cannot run x·Sigmoid(x)."""
    (x,) = inputs
    if operation.outputs[0].dtype == np.float32:
        return Tensor(nodes.add("Sigmoid", x.name), x.shape)
    more = nodes.add("Add", _one(nodes, operation), nodes.add("Exp", nodes.add("Neg", x.name)))
    return Tensor(nodes.add("Reciprocal", more), x.shape)


def _select(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    which, otherwise, chosen = inputs
    return Tensor(nodes.add("Where", which.name, chosen.name, otherwise.name), repeated(inputs))


def _convert(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    return Tensor(nodes.add("Cast", x.name, to=cast_code(operation.outputs[0].dtype)), x.shape)


def _broadcast(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    """Add the new axes; what reads the tensor repeats it."""
    (x,) = inputs
    kept = [int(axis) for axis in operation.equation.params["broadcast_dimensions"]]
    rank = len(operation.outputs[0].shape)
    new = [axis for axis in range(rank) if axis not in kept]
    sizes = dict(zip(kept, x.shape, strict=True))
    name = nodes.add("Unsqueeze", x.name, nodes.constant(new, np.int64)) if new else x.name
    return Tensor(name, tuple(sizes.get(axis, 1) for axis in range(rank)))


def _reshape(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    shape = operation.outputs[0].shape
    sizes = [int(size) if is_known(size) else -1 for size in shape]
    name = whole(nodes, inputs[0], operation.inputs[0].shape)
    return Tensor(nodes.add("Reshape", name, nodes.constant(sizes, np.int64)), shape)


def _transpose(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    order = [int(axis) for axis in operation.equation.params["permutation"]]
    return Tensor(
        nodes.add("Transpose", x.name, perm=order), tuple(x.shape[axis] for axis in order)
    )


def _concatenate(nodes: Nodes, operation: Operation, inputs: Sequence[Any]) -> Tensor:
    names = [
        whole(nodes, tensor, value.shape)
        for tensor, value in zip(inputs, operation.inputs, strict=True)
        if tensor is not None
    ]
    axis = int(operation.equation.params["dimension"])
    return Tensor(nodes.add("Concat", *names, axis=axis), operation.outputs[0].shape)


def _gather(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    """Take places along one axis, or a stretch of it: no other way of gathering occurs."""
    table, places = inputs
    numbers = operation.equation.params["dimension_numbers"]
    (axis,) = (int(axis) for axis in numbers.start_index_map)
    name = whole(nodes, table, operation.inputs[0].shape)
    if not numbers.collapsed_slice_dims:
        first = int(places.constant[0])
        width = int(operation.equation.params["slice_sizes"][axis])
        cut = _cut(nodes, name, [first], [first + width], [axis])
        return Tensor(cut, operation.outputs[0].shape)
    index = nodes.add("Squeeze", places.name, nodes.constant([-1], np.int64))
    return Tensor(nodes.add("Gather", name, index, axis=axis), operation.outputs[0].shape)


def _slice(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    """Take a stretch of each axis that is not taken whole."""
    settings, shape = operation.equation.params, operation.inputs[0].shape
    cuts = [
        (int(start), int(limit), axis)
        for axis, (start, limit) in enumerate(
            zip(settings["start_indices"], settings["limit_indices"], strict=True)
        )
        if is_known(shape[axis])
    ]
    name = whole(nodes, inputs[0], shape)
    return Tensor(_cut(nodes, name, *zip(*cuts, strict=True)), operation.outputs[0].shape)


def _split(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Cut a tensor into stretches along one axis."""
    name = whole(nodes, inputs[0], operation.inputs[0].shape)
    axis = int(operation.equation.params["axis"])
    ends = list(itertools.accumulate(map(int, operation.equation.params["sizes"]), initial=0))
    stretches = zip(itertools.pairwise(ends), operation.outputs, strict=True)
    return [
        Tensor(_cut(nodes, name, [first], [end], [axis]), output.shape)
        for (first, end), output in stretches
    ]


def _cut(
    nodes: Nodes, name: str, starts: Sequence[int], limits: Sequence[int], axes: Sequence[int]
) -> str:
    """Add the node that takes a stretch along each of some axes."""
    numbers = (nodes.constant(each, np.int64) for each in (starts, limits, axes))
    return nodes.add("Slice", name, *numbers)


def _dot(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    names = [
        whole(nodes, tensor, value.shape)
        for tensor, value in zip(inputs, operation.inputs, strict=True)
    ]
    ranks = [len(tensor.shape) for tensor in inputs]
    numbers = operation.equation.params["dimension_numbers"]
    shape = operation.outputs[0].shape
    if _is_matrix_product(numbers, ranks):
        return Tensor(nodes.add("MatMul", *names), shape)
    return Tensor(nodes.add("Einsum", *names, equation=_equation(numbers, ranks)), shape)


def _is_matrix_product(numbers: Any, ranks: Sequence[int]) -> bool:
    (left, right), (left_batch, right_batch) = numbers
    n_batch = len(left_batch)
    first = list(range(n_batch))
    return (
        [list(left_batch), list(right_batch)] == [first, first]
        and list(left) == [ranks[0] - 1]
        and list(right) == [n_batch]
        and ranks[1] == n_batch + 2
        and (n_batch == 0 or ranks[0] == n_batch + 2)
    )


def _equation(numbers: Any, ranks: Sequence[int]) -> str:
    """Which axes are multiplied and added up, in Einstein's notation.

    Example:
        >>> _equation((((1,), (0,)), ((), ())), (2, 2))
        'ab,bc->ac'
    """
    (left, right), (left_batch, right_batch) = numbers
    letters = iter(string.ascii_lowercase)
    one = [next(letters) for _ in range(ranks[0])]
    other = [""] * ranks[1]
    for mine, yours in zip((*left, *left_batch), (*right, *right_batch), strict=True):
        other[yours] = one[mine]
    other = [letter or next(letters) for letter in other]
    batch = [one[axis] for axis in left_batch]
    added = {one[axis] for axis in left}
    free = [letter for letter in (*one, *other) if letter not in added and letter not in batch]
    return f"{''.join(one)},{''.join(other)}->{''.join([*batch, *free])}"


def _sum(nodes: Nodes, operation: Operation, inputs: Sequence[Tensor]) -> Tensor:
    axes = nodes.constant([int(axis) for axis in operation.equation.params["axes"]], np.int64)
    name = whole(nodes, inputs[0], operation.inputs[0].shape)
    return Tensor(nodes.add("ReduceSum", name, axes, keepdims=0), operation.outputs[0].shape)


LOWERINGS: Mapping[str, Lowering] = MappingProxyType(
    {
        "abs": _elementwise("Abs"),
        "add": _elementwise("Add"),
        "broadcast_in_dim": _broadcast,
        "concatenate": _concatenate,
        "convert_element_type": _convert,
        "cos": _cosine,
        "div": _elementwise("Div"),
        "dot_general": _dot,
        "eq": _elementwise("Equal"),
        "exp": _elementwise("Exp"),
        "expm1": _one_less_than_exp,
        "gather": _gather,
        "ge": _elementwise("GreaterOrEqual"),
        "gt": _elementwise("Greater"),
        "integer_pow": _power,
        "log1p": _log_of_one_more,
        "logistic": _logistic,
        "lt": _elementwise("Less"),
        "max": _elementwise("Max"),
        "min": _elementwise("Min"),
        "mul": _elementwise("Mul"),
        "ne": _not_equal,
        "neg": _elementwise("Neg"),
        "reduce_sum": _sum,
        "reshape": _reshape,
        "select_n": _select,
        "sin": _elementwise("Sin"),
        "slice": _slice,
        "split": _split,
        "square": _power,
        "squeeze": _reshape,
        "sub": _elementwise("Sub"),
        "tanh": _elementwise("Tanh"),
        "transpose": _transpose,
    }
)
