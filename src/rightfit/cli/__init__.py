"""The command line. It knows flags, colours and exit codes, and no arithmetic."""

import sys


def main() -> None:
    """Run the command that was typed."""
    from rightfit.cli.app import run

    sys.exit(run())
