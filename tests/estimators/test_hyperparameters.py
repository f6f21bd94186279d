from typing import Any

import numpy as np
import pytest

from rightfit import Classifier, ParameterError, Regressor
from rightfit.data.kinds import KINDS
from rightfit.estimators import choice_names
from rightfit.estimators.base import AbstractEstimator
from rightfit.nn.activations import ACTIVATIONS
from rightfit.objectives import LOSSES, metric_names
from rightfit.parameters import Parameter, declared_parameters
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.schedules import SCHEDULES
from tests.estimators.examples import NUMBERS, THREE, X, small, target_for

ESTIMATORS: list[Any] = [Classifier, Regressor]
both = pytest.mark.parametrize("estimator", ESTIMATORS)


def message(estimator: type[AbstractEstimator], **chosen: Any) -> str:
    with pytest.raises(ParameterError) as caught:
        small(estimator, **chosen).fit(X, target_for(estimator))
    return str(caught.value)


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (choice_names.ACTIVATION_NAMES, ACTIVATIONS),
        (choice_names.OPTIMIZER_NAMES, OPTIMIZERS),
        (choice_names.SCHEDULE_NAMES, SCHEDULES),
        (choice_names.CLASS_METRICS, metric_names("binary")),
        (choice_names.CLASS_METRICS, metric_names("multiclass")),
        (choice_names.NUMBER_METRICS, metric_names("regression")),
        (
            choice_names.NUMBER_LOSSES,
            [name for name, loss in LOSSES.items() if "regression" in loss.tasks],
        ),
    ],
)
def test_names_are_those_that_there_are(names: Any, known: Any) -> None:
    assert list(names) == list(known)


def test_kinds_are_some_of_those_that_there_are() -> None:
    # Nobody need say that a column is constant or an id: "ignored" does.
    assert set(KINDS) - set(choice_names.KIND_NAMES) == {"constant", "id"}


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_customary_values_are_those_that_the_description_tells(name: str) -> None:
    described = {p.name: p.description for p in declared_parameters(Classifier)}
    assert f"{OPTIMIZERS[name].learning_rate:.10f}".rstrip("0") in described["learning_rate"]
    assert f"{OPTIMIZERS[name].weight_decay:g}" in described["weight_decay"]


@both
def test_defaults_are_allowed(estimator: type[AbstractEstimator]) -> None:
    for declared in declared_parameters(estimator):
        assert declared.constraint.accepts(declared.default), declared.name
        assert getattr(estimator(), declared.name) == declared.default


WRONG = [
    (estimator, declared, value)
    for estimator in ESTIMATORS
    for declared in declared_parameters(estimator)
    for value in declared.constraint.wrong
]


@pytest.mark.parametrize(
    ("estimator", "declared", "value"),
    WRONG,
    ids=lambda part: part.name if isinstance(part, Parameter) else "",
)
def test_fit_refuses_every_wrong_value_in_scikit_learns_words(
    estimator: type[AbstractEstimator], declared: Parameter, value: Any
) -> None:
    text = message(estimator, **{declared.name: value})
    assert text.splitlines()[0] == (
        f"The {declared.name!r} parameter of {estimator.__name__} must be "
        f"{declared.constraint.sentence}. Got {value!r} instead."
    )


def test_fit_names_all_wrong_parameters_at_once() -> None:
    assert message(Classifier, dropout_rate=1.5, max_epochs=0, optimizer="adm") == (
        "The 'dropout_rate' parameter of Classifier must be a float in the range [0.0, 1.0), or a "
        "list of such. Got 1.5 instead.\n"
        "The 'optimizer' parameter of Classifier must be a str among {'adamw', 'adam', 'sgd', "
        "'momentum', 'nesterov', 'adagrad', 'rmsprop', 'lion', 'muon'}, or a list of such. "
        "Got 'adm' instead.\n"
        "The 'max_epochs' parameter of Classifier must be an int in the range [1, inf). "
        "Got 0 instead.\n"
        "hint: did you mean 'adam'?"
    )


def test_fit_shows_five_wrong_parameters_and_counts_the_others() -> None:
    wrong = dict.fromkeys(
        ["dropout_rate", "l2", "optimizer", "momentum", "schedule", "max_epochs", "scaling"], -1
    )
    lines = message(Regressor, **wrong).splitlines()
    assert len(lines) == 6
    assert lines[5] == "and 2 more"


def test_list_of_plain_sizes_is_refused_because_it_may_mean_two_things() -> None:
    assert message(Classifier, hidden_sizes=[8, 4]) == (
        "The 'hidden_sizes' parameter of Classifier is ambiguous. For [8, 4] write (8, 4), one "
        "network with 2 hidden layers, or [(8,), (4,)], 2 networks to try."
    )


@both
@pytest.mark.parametrize(
    ("hidden_sizes", "activation", "counts"),
    [
        ((8, 8), ("relu",), "1 name for 2 hidden layers"),
        ((), ("relu",), "1 name for 0 hidden layers"),
        ((8,), (), "0 names for 1 hidden layer"),
    ],
)
def test_fit_refuses_a_tuple_of_activations_of_another_length(
    estimator: type[AbstractEstimator], hidden_sizes: Any, activation: Any, counts: str
) -> None:
    assert message(estimator, hidden_sizes=hidden_sizes, activation=activation) == (
        f"The 'activation' parameter of {estimator.__name__} has {counts}.\n"
        "A tuple needs one name for each hidden layer.\n"
        "hint: pass one name to use it for all layers"
    )


def test_parameters_may_be_numpy_numbers() -> None:
    chosen = {
        "hidden_sizes": (np.int64(8),),
        "max_epochs": np.int32(3),
        "l2": np.float32(0.5),
        "batch_size": np.int64(16),
        "random_state": np.uint32(7),
        "warm_start": np.True_,
    }
    model = small(Classifier, **chosen).fit(X, THREE)
    assert model.n_iter_ == 3


@pytest.mark.parametrize("act", ["partial_fit", "fit"])
def test_parameters_are_checked_before_the_table(act: str) -> None:
    with pytest.raises(ParameterError, match="dropout_rate"):
        getattr(small(Regressor, dropout_rate=2.0), act)("no table", NUMBERS)
