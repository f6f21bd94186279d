"""Ctrl-C at moments that a library or Python itself would hide."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="presses Ctrl-C as Unix has it")

# Presses Ctrl-C when a module is first looked for, the way that `how` says.
PRESSING = """
import gc, signal, sys

module, how, *words = sys.argv[1:]

def press(*unused):
    gc.callbacks.clear()
    signal.raise_signal(signal.SIGINT)
    list(range(3))

class Presser:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            if how == "plainly":
                press()
            elif how == "in a callback":
                gc.callbacks.append(press)
                gc.collect()
            else:
                try:
                    press()
                except KeyboardInterrupt as error:
                    raise ImportError("Encountered an error while initializing.") from error

sys.meta_path.insert(0, Presser())
sys.argv = ["rightfit", *words]
from rightfit.cli import main
main()
"""
WAYS = ["plainly", "in a callback", "as another error"]


def pressed(module: str, how: str, *words: str) -> tuple[int, str]:
    """Run a command in which Ctrl-C is pressed; its exit code, and what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", PRESSING, module, how, *words],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stderr


def table_in(folder: Path) -> str:
    path = folder / "t.csv"
    path.write_text("a,y\n" + "\n".join(f"{n},{n % 2}" for n in range(40)))
    return str(path)


@pytest.mark.parametrize("how", WAYS)
def test_ctrl_c_ends_it_at_once_while_the_commands_are_imported(how: str) -> None:
    assert pressed("typer", how, "--help") == (130, "error: Interrupted.\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "how"),
    # Each module, each way, and what hides Ctrl-C in fact: JAX's own ImportError.
    [
        ("polars", "plainly"),
        ("jax", "in a callback"),
        ("jaxlib.xla_client", "as another error"),
        ("jaxlib.xla_client", "in a callback"),
        ("sklearn.base", "as another error"),
    ],
)
def test_ctrl_c_ends_it_at_once_while_the_engine_is_imported(
    tmp_path: Path, module: str, how: str
) -> None:
    words = ("train", table_in(tmp_path), "--target", "y", "--max-epochs", "2")
    assert pressed(module, how, *words) == (130, "error: Interrupted.\n")
    assert not (tmp_path / "t.model").exists()


@pytest.mark.slow
def test_ctrl_c_in_a_callback_is_not_lost_where_there_is_something_to_tidy_up() -> None:
    code = (
        "import gc, signal, sys, time\n"
        "from rightfit.cli.interruption import take_ctrl_c, tidy_up_at_ctrl_c\n"
        "from rightfit.cli.problems import exit_code_of\n"
        "take_ctrl_c(); tidy_up_at_ctrl_c()\n"
        "def press(*unused):\n"
        "    gc.callbacks.clear(); signal.raise_signal(signal.SIGINT); list(range(3))\n"
        "def command():\n"
        "    gc.callbacks.append(press); gc.collect()\n"
        "    try: time.sleep(60)\n"
        "    finally: print('tidy')\n"
        "sys.exit(exit_code_of(command))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (130, "tidy\n")
    assert done.stderr == "error: Interrupted.\n"


def test_ignored_ctrl_c_stays_ignored() -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from rightfit.cli.interruption import take_ctrl_c\n"
        "take_ctrl_c(); assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
