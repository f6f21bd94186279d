import dataclasses
import math
import re
from typing import Any

import numpy as np
import pytest

from rightfit.constraints import (
    Constraint,
    Flag,
    InstanceOf,
    Interval,
    ListOf,
    MappingOf,
    Nothing,
    OneOf,
    TupleOf,
    at_least,
    between,
    either,
    unsure,
)
from rightfit.errors import ParameterError
from rightfit.parameters import check_parameters, declared_parameters, parameter

WORDS = OneOf(("auto", "none"))
OPTIONAL = either(at_least(1), Nothing())
LAYERS = TupleOf(at_least(1), "hidden layer")
NAMES = either(WORDS, TupleOf(WORDS))


@pytest.mark.parametrize(
    ("constraint", "sentence"),
    [
        (at_least(1), "an int in the range [1, inf)"),
        (between(0, 1), "a float in the range [0.0, 1.0)"),
        (between(0, None, "neither"), "a float in the range (0.0, inf)"),
        (between(None, 0, "right"), "a float in the range (-inf, 0.0]"),
        (Interval(int, 0, 9, "both"), "an int in the range [0, 9]"),
        (WORDS, "a str among {'auto', 'none'}"),
        (Flag(), "an instance of 'bool'"),
        (Nothing(), "None"),
        (InstanceOf("numpy.random", "Generator"), "an instance of 'numpy.random.Generator'"),
        (TupleOf(at_least(1)), "a tuple, each item an int in the range [1, inf)"),
        (MappingOf(WORDS), "a dict from str, each value a str among {'auto', 'none'}"),
        (OPTIONAL, "an int in the range [1, inf) or None"),
        # As scikit-learn joins them.
        (
            either(at_least(1), WORDS, Nothing()),
            "an int in the range [1, inf), a str among {'auto', 'none'} or None",
        ),
        (ListOf(at_least(1)), "a list, each item an int in the range [1, inf)"),
        (unsure(between(0, 1)), "a float in the range [0.0, 1.0), or a list of such"),
        (unsure(OPTIONAL), "an int in the range [1, inf) or None, or a list of such"),
    ],
)
def test_sentence_names_what_is_allowed(constraint: Constraint, sentence: str) -> None:
    assert constraint.sentence == sentence


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (at_least(1), 1),
        (at_least(1), 10**30),
        # Larger than any float.
        (at_least(1), 10**400),
        (at_least(1), np.int64(3)),
        (at_least(1), np.uint8(3)),
        (between(0, 1), 0),
        (between(0, 1), 0.999),
        (between(0, 1), np.float32(0.5)),
        (between(0, 1, "right"), 1.0),
        (between(0, None, "neither"), 1e-300),
        (WORDS, "auto"),
        (WORDS, np.str_("auto")),
        (Flag(), True),
        (Flag(), False),
        (Flag(), np.True_),
        (Nothing(), None),
        (InstanceOf("numpy.random", "RandomState"), np.random.RandomState(0)),
        (TupleOf(at_least(1)), ()),
        (TupleOf(at_least(1)), (2, np.int32(3))),
        (MappingOf(WORDS), {}),
        (MappingOf(WORDS), {"zip": "auto"}),
        (OPTIONAL, None),
        (OPTIONAL, 7),
        (ListOf(between(0, 1)), [0]),
        (ListOf(between(0, 1)), [0, np.float32(0.5)]),
        (unsure(between(0, 1)), 0),
        (unsure(between(0, 1)), [0, 0.25]),
        (unsure(OPTIONAL), [None, 3]),
        (unsure(LAYERS), (8, 4)),
        (unsure(LAYERS), [(8, 4), ()]),
        (unsure(NAMES), ["auto", ("auto", "none")]),
    ],
)
def test_constraint_accepts_a_right_value(constraint: Constraint, value: object) -> None:
    assert constraint.accepts(value) is True


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (at_least(1), 0),
        (at_least(1), 1.0),
        (between(0, None), 10**400),
        (between(None, 0), -(10**400)),
        (at_least(1), "1"),
        (at_least(1), None),
        # True is 1, and nobody means that.
        (at_least(1), True),
        (between(0, 1), True),
        (between(0, 1), np.True_),
        (between(0, 1), 1),
        (between(0, 1), -1e-9),
        (between(0, 1), math.nan),
        (between(0, None), math.inf),
        (between(None, 0), -math.inf),
        (between(0, 1), 0.5j),
        (between(0, 1, "right"), 0.0),
        (between(0, None, "neither"), 0.0),
        (WORDS, "Auto"),
        (WORDS, None),
        (WORDS, ["auto"]),
        (Flag(), 1),
        (Flag(), "true"),
        (Flag(), None),
        (Nothing(), 0),
        (Nothing(), "none"),
        (InstanceOf("numpy.random", "RandomState"), np.random.default_rng(0)),
        # A list says "try each"; that is another thing than layers.
        (TupleOf(at_least(1)), [2, 3]),
        (TupleOf(at_least(1)), 2),
        (TupleOf(at_least(1)), (2, 0)),
        (MappingOf(WORDS), {1: "auto"}),
        (MappingOf(WORDS), {"zip": "other"}),
        (MappingOf(WORDS), [("zip", "auto")]),
        (OPTIONAL, 0),
        (OPTIONAL, [1, 2]),
        (ListOf(between(0, 1)), []),
        (ListOf(between(0, 1)), 0),
        (ListOf(between(0, 1)), (0, 0.5)),
        (ListOf(between(0, 1)), [0, 1]),
        # Tried once, however it is written.
        (ListOf(between(0, 1)), [0, 0.5, 0.0]),
        (unsure(between(0, 1)), []),
        (unsure(between(0, 1)), (0, 0.5)),
        (unsure(between(0, 1)), [[0.5]]),
        (unsure(between(0, 1)), np.array([0, 0.5])),
        (unsure(LAYERS), [8, 4]),
        (unsure(LAYERS), [(8,), 4]),
    ],
)
def test_constraint_refuses_a_wrong_value(constraint: Constraint, value: object) -> None:
    assert constraint.accepts(value) is False


@pytest.mark.parametrize(
    ("constraint", "text", "value"),
    [
        (at_least(1), "12", 12),
        (between(0, 1), "0.25", 0.25),
        (between(0, None), "1e-4", 1e-4),
        (WORDS, "auto", "auto"),
        (Flag(), "true", True),
        (Flag(), "No", False),
        (Nothing(), "None", None),
        (TupleOf(at_least(1)), "256,128", (256, 128)),
        (TupleOf(at_least(1)), " (256, 128) ", (256, 128)),
        (TupleOf(at_least(1)), "64,", (64,)),
        (TupleOf(at_least(1)), "()", ()),
        (TupleOf(at_least(1)), "none", ()),
        (TupleOf(at_least(1)), "", ()),
        (MappingOf(WORDS), "zip=auto, b=none", {"zip": "auto", "b": "none"}),
        # A column's name may hold the sign itself.
        (MappingOf(WORDS), "a=b=auto", {"a=b": "auto"}),
        (MappingOf(WORDS), "", {}),
        (OPTIONAL, "none", None),
        (OPTIONAL, "3", 3),
        (either(at_least(1), WORDS), "auto", "auto"),
        (either(WORDS, TupleOf(WORDS)), "auto", "auto"),
        (either(WORDS, TupleOf(WORDS)), "auto,none", ("auto", "none")),
        (either(WORDS, TupleOf(WORDS)), "()", ()),
        (ListOf(between(0, 1)), "0,0.5", [0.0, 0.5]),
        (ListOf(between(0, 1)), "[0, 0.5,]", [0.0, 0.5]),
        (unsure(between(0, 1)), "0.5", 0.5),
        (unsure(between(0, 1)), "0,0.25, 0.5", [0.0, 0.25, 0.5]),
        (unsure(between(0, 1)), "0.5,", [0.5]),
        (unsure(between(0, 1)), "[0.5]", [0.5]),
        (unsure(WORDS), "auto", "auto"),
        (unsure(WORDS), "auto,none", ["auto", "none"]),
        (unsure(OPTIONAL), "none,3", [None, 3]),
        (unsure(OPTIONAL), "[none]", [None]),
        (unsure(either(at_least(1), WORDS)), "auto,64", ["auto", 64]),
        # Commas that already mean layers make no list; parentheses and brackets do.
        (unsure(LAYERS), "256,128", (256, 128)),
        (unsure(LAYERS), "(256,128)", (256, 128)),
        (unsure(LAYERS), "(256,128),(512,)", [(256, 128), (512,)]),
        (unsure(LAYERS), " [(256, 128), (512,), ()] ", [(256, 128), (512,), ()]),
        (unsure(LAYERS), "(),(8,)", [(), (8,)]),
        (unsure(LAYERS), "[none,(8,)]", [(), (8,)]),
        (unsure(LAYERS), "(256,128),", [(256, 128)]),
        (unsure(NAMES), "auto,none", ("auto", "none")),
        (unsure(NAMES), "[auto,none]", ["auto", "none"]),
        (unsure(NAMES), "auto,(auto,none)", ["auto", ("auto", "none")]),
    ],
)
def test_parse_reads_a_value_from_text(constraint: Constraint, text: str, value: object) -> None:
    read = constraint.parse(text)
    assert read == value
    assert type(read) is type(value)
    assert constraint.accepts(read)


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (at_least(1), "many"),
        (at_least(1), "1.5"),
        (between(0, 1), "half"),
        (Nothing(), "0"),
        (InstanceOf("numpy.random", "RandomState"), "RandomState(0)"),
        (TupleOf(at_least(1)), "256;128"),
        (MappingOf(WORDS), "zip"),
        (MappingOf(WORDS), "=auto"),
        (OPTIONAL, "0"),
        (OPTIONAL, "many"),
        (either(WORDS, TupleOf(WORDS)), "auto,other"),
        (TupleOf(WORDS), "(auto),(none)"),
        (ListOf(between(0, 1)), "0,,0.5"),
        (ListOf(between(0, 1)), "[0"),
        (ListOf(LAYERS), "[(8,"),
        (ListOf(LAYERS), "[(8,),a]"),
        (unsure(between(0, 1)), "half"),
        (unsure(LAYERS), "8,a"),
    ],
)
def test_parse_raises_value_error_when_text_cannot_be_read(
    constraint: Constraint, text: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        constraint.parse(text)


@pytest.mark.parametrize(
    ("constraint", "text", "value"),
    [
        (unsure(between(0, 1)), "[]", []),
        # The check of all parameters says what is wrong, of each item by itself.
        (unsure(between(0, 1)), "1.5", 1.5),
        (unsure(between(0, 1)), "0,1.5", [0.0, 1.5]),
        (unsure(between(0, 1)), "0,half", [0.0, "half"]),
        (ListOf(between(0, 1)), "[0,[0.5]]", [0.0, "[0.5]"]),
        (unsure(WORDS), "auto,nine", ["auto", "nine"]),
        (unsure(LAYERS), "8,0", (8, 0)),
        (unsure(LAYERS), "[256,128]", [256, 128]),
    ],
)
def test_parse_reads_what_the_check_then_refuses(
    constraint: Constraint, text: str, value: object
) -> None:
    assert constraint.parse(text) == value
    assert not constraint.accepts(value)


def test_either_has_no_alternatives_within_alternatives() -> None:
    nested = either(OPTIONAL, WORDS)
    assert nested == either(at_least(1), Nothing(), WORDS)


@dataclasses.dataclass
class Machine:
    rate: float = parameter(0.5, between(0, 1), "Share of what passes.")
    size: Any = parameter("auto", either(at_least(1), OneOf(("auto",))), "Units.")
    mode: str = parameter("slow", OneOf(("slow", "fast")), "How it goes.")
    plain: int = 3


@dataclasses.dataclass
class Wide:
    a: int = parameter(1, at_least(1), "One.")
    b: int = parameter(1, at_least(1), "One.")
    c: int = parameter(1, at_least(1), "One.")
    d: int = parameter(1, at_least(1), "One.")
    e: int = parameter(1, at_least(1), "One.")
    f: int = parameter(1, at_least(1), "One.")
    g: int = parameter(1, at_least(1), "One.")


@pytest.mark.parametrize("owner", [Machine, Machine()])
def test_declared_parameters_yields_fields_with_a_constraint_in_order(owner: Any) -> None:
    declared = list(declared_parameters(owner))
    assert [each.name for each in declared] == ["rate", "size", "mode"]
    assert [each.default for each in declared] == [0.5, "auto", "slow"]
    assert declared[0].constraint == between(0, 1)
    assert declared[0].description == "Share of what passes."


def test_check_parameters_is_silent_when_all_are_right() -> None:
    check_parameters(Machine())
    check_parameters(Machine(rate=0, size=3, mode="fast", plain=-1))


def test_check_parameters_reports_one_wrong_value() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Machine(rate=1.5))
    assert str(caught.value) == (
        "The 'rate' parameter of Machine must be a float in the range [0.0, 1.0). Got 1.5 instead."
    )


def test_check_parameters_suggests_the_nearest_choice_when_a_name_is_unknown() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Machine(mode="fats"))
    assert str(caught.value) == (
        "The 'mode' parameter of Machine must be a str among {'slow', 'fast'}. "
        "Got 'fats' instead.\n"
        "hint: did you mean 'fast'?"
    )
    with pytest.raises(ParameterError) as caught:
        check_parameters(Machine(size="atuo"))
    assert caught.value.hint == "did you mean 'auto'?"


def test_check_parameters_reports_all_wrong_values_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Machine(rate=-1, size=0, mode="fast"))
    assert str(caught.value) == (
        "The 'rate' parameter of Machine must be a float in the range [0.0, 1.0). Got -1 instead.\n"
        "The 'size' parameter of Machine must be an int in the range [1, inf) or a str among "
        "{'auto'}. Got 0 instead."
    )


def test_check_parameters_shows_five_and_counts_the_others_when_many_are_wrong() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Wide(0, 0, 0, 0, 0, 0, 0))
    lines = str(caught.value).split("\n")
    assert lines[0] == (
        "The 'a' parameter of Wide must be an int in the range [1, inf). Got 0 instead."
    )
    assert [line[5] for line in lines[:5]] == ["a", "b", "c", "d", "e"]
    assert lines[5:] == ["and 2 more"]


@dataclasses.dataclass
class Doubtful:
    rate: Any = parameter(0.5, unsure(between(0, 1)), "Share of what passes.")
    mode: Any = parameter("slow", unsure(OneOf(("slow", "fast"))), "How it goes.")
    layers: Any = parameter((8,), unsure(LAYERS), "Units.")
    size: Any = parameter(3, at_least(1), "Units.")


def test_check_parameters_is_silent_when_lists_are_right() -> None:
    check_parameters(Doubtful(rate=[0, 0.5], mode=["fast"], layers=[(8,), (8, 4)]))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"rate": []},
            "The 'rate' parameter of Doubtful is an empty list, which leaves nothing to try: it "
            "must be a float in the range [0.0, 1.0), or a list of such.",
        ),
        (
            {"rate": [0.5, 1.5, 2.5]},
            "The 'rate' parameter of Doubtful must be a float in the range [0.0, 1.0), or a list "
            "of such. Got 1.5 in [0.5, 1.5, 2.5] instead.",
        ),
        (
            {"rate": [0.5, 0.25, 0.5]},
            "The 'rate' parameter of Doubtful lists 0.5 more than once, but each value is tried "
            "once. Got [0.5, 0.25, 0.5].",
        ),
        (
            {"rate": (0, 0.5)},
            "The 'rate' parameter of Doubtful must be a float in the range [0.0, 1.0), or a list "
            "of such. Got (0, 0.5) instead.\nhint: write [0, 0.5] to try each",
        ),
        (
            {"rate": np.array([0, 0.5])},
            "The 'rate' parameter of Doubtful must be a float in the range [0.0, 1.0), or a list "
            "of such. Got array([0. , 0.5]) instead.\nhint: write [0.0, 0.5] to try each",
        ),
        (
            {"mode": ["slow", "fats"]},
            "The 'mode' parameter of Doubtful must be a str among {'slow', 'fast'}, or a list of "
            "such. Got 'fats' in ['slow', 'fats'] instead.\nhint: did you mean 'fast'?",
        ),
        (
            {"layers": [256, 128]},
            "The 'layers' parameter of Doubtful is ambiguous. For [256, 128] write (256, 128), one "
            "network with 2 hidden layers, or [(256,), (128,)], 2 networks to try.",
        ),
        (
            {"layers": [8]},
            "The 'layers' parameter of Doubtful is ambiguous. For [8] write (8,), one network with "
            "1 hidden layer.",
        ),
        (
            {"layers": [(8, 4), 16]},
            "The 'layers' parameter of Doubtful must be a tuple, each item an int in the range "
            "[1, inf), or a list of such. Got 16 in [(8, 4), 16] instead.\n"
            "hint: write (16,) for 1 hidden layer",
        ),
        (
            {"layers": 16},
            "The 'layers' parameter of Doubtful must be a tuple, each item an int in the range "
            "[1, inf), or a list of such. Got 16 instead.\nhint: write (16,) for 1 hidden layer",
        ),
        (
            {"size": [1, 2]},
            "The 'size' parameter of Doubtful takes one value, not a list: it must be an int in "
            "the range [1, inf). Got [1, 2] instead.\n"
            "hint: a list is tried value by value for 'rate', 'mode', 'layers'",
        ),
        (
            {"size": []},
            "The 'size' parameter of Doubtful takes one value, not a list: it must be an int in "
            "the range [1, inf). Got [] instead.\n"
            "hint: a list is tried value by value for 'rate', 'mode', 'layers'",
        ),
    ],
)
def test_check_parameters_says_what_is_wrong_with_a_list(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Doubtful(**values))
    assert str(caught.value) == message


def test_check_parameters_has_no_hint_when_no_parameter_takes_a_list() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(Machine(rate=[0.25]))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "The 'rate' parameter of Machine takes one value, not a list: it must be a float in the "
        "range [0.0, 1.0). Got [0.25] instead."
    )
