"""The table that a command is given: a file, or what another program writes."""

from pathlib import Path

import typer

from rightfit.data.file_table import FileTable
from rightfit.data.read import known_suffixes, read_file
from rightfit.data.stdin import read_stdin
from rightfit.errors import TableFileError

_STDIN = "-"
_TAKEN_FOR_CSV = "stdin is read as CSV unless --format says otherwise"


def read_given_table(path: Path, form: str | None) -> FileTable:
    """Read a table from a file, or from stdin where the path is a dash.

    Args:
        path: as it was typed.
        form: the format, as a suffix without its dot; None goes by the file's name, and takes
            stdin for CSV.

    Raises:
        TableFileError: it cannot be read.
    """
    suffix = None if form is None else f".{form.lower().removeprefix('.')}"
    if suffix is not None and suffix not in known_suffixes:
        names = ", ".join(known.removeprefix(".") for known in known_suffixes)
        raise typer.BadParameter(
            f"must be one of {names}. Got {form!r} instead.", param_hint="--format"
        )
    if str(path) == _STDIN:
        return _stdin_as_csv() if suffix is None else read_stdin(suffix)
    return read_file(path, suffix)


def _stdin_as_csv() -> FileTable:
    try:
        table = read_stdin(".csv")
    except TableFileError as error:
        hint = f"{_TAKEN_FOR_CSV}; or {error.hint}"
        raise TableFileError(error.what, expected=error.expected, hint=hint) from error
    first = table.columns.columns[0].strip()
    if first.startswith(("{", "[")):
        what = f"What stdin holds is no CSV, but looks like JSON: it begins with {first!r}."
        raise TableFileError(what, hint=f"{_TAKEN_FOR_CSV}, such as --format jsonl")
    return table


def name_of(path: Path) -> str:
    """The name of a table for people."""
    return "stdin" if str(path) == _STDIN else path.name
