import dataclasses
import json
from typing import Any

import jax
import numpy as np
import pytest

from rightfit import Classifier, Regressor
from rightfit.model.description import describe_layers, describe_model, describe_trials
from tests.estimators.examples import NUMBERS, THREE, TWO, X, mixed, small

pytestmark = pytest.mark.slow


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
            "copies": 1,
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


@pytest.mark.parametrize(
    "chosen",
    [
        {"max_one_hot": 3},
        {"input_scaling": True, "hidden_sizes": ()},
        {"activation": "parametric_relu"},
        {"input_scaling": True},
        {"n_copies": 3},
        {"number_embedding": "piecewise", "n_copies": 2, "activation": "parametric_mish"},
        {"number_embedding": "cosine", "input_scaling": True, "max_one_hot": 3},
        {"number_embedding": "periodic"},
    ],
    ids=str,
)
def test_parameters_of_the_layers_add_up(chosen: dict[str, Any]) -> None:
    described_as = {"hidden_sizes": (8, 5)} | chosen
    model = small(Classifier, **described_as).fit(mixed(), THREE)._model
    described = describe_model(model)
    assert sum(layer["parameters"] for layer in described["layers"]) == model.shape.n_parameters
    assert described["n_parameters"] == model.shape.n_parameters
    leaves = jax.tree.leaves(model.network)
    assert sum(np.size(leaf) for leaf in leaves) == model.shape.n_parameters


def test_layers_of_each_member_of_a_pack_add_up_to_the_whole() -> None:
    chosen = {"hidden_sizes": [(8,), ()], "n_copies": [1, 2]}
    model = small(Classifier, validation_fraction=0.25, **chosen).fit(mixed(), THREE)._model
    alone = [dataclasses.replace(model, members=(member,)) for member in model.members]
    total = sum(layer["parameters"] for each in alone for layer in describe_layers(each))
    assert total == describe_model(model)["n_parameters"]


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
    assert (described["members"], described["trials"], described["choice"]) == ([], [], {})
    assert described["n_multiplications"] == fitted._model.n_multiplications


def test_pack_is_described_plainly_with_its_members_and_its_choice() -> None:
    chosen = {"hidden_sizes": [(8,), ()], "l2": [0.0, 0.1], "watch": "accuracy"}
    fitted = small(Classifier, n_folds=2, **chosen).fit(X, TWO)
    model = fitted._model
    described = describe_model(model)
    json.loads(json.dumps(described | {"parameters": {}}))
    assert described["members"] == fitted.members_
    assert described["choice"] == fitted.choice_
    assert described["n_parameters"] == sum(kept.shape.n_parameters for kept in model.members)
    assert described["n_epochs"] == fitted.n_iter_ == 3

    trials = described["trials"]
    order = [(-trial["weight"], -trial["watched"]) for trial in trials]
    assert order == sorted(order)
    for trial in trials:
        own = [row for row in fitted.members_ if row["trial"] == trial["trial"]]
        assert trial["best_epochs"] == [row["best_epoch"] for row in own]
        assert trial["weight"] == pytest.approx(sum(row["weight"] for row in own))


def test_trials_that_came_to_nothing_are_last() -> None:
    fitted = small(Regressor, n_folds=2, l2=[0.0, 0.1, 0.2]).fit(X, NUMBERS)
    trials = fitted._model.training.trials
    trials[0].update(watched=None, weight=0.0)
    trials[1].update(watched=0.5, weight=0.0)
    trials[2].update(watched=0.75, weight=1.0)
    assert [trial["trial"] for trial in describe_trials(fitted._model)] == [2, 1, 0]


@pytest.mark.parametrize(("hidden_sizes", "name"), [((), "exponential"), ((8,), "elu")])
def test_network_with_a_link_ends_with_it(hidden_sizes: tuple[int, ...], name: str) -> None:
    model = small(Regressor, loss="poisson", hidden_sizes=hidden_sizes)
    described = describe_model(model.fit(X, np.abs(NUMBERS))._model)
    assert described["layers"][-1]["activation"] == name
    assert sum(layer["parameters"] for layer in described["layers"]) == described["n_parameters"]
    assert described["objective"]["loss"] == "poisson"
