"""JAX's compilation cache in a private folder, so that a second process need not compile again.

The cache is trusted input: who can write to it runs code in our process. So the
folder belongs to the user alone, and a damaged entry is deleted.
"""

import os
import platform
import re
import stat
import sys
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import jax

_DAMAGED = "Error reading persistent compilation cache entry for"

R = TypeVar("R")


@cache
def use_compilation_cache() -> None:
    """Point JAX at the user's private cache folder, once a process.

    Does nothing where JAX has a cache folder already, where the environment variable
    `RIGHTFIT_CACHE` is "off", or where the folder cannot be made private.
    """
    chosen = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    if chosen or os.environ.get("RIGHTFIT_CACHE") == "off":
        return
    folder = cache_folder()
    if not _make_private(folder):
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def cache_folder() -> Path:
    """The folder for this release of jaxlib and this kind of processor."""
    chosen = os.environ.get("RIGHTFIT_CACHE")
    if chosen:
        base = Path(chosen)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "rightfit"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rightfit"
    return base / f"{version('jaxlib')}-{sha256(_processor().encode()).hexdigest()[:12]}"


def with_sound_cache(program: str, function: Callable[[], R]) -> R:
    """Call a function that compiles; where its entry in the cache is damaged, once more without.

    An entry under the name of a program that cannot be read is deleted first.

    Args:
        program: the name of what is compiled.
        function: what compiles it, and may run it.
    """
    _notice_damage_of(program)
    try:
        return function()
    except UserWarning as problem:
        damaged = re.match(rf"{_DAMAGED} '([^']+)'", str(problem))
        if damaged is None:
            raise
        for entry in cache_folder().glob(f"{damaged[1]}-*"):
            entry.unlink(missing_ok=True)
        return function()


def _notice_damage_of(program: str) -> None:
    """Make a damaged entry of a program an error, which can be acted on.

    Other programs of the process, which are not ours, are warned of as before.
    """
    message = rf"{_DAMAGED} 'jit_{re.escape(program)}'"
    is_noticed = any(
        action == "error" and getattr(pattern, "pattern", None) == message
        for action, pattern, *_ in warnings.filters
    )
    if not is_noticed:
        warnings.filterwarnings("error", message=message)


def _make_private(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform == "win32":
            return True
        status = folder.stat()
        if status.st_uid != os.getuid():
            return False
        if stat.S_IMODE(status.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError:
        return False
    return True


def _processor() -> str:
    """Name the processor and its features: a program for one may not run on another."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        return "".join(sorted({s for s in lines if s.startswith(("model name", "flags"))}))
    return f"{platform.machine()} {platform.processor()}"
