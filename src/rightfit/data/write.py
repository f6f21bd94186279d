"""Write a table to a file: the whole of it, or nothing."""

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from rightfit.errors import TableFileError
from rightfit.whole_file import write_whole


def write_table(frame: pl.DataFrame, path: Path) -> None:
    r"""Write a table; the suffix says the format.

    The file is written beside its place and renamed, so that a crash or a full
    disk leaves what was there before.

    Raises:
        TableFileError: the suffix is not known, the disk is full, or the folder cannot be
            written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_table(pl.DataFrame({"price": [1.5]}), Path(folder, "out.csv"))
        ...     Path(folder, "out.csv").read_text()
        'price\n1.5\n'
    """
    path = Path(path)
    check_suffix(path)
    writer = WRITERS[path.suffix.lower()]
    content = io.BytesIO()
    try:
        writer(frame, content)
    except ModuleNotFoundError:
        raise without_excel(path) from None
    with content.getbuffer() as view:
        replace_file(path, view)


def check_suffix(path: Path) -> None:
    """Check that a table can be written to a file of that name.

    Raises:
        TableFileError: the suffix is not known.
    """
    if path.suffix.lower() not in WRITERS:
        raise TableFileError(
            f"A table cannot be written to {path.name!r}: its suffix is not known.",
            expected=f"The name ends in {', '.join(WRITERS)}.",
            hint="choose one of these",
        )


def without_excel(path: Path) -> TableFileError:
    """Say which package Excel files need."""
    return TableFileError(
        f"File {path.name!r} is an Excel file, and the package for these is not installed.",
        hint="pip install 'rightfit[excel]'",
    )


def replace_file(path: Path, content: bytes | memoryview) -> None:
    """Write a file as a whole, or leave what is there as it is.

    Raises:
        TableFileError: the disk is full, or the folder cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> TableFileError:
    if error.errno == errno.ENOSPC:
        return TableFileError(
            f"The disk is full: {str(path)!r} could not be written.",
            expected="What was there before is untouched.",
            hint="free some space, or write to another disk",
        )
    return TableFileError(
        f"{str(path)!r} could not be written: {error.strerror}.",
        hint="check that the folder exists and may be written",
    )


WRITERS: Final[dict[str, Callable[[pl.DataFrame, io.BytesIO], object]]] = {
    ".csv": lambda frame, file: frame.write_csv(file),
    ".tsv": lambda frame, file: frame.write_csv(file, separator="\t"),
    ".parquet": lambda frame, file: frame.write_parquet(file),
    ".arrow": lambda frame, file: frame.write_ipc(file),
    ".feather": lambda frame, file: frame.write_ipc(file),
    ".ipc": lambda frame, file: frame.write_ipc(file),
    ".jsonl": lambda frame, file: frame.write_ndjson(file),
    ".ndjson": lambda frame, file: frame.write_ndjson(file),
    ".xlsx": lambda frame, file: frame.write_excel(file),
}
