"""Where things are printed: results on stdout, progress and complaints on stderr."""

import codecs
import io
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from rightfit.cli.flags import flag_parameters
from rightfit.cli.wording import values_in_flags
from rightfit.errors import DataWarning, TrainingWarning
from rightfit.json_values import without_infinities

# In a file or a pipe nothing is wrapped: whoever reads it there wraps or searches it.
_ENDLESS = 1000

# What is written where the encoding has not the right character; a question mark for others.
_IN_ITS_PLACE = {"±": "+-", "×": "x", "−": "-", "–": "-", "…": "...", "’": "'"}


def messages() -> Console:
    """The console for progress, notes and errors."""
    return _console(stderr=True)


def results() -> Console:
    """The console for what was asked for."""
    return _console(stderr=False)


def is_live(console: Console) -> bool:
    """Say whether somebody watches, so that a line may be drawn again and again."""
    return console.file.isatty() and not console.is_dumb_terminal


def can_show(console: Console, text: str) -> bool:
    """Say whether the encoding of a console has all characters of a text."""
    try:
        text.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def print_json(result: dict[str, Any]) -> None:
    """Print a result for machines; JSON knows no infinity, so that becomes null."""
    plain = without_infinities(result)
    print(json.dumps(plain, indent=2, ensure_ascii=not _has_all(sys.stdout), allow_nan=False))


def print_csv(text: str) -> None:
    """Print a table for machines: in UTF-8, whatever the encoding of the terminal."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())


def print_labelled(console: Console, label: str, style: str, text: str) -> None:
    """Print a coloured word in front of a text."""
    console.print(Text.assemble((label, style), " ", text))


def print_note(console: Console, text: str) -> None:
    """Print something that is good to know."""
    print_labelled(console, "note:", "bold yellow", text)


def print_command(console: Console, before: str, command: str) -> None:
    """Print a command in one line, so that it can be copied from a narrow terminal too."""
    console.print(Text.assemble(before, (command, "bold")), soft_wrap=True)


def working(console: Console, what: str) -> AbstractContextManager[object]:
    """Show what is going on while it goes on, if somebody watches."""
    if not is_live(console):
        return nullcontext()
    if can_show(console, "⠋…"):
        return console.status(f"{what} …")
    return console.status(f"{what} ...", spinner="line")


@contextmanager
def warnings_as_notes(console: Console) -> Iterator[None]:
    """Show each of RightFit's warnings once, as a note, without the line of code behind it."""
    said = set()

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        text = values_in_flags(str(message), flag_parameters())
        if issubclass(category, DataWarning | TrainingWarning) and text not in said:
            said.add(text)
            print_note(console, text)

    with warnings.catch_warnings():
        warnings.simplefilter("always", DataWarning)
        warnings.simplefilter("always", TrainingWarning)
        warnings.showwarning = show
        yield


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _ENDLESS
    if isinstance(stream, io.TextIOWrapper) and not _has_all(stream):
        stream.reconfigure(errors=_PLAINER)
    # Names and values come from people's tables: `[m2]` is a unit there, not a style.
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _has_all(stream: TextIO) -> bool:
    """Say whether the encoding of a stream has all characters; one in memory has none."""
    return not stream.encoding or stream.encoding.lower().startswith("utf")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """Say it in other characters, rather than end in an error after a long training."""
    assert isinstance(error, UnicodeEncodeError)
    unknown = error.object[error.start : error.end]
    return "".join(_IN_ITS_PLACE.get(character, "?") for character in unknown), error.end


_PLAINER = "rightfit.plainer"
codecs.register_error(_PLAINER, _plainer)
