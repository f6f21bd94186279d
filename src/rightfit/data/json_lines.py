"""Read rows in JSON, one object a line or an array of them, as Polars or as Python reads them."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from rightfit.data.delimited import BYTE_ORDER_MARK, empty
from rightfit.data.records import read_records
from rightfit.errors import DataError, TableFileError


def read_json_lines(path: Path) -> pl.DataFrame:
    """Read a file of one JSON object a line.

    Polars reads it, or, where it cannot, Python does: that knows NaN and Infinity, which it writes
    itself, and says what a column mixes.

    Raises:
        TableFileError: a line is no object, or a column mixes types.
    """
    content = path.read_bytes().removeprefix(BYTE_ORDER_MARK)
    if content.isspace() or not content:
        raise empty(path)
    try:
        return pl.read_ndjson(content, infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return _frame(path, _rows(path, content))


def read_json(path: Path) -> pl.DataFrame:
    """Read a file of one array of JSON objects; see `read_json_lines`.

    Raises:
        TableFileError: it is no such array, or a column mixes types.
    """
    content = path.read_bytes().removeprefix(BYTE_ORDER_MARK).strip()
    if not content:
        raise empty(path)
    if not content.startswith(b"["):
        raise _no_array(path, f"begins with {content[:1].decode('utf-8', 'replace')!r}")
    try:
        return pl.read_json(content, infer_schema_length=None)
    except pl.exceptions.PolarsError:
        rows = json.loads(content)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise _no_array(path, f"holds a {type(row).__name__} as its row {number}")
    return _frame(path, rows)


def _no_array(path: Path, what: str) -> TableFileError:
    return TableFileError(
        f"File {path.name!r} is not an array of objects: it {what}.",
        expected='A .json file is one array with an object a row: [{"column": value, ...}, ...].',
        hint="write the rows so; or name the file .jsonl if every line of it is an object",
    )


def _frame(path: Path, rows: list[dict[str, Any]]) -> pl.DataFrame:
    try:
        frame = read_records(rows)
    except DataError as error:
        what = f"File {path.name!r} cannot be read: {error.what}"
        raise TableFileError(what, expected=error.expected, hint=error.hint) from error
    assert frame is not None
    return frame


def _rows(path: Path, content: bytes) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            what = f"is not JSON ({error})"
        else:
            if isinstance(fields, dict):
                rows.append(fields)
                continue
            what = f"holds a {type(fields).__name__}, not an object"
        raise TableFileError(
            f"Line {number} of {path.name!r} {what}.",
            expected='Every line is one JSON object: {"column": value, ...}.',
            hint="correct that line",
        )
    return rows
