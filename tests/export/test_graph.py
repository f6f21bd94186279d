import onnx
import pytest

from rightfit.export.graph import build_graph
from tests.export.cases import mixed, numbers, target, untrained


@pytest.mark.parametrize("table", [mixed(), numbers()])
def test_the_graph_is_sound_by_onnx_own_rules(table: object) -> None:
    built = build_graph(untrained(table, target("multiclass"))._model)
    onnx.checker.check_model(built.proto, full_check=True)
    assert {opset.domain for opset in built.proto.opset_import} == {"", "ai.onnx.ml"}


def test_inputs_and_outputs_are_declared_as_they_are_described() -> None:
    built = build_graph(untrained(mixed(), target("binary"))._model)
    names = [one.name for one in built.proto.graph.input]
    assert names == [one.name for one in built.inputs]
    for one in (*built.proto.graph.input, *built.proto.graph.output):
        assert one.type.tensor_type.shape.dim[0].dim_param == "rows"
