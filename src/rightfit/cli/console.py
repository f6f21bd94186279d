"""Where things are printed: results on stdout, everything else on stderr."""

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from rightfit.errors import DataWarning, TrainingWarning


def messages() -> Console:
    """The console for people: progress, tables, errors. Colours only on a terminal."""
    return Console(stderr=True, soft_wrap=not sys.stderr.isatty())


def print_json(result: dict[str, Any]) -> None:
    """Print a result for machines."""
    print(json.dumps(result, indent=2, ensure_ascii=False))


@contextmanager
def warnings_as_notes(console: Console) -> Iterator[None]:
    """Show RightFit's warnings as notes, without the line of code that gave them."""

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        if issubclass(category, DataWarning | TrainingWarning):
            console.print("[bold yellow]note:[/]", end=" ")
            console.print(str(message), markup=False, highlight=False)

    with warnings.catch_warnings():
        warnings.simplefilter("always", DataWarning)
        warnings.simplefilter("always", TrainingWarning)
        warnings.showwarning = show
        yield
