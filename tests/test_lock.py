import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from rightfit import lock
from rightfit.lock import locked

# So long nobody needs who does not have to wait.
A_MOMENT = 0.2
HOLDER = """
import sys, time
from pathlib import Path
from rightfit.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_lock_lets_the_next_one_in_when_the_first_has_left(tmp_path: Path) -> None:
    order: list[int] = []

    def act(number: int) -> None:
        with locked(tmp_path / "lock"):
            order.append(number)

    with locked(tmp_path / "lock"):
        threads = [threading.Thread(target=act, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        threads[0].join(A_MOMENT)
        assert order == []
    for thread in threads:
        thread.join(10)
    assert sorted(order) == [1, 2]
    assert list(tmp_path.iterdir()) == []


def test_lock_is_released_by_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), locked(tmp_path / "lock"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "lock"):
        pass


def test_lock_of_a_process_that_is_gone_is_held_by_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        holder.kill()
    assert (tmp_path / "lock").exists()
    with locked(tmp_path / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no file goes that is open")
def test_lock_on_a_file_that_its_holder_took_away_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inodes = []

    def lock_late(handle: int) -> None:
        inodes.append(os.fstat(handle).st_ino)
        if len(inodes) == 1:
            (tmp_path / "lock").rename(tmp_path / "gone")

    monkeypatch.setattr(lock, "_lock", lock_late)
    with locked(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_ino == inodes[1] != inodes[0]


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_lock_is_done_without_where_the_drive_knows_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(*arguments: Any) -> None:
        raise OSError("No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with locked(tmp_path / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []
