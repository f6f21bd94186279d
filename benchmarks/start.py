"""Starting: seconds until a person gets an answer, each in a fresh process.

`import rightfit`; `rightfit --help`; a first fit of 1,000×20 rows with an empty and with a
warm compilation cache, imports included; and a second fit in the same process. The floors are for
one network of (256, 256) units. What the recipe takes for the same rows stands below without a
floor: `fast` trains three networks in folds, the default 20.

    python benchmarks/start.py [--runs 5]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fresh_process import run_python
from machine import describe_machine, output_argument, print_machine, write_results

IMPORT = """
import time
start = time.perf_counter()
import rightfit
print(time.perf_counter() - start)
"""

FIT = """
import time
start = time.perf_counter()
import numpy as np
import rightfit
generator = np.random.default_rng(0)
X = generator.standard_normal((1000, 20))
y = X[:, 0] * X[:, 1] + X[:, 2] > 0
rightfit.Classifier({chosen}, random_state=0).fit(X, y)
first = time.perf_counter()
rightfit.Classifier({chosen}, random_state=0).fit(X, y)
print(first - start, time.perf_counter() - first)
"""

FLOORS = {
    "import": 0.15,
    "help": 0.4,
    "one network, first fit, empty cache": 3.0,
    "one network, first fit, warm cache": 1.5,
    "one network, second fit": 0.3,
}
FITS = {
    "one network": "hidden_sizes=(256, 256)",
    "recipe, fast": "quality='fast'",
    "recipe, default": "quality='default'",
}


def run_help() -> float:
    program = Path(sys.executable).with_name("rightfit")
    start = time.perf_counter()
    subprocess.run([program, "--help"], capture_output=True, check=True)
    return time.perf_counter() - start


def measure(runs: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {"import": [], "help": []}
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder) / "warm"
        for number in range(runs):
            seconds["import"] += run_python(IMPORT, warm)
            seconds["help"].append(run_help())
            for name, chosen in FITS.items():
                code = FIT.format(chosen=chosen)
                if not number:
                    run_python(code, warm)
                cold, _ = run_python(code, Path(folder) / f"cold-{name}-{number}")
                first, second = run_python(code, warm)
                seconds.setdefault(f"{name}, first fit, empty cache", []).append(cold)
                seconds.setdefault(f"{name}, first fit, warm cache", []).append(first)
                seconds.setdefault(f"{name}, second fit", []).append(second)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    output_argument(parser, "start")
    arguments = parser.parse_args()
    machine: dict[str, Any] = describe_machine()
    print_machine(machine)
    seconds = measure(arguments.runs)
    for name, times in seconds.items():
        middle, best = statistics.median(times), min(times)
        floor = f" (floor {FLOORS[name]} s)" if name in FLOORS else ""
        print(f"{name}: median {middle:.3f} s, best {best:.3f} s{floor}")
    write_results(arguments.out, machine, seconds)


if __name__ == "__main__":
    main()
