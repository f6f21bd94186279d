"""One at a time: a lock that is held by nobody once its holder is gone, however it went."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; who else wants it, in any process or thread, waits.

    The lock is a file that is there only meanwhile. One that a crash left is held by nobody.

    Raises:
        OSError: the file cannot be made.
    """
    handle = _hold(path)
    try:
        yield
    finally:
        _release(path, handle)


def _hold(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
            if _is_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        # Who held it before took the file away, and others lock a new one.
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    if sys.platform == "win32":
        return True  # No file goes there that anybody has open.
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _release(path: Path, handle: int) -> None:
    try:
        with suppress(OSError):
            # While it is held: afterwards it may be another one's.
            path.unlink()
    finally:
        _unlock(handle)
        os.close(handle)
    if sys.platform == "win32":
        # Again, as it was open; what others wait for stays.
        with suppress(OSError):
            path.unlink()


# Some network drives know no locks, and refuse. There, as without any, one writer at a time is
# what the user sees to.
if sys.platform == "win32":

    def _lock(handle: int) -> None:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError as problem:
                if problem.errno == errno.EDEADLK:  # It gives up after ten seconds.
                    continue
            return

    def _unlock(handle: int) -> None:
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:

    def _lock(handle: int) -> None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)

    def _unlock(handle: int) -> None:
        # Closing is not enough where a process that was forked meanwhile has the file open, too.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
