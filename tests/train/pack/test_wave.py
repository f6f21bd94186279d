"""What becomes of a pack whose time is over while something compiles or runs."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rightfit.train import clock as clock_module
from rightfit.train.compilation import call, compile_if
from rightfit.train.events import EpochsEnded, Event, MemberStopped, TrainingEnded
from rightfit.train.loop import train
from rightfit.train.pack import block, layout, wave
from rightfit.train.pack.run import Run
from rightfit.train.program import outputs
from tests.train.runs import knobs_of, member_of, network_of, plan_of, run_of

LONG = 60.0
SMALL, LARGE = (3,), (4, 4)


class Time:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock_module, "time", time)
    monkeypatch.setattr(wave, "n_at_once", lambda: 2)
    return time


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What is held up; let go when the test is over."""
    gate = threading.Event()
    yield gate
    gate.set()


def n_layers(arguments: tuple[Any, ...]) -> int:
    """Of the network that a program is compiled for, or called with."""
    return len(getattr(arguments[2], "network", arguments[1]).layers)


def hold(
    monkeypatch: pytest.MonkeyPatch, name: str, layers: int, gate: threading.Event
) -> threading.Event:
    """Let networks of so many layers wait when they are compiled, or called; say that they do."""
    real = {"compile_if": compile_if, "call": call}[name]
    reached = threading.Event()

    def slowly(*arguments: Any) -> Any:
        is_held = n_layers(arguments[1:] if name == "compile_if" else arguments) == layers
        # What is called takes the states along.
        result = real(*arguments)  # type: ignore[operator]
        if is_held:
            reached.set()
            assert gate.wait(LONG)
        return result

    monkeypatch.setattr(block, name, slowly)
    return reached


def pack(*sizes: tuple[int, ...], **changes: Any) -> Run:
    members = tuple(
        member_of(plan_of(), network_of(hidden_sizes=each), knobs_of(learning_rate=1e-3))
        for each in sizes
    )
    return run_of(
        **{
            "members": members,
            "max_epochs": 10**6,
            "max_seconds": 100.0,
            "trials": tuple(range(len(members))),
            **changes,
        }
    )


def events_until(run: Run, react: Callable[[Event], None]) -> list[Event]:
    events = []
    for event in train(run):
        events.append(event)
        react(event)
    return events


def stopped(events: list[Event]) -> dict[int, MemberStopped]:
    assert isinstance(events[-1], TrainingEnded)
    return {event.member: event for event in events if isinstance(event, MemberStopped)}


@pytest.mark.parametrize("held", ["compile_if", "call"])
def test_member_that_has_no_epoch_when_time_is_over_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event, held: str
) -> None:
    reached = hold(monkeypatch, held, len(LARGE) + 1, gate)

    def react(event: Event) -> None:
        if isinstance(event, EpochsEnded) and reached.is_set():
            time.now = 100.5

    ends = stopped(events_until(pack(SMALL, LARGE), react))
    assert [ends[number].reason for number in range(2)] == ["max_seconds"] * 2
    assert int(ends[0].state.best_epoch) >= 1
    assert int(ends[1].state.best_epoch) == ends[1].epoch == 0
    assert all(np.isfinite(layer.weight).all() for layer in ends[1].state.network.layers)
    assert not gate.is_set()


@pytest.mark.parametrize("held", ["compile_if", "call"])
def test_training_waits_for_the_first_model_until_it_is_too_late(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event, held: str
) -> None:
    reached = hold(monkeypatch, held, len(SMALL) + 1, gate)

    def turn() -> None:
        assert reached.wait(LONG)
        time.now = 104.4
        # It is looked at some times, and not given up.
        assert not gave_up.wait(5 * wave._TICK_SECONDS)
        time.now = 104.6

    gave_up = threading.Event()
    turner = threading.Thread(target=turn)
    turner.start()
    ends = stopped(events_until(pack(SMALL), lambda event: None))
    gave_up.set()
    turner.join(LONG)
    assert time.now == 104.6
    assert (ends[0].reason, ends[0].epoch) == ("max_seconds", 0)
    assert not gate.is_set()


def test_model_that_comes_in_the_last_moment_is_kept(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event
) -> None:
    reached = hold(monkeypatch, "compile_if", len(SMALL) + 1, gate)

    def turn() -> None:
        assert reached.wait(LONG)
        time.now = 104.4
        gate.set()

    turner = threading.Thread(target=turn)
    turner.start()
    ends = stopped(events_until(pack(SMALL), lambda event: None))
    turner.join(LONG)
    assert (ends[0].reason, ends[0].epoch, int(ends[0].state.best_epoch)) == ("max_seconds", 1, 1)


def test_ctrl_c_leaves_alone_what_is_compiled_once_there_is_a_model(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event
) -> None:
    reached = hold(monkeypatch, "compile_if", len(LARGE) + 1, gate)
    pressed = False

    def react(event: Event) -> None:
        nonlocal pressed
        if isinstance(event, EpochsEnded) and not pressed and reached.is_set():
            pressed = True
            os.kill(os.getpid(), signal.SIGINT)

    ends = stopped(events_until(pack(SMALL, LARGE, max_seconds=None), react))
    assert {end.reason for end in ends.values()} == {"interrupted"}
    assert [int(ends[number].state.best_epoch) > 0 for number in range(2)] == [True, False]


def test_members_keep_their_best_weights_when_a_narrower_program_is_not_there_in_time(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event
) -> None:
    monkeypatch.setattr(layout, "_OPERATIONS_OF_A_COMPILATION", 0.0)
    monkeypatch.setattr(layout, "_MOST_EPOCHS_BETWEEN_LOOKS", 2)
    widths: list[int] = []

    def slowly(is_wanted: Any, function: Any, plan: Any, state: Any, *rest: Any) -> bool:
        if hasattr(state, "epoch"):
            widths.append(np.size(state.epoch))
            if widths[-1] == 1:
                time.now = 100.5
                assert gate.wait(LONG)
        return compile_if(is_wanted, function, plan, state, *rest)

    monkeypatch.setattr(block, "compile_if", slowly)
    members = tuple(
        member_of(plan_of(), knobs=knobs_of(learning_rate=0.0, patience_epochs=patience))
        for patience in (1, 10**6)
    )
    ends = stopped(events_until(pack(members=members, width=2), lambda event: None))
    assert widths == [2, 1]
    assert [ends[number].reason for number in range(2)] == ["patience", "max_seconds"]
    assert int(ends[1].state.best_epoch) == 1
    assert ends[1].epoch == 2


def test_program_that_would_come_too_late_is_not_compiled(
    monkeypatch: pytest.MonkeyPatch, time: Time
) -> None:
    compiled_layers: list[int] = []

    def slowly(*arguments: Any) -> bool:
        if arguments[1] is not outputs:
            time.now += 30
            compiled_layers.append(n_layers(arguments[1:]))
        return compile_if(*arguments)

    monkeypatch.setattr(block, "compile_if", slowly)
    monkeypatch.setattr(wave, "n_at_once", lambda: 1)
    run = pack(SMALL, LARGE, (5, 5, 5), max_seconds=85.0, max_epochs=3)
    ends = stopped(events_until(run, lambda event: None))
    assert compiled_layers == [2, 3]
    assert [ends[number].reason for number in range(3)] == ["max_epochs"] * 2 + ["max_seconds"]


def test_one_program_is_compiled_at_a_time_and_others_run_meanwhile(
    monkeypatch: pytest.MonkeyPatch, time: Time, gate: threading.Event
) -> None:
    reached = hold(monkeypatch, "compile_if", len(LARGE) + 1, gate)
    seen: list[int] = []

    def react(event: Event) -> None:
        if isinstance(event, EpochsEnded):
            assert reached.wait(LONG)
            seen.append(event.member)
            if len(seen) == 3:
                gate.set()

    run = pack(SMALL, LARGE, (5, 5, 5), max_epochs=30)
    ends = stopped(events_until(run, react))
    # The third waits for its turn to be compiled, the first for nobody.
    assert seen[:2] == [0, 0]
    assert {end.reason for end in ends.values()} == {"max_epochs"}
