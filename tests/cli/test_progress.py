import dataclasses
import io
import itertools
import re
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from rightfit import (
    EpochRecord,
    EpochsEnded,
    Event,
    MemberStopped,
    PackJudged,
    RefitStarted,
    TrainingStarted,
)
from rightfit.cli import progress, training
from rightfit.cli.progress import show_progress, time_left
from rightfit.estimators.pace import Pace
from rightfit.estimators.table_training import train_events
from rightfit.train.plan import State
from tests.cli.conftest import TINY, Type

pytestmark = pytest.mark.slow


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def events(n_chunks: int = 3, validation_loss: float | None = 0.25) -> Iterator[Event]:
    yield TrainingStarted(65, 48, 12, 100, None, patience_epochs=16)
    for chunk in range(n_chunks):
        epochs = range(10 * chunk + 1, 10 * chunk + 11)
        yield EpochsEnded(
            tuple(
                EpochRecord(epoch, 0.5, validation_loss, 0.9, 0.1, float(epoch)) for epoch in epochs
            ),
            best_epoch=10 * chunk + 5,
        )


def follow(console: Console, **options: float | None) -> list[Event]:
    return list(show_progress(events(**options), console))  # type: ignore[arg-type]


def test_events_are_passed_on_unchanged() -> None:
    for file in (io.StringIO(), Screen()):
        assert follow(Console(file=file)) == list(events())


def test_file_gets_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(progress, "time_left", lambda pace: "0:05 left")
    file = io.StringIO()
    for _ in show_progress(events(8), Console(file=file, width=1000)):
        now += 4.0
    assert file.getvalue() == (
        "epoch 40, loss: training 0.5, validation 0.25; best epoch 35; 0:05 left\n"
        "epoch 70, loss: training 0.5, validation 0.25; best epoch 65; 0:05 left\n"
    )


def test_file_gets_a_line_in_ten_seconds_at_most_and_later_one_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    said: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: now)
    console = Console(file=io.StringIO(), width=1000)
    monkeypatch.setattr(console, "print", lambda text: said.append(now))
    for _ in show_progress(pack_events(3, 4800), console):
        now += 0.25
    pauses = [after - before for before, after in itertools.pairwise([0.0, *said])]
    assert min(pauses) >= 10.0
    assert max(pauses) <= 60.5
    assert pauses[:8] == pytest.approx([10.0] * 8, abs=0.5)
    assert len([moment for moment in said if moment <= 600.0]) <= 30


@pytest.mark.parametrize("options", [(), ("--l2", "0,1e-4,1e-3", "--n-seeds", "4")])
def test_file_gets_70_lines_at_most_of_ten_minutes_all_told(
    table: object, rightfit: Type, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    now = 0.0

    def slowly(*arguments: Any) -> Iterator[Event]:
        nonlocal now
        for event in train_events(*arguments):
            yield event
            if isinstance(event, EpochsEnded):
                while now < 600.0:
                    now += 0.5
                    yield event

    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(training, "train_events", slowly)
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY, *options)
    assert answer.code == 0
    assert len(re.findall("best epoch|best loss", answer.err)) > 20
    assert len((answer.out + answer.err).splitlines()) <= 70
    assert "\x1b" not in answer.out + answer.err


def test_file_gets_nothing_of_a_short_training() -> None:
    file = io.StringIO()
    follow(Console(file=file))
    assert file.getvalue() == ""


def test_screen_shows_epoch_losses_best_epoch_and_time_left() -> None:
    file = Screen()
    console = Console(file=file, force_terminal=True, width=80, color_system=None)
    pictures = []
    for _ in show_progress(events(), console):
        pictures.append(file.getvalue())
    assert "epoch 30" in file.getvalue()
    assert "loss: training 0.5, validation 0.25; best epoch 25" in file.getvalue()
    assert "0:11 left unless it gets better" in file.getvalue()
    assert "Ctrl-C stops and keeps the best" in file.getvalue()
    assert pictures[0] == ""  # so that what is printed at the start stands above the bar


def test_screen_says_that_the_first_epoch_has_to_wait() -> None:
    file = Screen()
    Console(file=file, width=80).print(progress._picture(Pace()))
    assert file.getvalue().startswith("compiling  ")


def test_losses_leave_out_validation_rows_that_are_not_there() -> None:
    pace = Pace()
    for event in events(validation_loss=None):
        pace.note(event)
    assert progress.losses(pace) == "loss: training 0.5; best epoch 25"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0:00 left"), (65.4, "1:05 left"), (3_725.0, "1:02:05 left"), (None, "")],
)
def test_time_left_is_a_clock(
    seconds: float | None, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "seconds_left", seconds)
    assert time_left(Pace()) == text


def pack_events(n_members: int = 3, n_chunks: int = 3) -> Iterator[Event]:
    """Chunks of members in turns; after the last one, each member stops but the first."""
    yield TrainingStarted(195, 48, 12, 100, None, n_members, patience_epochs=16)
    for chunk in range(n_chunks):
        for member in range(n_members):
            records = tuple(
                EpochRecord(epoch, 0.5, 0.25 + member, 0.9, 0.1, 2.0 * chunk + member / 2)
                for epoch in range(10 * chunk + 1, 10 * chunk + 11)
            )
            yield EpochsEnded(records, 10 * chunk + 5, member)
    state = State(*[None] * len(State._fields))  # type: ignore[arg-type]
    for member in range(1, n_members):
        yield MemberStopped("patience", state, 30, 30, member)


def test_screen_shows_members_best_loss_and_time_left_of_a_pack() -> None:
    file = Screen()
    console = Console(file=file, force_terminal=True, width=80, color_system=None)
    assert len(list(show_progress(pack_events(), console))) == 12
    line = r"1 of 3 members running  ━+[ ━╸╺]* +0:0\d left unless it gets better *\n"
    assert re.search(line, file.getvalue())
    assert "\nbest loss 0.25 (member 0, epoch 5)" in file.getvalue()
    assert "Ctrl-C stops and keeps the best" in file.getvalue()


def test_screen_says_that_members_are_chosen_when_none_runs() -> None:
    pace = Pace()
    for event in pack_events():
        pace.note(event)
    pace.note(MemberStopped("patience", State(*[None] * len(State._fields)), 9, 9, 0))  # type: ignore[arg-type]
    file = Screen()
    Console(file=file, width=80).print(progress._picture(pace))
    assert file.getvalue().startswith("choosing among 3 members  ")


def test_file_gets_a_line_every_ten_seconds_of_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(progress, "time_left", lambda pace: "0:05 left")
    file = io.StringIO()
    for _ in show_progress(pack_events(18, 1), Console(file=file, width=1000)):
        now += 1.0
    assert file.getvalue() == (
        "18 of 18 members running, best loss 0.25 (member 0, epoch 5); 0:05 left\n"
    )


def test_what_the_members_come_to_together_is_shown() -> None:
    pace = Pace()
    for event in (*pack_events(), PackJudged(0.21875, "log_loss", 2)):
        pace.note(event)
    said = "best loss 0.25 (member 0, epoch 5); 2 together: log loss 0.2188"
    assert progress.losses(pace) == said


@pytest.mark.parametrize("before", [events, pack_events])
def test_what_was_chosen_goes_on(before: Any) -> None:
    pace = Pace()
    for event in (*before(), RefitStarted(2, 4000)):
        pace.note(event)
    assert progress.stand(pace) == "going on with all 4,000 rows"


def test_what_is_of_one_fold_and_what_of_all_is_told_apart() -> None:
    pace = Pace()
    started, *rest = pack_events()
    assert isinstance(started, TrainingStarted)
    for event in (
        dataclasses.replace(started, n_folds=2),
        *rest,
        PackJudged(0.21875, "log_loss", 2),
    ):
        pace.note(event)
    said = "best loss 0.25 (member 0, epoch 5, one fold); 2 together, all folds: log loss 0.2188"
    assert progress.losses(pace) == said
