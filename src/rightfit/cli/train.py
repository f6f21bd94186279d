"""rightfit train: from a table to a model."""

from pathlib import Path
from typing import Annotated

import typer

from rightfit.cli.flags import with_parameter_flags
from rightfit.cli.help import show_parameters
from rightfit.cli.wording import sentence_of
from rightfit.constraints import between

_TASKS = ("auto", "classification", "regression")
_TEST_FRACTION = 0.2


@with_parameter_flags
def train(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            help="CSV, TSV, .txt (also .gz), .json, .jsonl, Parquet, Arrow or Excel.",
        ),
    ],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The model to write. Default: TABLE with .model."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a model that is there.")] = False,
    task: Annotated[
        str, typer.Option(metavar="auto", help="Or classification, or regression.")
    ] = "auto",
    test_fraction: Annotated[
        float | None,
        typer.Option(metavar="0.2", help="Share of the rows for the test."),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(metavar="TABLE", help="A table of test rows instead.")
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Its groups are held out whole; it is not an input."),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="What is held out is later; it stays an input."),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    help_all: Annotated[
        bool,
        typer.Option(
            "--help-all", is_eager=True, callback=show_parameters, help="Explain all parameters."
        ),
    ] = False,
    *,
    typed: dict[str, str],
) -> None:
    """Train a deep network on a table, and score it on rows that it has not seen.

    Example: rightfit train houses.csv --target price
    """
    # Heavy imports wait until a command really runs, so that --help is quick.
    from rightfit.cli.console import messages, print_json, results
    from rightfit.cli.places import is_same_file
    from rightfit.cli.training import Request, model_beside, train_table

    fraction = _TEST_FRACTION if test_fraction is None else test_fraction
    _check(task, fraction)
    if groups is not None and time is not None:
        why = "rows are held out by one or the other."
        raise typer.BadParameter(f"leave --time out: {why}", param_hint="--groups")
    if test is not None and test_fraction is not None:
        why = "the table of test rows is all that is tested on."
        raise typer.BadParameter(f"leave --test-fraction out: {why}", param_hint="--test")
    if test is not None and is_same_file(test, table):
        raise typer.BadParameter("must be another table than TABLE.", param_hint="--test")
    request = Request(
        table=table,
        target=target,
        out=out or model_beside(table),
        typed=typed,
        force=force,
        task=task,
        test_fraction=fraction,
        test=test,
        groups=groups,
        time=time,
        report=not no_report,
        plot=not as_json,
    )
    outcome = train_table(request, messages() if as_json else results())
    if as_json:
        print_json(outcome)


def _check(task: str, test_fraction: float) -> None:
    if task not in _TASKS:
        raise typer.BadParameter(
            f"must be {', '.join(_TASKS[:-1])} or {_TASKS[-1]}. Got {task!r} instead.",
            param_hint="--task",
        )
    share = between(0, 1)
    if not share.accepts(test_fraction):
        raise typer.BadParameter(
            f"must be {sentence_of(share)}. Got {test_fraction!r} instead.",
            param_hint="--test-fraction",
        )
