"""Commands for people to paste, spelled so that a shell understands them."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from rightfit.cli.wording import spelling
from rightfit.data.read import suffix_of


def train_command(
    table: Path, target: str, *, test: Path, parameters: Mapping[str, str], out: Path
) -> str:
    """The command that trains on a table, tests on another one, and replaces a model."""
    words = [_program(), "train", _path(table), "--target", target, "--test", _path(test)]
    for name, text in parameters.items():
        words += [spelling(name), text]
    return shlex.join([*words, "--out", _path(out), "--force"])


def predict_command(model: Path, table: Path) -> str:
    """The command that predicts a table into a file beside the model.

    What is there already is not replaced unasked: the predictions then go to the terminal.
    """
    words = [_program(), "predict", _path(model), _path(table)]
    predictions = model.with_name(f"{stem(table)}-predictions.csv")
    return shlex.join(words if predictions.exists() else [*words, "--out", _path(predictions)])


def stem(table: Path) -> str:
    """The name of a table's file without what says its format.

    Example:
        >>> stem(Path("sold.2026.csv.gz"))
        'sold.2026'
    """
    return table.name[: len(table.name) - len(suffix_of(table))]


def _program() -> str:
    """How to call us: by name if the shell finds us so, else as it was done this time."""
    called = Path(sys.argv[0])
    found = shutil.which("rightfit")
    if called.stem != "rightfit" or (found and called.exists() and called.samefile(found)):
        return "rightfit"
    # Make calls us by a long path inside the folder that one stands in.
    inside = called.is_absolute() and called.is_relative_to(Path.cwd())
    return str(called.relative_to(Path.cwd()) if inside else called)


def _path(path: Path) -> str:
    """Spell a path so that it is not taken for a flag."""
    return os.path.join(".", path) if str(path).startswith("-") else str(path)
