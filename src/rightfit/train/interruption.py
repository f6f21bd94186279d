"""Ctrl-C between two chunks instead of in the middle of one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, final


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Hold Ctrl-C back, so that the best weights so far are not lost to it.

    Yields a function that says whether Ctrl-C was pressed. A second Ctrl-C raises
    `KeyboardInterrupt` at once. Several may hold it back at a time, and end in any order: all of
    them are told, and the last one to end puts the handler back. Outside the main thread, where
    Python delivers no signals, nothing is changed, nor where the handler is none of Python's,
    which could not be put back.
    """
    pressed = threading.Event()
    _ctrl_c.hold(pressed)
    try:
        yield pressed.is_set
    finally:
        _ctrl_c.release(pressed)


@final
class _CtrlC:
    """Who holds Ctrl-C back, and what it does without them."""

    def __init__(self) -> None:
        self._holding: list[threading.Event] = []
        self._before: Any = None

    def hold(self, pressed: threading.Event) -> None:
        handler = signal.getsignal(signal.SIGINT)
        if handler is None or not _is_main_thread():
            return
        if handler != self._note:
            self._before = handler
            signal.signal(signal.SIGINT, self._note)
        self._holding.append(pressed)

    def release(self, pressed: threading.Event) -> None:
        if pressed in self._holding:
            self._holding.remove(pressed)
        # Somebody else's handler that was set in the meantime stays.
        is_ours = signal.getsignal(signal.SIGINT) == self._note
        # An iterator that is given up may end in any thread; then the next Ctrl-C puts it back.
        if is_ours and not self._holding and _is_main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if not self._holding:
            signal.signal(signal.SIGINT, self._before)
            signal.raise_signal(signal.SIGINT)
        elif all(pressed.is_set() for pressed in self._holding):
            raise KeyboardInterrupt
        for pressed in self._holding:
            pressed.set()


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


_ctrl_c = _CtrlC()
