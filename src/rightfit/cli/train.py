"""rightfit train: from a table to a model."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.console import messages, print_json, warnings_as_notes
from rightfit.cli.flags import parse_flags, with_parameter_flags

_SEED = 0


@with_parameter_flags
def train(
    table: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, Arrow, JSON lines or Excel.")],
    target: Annotated[str, typer.Option(help="The column to predict.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model. Default: TABLE with .model.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    task: Annotated[str, typer.Option(help="auto, classification or regression.")] = "auto",
    test_fraction: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of the rows kept apart for the test.")
    ] = 0.2,
    test: Annotated[Path | None, typer.Option(help="A table of test rows instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Result as JSON on stdout.")] = False,
    *,
    typed: dict[str, str],
) -> None:
    """Train a deep network on a table.

    Example: rightfit train houses.csv --target price
    """
    # Heavy imports wait until a command really runs, so that --help is quick.
    from rightfit.cli.training import Request, train_table

    if task not in ("auto", "classification", "regression"):
        raise typer.BadParameter("must be auto, classification or regression", param_hint="--task")
    console = messages()
    with warnings_as_notes(console):
        request = Request(
            table=table,
            target=target,
            out=out or table.with_name(table.name.split(".")[0] + ".model"),
            force=force,
            task=task,
            test_fraction=test_fraction,
            test=test,
            parameters=lambda estimator: {"random_state": _SEED} | parse_flags(typed, estimator),
        )
        result = train_table(request, console)
    if as_json:
        print_json(result)
