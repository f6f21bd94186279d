import json
from importlib.metadata import version

from rightfit.export.graph import build_graph
from tests.export.cases import mixed, target, untrained


def test_the_file_says_what_the_model_is() -> None:
    model = untrained(mixed(), target("binary"))._model
    built = build_graph(model)
    said = {prop.key: prop.value for prop in built.proto.metadata_props}
    assert said["rightfit.version"] == version("rightfit")
    assert said["rightfit.estimator"] == "Classifier"
    assert said["rightfit.task"] == "binary"
    assert said["rightfit.target"] == "price"
    assert json.loads(said["rightfit.classes"]) == ["cheap", "dear"]
    assert json.loads(said["rightfit.n_networks"]) == 1
    assert json.loads(said["rightfit.columns"]) == model.schema.to_json()
    assert json.loads(said["rightfit.inputs"]) == [one.as_plain() for one in built.inputs]
    assert json.loads(said["rightfit.outputs"]) == [one.as_plain() for one in built.outputs]
    assert built.proto.graph.name == "Classifier of price"
    assert built.proto.graph.input[0].doc_string == "a number; missing: NaN"


def test_numbers_have_no_classes() -> None:
    said = build_graph(untrained(mixed(), target("regression"))._model).proto.metadata_props
    assert {prop.key: prop.value for prop in said}["rightfit.classes"] == "null"
