"""The end of the process, in time."""

import contextlib
import os
import sys
import threading


def end(code: int) -> None:
    """End the process, and wait for no other thread.

    Training leaves a compilation alone once its time is over. Python would wait for it, which helps
    nobody; or, where it is a thread of the playground, cut it short, which the compiler takes for
    a crash.
    """
    if threading.active_count() > 1:
        for stream in (sys.stdout, sys.stderr):
            # A reader that went away is no error here.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
