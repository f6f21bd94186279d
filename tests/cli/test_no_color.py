"""NO_COLOR: see https://no-color.org. Bold, which is no colour, may stay."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import TINY, Type
from tests.cli.test_help import COMMANDS

pytestmark = pytest.mark.slow

WITH_COLOUR = re.compile(r"\x1b\[(\d+;)*(3|4|9|10)\d(;\d+)*m")
ON_A_MODEL = (
    ("describe", "use.model"),
    ("evaluate", "use.model", "houses.csv"),
    ("predict", "use.model", "houses.csv"),
    ("predict", "use.model", "none.csv"),
    ("check-gradients", "use.model", "houses.csv"),
    ("train", "houses.csv", "--target", "use", "--l2", "0,0.1", *TINY),
    ("train", "houses.csv", "--target", "size", "--json", *TINY),
    ("train", "houses.csv", "--target", "none"),
)


@pytest.fixture(autouse=True)
def coloured_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have colours wherever they are not forbidden, though nothing here is a terminal."""
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("words", ON_A_MODEL, ids=" ".join)
def test_no_command_has_colours_if_none_are_wanted(
    model: Path, rightfit: Type, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    answer = rightfit(*words, *(("--out", "new.model") if words[0] == "train" else ()))
    assert answer.out + answer.err
    assert not WITH_COLOUR.search(answer.out + answer.err)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_page_and_no_complaint_has_colours_if_none_are_wanted(
    rightfit: Type, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    page, complaint = rightfit(command, "--help"), rightfit(command, "--no-such-flag")
    assert (page.code, complaint.code) == (0, 2)
    assert "\x1b" not in page.out
    assert not WITH_COLOUR.search(complaint.err)


@pytest.mark.parametrize("words", [("train", "none.csv", "--target", "y"), ("describe",)])
def test_colours_are_there_otherwise(rightfit: Type, words: tuple[str, ...]) -> None:
    assert WITH_COLOUR.search(rightfit(*words).err)
