"""Read delimited text: the header is checked, then every row."""

import gzip
import re
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from rightfit.data.csv_lines import header_fields, requoted, separator_of, survey
from rightfit.data.file_table import FileTable
from rightfit.errors import (
    MAX_SHOWN,
    DataWarning,
    TableFileError,
    and_more,
    counted,
    shown,
    warn_user,
)

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
LONGEST_HEADER: Final = 1 << 20
# Blank lines, and Excel's own first line, such as sep=; which names the separator.
BEFORE_THE_HEADER: Final = re.compile(
    rb'(?:\r?\n)*(?:"?sep=([^\w\s"]|\t)"?\r?(?:\n|\Z)(?:\r?\n)*)?', re.IGNORECASE
)
# Whole numbers name columns (years, pixels); these hardly ever do.
NEGATIVE_OR_FRACTION: Final = re.compile(r"\s*(-\d+|-?\d*\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)


def read_csv(path: Path) -> FileTable:
    """Read a file whose fields are separated by commas, or by what its header uses."""
    return _read_delimited(path, ",")


def read_tsv(path: Path) -> FileTable:
    """Read a file whose fields are separated by tabs; see `read_csv`."""
    return _read_delimited(path, "\t")


def _read_delimited(path: Path, separator: str) -> FileTable:
    raw = _content(path)
    _check_utf8(path, raw)
    before = BEFORE_THE_HEADER.match(raw)
    assert before is not None
    n_before = before[0].count(b"\n")
    raw = raw[before.end() :]
    if not raw:
        raise empty(path)
    beginning = raw[:LONGEST_HEADER].decode("utf-8", "replace")
    separator = before[1].decode() if before[1] else separator_of(beginning, separator)
    names = header_fields(beginning, separator)
    _check_header(path, names)
    found = survey(np.frombuffer(raw, np.uint8), separator, len(names))
    _check_quotes(path, found.open_quote, n_before)
    _check_rows(path, found.broken, len(names), separator, n_before)
    if found.mixes_quotes:
        raw = requoted(raw, separator)
        found = survey(np.frombuffer(raw, np.uint8), separator, len(names))
    quote = None if found.quotes_are_text else '"'
    frame = pl.read_csv(raw, separator=separator, quote_char=quote, infer_schema=False)
    if '"' in "".join(names):
        # Polars leaves quotes doubled in names.
        frame.columns = names
    if len(found.blank):
        frame = frame.filter(~pl.int_range(frame.height).is_in(found.blank - 1))
    return FileTable(path.name, frame, separator)


def _content(path: Path) -> bytes:
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if path.suffix.lower() == ".gz" else raw
    raw = raw.removeprefix(BYTE_ORDER_MARK)
    if not raw or raw.isspace():
        raise empty(path)
    # Lines may end as on old Macs.
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _check_utf8(path: Path, raw: bytes) -> None:
    if np.frombuffer(raw, np.uint8).max() < 128:
        return
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableFileError(
            f"File {path.name!r} is not UTF-8: line {line} holds byte 0x{raw[error.start]:02x}.",
            expected="Text is read as UTF-8.",
            hint="save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')",
        ) from None


def _check_header(path: Path, names: list[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise TableFileError(
            f"The header of {path.name!r} names {counted(len(twice), 'column')} twice: "
            f"{shown(twice)}.",
            expected="Every column has a name of its own.",
            hint="rename columns in the first line, or write one there if the file has no header",
        )
    values = [name for name in names if NEGATIVE_OR_FRACTION.fullmatch(name)]
    if values:
        warn_user(
            f"The first line of {path.name!r} is read as the names of its columns, but looks like "
            f"values: {shown(values)}. If the file has no header, write one there.",
            DataWarning,
        )


def _check_quotes(path: Path, line: int | None, n_before: int) -> None:
    if line is not None:
        raise TableFileError(
            f"A quote in line {n_before + line} of {path.name!r} is never closed.",
            expected="A field that starts with a quote ends with one.",
            hint="close it there, or double it if it belongs to the text",
        )


def _check_rows(
    path: Path, broken: list[tuple[int, int]], n_fields: int, separator: str, n_before: int
) -> None:
    if not broken:
        return
    lines = [f"line {n_before + line} has {counted(n, 'field')}" for line, n in broken[:MAX_SHOWN]]
    mark = "tab" if separator == "\t" else repr(separator)
    raise TableFileError(
        f"File {path.name!r} has {counted(len(broken), 'broken row')}: {', '.join(lines)}"
        f"{and_more(len(broken))}.",
        expected=f"Every row has {counted(n_fields, 'field')}, as the header has.",
        hint=f"look there for a {mark} outside quotes, or for a quote that is not closed",
    )


def empty(path: Path) -> TableFileError:
    """Say that a file holds nothing."""
    return TableFileError(
        f"File {path.name!r} is empty.",
        expected="A table needs a header and at least one row.",
        hint="check that the file was written completely",
    )
