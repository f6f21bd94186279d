"""The command line. It knows flags, colours and exit codes, and no arithmetic."""


def main() -> None:
    """Run the command that was typed."""
    from rightfit.cli.app import run

    run()
