from typing import Any

import pytest

from rightfit import Classifier, ParameterError, Regressor
from rightfit.cli.flags import DEFAULTS, default_text, flag_parameters, parse_flags, spelling
from rightfit.parameters import Parameter, declared_parameters

PARAMETERS = flag_parameters()


def test_every_parameter_but_those_of_repeated_fits_is_a_flag() -> None:
    declared = {p.name for kind in (Classifier, Regressor) for p in declared_parameters(kind)}
    assert declared - set(PARAMETERS) == {"warm_start", "verbose"}


@pytest.mark.parametrize("declared", PARAMETERS.values(), ids=list(PARAMETERS))
def test_default_can_be_typed(declared: Parameter) -> None:
    default = 0 if declared.name in DEFAULTS else declared.default
    assert declared.constraint.parse(default_text(declared)) == default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden_sizes", "256,128", (256, 128)),
        ("hidden_sizes", "(64, 32)", (64, 32)),
        ("hidden_sizes", "8", (8,)),
        ("hidden_sizes", "none", ()),
        ("hidden_sizes", "", ()),
        ("activation", "tanh", "tanh"),
        ("activation", "relu,tanh", ("relu", "tanh")),
        ("learning_rate", "1e-2", 0.01),
        ("learning_rate", "none", None),
        ("batch_size", "auto", "auto"),
        ("batch_size", "64", 64),
        ("patience_epochs", "None", None),
        ("column_kinds", "zip=category,lot area=number", {"zip": "category", "lot area": "number"}),
        ("random_state", "7", 7),
    ],
)
def test_flag_is_read(name: str, text: str, value: Any) -> None:
    assert parse_flags({name: text}, Regressor)[name] == value


def test_seed_is_0_if_none_is_typed() -> None:
    assert parse_flags({}, Classifier) == {"random_state": 0}
    assert parse_flags({"random_state": "none"}, Classifier) == {"random_state": None}


def test_all_wrong_values_are_said_at_once() -> None:
    typed = {"dropout_rate": "1.5", "hidden_sizes": "8,a", "optimizer": "admw"}
    with pytest.raises(ParameterError) as raised:
        parse_flags(typed, Regressor)
    assert str(raised.value) == (
        "The 'hidden_sizes' parameter of Regressor must be a tuple, each item an int in the range "
        "[1, inf). Got '8,a' instead.\n"
        "The 'dropout_rate' parameter of Regressor must be a float in the range [0.0, 1.0). "
        "Got 1.5 instead.\n"
        "The 'optimizer' parameter of Regressor must be a str among {'adamw', 'adam', 'sgd', "
        "'momentum', 'nesterov', 'adagrad', 'rmsprop', 'lion'}. Got 'admw' instead.\n"
        "hint: did you mean 'adamw'?"
    )


def test_spelling_is_that_of_a_flag() -> None:
    assert spelling("max_epochs") == "--max-epochs"
