import errno
from collections.abc import Callable
from typing import NoReturn

import pytest

from rightfit import DataError, ModelFileError, ParameterError
from rightfit.cli.problems import exit_code_of
from tests.cli.conftest import Type


def import_error_after(first: BaseException) -> ImportError:
    """What an extension makes of an interruption while it is imported."""
    error = ImportError("Encountered an error while initializing the extension.")
    error.__cause__ = first
    return error


def raising(error: BaseException) -> Callable[[], NoReturn]:
    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            DataError("It rains.", expected="Sun.", hint="wait"),
            1,
            "error: It rains.\nSun.\n\nhint: wait\n",
        ),
        (ModelFileError("It rains."), 1, "error: It rains.\n"),
        (ParameterError("It rains."), 2, "error: It rains.\n"),
        (
            DataError("Words.", hint="train with column_kinds={'lot area': 'category', 'b': 'x'}"),
            1,
            "error: Words.\n\nhint: train with --column-kinds 'lot area=category,b=x'\n",
        ),
        (
            DataError("Words.", hint="clean these values, or train a classifier"),
            1,
            "error: Words.\n\nhint: clean these values, or train with --task classification\n",
        ),
        (
            ParameterError("n_folds=5 and validation_fraction=0.2 are both given.", hint="wait"),
            2,
            "error: --n-folds 5 and --validation-fraction 0.2 are both given.\n\nhint: wait\n",
        ),
        (
            ModelFileError("A model.", hint="pass --force (in Python: overwrite=True) to replace"),
            1,
            "error: A model.\n\nhint: pass --force to replace\n",
        ),
        (KeyboardInterrupt(), 130, "error: Interrupted.\n"),
        (import_error_after(KeyboardInterrupt()), 130, "error: Interrupted.\n"),
        (
            PermissionError(errno.EACCES, "Permission denied", "a/b"),
            1,
            "error: 'a/b': Permission denied.\n\nhint: check that place, and who may write there\n",
        ),
        (
            MemoryError(),
            1,
            "error: The memory of this machine is not enough.\n\nhint: try with fewer rows\n",
        ),
        (
            ZeroDivisionError("division by zero"),
            1,
            "error: RightFit itself failed (ZeroDivisionError: division by zero).\n\n"
            "hint: please report it, with what --debug shows\n",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_error_is_said_in_two_lines(
    error: BaseException, code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(raising(error)) == code
    assert capfd.readouterr() == ("", said)


def test_traceback_is_shown_only_if_asked_for(
    rightfit: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "error: There is no file 'no.csv'.\n\nhint: check the name and the folder\n"
    assert rightfit("train", "no.csv", "--target", "x").err == said
    for words in (
        ("--debug", "train", "no.csv", "--target", "x"),
        ("train", "no.csv", "--target", "x", "--debug"),
    ):
        answer = rightfit(*words)
        assert answer.code == 1
        assert answer.err.startswith("Traceback (most recent call last):\n")
        assert answer.err.endswith(said)


@pytest.mark.parametrize(
    ("words", "begins", "hint"),
    [
        (("train",), "Missing argument 'TABLE'.", "see rightfit train --help"),
        (("train", "a.csv"), "Missing option '--target'.", "see rightfit train --help"),
        (
            ("train", "a.csv", "--target", "x", "--hiden-sizes", "8"),
            "No such option: --hiden-sizes",
            "see rightfit train --help",
        ),
        (("predicts",), "No such command 'predicts'.", "see rightfit --help"),
        (
            ("train", "a.csv", "--target", "x", "--task", "class"),
            "Invalid value for --task: must be auto, classification or regression. "
            "Got 'class' instead.",
            "see rightfit train --help",
        ),
        (
            ("train", "a.csv", "--target", "x", "--test-fraction", "1"),
            "Invalid value for --test-fraction: must be a number from 0 to below 1. "
            "Got 1.0 instead.",
            "see rightfit train --help",
        ),
        (
            ("train", "a.csv", "--target", "x", "--test", "b.csv", "--test-fraction", "0.2"),
            "Invalid value for --test: leave --test-fraction out: the table of test rows is all "
            "that is tested on.",
            "see rightfit train --help",
        ),
    ],
)
def test_command_that_cannot_be_understood_exits_2(
    rightfit: Type, words: tuple[str, ...], begins: str, hint: str
) -> None:
    answer = rightfit(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"error: {begins}")
    assert answer.err.endswith(f"\n\nhint: {hint}\n")
    assert "Traceback" not in answer.err


def test_reader_that_goes_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[int] = []
    monkeypatch.setattr("os.dup2", lambda new, old: copied.append(new))
    assert exit_code_of(raising(BrokenPipeError())) == 0
    assert copied
