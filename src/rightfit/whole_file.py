"""Write a file so that, whatever comes, the old one or the new one is there, and never a half."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write beside a file's place, flush to the disk, and rename.

    Raises:
        OSError: the folder cannot be written, or the disk is full; what was there before is
            untouched.
    """
    new = hidden_beside(path)
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def hidden_beside(path: Path) -> Path:
    """A free place in the same folder, under a name that begins with a dot and ends in `.new`."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
