"""What becomes of an error: two lines for people, an exit code for programs."""

import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from rightfit.errors import ParameterError, RightFitError

# Click's, wherever Typer takes it from.
_UsageError: type[Any] = typer.BadParameter.__bases__[0]

_USERS_ERROR = 1
_USAGE_ERROR = 2
_INTERRUPTED = 130


def exit_code_of(command: Callable[[], int | None]) -> int:
    """Run a command; print what went wrong, and give the exit code.

    0 is success, 1 an error, 2 a command that cannot be understood, 130 Ctrl-C.
    """
    try:
        return command() or 0
    except _UsageError as error:
        complain(error.format_message(), _usage_hint(error))
        return _USAGE_ERROR
    except RightFitError as error:
        complain("\n".join(filter(None, (error.what, error.expected))), error.hint)
        return _USAGE_ERROR if isinstance(error, ParameterError) else _USERS_ERROR
    except (KeyboardInterrupt, typer.Abort):
        complain("Interrupted.", "")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        complain("The memory of this machine is not enough.", "try again with fewer rows")
        return _USERS_ERROR
    except OSError as error:
        place = f"{str(error.filename)!r}: " if error.filename else ""
        complain(f"{place}{error.strerror or error}.", "check the place, and who may write there")
        return _USERS_ERROR
    except Exception as error:
        complain(
            f"RightFit itself went wrong ({type(error).__name__}: {error}).",
            "please report it, with what --debug shows",
        )
        return _USERS_ERROR


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
