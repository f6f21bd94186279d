from typing import Any

import pytest

from rightfit import Classifier, ParameterError, Regressor
from rightfit.cli.flags import DEFAULTS, default_text, flag_parameters, parse_flags
from rightfit.cli.wording import sentence_of, spelling
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
        # A list is tried value by value.
        ("dropout_rate", "0,0.25,0.5", [0.0, 0.25, 0.5]),
        ("dropout_rate", "[0.25]", [0.25]),
        ("learning_rate", "1e-3,3e-3", [1e-3, 3e-3]),
        ("weight_decay", "none,0.1", [None, 0.1]),
        ("optimizer", "adamw,lion", ["adamw", "lion"]),
        ("batch_size", "auto,64", ["auto", 64]),
        ("hidden_sizes", "(256,128),(512,)", [(256, 128), (512,)]),
        ("hidden_sizes", "[(256,128),(512,)]", [(256, 128), (512,)]),
        ("activation", "[relu,gelu]", ["relu", "gelu"]),
        ("members", "auto", "auto"),
        ("members", "8", 8),
        ("n_folds", "5", 5),
        ("cull", "true", True),
    ],
)
def test_flag_is_read(name: str, text: str, value: Any) -> None:
    assert parse_flags({name: text}, Regressor)[name] == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("max_epochs", "10,20", "takes one value, not a list: it must be a whole number"),
        ("max_epochs", "[10]", "takes one value, not a list: it must be a whole number"),
        ("scaling", "robust,none", "takes one value, not a list: it must be robust, standard"),
        ("random_state", "0,1", "takes one value, not a list: it must be a whole number"),
        ("max_epochs", "10,twenty", "Got '10,twenty' instead."),
        ("dropout_rate", "[]", "is an empty list, which leaves nothing to try"),
        ("dropout_rate", "0,0.5,0", "lists 0.0 more than once"),
        ("dropout_rate", "0,1.5", "Got 1.5 in '[0.0,1.5]' instead."),
        ("dropout_rate", "0,half", "Got 'half' in '[0.0,half]' instead."),
        ("optimizer", "adamw,lino", "Got 'lino' in '[adamw,lino]' instead."),
        ("hidden_sizes", "[256,128]", "is ambiguous. For '[256,128]' write 256,128, one network"),
        ("column_kinds", "zip,year=number", "Got 'zip,year=number' instead."),
    ],
)
def test_wrong_list_is_refused(name: str, text: str, said: str) -> None:
    with pytest.raises(ParameterError) as raised:
        parse_flags({name: text}, Regressor)
    assert said in str(raised.value)


def test_seed_is_0_if_none_is_typed() -> None:
    assert parse_flags({}, Classifier) == {"random_state": 0}
    assert parse_flags({"random_state": "none"}, Classifier) == {"random_state": None}


def test_all_wrong_values_are_said_at_once() -> None:
    typed = {"dropout_rate": "1.5", "hidden_sizes": "8,a", "optimizer": "admw"}
    with pytest.raises(ParameterError) as raised:
        parse_flags(typed, Regressor)
    assert str(raised.value) == (
        "--hidden-sizes must be none, or for each hidden layer a whole number of at least 1, "
        "separated by commas, or a list of such, or auto. Got '8,a' instead.\n"
        "--dropout-rate must be a number from 0 to below 1, or a list of such. Got 1.5 instead.\n"
        "--optimizer must be adamw, adam, sgd, momentum, nesterov, adagrad, rmsprop, lion or muon, "
        "or a list of such. Got 'admw' instead.\n"
        "hint: did you mean 'adamw'?; for example --hidden-sizes 256,128"
    )


@pytest.mark.parametrize(
    ("name", "text", "got", "hint"),
    [
        ("hidden_sizes", "64x64", "'64x64'", "did you mean --hidden-sizes 64,64?"),
        ("hidden_sizes", "wide", "'wide'", "for example --hidden-sizes 256,128"),
        ("column_kinds", "id=ignore", "id=ignore", "did you mean 'ignored'?"),
        ("column_kinds", "id:ignored", "'id:ignored'", "did you mean --column-kinds id=ignored?"),
        ("column_kinds", "id", "'id'", "for example --column-kinds zip=category,year=number"),
        ("max_epochs", "[10]", "'[10]'", "a list is tried value by value for --hidden-sizes, "),
    ],
)
def test_wrong_value_is_answered_with_one_that_can_be_typed(
    name: str, text: str, got: str, hint: str
) -> None:
    with pytest.raises(ParameterError) as raised:
        parse_flags({name: text}, Regressor)
    assert raised.value.what.endswith(f"Got {got} instead.")
    assert raised.value.hint.startswith(hint)


@pytest.mark.parametrize("declared", PARAMETERS.values(), ids=list(PARAMETERS))
def test_wrong_value_is_refused_in_words_of_the_command_line(declared: Parameter) -> None:
    owner = Classifier if hasattr(Classifier, declared.name) else Regressor
    with pytest.raises(ParameterError) as raised:
        parse_flags({declared.name: "~"}, owner)
    must = f"{spelling(declared.name)} must be {sentence_of(declared.constraint)}."
    assert raised.value.what == f"{must} Got '~' instead."
    for foreign in ("tuple", "dict", "None", "[", "{", "int ", "str "):
        assert foreign not in raised.value.what
