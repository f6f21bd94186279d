import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Type


def test_play_says_what_to_install(rightfit: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "rightfit.web.server", raising=False)
    answer = rightfit("play", "--no-open")
    assert answer.code == 1
    assert "'uvicorn', which is not installed" in answer.err
    assert "pip install 'rightfit[play]'" in answer.err


def test_play_refuses_a_target_without_a_table(rightfit: Type) -> None:
    answer = rightfit("play", "--target", "price")
    assert answer.code == 2
    assert "names a column of TABLE" in answer.err


def test_play_says_that_a_table_is_missing(rightfit: Type) -> None:
    pytest.importorskip("uvicorn")
    answer = rightfit("play", "nothing.csv", "--no-open")
    assert answer.code == 1
    assert "There is no file 'nothing.csv'" in answer.err


def test_play_notes_what_is_notable_of_a_table(
    rightfit: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    uvicorn = pytest.importorskip("uvicorn")
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, sockets: sockets[0].close())
    # It would close the handlers of whoever runs the tests.
    monkeypatch.setattr(uvicorn.Config, "configure_logging", lambda config: None)
    monkeypatch.setattr("rightfit.web.server.warm_up", lambda: None)
    monkeypatch.setattr(sys, "setswitchinterval", lambda seconds: None)
    Path("t.csv").write_text("a;b\n1,5;2\n2,5;3\n")
    answer = rightfit("play", "t.csv", "--no-open")
    assert answer.code == 0
    assert answer.err == (
        "note: Column 'a' of 't.csv' holds numbers with decimal commas: '1,5' is read as 1.5.\n"
    )
