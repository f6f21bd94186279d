"""A playground that serves, and a browser to look at it."""

import dataclasses
import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("starlette", reason="needs rightfit[play]")

from starlette.testclient import TestClient

from rightfit.web.server import make_app, serve
from rightfit.web.tables import Tables

TOKEN = "a-token"
BASE = "http://127.0.0.1:8000"
SMALL = {"hidden_sizes": [3], "n_rows": 60}


def houses(n_rows: int = 80) -> pl.DataFrame:
    random = np.random.default_rng(0)
    size, age = random.normal(size=(2, n_rows))
    return pl.DataFrame(
        {
            "size": size.round(3),
            "age": age.round(3),
            "town": random.choice(["a", "b"], n_rows),
            "use": np.where(size + age > 0, "home", "shop"),
        }
    )


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def client(tables: Tables) -> Iterator[TestClient]:
    with TestClient(make_app(TOKEN, tables), base_url=BASE) as client:
        yield client


@dataclasses.dataclass
class Talk:
    """A page's side of the socket."""

    socket: Any

    def say(self, command: str, **rest: Any) -> None:
        self.socket.send_text(json.dumps({"do": command, **rest}))

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; others are passed over."""
        while True:
            message = self.socket.receive()
            if message.get("text"):
                content: dict[str, Any] = json.loads(message["text"])
                if content["kind"] == kind:
                    return content

    def frame(self) -> dict[str, Any]:
        """Ask for a frame, and give its header."""
        self.say("frame")
        while True:
            message = self.socket.receive()
            if message.get("bytes"):
                return header_of(message["bytes"])


def header_of(frame: bytes) -> dict[str, Any]:
    (size,) = struct.unpack("<I", frame[:4])
    header: dict[str, Any] = json.loads(frame[4 : 4 + size])
    assert len(frame) == 4 + size + sum(header["parts"])
    return header


@pytest.fixture
def talk(client: TestClient) -> Iterator[Talk]:
    headers = {"origin": BASE}
    with client.websocket_connect(f"ws://127.0.0.1:8000/{TOKEN}/socket", headers=headers) as socket:
        yield Talk(socket)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a playground that serves in this process, with a table of houses."""
    table = tmp_path_factory.mktemp("play") / "houses.csv"
    houses().write_csv(table)
    found: list[str] = []
    ready = threading.Event()

    def note(address: str) -> None:
        found.append(address)
        ready.set()

    started: list[Any] = []
    thread = threading.Thread(
        target=serve, args=("browser", 0, (table, "use"), note, started.append), daemon=True
    )
    thread.start()
    assert ready.wait(60)
    yield found[0]
    started[0].should_exit = True
    thread.join(20)


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Open]:
    """Open a page in the browser; what goes wrong in a script fails the test."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_page(state: str = "", **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1440, "height": 1000})
        context = browser.new_context(bypass_csp=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.set_default_timeout(60_000)
        page.goto(address + (f"#{state}" if state else ""))
        page.wait_for_function("window.playground?.frames.count > 0")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def csv_of(folder: Path) -> Path:
    path = folder / "houses.csv"
    houses().write_csv(path)
    return path
