"""Read JSON lines: one object a line, as Polars reads them or as Python writes them."""

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
        rows = _rows(path, content)
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
            what = f"is no JSON ({error})"
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
