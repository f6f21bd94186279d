"""The commands together."""

import sys
from collections.abc import Sequence

import typer

from rightfit.cli.check_gradients import check_gradients
from rightfit.cli.demo import demo
from rightfit.cli.describe import describe
from rightfit.cli.evaluate import evaluate
from rightfit.cli.export import export
from rightfit.cli.graph import graph
from rightfit.cli.help import Command, Group
from rightfit.cli.play import play
from rightfit.cli.predict import predict
from rightfit.cli.problems import exit_code_of
from rightfit.cli.report import report
from rightfit.cli.train import train

_DEBUG = "--debug"

app = typer.Typer(
    name="rightfit",
    help="Train deep networks on your own tables, and make them fit right.\n\n"
    "Begin with: rightfit demo",
    cls=Group,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    train,
    predict,
    evaluate,
    describe,
    report,
    export,
    check_gradients,
    graph,
    demo,
    play,
):
    app.command(cls=Command)(command)


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
    debug: bool = typer.Option(False, _DEBUG, help="Show the traceback of an error."),
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"rightfit {version_of('rightfit')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(words: Sequence[str] | None = None) -> int:
    """Run the command that was typed, and give its exit code.

    Args:
        words: what was typed after `rightfit`; None takes it from the process.
    """
    typed = list(sys.argv[1:] if words is None else words)
    # Understood wherever it stands, since one adds it to a command that just failed.
    debug = _DEBUG in typed
    typed = [word for word in typed if word != _DEBUG]

    def command() -> int | None:
        code = app(typed, prog_name="rightfit", standalone_mode=False)
        sys.stdout.flush()  # here and not at exit, where a reader that went away would be an error
        return code

    return exit_code_of(command, debug=debug)
