import shlex
from typing import Any

import pytest

from rightfit.cli.flags import flag_parameters
from rightfit.cli.wording import EXAMPLES, as_typed, in_flags, spelling

PARAMETERS = flag_parameters()


def test_spelling_is_that_of_a_flag() -> None:
    assert spelling("max_epochs") == "--max-epochs"


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_can_be_typed(name: str) -> None:
    constraint = PARAMETERS[name].constraint
    assert constraint.accepts(constraint.parse(EXAMPLES[name]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_sizes", (256, 128)),
        ("hidden_sizes", ()),
        ("hidden_sizes", [(256, 128), (512,), ()]),
        ("dropout_rate", [0.0, 0.25]),
        ("weight_decay", [None, 0.1]),
        ("cull", True),
        ("column_kinds", {"zip": "category", "lot area": "number"}),
    ],
)
def test_typed_value_is_read_as_what_it_was(name: str, value: Any) -> None:
    assert PARAMETERS[name].constraint.parse(as_typed(value)) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What it set stands in describe().", "What it set stands in describe()."),
        ("such as (256, 128); () is linear", "such as 256,128; none is linear"),
        ("kinds, such as {'zip': 'category'}.", "kinds, such as zip=category."),
        ("leave n_folds at None, or lower l2", "leave --n-folds at none, or lower l2"),
        ("the column 'n_folds' is missing", "the column 'n_folds' is missing"),
        ("the column 'size (2)' or \"None's\"", "the column 'size (2)' or \"None's\""),
        ("kinds, such as {'a,b': 'ignored'}", "kinds, such as {'a,b': 'ignored'}"),
    ],
)
def test_text_for_python_is_said_in_words_of_the_command_line(text: str, said: str) -> None:
    assert in_flags(text, PARAMETERS) == said


@pytest.mark.parametrize(
    "name",
    [
        "zip",
        "it's late",
        'the "old" one',
        "a=b",
        "size (2)",
        "None",
        "n_folds",
        "it's \"{'a'}\"",
        "back\\slash",
    ],
)
def test_hint_for_a_column_of_any_name_can_be_pasted(name: str) -> None:
    kinds = {name: "ignored", "last": "number"}
    said = in_flags(f"leave it out: column_kinds={kinds!r}", PARAMETERS)
    *_, flag, typed = shlex.split(said)
    assert flag == "--column-kinds"
    assert PARAMETERS["column_kinds"].constraint.parse(typed) == kinds


@pytest.mark.parametrize("name", ["a,b", " a", "it's, late"])
def test_what_cannot_be_typed_is_said_for_python(name: str) -> None:
    hint = f"leave it out: column_kinds={ ({name: 'ignored'})!r}"
    assert in_flags(hint, PARAMETERS) == f"{hint} in Python"
