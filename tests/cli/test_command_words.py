import re
import shlex

import pytest

from rightfit.cli.command_words import on_command_line
from rightfit.cli.flags import parse_flags
from rightfit.estimators.classifier import Classifier
from rightfit.report.checks.all_checks import CHECKS


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("use n_seeds=5.", "use --n-seeds 5."),
        ("try a pack: members='auto'", "try a pack: --members auto"),
        ("use hidden_sizes=(), or a pack", "use --hidden-sizes none, or a pack"),
        ("l2=[1e-4, 1e-3] at once", "--l2 0.0001,0.001 at once"),
        (
            "hand it over: --training TABLE (in Python: training=).",
            "hand it over: --training TABLE.",
        ),
        ("leave n_rows=5 as it is", "leave n_rows=5 as it is"),
        ("column_kinds={'a b': 'ignored'}", "--column-kinds 'a b=ignored'"),
    ],
)
def test_parameters_become_flags(python: str, words: str) -> None:
    assert on_command_line(python) == words


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_flags_of_a_next_step_can_be_typed(check: object) -> None:
    said = on_command_line(check.next_step)  # type: ignore[attr-defined]
    assert "=" not in said
    for flag, value in re.findall(r"--([a-z-]+\d?) ([\w.,]*\w)", said):
        name = flag.replace("-", "_")
        assert value == "or" or name in parse_flags({name: shlex.split(value)[0]}, Classifier)
