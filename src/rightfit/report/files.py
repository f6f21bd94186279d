"""Where a report lies, what may be replaced, and writing it."""

from pathlib import Path

from rightfit.errors import ModelFileError
from rightfit.model.folder import CARD, REPORT
from rightfit.whole_file import write_whole

_SUFFIXES = (".html", ".htm")
_OURS = '<meta name="generator" content="RightFit">'
_WHERE = 600


def report_path(folder: Path) -> Path:
    """Where the report lies in a model's folder."""
    return folder / REPORT


def card_path(folder: Path) -> Path:
    """Where the model card lies in a model's folder."""
    return folder / CARD


def check_suffix(path: Path) -> None:
    """Make sure that a file is named as the page that is written to it.

    Raises:
        ModelFileError: its name has another suffix.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise ModelFileError(
            f"A report cannot be written to {path.name!r}: its suffix is not known.",
            expected=f"The name ends in {' or '.join(_SUFFIXES)}.",
            hint=f"name it '{path.stem}{_SUFFIXES[0]}'",
        )


def is_ours(path: Path) -> bool:
    """Say whether a file is a report that RightFit wrote, so that a new one may replace it."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return _OURS in file.read(_WHERE)


def write_text(path: Path, text: str) -> None:
    """Write a report or a card as a whole, or leave what is there as it is.

    Raises:
        ModelFileError: the file cannot be written.
    """
    try:
        write_whole(path, text.encode())
    except OSError as problem:
        raise ModelFileError(
            f"The report could not be written to '{path}': {problem.strerror or problem}.",
            hint="choose another place (--out)",
        ) from problem
