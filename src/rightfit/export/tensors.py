"""Where the values of a traced program are among the tensors of a file."""

import dataclasses
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from rightfit.errors import RightFitError
from rightfit.export.nodes import Nodes


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of the file.

    Attributes:
        name: its name.
        shape: its shape. Along an axis where JAX repeats a value it may be 1, since ONNX's own
            operations repeat by themselves; a size may be a multiple of the number of rows.
        constant: its numbers, where they are known beforehand; else None.
    """

    name: str
    shape: tuple[Any, ...]
    constant: Any = None


def is_known(size: Any) -> bool:
    """Say whether a size does not depend on the number of rows."""
    return isinstance(size, int | np.integer)


def repeated(tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    """The shape of what comes of tensors element by element; scalars go with every shape."""
    rank = max(len(tensor.shape) for tensor in tensors)
    shapes = [tensor.shape for tensor in tensors if len(tensor.shape) == rank]
    return tuple(
        next((size for size in sizes if not (is_known(size) and size == 1)), 1)
        for sizes in zip(*shapes, strict=True)
    )


def whole(nodes: Nodes, tensor: Tensor, shape: Sequence[Any]) -> str:
    """Give a tensor that is repeated along all axes where JAX repeats it.

    Raises:
        RightFitError: it would have to be repeated for each row.
    """
    sizes = []
    for size, wanted in zip(tensor.shape, shape, strict=True):
        is_single = is_known(size) and size == 1
        if is_single and not is_known(wanted):
            raise RightFitError(f"A tensor of the shape {tensor.shape} is repeated for each row.")
        sizes.append(int(wanted) if is_single else 1)
    if all(size == 1 for size in sizes):
        return tensor.name
    return nodes.add("Expand", tensor.name, nodes.constant(sizes, np.int64))
