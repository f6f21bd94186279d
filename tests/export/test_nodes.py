import numpy as np
import pytest

from rightfit.export.nodes import IR_VERSION, OPSETS, Nodes, cast_code
from tests.export.cases import run_nodes


def test_equal_constants_are_kept_once() -> None:
    nodes = Nodes()
    one = nodes.constant([1, 2], np.int64)
    assert nodes.constant([1, 2], np.int64) == one
    assert nodes.constant([1, 2], np.float64) != one
    assert nodes.constant([[1, 2]], np.int64) != one
    words = nodes.constant(np.array(["a", "bc"], object))
    assert nodes.constant(np.array(["a", "bc"], object)) == words
    assert nodes.constant(np.array(["ab", "c"], object)) != words


def test_what_no_output_needs_is_left_out() -> None:
    nodes = Nodes()
    x = nodes.input("x", np.float32, ["rows"], "")
    nodes.add("Add", x, nodes.constant(1, np.float32))
    kept = nodes.add("Mul", x, nodes.constant(2, np.float32))
    nodes.output(kept, "y", np.float32, ["rows"], "")
    graph = nodes.to_model("part", {}, "0").graph
    assert [node.op_type for node in graph.node] == ["Mul", "Identity"]
    assert [constant.name for constant in graph.initializer] == [graph.node[0].input[1]]


def test_columns_may_be_called_like_tensors() -> None:
    def add(nodes: Nodes) -> list[str]:
        return [nodes.add("Add", "add_0", "constant_1")]

    feeds = {"add_0": np.array([1.0]), "constant_1": np.array([2.0])}
    (made,) = run_nodes(add, feeds, np.float64, rank=1)
    assert made.tolist() == [3.0]


def test_file_says_what_it_needs_and_who_wrote_it() -> None:
    nodes = Nodes()
    nodes.output(nodes.input("x", np.int64, ["rows", 1], "a whole number"), "y", np.int64, [], "")
    model = nodes.to_model("of houses", {"a": "b"}, "1.2")
    assert (model.ir_version, model.producer_name, model.producer_version) == (
        IR_VERSION,
        "rightfit",
        "1.2",
    )
    assert tuple((opset.domain, opset.version) for opset in model.opset_import) == OPSETS
    assert [(prop.key, prop.value) for prop in model.metadata_props] == [("a", "b")]
    (declared,) = model.graph.input
    assert declared.doc_string == "a whole number"
    assert [d.dim_param or d.dim_value for d in declared.type.tensor_type.shape.dim] == ["rows", 1]


@pytest.mark.parametrize(
    ("dtype", "code"), [(np.float32, 1), (np.int64, 7), (np.str_, 8), (object, 8), (bool, 9)]
)
def test_types_have_onnx_numbers(dtype: type, code: int) -> None:
    assert cast_code(dtype) == code


def test_a_constant_keeps_its_shape_and_a_turned_one_its_numbers() -> None:
    turned = np.arange(6.0).reshape(2, 3).T

    def add(nodes: Nodes) -> list[str]:
        return [nodes.add("Unsqueeze", nodes.constant(7.0), nodes.constant([0, 1], np.int64))]

    assert run_nodes(add, {}, np.float64)[0].tolist() == [[7.0]]
    assert run_nodes(lambda nodes: [nodes.constant(turned)], {}, np.float64)[0].tolist() == (
        turned.tolist()
    )
