import os
import signal
import threading

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
