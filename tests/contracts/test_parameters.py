import dataclasses
import re
import subprocess
import sys
from numbers import Integral, Real
from typing import Any

import numpy as np
import pytest
from sklearn.utils import _param_validation as sklearn_validation

from rightfit.constraints import (
    Constraint,
    Either,
    Flag,
    InstanceOf,
    Interval,
    MappingOf,
    Nothing,
    OneOf,
    TupleOf,
    Unsure,
)
from rightfit.errors import MAX_SHOWN, ParameterError
from rightfit.estimators.choice_names import (
    ACTIVATION_NAMES,
    CLASS_METRICS,
    NUMBER_LOSSES,
    NUMBER_METRICS,
    OPTIMIZER_NAMES,
    SCHEDULE_NAMES,
)
from rightfit.estimators.hyperparameters import (
    ClassifierParameters,
    Hyperparameters,
    RegressorParameters,
    member_parameters,
)
from rightfit.nn import ACTIVATIONS
from rightfit.objectives import LOSSES, metric_names
from rightfit.parameters import Parameter, check_parameters, declared_parameters
from rightfit.train.customary import CUSTOMARY_WEIGHT_DECAYS
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.schedules import SCHEDULES

Owner = type[Hyperparameters]

OWNERS: list[Owner] = [ClassifierParameters, RegressorParameters]
PARAMETERS = [(owner, declared) for owner in OWNERS for declared in declared_parameters(owner)]
WRONG_VALUES = [
    (owner, declared, value)
    for owner, declared in PARAMETERS
    for value in declared.constraint.wrong
]


def name_of(value: Any) -> str:
    if isinstance(value, Parameter):
        return value.name
    return value.__name__ if isinstance(value, type) else repr(value)[:20]


EACH_PARAMETER = pytest.mark.parametrize(("owner", "declared"), PARAMETERS, ids=name_of)
EACH_WRONG_VALUE = pytest.mark.parametrize(
    ("owner", "declared", "value"), WRONG_VALUES, ids=name_of
)


def options(constraint: Constraint) -> tuple[Constraint, ...]:
    constraint = constraint.one if isinstance(constraint, Unsure) else constraint
    return constraint.options if isinstance(constraint, Either) else (constraint,)


def complaint(owner: Owner, **values: Any) -> str:
    with pytest.raises(ParameterError) as caught:
        check_parameters(owner(**values))
    return caught.value.what


@pytest.mark.parametrize("owner", OWNERS)
def test_defaults_are_accepted(owner: Owner) -> None:
    check_parameters(owner())


@EACH_PARAMETER
def test_default_is_declared_once(owner: Owner, declared: Parameter) -> None:
    assert getattr(owner(), declared.name) == declared.default
    assert declared.constraint.accepts(declared.default)


LISTS = [(owner, d) for owner, d in PARAMETERS if isinstance(d.constraint, Unsure)]
EACH_LIST = pytest.mark.parametrize(("owner", "declared"), LISTS, ids=name_of)
EACH_SINGLE = pytest.mark.parametrize(
    ("owner", "declared"), [pair for pair in PARAMETERS if pair not in LISTS], ids=name_of
)


@pytest.mark.parametrize("owner", OWNERS)
def test_what_may_be_a_list_is_what_belongs_to_one_member(owner: Owner) -> None:
    assert member_parameters(owner) == tuple(each.name for own, each in LISTS if own is owner)
    assert member_parameters(Hyperparameters) == (
        "hidden_sizes",
        "activation",
        "dropout_rate",
        "input_dropout_rate",
        "dropout_schedule",
        "l2",
        "weight_decay",
        "optimizer",
        "learning_rate",
        "average_decay",
        "n_copies",
        "parametrisation",
        "momentum",
        "schedule",
        "batch_size",
        "number_embedding",
        "number_embedding_size",
        "frequency_scale",
        "input_scaling",
    )


@EACH_LIST
def test_list_of_right_values_is_accepted(owner: Owner, declared: Parameter) -> None:
    assert isinstance(declared.constraint, Unsure)
    values = right_values(declared.constraint.one)
    for some in (values, values[:1]):
        chosen: dict[str, Any] = {declared.name: some}
        check_parameters(owner(**chosen))


@EACH_LIST
def test_empty_list_is_refused(owner: Owner, declared: Parameter) -> None:
    assert complaint(owner, **{declared.name: []}) == (
        f"The '{declared.name}' parameter of {owner.__name__} is an empty list, which leaves "
        f"nothing to try: it must be {declared.constraint.sentence}."
    )


@EACH_LIST
def test_list_with_a_wrong_value_is_refused_by_that_value(
    owner: Owner, declared: Parameter
) -> None:
    assert isinstance(declared.constraint, Unsure)
    right = right_values(declared.constraint.one)[0]
    for wrong in declared.constraint.wrong:
        values = [right, wrong]
        assert complaint(owner, **{declared.name: values}) == (
            f"The '{declared.name}' parameter of {owner.__name__} must be "
            f"{declared.constraint.sentence}. Got {wrong!r} in {values!r} instead."
        )


@EACH_LIST
def test_list_that_repeats_a_value_is_refused(owner: Owner, declared: Parameter) -> None:
    assert isinstance(declared.constraint, Unsure)
    right = right_values(declared.constraint.one)[0]
    values = [right, right]
    assert f"lists {right!r} more than once" in complaint(owner, **{declared.name: values})


@EACH_SINGLE
def test_list_is_refused_where_there_is_nothing_to_try(owner: Owner, declared: Parameter) -> None:
    values: Any = right_values(declared.constraint)[:2]
    with pytest.raises(ParameterError) as caught:
        check_parameters(owner(**{declared.name: values}))
    assert str(caught.value) == (
        f"The '{declared.name}' parameter of {owner.__name__} takes one value, not a list: it must "
        f"be {declared.constraint.sentence}. Got {values!r} instead.\n"
        "hint: a list is tried value by value for 'hidden_sizes', 'activation', 'dropout_rate', "
        f"'input_dropout_rate', 'dropout_schedule' and {len(member_parameters(owner)) - 5} more"
    )


@pytest.mark.parametrize("owner", OWNERS)
def test_list_of_plain_sizes_is_refused_with_both_spellings(owner: Owner) -> None:
    assert complaint(owner, hidden_sizes=[256, 128]) == (
        f"The 'hidden_sizes' parameter of {owner.__name__} is ambiguous. For [256, 128] write "
        "(256, 128), one network with 2 hidden layers, or [(256,), (128,)], 2 networks to try."
    )


@EACH_WRONG_VALUE
def test_wrong_value_is_refused_with_the_sentence(
    owner: Owner, declared: Parameter, value: Any
) -> None:
    assert complaint(owner, **{declared.name: value}) == (
        f"The '{declared.name}' parameter of {owner.__name__} must be "
        f"{declared.constraint.sentence}. Got {value!r} instead."
    )


def translated(constraint: Constraint) -> Any:
    """The same constraint as scikit-learn declares it; None where it has no such one."""
    if isinstance(constraint, Interval):
        kind = Integral if constraint.kind is int else Real
        return sklearn_validation.Interval(
            kind,
            None if constraint.low is None else constraint.kind(constraint.low),
            None if constraint.high is None else constraint.kind(constraint.high),
            closed=constraint.closed,
        )
    if isinstance(constraint, OneOf):
        return sklearn_validation.StrOptions(set(constraint.names))
    if isinstance(constraint, Flag):
        return bool
    if isinstance(constraint, InstanceOf):
        return np.random.RandomState
    return None


def in_one_order(sentence: str) -> str:
    """scikit-learn keeps choices in a set, and names a class by the module that holds it."""
    sentence = sentence.replace("numpy.random.mtrand.", "numpy.random.")
    return re.sub(r"\{([^}]*)\}", lambda found: str(sorted(found[1].split(", "))), sentence)


# scikit-learn has no words for tuples and dicts of values.
COMPARABLE = [
    (owner, declared, value)
    for owner, declared, value in WRONG_VALUES
    if not any(isinstance(kind, TupleOf | MappingOf) for kind in options(declared.constraint))
]


@pytest.mark.parametrize(("owner", "declared", "value"), COMPARABLE, ids=name_of)
def test_wrong_value_is_refused_in_the_words_of_sklearn(
    owner: Owner, declared: Parameter, value: Any
) -> None:
    constraints = [translated(option) for option in options(declared.constraint)]
    with pytest.raises(ValueError, match="must be") as theirs:
        sklearn_validation.validate_parameter_constraints(
            {declared.name: constraints}, {declared.name: value}, owner.__name__
        )
    # It has none for lists either.
    ours = complaint(owner, **{declared.name: value}).replace(", or a list of such.", ".")
    assert in_one_order(ours) == in_one_order(str(theirs.value))


@EACH_PARAMETER
def test_every_constraint_has_wrong_values(owner: Owner, declared: Parameter) -> None:
    wrong = declared.constraint.wrong
    assert wrong
    assert not any(declared.constraint.accepts(value) for value in wrong)


@pytest.mark.parametrize("owner", OWNERS)
def test_all_wrong_values_are_reported_at_once(owner: Owner) -> None:
    declared = list(declared_parameters(owner))
    wrong = {each.name: each.constraint.wrong[0] for each in declared}
    lines = complaint(owner, **wrong).split("\n")
    assert lines == [
        *(complaint(owner, **{name: wrong[name]}) for name in list(wrong)[:MAX_SHOWN]),
        f"and {len(declared) - MAX_SHOWN} more",
    ]


def written(value: Any) -> str:
    """A value as a person writes it on a command line."""
    if isinstance(value, tuple):
        # A comma at the end tells a tuple of one from its item.
        return "".join(f"{written(item)}," for item in value) or "()"
    if isinstance(value, list):
        items = (f"({written(i)})" if isinstance(i, tuple) and i else written(i) for i in value)
        return f"[{','.join(items)}]"
    if isinstance(value, dict):
        return ",".join(f"{name}={written(item)}" for name, item in value.items())
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def right_values(constraint: Constraint) -> list[Any]:
    """Some values that a constraint accepts."""
    if isinstance(constraint, Interval):
        low = 0 if constraint.low is None else constraint.low
        inside = [low, low + 0.25, low + 1, low + 17]
        values = dict.fromkeys(map(constraint.kind, inside))
        return [value for value in values if constraint.accepts(value)]
    if isinstance(constraint, OneOf):
        return list(constraint.names)
    if isinstance(constraint, Flag):
        return [True, False]
    if isinstance(constraint, Nothing):
        return [None]
    if isinstance(constraint, TupleOf):
        items = right_values(constraint.item)
        return [(), tuple(items[:1]), tuple(items[:3])]
    if isinstance(constraint, MappingOf):
        return [{}, *({"zip": item} for item in right_values(constraint.item))]
    if isinstance(constraint, Unsure):
        single = right_values(constraint.one)
        return [*single, single[:1], single]
    if isinstance(constraint, Either):
        return [value for option in constraint.options for value in right_values(option)]
    return []


@EACH_PARAMETER
def test_value_survives_the_command_line(owner: Owner, declared: Parameter) -> None:
    values = right_values(declared.constraint)
    assert len(values) > 1
    for value in values:
        check_parameters(owner(**{declared.name: value}))
        read = declared.constraint.parse(written(value))
        assert read == value
        assert type(read) is type(value)


@EACH_PARAMETER
def test_numpy_numbers_are_as_good_as_pythons(owner: Owner, declared: Parameter) -> None:
    kinds = {bool: np.bool_, int: np.int64, float: np.float64}
    for value in right_values(declared.constraint):
        if type(value) in kinds:
            assert declared.constraint.accepts(kinds[type(value)](value))


@EACH_PARAMETER
def test_description_is_sentences(owner: Owner, declared: Parameter) -> None:
    assert declared.description[0].isupper() or declared.description[0] in "λ"
    assert declared.description.endswith(".")
    assert "  " not in declared.description


@pytest.mark.parametrize("owner", OWNERS)
def test_every_field_is_a_declared_parameter(owner: Owner) -> None:
    names = [field.name for field in dataclasses.fields(owner)]
    assert [declared.name for declared in declared_parameters(owner)] == names


def test_names_are_those_of_the_engine() -> None:
    # They are listed again where nothing heavy is imported.
    assert ACTIVATION_NAMES == tuple(ACTIVATIONS)
    assert OPTIMIZER_NAMES == tuple(OPTIMIZERS)
    assert SCHEDULE_NAMES == tuple(SCHEDULES)
    assert NUMBER_LOSSES == tuple(n for n, loss in LOSSES.items() if "regression" in loss.tasks)
    assert NUMBER_METRICS == metric_names("regression")
    assert CLASS_METRICS == metric_names("binary") == metric_names("multiclass")


def choices(owner: Owner, name: str) -> set[str]:
    (declared,) = (each for each in declared_parameters(owner) if each.name == name)
    return {
        choice
        for option in options(declared.constraint)
        if isinstance(option, OneOf)
        for choice in option.names
    }


@pytest.mark.parametrize("owner", OWNERS)
def test_choices_are_those_names(owner: Owner) -> None:
    assert choices(owner, "activation") == set(ACTIVATIONS)
    assert choices(owner, "optimizer") == set(OPTIMIZERS)
    assert choices(owner, "schedule") == set(SCHEDULES)


def test_watched_metrics_and_losses_are_those_of_the_task() -> None:
    assert choices(ClassifierParameters, "watch") == {"loss", *metric_names("multiclass")}
    assert choices(RegressorParameters, "watch") == {"loss", *metric_names("regression")}
    assert choices(RegressorParameters, "loss") == set(NUMBER_LOSSES)


def told_values(name: str) -> dict[str, float]:
    """What a description says of each optimizer: "0.001 for adam and adamw, 0.1 for sgd"."""
    (declared,) = (each for each in declared_parameters(Hyperparameters) if each.name == name)
    told = {}
    parts = re.split(r"(\d\.\d+) for ", declared.description)
    for number, names in zip(parts[1::2], parts[2::2], strict=True):
        for optimizer in re.findall(r"\w+", re.split(r"[.]|else", names)[0]):
            told[optimizer] = float(number)
    return {optimizer: value for optimizer, value in told.items() if optimizer in OPTIMIZERS}


def test_customary_decays_are_of_optimizers() -> None:
    assert set(CUSTOMARY_WEIGHT_DECAYS) <= set(OPTIMIZERS)


def test_descriptions_tell_the_customary_values_of_every_optimizer() -> None:
    rates = {name: optimizer.learning_rate for name, optimizer in OPTIMIZERS.items()}
    assert told_values("learning_rate") == rates
    decays = {
        name: optimizer.weight_decay
        for name, optimizer in OPTIMIZERS.items()
        if optimizer.weight_decay
    }
    assert told_values("weight_decay") == decays


def test_parameters_are_read_without_importing_anything_heavy() -> None:
    heavy = ["jax", "numpy", "sklearn", "polars", "narwhals", "typer", "rich"]
    program = (
        "import sys, rightfit.estimators.hyperparameters; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
