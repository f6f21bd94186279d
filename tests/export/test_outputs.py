from typing import Any

import numpy as np
import pytest

from rightfit import DataError
from rightfit.export.graph import build_graph
from rightfit.export.outputs import outputs_of
from rightfit.model.target import Target
from tests.export.cases import mixed, numbers, run_file, target, untrained

ONE = np.ones(1)


def of_classes(classes: Any) -> Target:
    return Target("use", np.asarray(classes), np.zeros(1), ONE)


@pytest.mark.parametrize(
    ("classes", "type_name"),
    [
        (["no", "yes"], "string"),
        (np.array(["no", "yes"], object), "string"),
        (np.array([0, 1], np.uint8), "int64"),
        (np.array([0.0, 1.0], np.float32), "float64"),
        ([False, True], "bool"),
    ],
)
def test_classes_keep_their_type(classes: Any, type_name: str) -> None:
    label, probabilities = outputs_of(of_classes(classes), [])
    assert (label.name, label.type_name, label.shape) == ("label", type_name, ("rows",))
    assert (probabilities.name, probabilities.type_name, probabilities.shape) == (
        "probabilities",
        "float64",
        ("rows", 2),
    )


def test_the_order_of_the_probabilities_is_described() -> None:
    assert outputs_of(of_classes(["no", "yes"]), [])[1].description == (
        "the probability of each class, in this order: no, yes"
    )


def test_classes_that_onnx_has_no_type_for_are_refused() -> None:
    classes = np.array(["2020-01-01", "2021-01-01"], "datetime64[D]")
    with pytest.raises(DataError) as caught:
        outputs_of(of_classes(classes), [])
    assert str(caught.value) == (
        "ONNX has no type for the classes [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)].\n"
        "Classes are text, numbers or truth values.\n"
        "hint: train with classes as text"
    )


def test_numbers_of_several_columns_stay_side_by_side() -> None:
    (one,) = outputs_of(Target("price", None, ONE, ONE), [])
    assert one.shape == ("rows",)
    (two,) = outputs_of(Target("", None, np.ones(2), np.ones(2), True), [])
    assert (two.name, two.shape) == ("prediction", ("rows", 2))


def test_an_output_gives_way_to_a_column_of_its_name() -> None:
    table = mixed().select(prediction="size", label="use", probabilities="rooms")
    for task, names in (
        ("regression", ["prediction_"]),
        ("binary", ["label_", "probabilities_"]),
    ):
        model = untrained(table, target(task))
        built = build_graph(model._model)
        assert [output.name for output in built.outputs] == names
        assert [output.name for output in built.proto.graph.output] == names


@pytest.mark.parametrize(
    "classes",
    [["no", "yes"], [7, 9], [False, True], [0.0, 1.0], ["a", "b", "c"]],
)
def test_labels_are_those_of_the_model(classes: list[Any]) -> None:
    y = np.array([classes[row % len(classes)] for row in range(len(numbers()))])
    y = y.astype(object) if y.dtype.kind == "f" else y
    model = untrained(numbers(), y)
    found = run_file(build_graph(model._model).proto.SerializeToString(), {"X": numbers()})
    assert found["label"].tolist() == model.predict(numbers()).tolist()
    assert len(set(found["label"].tolist())) > 1
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(numbers()), rtol=1e-6)
