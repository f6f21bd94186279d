"""What somebody at a terminal sees, in a terminal that is made for it."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import rightfit as library
from rightfit.cli.app import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs a terminal as Unix has them"),
]

PATIENCE = 90.0
CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
WITH_COLOUR = re.compile(r"\x1b\[(\d+;)*(3|4|9|10)\d(;\d+)*m")


class Terminal:
    """A command that runs in a terminal of 80 columns."""

    def __init__(self, words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        self.master, slave = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from rightfit.cli import main; main()", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "COLUMNS": "80", "LINES": "40", "TERM": "xterm", **environment},
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""

    @property
    def text(self) -> str:
        """What was shown, without the codes for colours and cursor."""
        return CODES.sub("", self.raw)

    def wait_for(self, words: str) -> None:
        """Read until something is shown."""
        end = time.monotonic() + PATIENCE
        while words not in self.text:
            assert time.monotonic() < end, self.text
            assert self._read(), self.text

    def finish(self) -> int:
        """Read to the end, and give the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        assert len(self.raw) < 1e6, self.text[-1000:]
        if not select.select([self.master], [], [], PATIENCE)[0]:
            return False
        try:
            some = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.raw += some.decode().replace("\r\n", "\n")
        return bool(some)


@contextmanager
def terminal(folder: Path, *words: str, **environment: str) -> Iterator[Terminal]:
    there = Terminal(words, folder, environment)
    try:
        yield there
    finally:
        there.process.kill()
        there.process.wait()
        os.close(there.master)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    X = random.normal(size=(500, 3))
    frame = pl.DataFrame(X, schema=["a", "b", "c"])
    frame = frame.with_columns(y=pl.Series(np.where(X[:, 0] > X[:, 1], "more", "less")))
    frame.write_csv(tmp_path / "t.csv")
    return tmp_path


# Reports have tests of their own.
ONE_LAYER = ("--hidden-sizes", "8", "--no-report")
ENDLESS = (*ONE_LAYER, "--max-epochs", "1000000", "--patience-epochs", "none")


def test_bar_is_live_and_ctrl_c_keeps_the_best_model(table: Path) -> None:
    with terminal(table, "train", "t.csv", "--target", "y", *ENDLESS) as there:
        there.wait_for("\nCtrl-C stops and keeps the best")
        assert re.search(r"epoch \d+  .*━", there.text)
        assert re.search(r"\nloss: training [\d.]+, validation [\d.]+; best epoch \d+", there.text)
        there.wait_for(" left")
        there.process.send_signal(signal.SIGINT)
        assert there.finish() == 0
    assert "Stopped: interrupted after epoch " in there.text
    assert "\nThe model lies in t.model\n" in there.text
    fitted = library.load(table / "t.model")
    assert fitted.stop_reason_.startswith("interrupted after epoch ")
    assert fitted.score(pl.read_csv(table / "t.csv"), pl.read_csv(table / "t.csv")["y"]) > 0.9


def test_one_line_is_live_for_a_pack_and_ctrl_c_chooses_among_its_members(table: Path) -> None:
    pack = ("--l2", "0,1e-3,1e-2", *ENDLESS)
    with terminal(table, "train", "t.csv", "--target", "y", *pack) as there:
        there.wait_for("\nbest loss ")
        there.wait_for(" left")
        assert re.search(r"3 of 3 members running  [━╸╺]+ +\d", there.text)
        assert re.search(r"\nbest loss [\d.e-]+ \(member \d, epoch \d+\)", there.text)
        there.process.send_signal(signal.SIGINT)
        assert there.finish() == 0
    assert "Stopped: of 3 members 3 were interrupted; " in there.text
    assert re.search(r"\nChosen: ensemble of \d of 3 members by 60\s+validation\s", there.text)
    assert library.load(table / "t.model").choice_["n_rows"] == 60


def test_ctrl_c_before_training_ends_it(table: Path) -> None:
    with terminal(table, "demo") as there:
        there.wait_for("Handwritten digits")
        there.process.send_signal(signal.SIGINT)
        assert there.finish() == 130
    assert "Traceback" not in there.text


@pytest.mark.parametrize("colour", [True, False])
def test_colour_is_left_out_if_not_wanted(tmp_path: Path, colour: bool) -> None:
    environment = {} if colour else {"NO_COLOR": "1"}
    with terminal(tmp_path, "predicts", **environment) as there:
        assert there.finish() == 2
    assert bool(WITH_COLOUR.search(there.raw)) == colour
    assert "\n\nhint: see rightfit --help\n" in there.text


SHORT = (*ONE_LAYER, "--max-epochs", "300", "--patience-epochs", "none")
DUMB = {"NO_COLOR": "1", "PYTHONIOENCODING": "ascii", "TERM": "dumb"}


@pytest.mark.parametrize(
    ("environment", "curves"),
    [({}, "⠒⠒⠒ validation  ⠐⠐⠐ training"), (DUMB, "*** validation  ... training")],
    ids=["able", "dumb"],
)
def test_losses_are_plotted_at_the_end_of_training_as_the_terminal_can_show_them(
    table: Path, environment: dict[str, str], curves: str
) -> None:
    with terminal(table, "train", "t.csv", "--target", "y", *SHORT, **environment) as there:
        assert there.finish() == 0
    assert bool(WITH_COLOUR.search(there.raw)) == (not environment)
    assert there.text.isascii() == bool(environment)
    plot = there.text.partition("\nStopped: ")[2].partition("on 100 test rows")[0]
    assert "\nLoss by epoch" in plot
    assert " kept: epoch " in plot
    assert f"\n{curves}\n" in plot
    assert "\nThe model lies in t.model\n" in there.text


def test_reader_that_goes_away_is_not_complained_of(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table)
    assert run(["train", "t.csv", "--target", "y", *ONE_LAYER, "--max-epochs", "2"]) == 0
    # More than a pipe holds.
    pl.concat([pl.read_csv("t.csv")] * 40).write_csv("many.csv")
    rightfit = f"{sys.executable} -c 'from rightfit.cli import main; main()'"
    done = subprocess.run(
        f"{rightfit} predict t.model many.csv | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("prediction\n", "")
