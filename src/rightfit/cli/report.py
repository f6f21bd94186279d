"""rightfit report: a page that shows how good a model is, and why."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    table: Annotated[
        Path | None,
        typer.Argument(metavar="TABLE", help="Test rows, or the table it was trained on."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Default: as in training.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to. Default: report.html in the model's folder."),
    ] = None,
    mute: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="A check not to run; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write a page with the verdict, checks and figures of a model.

    Example: rightfit report houses.model houses.csv
    """
    from rightfit.cli.console import (
        messages,
        print_command,
        results,
        warnings_as_notes,
        working,
    )
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.cli.reporting import report_on_model

    console = messages()
    tidy_up_at_ctrl_c()
    with warnings_as_notes(console), working(console, "making the report"):
        made, place = report_on_model(
            model, table, target, out, mute or [], force=force, console=console
        )
    answer = results()
    answer.print(made.verdict)
    for code, sentence in made.findings.items():
        answer.print(f"{code}: {sentence}")
    answer.print()
    print_command(answer, "To see it, open   ", str(place))
