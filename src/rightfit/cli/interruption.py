"""Ctrl-C on the command line: the end at once while nothing is at stake, an orderly one later."""

# Light on purpose: Ctrl-C counts from the first moment, so this is imported before all else.
import _thread
import contextlib
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

INTERRUPTED = 130
WHAT = "Interrupted."

_CLEAN_LINE_AND_CURSOR = "\r\x1b[2K\x1b[?25h"
# After so long the callback that swallowed a Ctrl-C is over.
_AGAIN_SECONDS = 0.02

_at_stake = threading.Event()


def take_ctrl_c() -> None:
    """Let Ctrl-C end the process at once, until `tidy_up_at_ctrl_c` is called.

    A `KeyboardInterrupt` would not do: raised while a library is imported it may come out as
    another error, or the library goes on without a part of itself, and in a callback of the
    garbage collector Python only prints it. Where Ctrl-C is ignored already, as in the
    background of a shell, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _pressed)
        sys.unraisablehook = _swallowed


def tidy_up_at_ctrl_c() -> None:
    """From now on there is something to lose or to tidy up: Ctrl-C is a `KeyboardInterrupt`."""
    _at_stake.set()


def _pressed(number: int, frame: FrameType | None) -> None:
    if _at_stake.is_set():
        raise KeyboardInterrupt
    _end()


def _end() -> None:
    """Say the same as for an interruption later, with nothing that may be half imported."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    watched = os.isatty(2) and os.environ.get("TERM", "dumb") != "dumb"
    with contextlib.suppress(OSError):
        os.write(2, f"{_CLEAN_LINE_AND_CURSOR if watched else ''}error: {WHAT}\n".encode())
    os._exit(INTERRUPTED)


def _press() -> None:
    """Press Ctrl-C for the main thread, so that it wakes from a call to the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # Windows: noticed when the call is over
        _thread.interrupt_main()


def _swallowed(what: Any) -> None:
    """Press once more where a callback swallowed Ctrl-C; show other errors as ever."""
    if issubclass(what.exc_type, KeyboardInterrupt):
        again = threading.Timer(_AGAIN_SECONDS, _press)
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(what)
