"""The command line. It knows flags, colours and exit codes, and no arithmetic."""

import os
import sys

from rightfit.cli.ending import end
from rightfit.cli.interruption import take_ctrl_c


def main() -> None:
    """Run the command that was typed."""
    take_ctrl_c()
    for name in ("stdout", "stderr"):
        # Whoever starts a program with one of them closed, as services may, does not read it.
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
    # Seconds of imports, which Ctrl-C ends too.
    from rightfit.cli.app import run

    end(run())
