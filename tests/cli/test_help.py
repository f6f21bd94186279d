import re
import subprocess
import sys

import pytest
import typer

from rightfit.cli import help as pages
from rightfit.cli.app import app
from rightfit.cli.flags import flag_parameters
from rightfit.cli.wording import in_flags, sentence_of, spelling
from tests.cli.conftest import Type

COMMANDS = tuple(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = ("jax", "numpy", "polars", "sklearn", "scipy", "rich", "equinox", "optax", "narwhals")


@pytest.fixture(autouse=True)
def terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_one_screen_and_begins_with_an_example(rightfit: Type, command: str) -> None:
    answer = rightfit(command, "--help")
    lines = answer.out.splitlines()
    assert (answer.code, answer.err) == (0, "")
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(f"Example: rightfit {command}") for line in lines[:10])


def test_every_command_is_looked_at() -> None:
    assert {"train", "predict", "check-gradients", "play"} <= set(COMMANDS)


@pytest.mark.parametrize("columns", ["60", "72", "80", "100"])
@pytest.mark.parametrize("words", [(command, "--help") for command in COMMANDS])
def test_no_word_of_the_help_is_broken_at_a_hyphen(
    rightfit: Type, words: tuple[str, ...], columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert not re.search(r"\w-\n", rightfit(*words).out)


def test_help_names_every_command(rightfit: Type) -> None:
    answer = rightfit("--help")
    assert answer.code == 0
    assert len(answer.out.splitlines()) <= 40
    for command in COMMANDS:
        assert f"\n  {command} " in answer.out
    assert "Begin with: rightfit demo" in answer.out.splitlines()[:10]


def test_help_is_shown_if_nothing_is_typed(rightfit: Type) -> None:
    assert rightfit() == rightfit("--help")


def test_help_of_train_names_every_parameter(rightfit: Type) -> None:
    text = rightfit("train", "--help").out
    for name in flag_parameters():
        assert spelling(name) in text


def test_help_of_train_shows_a_list(rightfit: Type) -> None:
    lines = rightfit("train", "--help").out.splitlines()
    assert "Parameters with their defaults; a list tries each (--dropout-rate 0,0.25,0.5):" in lines
    assert "  --members none" in "\n".join(lines)


def test_help_all_says_how_lists_are_written(rightfit: Type) -> None:
    words = " ".join(rightfit("train", "--help-all").out.split())
    assert "--dropout-rate 0,0.25,0.5" in words
    assert '--hidden-sizes "(256,128),(512,)"' in words
    assert '--activation "[relu,gelu]"' in words


def test_help_all_explains_every_parameter(rightfit: Type) -> None:
    answer = rightfit("train", "--help-all")
    words = " ".join(answer.out.split())
    assert answer.code == 0
    flags = flag_parameters()
    for declared in flags.values():
        assert in_flags(declared.description, flags) in words
        assert f"It must be {sentence_of(declared.constraint)}." in words
    assert "{'" not in words
    assert "None" not in words
    assert max(map(len, answer.out.splitlines())) <= 80


def test_help_of_a_command_whole(rightfit: Type) -> None:
    assert rightfit("predict", "--help").out == (
        "Usage: rightfit predict MODEL TABLE [flags]\n"
        "\n"
        "Predict each row of a table.\n"
        "\n"
        "Example: rightfit predict houses.model new.csv --out prices.csv\n"
        "\n"
        "Arguments:\n"
        "  MODEL  Folder of a model.\n"
        "  TABLE  The rows to predict; - is stdin.\n"
        "\n"
        "Flags:\n"
        "  --out FILE       Where to, by its suffix. Default: CSV on stdout.\n"
        "  --probabilities  Add a column for each class.\n"
        "  --keep COLUMN    Copy columns of the table: A,B or one a flag.\n"
        "  --format csv     Of TABLE, where its name does not say it.\n"
        "  --force          Replace the file.\n"
        "  --help           Show this page.\n"
    )


def test_headings_are_plain_if_no_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1m" in pages.parameter_page()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in pages.parameter_page()


def test_version_is_printed(rightfit: Type) -> None:
    from importlib.metadata import version

    assert rightfit("--version").out == f"rightfit {version('rightfit')}\n"


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["train", "--help-all"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from rightfit.cli.app import run; assert run(sys.argv[1:]) == 0; "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_the_package_runs_as_a_module(rightfit: Type) -> None:
    words = [sys.executable, "-m", "rightfit", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == rightfit("--version").out
