"""The graph of an ONNX file while it is written: nodes, constants, inputs and outputs."""

from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROWS: Final = "rows"
ML: Final = "ai.onnx.ml"
# As old as they may be: what was written today should run where nobody has updated for years.
OPSETS: Final = (("", 17), (ML, 3))
IR_VERSION: Final = 8

Shape = Sequence[int | str]


@final
class Nodes:
    """Collects what a graph consists of; every tensor is known by its name.

    Args:
        taken: names that the nodes' own tensors must not have.
    """

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self._taken = set(taken)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output, and give the output's name."""
        output = self._free(operator.lower())
        node = helper.make_node(
            operator, list(inputs), [output], output, domain=domain, **attributes
        )
        self._nodes.append(node)
        return output

    def constant(self, values: Any, dtype: Any = None) -> str:
        """Keep an array in the file, equal ones once, and give its name."""
        array = np.asarray(values, dtype)
        if array.dtype.kind == "U":
            array = array.astype(object)
        content = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
        key = (array.dtype.str, array.shape, content)
        if key not in self._known:
            name = self._known[key] = self._free("constant")
            self._constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return self._known[key]

    def input(self, name: str, dtype: Any, shape: Shape, description: str) -> str:
        """Declare an input of the graph, and give its name."""
        self._inputs.append(_declared(name, dtype, shape, description))
        return name

    def output(self, tensor: str, name: str, dtype: Any, shape: Shape, description: str) -> None:
        """Make a tensor an output of the graph, under a name of its own."""
        self._nodes.append(helper.make_node("Identity", [tensor], [name], name))
        self._outputs.append(_declared(name, dtype, shape, description))

    def to_model(self, name: str, metadata: dict[str, str], version: str) -> onnx.ModelProto:
        """Put all of it together.

        Args:
            name: of the graph.
            metadata: what else the file says, by name.
            version: of RightFit.
        """
        nodes, needed = self._needed()
        constants = [constant for constant in self._constants if constant.name in needed]
        graph = helper.make_graph(nodes, name, self._inputs, self._outputs, constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid(domain, number) for domain, number in OPSETS],
            ir_version=IR_VERSION,
            producer_name="rightfit",
            producer_version=version,
        )
        helper.set_model_props(model, metadata)
        return model

    def _needed(self) -> tuple[list[onnx.NodeProto], set[str]]:
        """The nodes that an output depends on, and the names of what these read."""
        needed = {output.name for output in self._outputs}
        nodes = []
        for node in reversed(self._nodes):
            if not needed.isdisjoint(node.output):
                nodes.append(node)
                needed.update(node.input)
        return nodes[::-1], needed

    def _free(self, word: str) -> str:
        number = len(self._nodes) + len(self._constants)
        name = f"{word}_{number}"
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def cast_code(dtype: Any) -> int:
    """The number that ONNX has for a type of NumPy's; text is any kind of it."""
    kind = np.dtype(dtype)
    if kind.kind in "UO":
        return TensorProto.STRING
    return int(helper.np_dtype_to_tensor_dtype(kind))


def _declared(name: str, dtype: Any, shape: Shape, description: str) -> onnx.ValueInfoProto:
    info = helper.make_tensor_value_info(name, cast_code(dtype), list(shape))
    info.doc_string = description
    return info
