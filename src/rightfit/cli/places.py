"""Where a command may write: what may be replaced there, and what never."""

import shlex
from pathlib import Path

from rightfit.errors import ModelFileError, TableFileError


def is_same_file(one: Path, other: Path) -> bool:
    """Say whether two paths lead to one file that exists."""
    return one.exists() and other.exists() and one.samefile(other)


def check_order(model: Path, table: Path | None) -> None:
    """Refuse a table in the place of a model, and a folder in that of a table.

    Raises:
        ModelFileError: somebody typed them the other way round.
    """
    if table is not None and model.is_file() and table.is_dir():
        raise ModelFileError(
            f"'{model}' is not a model, but a file, and '{table}' is a folder.",
            expected="A model is a folder, and comes first: MODEL TABLE.",
            hint=f"did you mean {shlex.join([str(table), str(model)])}?",
        )


def check_free(path: Path, *tables: Path | None, force: bool) -> None:
    """Refuse to replace a file unasked, and a folder and a table that is read always.

    Raises:
        TableFileError: something is in the way.
    """
    if path.is_dir():
        raise TableFileError(f"'{path}' is a folder.", hint="name a file in it")
    if any(table is not None and is_same_file(path, table) for table in tables):
        raise TableFileError(
            f"'{path}' is a table that is being read: it would be lost.",
            hint="choose another place",
        )
    if path.exists() and not force:
        raise TableFileError(
            f"There is a file at '{path}' already.",
            hint="choose another place, or pass --force to replace it",
        )
