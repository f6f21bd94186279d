import warnings

import pytest

from rightfit import DataWarning
from rightfit.cli.console import (
    is_live,
    messages,
    print_command,
    print_json,
    results,
    warnings_as_notes,
)


def test_names_are_printed_as_they_are(capfd: pytest.CaptureFixture[str]) -> None:
    results().print("area [m2] [bold] :smile:")
    assert capfd.readouterr().out == "area [m2] [bold] :smile:\n"


def test_file_is_not_wrapped(capfd: pytest.CaptureFixture[str]) -> None:
    messages().print("word " * 60)
    assert capfd.readouterr().err.count("\n") == 1


def test_nobody_watches_a_file(capfd: pytest.CaptureFixture[str]) -> None:
    assert not is_live(messages())


def test_json_has_null_for_what_is_not_finite(capfd: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan"), "b": [1.5, float("inf")], "c": {"é": (1, None)}})
    assert capfd.readouterr().out == (
        '{\n  "a": null,\n  "b": [\n    1.5,\n    null\n  ],\n'
        '  "c": {\n    "é": [\n      1,\n      null\n    ]\n  }\n}\n'
    )


def test_warning_becomes_a_note_once(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings_as_notes(messages()):
        for text in ("few rows", "few rows", "many columns"):
            warnings.warn(text, DataWarning, stacklevel=1)
    assert capfd.readouterr().err == "note: few rows\nnote: many columns\n"


def test_command_stays_in_one_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = results()
    console.width = 20
    print_command(console, "type ", "rightfit predict houses.model new.csv")
    assert capfd.readouterr().out == "type rightfit predict houses.model new.csv\n"
