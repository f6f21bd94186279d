import json
from typing import Any

import pytest

from rightfit import Classifier, Regressor
from rightfit.model.description import describe_layers, describe_model
from tests.estimators.examples import NUMBERS, THREE, TWO, X, mixed, small


@pytest.mark.parametrize(
    ("estimator", "y", "n_outputs", "last"),
    [
        (Classifier, TWO, 1, "logistic"),
        (Classifier, THREE, 3, "softmax"),
        (Regressor, NUMBERS, 1, "identity"),
        (Regressor, X[:, :2], 2, "identity"),
    ],
)
def test_model_without_hidden_layers_has_n_plus_1_times_k_parameters(
    estimator: Any, y: Any, n_outputs: int, last: str
) -> None:
    model = small(estimator, hidden_sizes=()).fit(X, y)._model
    assert describe_layers(model) == [
        {
            "name": "output",
            "inputs": 3,
            "outputs": n_outputs,
            "activation": last,
            "parameters": (3 + 1) * n_outputs,
        }
    ]
    assert model.n_parameters == (3 + 1) * n_outputs


def test_layers_are_described_from_the_inputs_on() -> None:
    chosen = {"hidden_sizes": (8, 5), "activation": ("relu", "tanh"), "max_one_hot": 3}
    model = small(Classifier, embedding_size=2, **chosen).fit(mixed(), THREE)._model
    layers = describe_layers(model)
    n_features = model.shape.n_features
    assert [
        (layer["name"], layer["inputs"], layer["outputs"], layer["activation"]) for layer in layers
    ] == [
        # Five streets, unseen and missing.
        ("embedding of street", 7, 2, ""),
        ("hidden 1", n_features, 8, "relu"),
        ("hidden 2", 8, 5, "tanh"),
        ("output", 5, 3, "softmax"),
    ]
    assert [layer["parameters"] for layer in layers] == [
        7 * 2,
        (n_features + 1) * 8,
        (8 + 1) * 5,
        (5 + 1) * 3,
    ]
    assert sum(layer["parameters"] for layer in layers) == model.n_parameters


def test_description_is_plain_and_whole() -> None:
    fitted = small(Classifier, validation_fraction=0.25).fit(mixed(), THREE)
    described = describe_model(fitted._model)
    # Only the tuples among the parameters become lists.
    again = json.loads(json.dumps(described))
    parameters = described.pop("parameters")
    assert again.pop("parameters") == {**parameters, "hidden_sizes": [8]}
    assert again == described
    assert described["estimator"] == "Classifier"
    assert described["objective"]["task"] == "multiclass"
    assert described["n_epochs"] == 3
    assert described["columns"] == fitted.schema_
    assert described["stop_reason"] == fitted.stop_reason_
    assert described["test_scores"] == {}
