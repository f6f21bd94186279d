"""Telling whether a file is the one that was seen before."""

import hashlib
from pathlib import Path


def fingerprint(path: Path) -> str:
    """Give the SHA-256 of a file's bytes.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "empty")
        ...     _ = file.write_bytes(b"")
        ...     fingerprint(file)[:8]
        'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
