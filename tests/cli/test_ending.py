import subprocess
import sys

import pytest

# What the thread waits for never comes.
PROGRAM = """
import sys, threading
from rightfit.cli.ending import end
if sys.argv[1] != "alone":
    threading.Thread(target=threading.Event().wait, daemon=sys.argv[1] == "daemon").start()
print("out", end="")
print("err", end="", file=sys.stderr)
end(3)
"""

WRITER = """
import sys
from rightfit.cli import app, main
app.run = lambda: 0 * (sys.stdout.write("out") + sys.stderr.write("err"))
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")
@pytest.mark.parametrize(
    ("closing", "said"), [(">&-", ("", "err")), ("2>&-", ("out", "")), (">&- 2>&-", ("", ""))]
)
def test_a_stream_that_is_closed_is_written_to_in_vain(closing: str, said: tuple[str, str]) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-c", WRITER],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, *said)


@pytest.mark.parametrize("other_thread", ["alone", "daemon", "other"])
def test_process_ends_with_its_code_and_all_it_said_whatever_other_threads_do(
    other_thread: str,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, other_thread],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "out", "err")
