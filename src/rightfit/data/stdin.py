"""Read a table from standard input."""

import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import polars as pl

from rightfit.data.read import read_table


def read_stdin(suffix: str, *, as_text: Collection[str] = ()) -> pl.DataFrame:
    """Read the table that another program hands over.

    It is read to its end and put into a file, so that it is checked as every file is.

    Args:
        suffix: says the format, as at the end of a file's name.
        as_text: the columns that stay as they are written.

    Raises:
        TableFileError: it is of an unknown format, damaged, or has no rows.
    """
    with tempfile.TemporaryDirectory(prefix="rightfit-") as folder:
        path = Path(folder, f"stdin{suffix}")
        path.write_bytes(sys.stdin.buffer.read())
        return read_table(path, as_text=as_text)
