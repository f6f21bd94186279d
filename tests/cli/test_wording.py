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
    ],
)
def test_text_for_python_is_said_in_words_of_the_command_line(text: str, said: str) -> None:
    assert in_flags(text, PARAMETERS) == said
