import io
import sys
import warnings

import pytest

from rightfit import DataWarning
from rightfit.cli.console import (
    can_show,
    is_live,
    messages,
    print_command,
    print_csv,
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


def test_what_the_encoding_lacks_is_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", newline=""))
    console = results()
    console.print("0.3 ± 0.1 in 2×3 … Zürich")
    assert raw.getvalue() == b"0.3 +- 0.1 in 2x3 ... Z?rich\n"
    assert not can_show(console, "±")
    assert can_show(console, "+-")


def test_what_the_encoding_has_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8", newline=""))
    results().print("0.3 ± 0.1 in Zürich")
    assert raw.getvalue().decode() == "0.3 ± 0.1 in Zürich\n"


def test_table_is_utf8_and_json_plain_whatever_the_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1", newline="\r\n"))
    results().print("Größe")
    print_csv("Größe\n日本\n")
    print_json({"Größe": "日本"})
    sys.stdout.flush()
    assert raw.getvalue() == (
        "Größe\r\n".encode("latin-1")
        + "Größe\n日本\n".encode()
        + b'{\r\n  "Gr\\u00f6\\u00dfe": "\\u65e5\\u672c"\r\n}\r\n'
    )


def test_command_stays_in_one_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = results()
    console.width = 20
    print_command(console, "type ", "rightfit predict houses.model new.csv")
    assert capfd.readouterr().out == "type rightfit predict houses.model new.csv\n"
