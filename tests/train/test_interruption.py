import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from rightfit.train.interruption import deferred_interrupt


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_first_press_is_noted_and_second_raises() -> None:
    with pytest.raises(KeyboardInterrupt), deferred_interrupt() as interrupted:  # noqa: PT012
        assert not interrupted()
        press()
        assert interrupted()
        press()


def test_handler_is_restored_at_the_end_and_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT)
    with deferred_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(ZeroDivisionError), deferred_interrupt():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_leave_the_handler_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def inside() -> None:
        with deferred_interrupt() as interrupted:
            seen.append(signal.getsignal(signal.SIGINT))
            seen.append(interrupted())

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [before, False]


def begun() -> tuple[ExitStack, Callable[[], bool]]:
    stack = ExitStack()
    return stack, stack.enter_context(deferred_interrupt())


def test_handler_is_restored_when_the_last_of_several_ends() -> None:
    before = signal.getsignal(signal.SIGINT)
    one, _ = begun()
    other, interrupted = begun()
    one.close()
    press()
    assert interrupted()
    other.close()
    assert signal.getsignal(signal.SIGINT) is before


def test_press_is_noted_by_all_and_a_second_raises() -> None:
    one, first = begun()
    press()
    other, second = begun()
    press()
    assert first()
    assert second()
    with pytest.raises(KeyboardInterrupt):
        press()
    one.close()
    other.close()


def test_handler_that_is_not_of_python_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(signal, "getsignal", lambda number: None)
        with deferred_interrupt() as interrupted:
            assert not interrupted()
            patch.undo()
            assert signal.getsignal(signal.SIGINT) is before
            patch.setattr(signal, "getsignal", lambda number: None)
    assert signal.getsignal(signal.SIGINT) is before


def test_handler_that_was_set_in_the_meantime_stays() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        with deferred_interrupt():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_not_swallowed_after_the_end_in_another_thread() -> None:
    before = signal.getsignal(signal.SIGINT)
    stack, interrupted = begun()
    thread = threading.Thread(target=stack.close)
    thread.start()
    thread.join()
    with pytest.raises(KeyboardInterrupt):
        press()
    assert not interrupted()
    assert signal.getsignal(signal.SIGINT) is before
