"""The commands together, and what becomes of an error."""

import os
import sys

import typer

from rightfit.cli.check_gradients import check_gradients
from rightfit.cli.console import messages
from rightfit.cli.demo import demo
from rightfit.cli.describe import describe
from rightfit.cli.evaluate import evaluate
from rightfit.cli.predict import predict
from rightfit.cli.train import train
from rightfit.errors import RightFitError

app = typer.Typer(
    name="rightfit",
    help="Train deep networks on your own tables, and make them fit right.\n\n"
    "Begin with: rightfit demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

for command in (train, predict, evaluate, describe, check_gradients, demo):
    app.command(no_args_is_help=command is not demo)(command)


@app.callback(invoke_without_command=True)
def _options(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    if debug:
        os.environ["RIGHTFIT_DEBUG"] = "1"
    if version:
        from importlib.metadata import version as version_of

        print(version_of("rightfit"))
        raise typer.Exit


def run() -> None:
    """Run a command; turn a user's mistake into two lines and exit code 1."""
    try:
        app()
    except RightFitError as error:
        if os.environ.get("RIGHTFIT_DEBUG"):
            raise
        console = messages()
        lines = [error.what, error.expected]
        console.print("[bold red]error:[/]", end=" ")
        console.print("\n".join(line for line in lines if line), markup=False, highlight=False)
        if error.hint:
            console.print("\n[bold cyan]hint:[/]", end=" ")
            console.print(error.hint, markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        messages().print("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
