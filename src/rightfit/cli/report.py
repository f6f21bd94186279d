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
    training: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="The table it was trained on, if TABLE is another one."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Default: as in training.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to: .html. Default: report.html in the model's folder, or with new test "
            "rows TABLE-report.html beside it.",
        ),
    ] = None,
    mute: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Checks not to run: A,B or one a flag."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Write a page with the verdict, checks and figures of a model.

    Only with --training are new rows predicted by a linear model and gradient
    boosting, too; without, no verdict says that the model fits well.

    Example: rightfit report houses.model new_houses.csv --training houses.csv
    """
    from rightfit.cli.console import (
        messages,
        print_command,
        print_json,
        results,
        warnings_as_notes,
        working,
    )
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.cli.reporting import report_facts, report_on_model, verdict_said

    console = messages()
    tidy_up_at_ctrl_c()
    with warnings_as_notes(console), working(console, "making the report"):
        made, place = report_on_model(
            model, table, training, target, out, mute or [], force=force, console=console
        )
    if as_json:
        print_json(report_facts((made, place)))
        return
    answer = results()
    answer.print(verdict_said(made))
    for code, sentence in made.findings.items():
        answer.print(f"{code}: {sentence}")
    answer.print()
    print_command(answer, "To see it, open   ", str(place))
