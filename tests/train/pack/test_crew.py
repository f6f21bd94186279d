import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from rightfit.train.pack.crew import Crew

LONG = 60.0


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a job waits for; open when the test is over."""
    gate = threading.Event()
    yield gate
    gate.set()


def names_of(ended: list[tuple[str, Any]]) -> list[str]:
    return [name for name, _ in ended]


def test_jobs_are_done_and_their_results_given_once() -> None:
    with Crew[str, int](2) as crew:
        crew.begin("one", lambda: 1)
        crew.begin("two", lambda: 2)
        assert crew.n_free == 0
        found = []
        while not crew.is_idle:
            found += crew.ended(LONG)
        assert sorted(found) == [("one", 1), ("two", 2)]
        assert crew.n_free == 2


def test_waiting_for_a_job_ends_when_the_seconds_are_over(gate: threading.Event) -> None:
    with Crew[str, bool](1) as crew:
        crew.begin("slow", lambda: gate.wait(LONG))
        assert crew.ended(0.01) == []
        assert crew.names == ("slow",)
        gate.set()
        assert crew.ended(LONG) == [("slow", True)]


def test_job_that_is_left_is_forgotten_and_holds_nobody_up(gate: threading.Event) -> None:
    over: Future[bool] = Future()

    def slow() -> None:
        gate.wait(LONG)
        over.set_result(True)

    with Crew[str, None](2) as crew:
        crew.begin("slow", slow)
        crew.begin("fast", lambda: None)
        crew.leave("slow")
        assert names_of(crew.ended(LONG)) == ["fast"]
        assert crew.is_idle
    assert not over.done()
    gate.set()
    assert over.result(LONG)


def test_crew_is_wanted_until_it_is_over(gate: threading.Event) -> None:
    asked: Future[bool] = Future()

    def ask() -> None:
        gate.wait(LONG)
        asked.set_result(crew.is_wanted())

    with Crew[str, None](1) as crew:
        assert crew.is_wanted()
        crew.begin("ask", ask)
        crew.begin("never begun", lambda: pytest.fail("nobody wants it"))
        crew.leave("ask")
        crew.leave("never begun")
    gate.set()
    assert not asked.result(LONG)


def test_error_of_a_job_is_raised_where_its_result_is_wanted() -> None:
    with Crew[str, float](1) as crew:
        crew.begin("wrong", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            crew.ended(LONG)


def test_error_in_the_calling_thread_waits_for_no_job(gate: threading.Event) -> None:
    def broken() -> None:
        with Crew[str, bool](1) as crew:
            crew.begin("slow", lambda: gate.wait(LONG))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert not gate.is_set()
