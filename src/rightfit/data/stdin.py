"""Read a table from standard input."""

import sys
import tempfile
from pathlib import Path

from rightfit.data.file_table import FileTable
from rightfit.data.read import read_file


def read_stdin(suffix: str) -> FileTable:
    """Read the table that another program hands over.

    It is read to its end and put into a file, so that it is checked as every file is.

    Args:
        suffix: says the format, as at the end of a file's name.

    Raises:
        TableFileError: it is of an unknown format, damaged, or has no rows.
    """
    with tempfile.TemporaryDirectory(prefix="rightfit-") as folder:
        path = Path(folder, f"stdin{suffix}")
        path.write_bytes(sys.stdin.buffer.read())
        return read_file(path)
