"""What becomes of an error: two lines for people, an exit code for programs."""

import errno
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer

from rightfit.cli.command_words import on_command_line
from rightfit.cli.flags import flag_parameters
from rightfit.cli.interruption import INTERRUPTED, WHAT
from rightfit.cli.wording import values_in_flags
from rightfit.errors import ParameterError, RightFitError

# Click's, wherever Typer takes it from.
_UsageError: type[Any] = typer.BadParameter.__bases__[0]

_USERS_ERROR = 1
_USAGE_ERROR = 2


def exit_code_of(command: Callable[[], int | None], *, debug: bool = False) -> int:
    """Run a command; print what went wrong, and give the exit code.

    0 is success, 1 an error, 2 a command that cannot be understood, 130 Ctrl-C.

    Args:
        command: gives an exit code or None, or raises.
        debug: whether to print the traceback too.
    """
    try:
        return command() or 0
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            traceback.print_exc()
        code, what, hint = _judged(error)
        complain(what, hint)
        return code


def _judged(error: BaseException) -> tuple[int, str, str]:
    """The exit code of an error, what to say of it, and what to do about it."""
    if _follows_ctrl_c(error):
        return INTERRUPTED, WHAT, ""
    if isinstance(error, _UsageError):
        return _USAGE_ERROR, error.format_message(), _usage_hint(error)
    if isinstance(error, RightFitError):
        # On a command line, a parameter is something that was typed.
        code = _USAGE_ERROR if isinstance(error, ParameterError) else _USERS_ERROR
        what = "\n".join(line for line in (error.what, error.expected) if line)
        return code, values_in_flags(what, flag_parameters()), on_command_line(error.hint)
    if isinstance(error, MemoryError):
        return _USERS_ERROR, "The memory of this machine is not enough.", "try with fewer rows"
    if isinstance(error, OSError):
        place = f"{str(error.filename)!r}: " if error.filename else ""
        what = f"{place}{error.strerror or error}."
        if error.errno == errno.ENOSPC:
            return _USERS_ERROR, what, "make room there, or write to another place"
        return _USERS_ERROR, what, "check that place, and who may write there"
    what = f"RightFit itself failed ({type(error).__name__}: {error})."
    return _USERS_ERROR, what, "please report it, with what --debug shows"


def _follows_ctrl_c(error: BaseException | None) -> bool:
    """Say whether an error is Ctrl-C, or what a library made of it on the way."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt | typer.Abort):
            return True
        error = error.__cause__ or error.__context__
    return False


def complain(what: str, hint: str) -> None:
    """Print an error and what to do about it on stderr."""
    from rightfit.cli.console import messages, print_labelled

    console = messages()
    print_labelled(console, "error:", "bold red", what)
    if hint:
        console.print()
        print_labelled(console, "hint:", "bold cyan", hint)


def _usage_hint(error: Any) -> str:
    context = error.ctx
    path = "rightfit" if context is None else context.command_path
    return f"see {path} --help"
