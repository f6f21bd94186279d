"""rightfit play: a page in which one sees a network learn."""

from pathlib import Path
from typing import Annotated

import typer


def play(
    table: Annotated[
        Path | None,
        typer.Argument(metavar="TABLE", help="A table of your own to see in the plane."),
    ] = None,
    target: Annotated[
        str, typer.Option(metavar="COLUMN", help="Of that table: the column to predict.")
    ] = "",
    port: Annotated[
        int, typer.Option(metavar="0", min=0, max=65535, help="Where to serve; 0 for any free one.")
    ] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the address and open no browser.")
    ] = False,
) -> None:
    """Open a page in which a network learns, on made points or your own table.

    Example: rightfit play houses.csv --target price

    It is served on this machine only; Ctrl-C ends it.
    """
    import webbrowser
    from importlib import import_module

    from rightfit.cli.console import messages, print_command, warnings_as_notes
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.errors import RightFitError

    if target and table is None:
        raise typer.BadParameter(
            "names a column of TABLE, which is missing.", param_hint="--target"
        )
    try:
        # By its name: the faces never import each other; here one only starts the other.
        guard, server = (import_module(f"rightfit.web.{name}") for name in ("guard", "server"))
    except ModuleNotFoundError as error:
        raise RightFitError(
            f"The playground needs the package {error.name!r}, which is not installed.",
            hint="pip install 'rightfit[play]'",
        ) from None
    console = messages()

    def ready(address: str) -> None:
        tidy_up_at_ctrl_c()
        print_command(console, "The playground is at ", address)
        console.print("Ctrl-C ends it.")
        if not no_open:
            webbrowser.open(address)

    token = guard.new_token()
    try:
        # Also what is notable of tables that are chosen in the page is said here.
        with warnings_as_notes(console):
            server.serve(token, port, None if table is None else (table, target), ready)
    except KeyboardInterrupt:
        console.print("The playground is closed.")
