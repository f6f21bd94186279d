"""Promise: `max_seconds` against the seconds that a fit really takes, compilation included.

All 32,000 training rows of adult; limits of 2, 5, 10 and 30 seconds; `quality="fast"`, the
default, and a described pack of nine networks of three sizes; each in a fresh process, with an
empty compilation cache and with a warm one (what such a fit without a limit of time, but of few
epochs, leaves). The seconds are those of `fit`, without imports and reading; the floor is
5 % or one second above the limit. A limit that is too short for one epoch must be refused as
early. What the end of the process waits for, a compilation that was left alone, comes apart.

    python benchmarks/promise.py [--limit 2 5 10 30] [--what fast default pack] [--cache empty warm]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import describe_machine, output_argument, print_machine, write_results
from real_tables import data_root

LIMITS = (2.0, 5.0, 10.0, 30.0)

FIT = """
import json, sys, time
import rightfit
from real_tables import named, read_tables
what, limit = sys.argv[1], float(sys.argv[2]) or None
(table,) = named(("adult",))
train, _ = read_tables(table)
X, y = train.drop(table.target), train[table.target]
sizes = [(64,), (128, 128), (256, 256, 256)]
parameters = {
    "fast": {"quality": "fast"},
    "default": {},
    "pack": {"hidden_sizes": sizes, "dropout_rate": [0.0, 0.25, 0.5]},
}[what]
if limit is None:
    parameters["max_epochs"] = 2
model = rightfit.Classifier(max_seconds=limit, random_state=0, **parameters)
before, began, first, n_epochs = set(vars(model)), time.perf_counter(), None, 0
try:
    for event in model.iter_fit(X, y):
        if isinstance(event, rightfit.EpochsEnded):
            first = first or time.perf_counter() - began
            n_epochs += len(event.records)
    end = "a model"
except rightfit.TrainingError as problem:
    assert "ran out before the first epoch" in problem.what, problem
    assert set(vars(model)) == before
    end = "refused"
seconds = time.perf_counter() - began
found = {"seconds": seconds, "first_epoch": first, "n_epochs": n_epochs, "end": end}
if end == "a model":
    weights = [row for row in getattr(model, "members_", [{"weight": 1}]) if row["weight"]]
    found["n_networks"] = len(weights)
print(json.dumps(found), flush=True)
"""


def fit(what: str, limit: float, cache: Path) -> dict[str, Any]:
    """Fit in a fresh process; what it says, and the seconds that its end took."""
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "RIGHTFIT_CACHE": str(cache),
        "RIGHTFIT_DATA": str(data_root()),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    command = [sys.executable, "-W", "ignore", "-c", FIT, what, str(limit)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said: dict[str, Any] = json.loads(process.stdout.readline())
        began = time.perf_counter()
        process.wait()
    said["end_of_process"] = time.perf_counter() - began
    assert process.returncode == 0
    return said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--limit", type=float, nargs="+", default=LIMITS)
    parser.add_argument("--what", nargs="+", default=["fast", "default", "pack"])
    parser.add_argument("--cache", nargs="+", default=["empty", "warm"])
    output_argument(parser, "promise")
    arguments = parser.parse_args()
    machine = describe_machine()
    print_machine(machine)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for what in arguments.what:
            for state in arguments.cache:
                warm = Path(folder) / f"warm-{what}"
                if state == "warm":
                    fit(what, 0, warm)
                for limit in arguments.limit:
                    cache = warm if state == "warm" else Path(folder) / f"empty-{what}-{limit}"
                    found = fit(what, limit, cache)
                    late, floor = found["seconds"] - limit, max(0.05 * limit, 1.0)
                    results.append({"what": what, "cache": state, "limit": limit, **found})
                    first = found["first_epoch"]
                    print(
                        f"{what:8} {state:5} cache, limit {limit:4.0f} s: took "
                        f"{found['seconds']:6.2f} s ({late:+.2f}; floor {floor:.1f}"
                        f"{'' if late <= floor else ', MISSED'}), {found['n_epochs']} epochs, "
                        f"{'no epoch' if first is None else f'the first after {first:.1f} s'}, "
                        f"{found['end']}; end of the process {found['end_of_process']:.1f} s",
                        flush=True,
                    )
    write_results(arguments.out, machine, results)


if __name__ == "__main__":
    main()
