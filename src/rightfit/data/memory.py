"""How much memory this process may still take."""

import os
from pathlib import Path

GIB = 1 << 30


def available_bytes() -> int | None:
    """Give the memory that can be taken without swapping; None where the system does not say."""
    figures = [figure for figure in (_of_machine(), _of_group()) if figure is not None]
    return min(figures, default=None)


def _of_machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def _of_group() -> int | None:
    """Read the limit of a container, less what is taken."""
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        return limit - int(Path("/sys/fs/cgroup/memory.current").read_text())
    except (OSError, ValueError):
        return None
