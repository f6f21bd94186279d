"""The command line. It knows flags, colours and exit codes, and no arithmetic."""

from rightfit.cli.ending import end
from rightfit.cli.interruption import take_ctrl_c


def main() -> None:
    """Run the command that was typed."""
    take_ctrl_c()
    # Seconds of imports, which Ctrl-C ends too.
    from rightfit.cli.app import run

    end(run())
