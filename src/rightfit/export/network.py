"""The networks: the program that JAX traces of them, operation by operation."""

from functools import partial
from typing import Any, final

import jax
import numpy as np
from jax.export import symbolic_shape

from rightfit.arrays import Features
from rightfit.errors import RightFitError
from rightfit.export.nodes import ROWS, Nodes, cast_code
from rightfit.export.operations import LOWERINGS
from rightfit.export.tensors import Tensor, is_known
from rightfit.graph import Operation, Value, operations_of
from rightfit.model.predict import Networks, forward
from rightfit.train.compilation_cache import with_sound_cache


def add_networks(
    nodes: Nodes, networks: Networks, features: Features, widths: tuple[int, int]
) -> list[str]:
    """Add what networks compute from encoded rows.

    Args:
        nodes: the graph.
        networks: from `place_networks`.
        features: the names of the encoded rows; None for a side without columns.
        widths: how many columns each side of the features has.

    Returns:
        For each group of networks its outputs, `[member, row, output]`.

    Raises:
        RightFitError: the networks have an operation that cannot be exported.
    """
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(networks.groups)]
    with jax.enable_x64(networks.groups[0].dtype == np.float64):
        shapes = _shapes(networks, widths)
        closed = jax.make_jaxpr(forward)(networks.groups, shapes)
        weights = [Value(leaf.shape, leaf.dtype, constant=leaf) for leaf in leaves]
        rows = [Value(side.shape, side.dtype) for side in shapes]
        operations, outputs = operations_of(closed, [*weights, *rows])
        writer = _Writer(nodes)
        for value, name in zip(rows, features, strict=True):
            if name is not None:
                writer.remember(value, nodes.add("Cast", name, to=cast_code(value.dtype)))
        for operation in operations:
            writer.write(operation)
        return [writer.read(output).name for output in outputs]


def _shapes(networks: Networks, widths: tuple[int, int]) -> Features:
    """The shapes of rows of which there may be any number."""
    # Rows of which there can only be one would be taken for one.
    (rows,) = symbolic_shape(ROWS, constraints=(f"{ROWS} >= 2",))
    dtypes = networks.groups[0].dtype, np.int32
    return Features(
        *(
            jax.ShapeDtypeStruct((rows, width), dtype)
            for width, dtype in zip(widths, dtypes, strict=True)
        )
    )


@final
class _Writer:
    """Adds operations to a graph, and knows where their values are."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._tensors: dict[Value, Tensor] = {}
        self._constants: dict[Value, Any] = {}

    def remember(self, value: Value, name: str) -> None:
        """Note which tensor a value is."""
        self._tensors[value] = Tensor(name, value.shape)

    def read(self, value: Value) -> Tensor:
        """Find the tensor of a value."""
        if value not in self._tensors:
            array = np.asarray(self._constant(value), value.dtype)
            self._tensors[value] = Tensor(self._nodes.constant(array), array.shape, array)
        return self._tensors[value]

    def write(self, operation: Operation) -> None:
        """Add what an operation computes."""
        outputs = operation.outputs
        if all(map(_is_empty, outputs)):
            return
        constants = [self._constant(value) for value in operation.inputs]
        is_sized = all(is_known(size) for output in outputs for size in output.shape)
        if is_sized and all(constant is not None for constant in constants):
            # It is known beforehand, so the file need not compute it.
            bind = partial(operation.equation.primitive.bind, **operation.equation.params)
            known = _listed(with_sound_cache(operation.name, lambda: bind(*constants)))
            self._constants.update(zip(outputs, map(np.asarray, known), strict=True))
            return
        if operation.name not in LOWERINGS:
            raise _unknown(operation.name)
        inputs = [None if _is_empty(value) else self.read(value) for value in operation.inputs]
        tensors = _listed(LOWERINGS[operation.name](self._nodes, operation, inputs))
        self._tensors.update(zip(outputs, tensors, strict=True))

    def _constant(self, value: Value) -> Any:
        return self._constants.get(value, value.constant)


def _listed(made: Any) -> list[Any]:
    """What an operation makes is a list where it makes several things."""
    return made if isinstance(made, list) else [made]


def _is_empty(value: Value) -> bool:
    return any(is_known(size) and size == 0 for size in value.shape)


def _unknown(name: str) -> RightFitError:
    return RightFitError(
        f"The networks have an operation that cannot be exported: {name!r}.",
        expected="RightFit's own layers and activations can be exported.",
        hint="please report it, with the parameters of the model",
    )
