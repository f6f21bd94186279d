"""The table that a command is given: a file, or what another program writes."""

from pathlib import Path

import polars as pl
import typer

from rightfit.data.read import known_suffixes, read_table
from rightfit.data.stdin import read_stdin
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.reading import words_of

_STDIN = "-"


def read_given_table(
    model: AbstractEstimator, path: Path, form: str | None, target: str | None = None
) -> pl.DataFrame:
    """Read a table for a model from a file, or from stdin where the path is a dash.

    Args:
        model: what the table is for.
        path: as it was typed.
        form: the format, as a suffix without its dot; None goes by the file's name, and takes
            stdin for CSV.
        target: the name of the target column there; as in training if None.
    """
    suffix = None if form is None else f".{form.lower().removeprefix('.')}"
    if suffix is not None and suffix not in known_suffixes:
        names = ", ".join(known.removeprefix(".") for known in known_suffixes)
        raise typer.BadParameter(
            f"must be one of {names}. Got {form!r} instead.", param_hint="--format"
        )
    words = words_of(model, target)
    if str(path) == _STDIN:
        return read_stdin(suffix or ".csv", as_text=words)
    return read_table(path, suffix, as_text=words)


def name_of(path: Path) -> str:
    """The name of a table for people."""
    return "stdin" if str(path) == _STDIN else path.name
