"""The report: seconds of its making beyond training, and how large the page is.

Each case in a fresh process with nothing compiled before: a network is fitted, then the report on
it is made twice. The first includes importing Matplotlib and compiling; it is held to the floor of
5 seconds, and the page to 0.8 MB.

    python benchmarks/report.py [--runs 3]
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from fresh_process import run_python
from machine import describe_machine, output_argument, print_machine, write_results

FLOOR_SECONDS = 5.0
FLOOR_KILOBYTES = 800

MAKE = """
import time
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, make_classification, make_regression
import rightfit

def classes(n_rows, n_columns, n_classes=2):
    return make_classification(
        n_rows, n_columns, n_informative=10, n_classes=n_classes, random_state=0
    )

X, y = {rows}
model = rightfit.{kind}(random_state=0, {chosen})
n_train = len(y) * 4 // 5
training = X[:n_train], y[:n_train]
model.fit(*training)
for _ in range(2):
    start = time.perf_counter()
    report = model.report(X=X[n_train:], y=y[n_train:], training=training)
    print(time.perf_counter() - start)
print(len(report.html.encode()) / 1000)
"""

CASES = {
    "600 × 30, 256-256": ("classes(600, 30)", "Classifier", "hidden_sizes=(256, 256)"),
    "breast cancer, the recipe": ("load_breast_cancer(return_X_y=True)", "Classifier", ""),
    "digits, pack of 12": (
        "load_digits(return_X_y=True)",
        "Classifier",
        "hidden_sizes=[(64,), (128, 128)], dropout_rate=[0.0, 0.3], l2=[0.0, 1e-4, 1e-3]",
    ),
    "2,000 × 20 numbers, 256-256": (
        "make_regression(2000, 20, noise=10, random_state=0)",
        "Regressor",
        "hidden_sizes=(256, 256)",
    ),
    "200,000 × 30, 256-256": (
        "classes(200_000, 30)",
        "Classifier",
        "hidden_sizes=(256, 256), max_epochs=3",
    ),
    "12,000 × 784, ten classes, 512-256": (
        "classes(12_000, 784, 10)",
        "Classifier",
        "hidden_sizes=(512, 256), max_epochs=3",
    ),
}


def make(case: str, cache: Path) -> tuple[float, float, float]:
    """Seconds of the first and of the second report in a process, and kilobytes of the page."""
    rows, kind, chosen = CASES[case]
    first, second, size = run_python(MAKE.format(rows=rows, kind=kind, chosen=chosen), cache)
    return first, second, size


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    output_argument(parser, "report")
    arguments = parser.parse_args()
    machine: dict[str, Any] = describe_machine()
    print_machine(machine)
    results: dict[str, dict[str, float]] = {}
    for case in CASES:
        made = []
        for _ in range(arguments.runs):
            with tempfile.TemporaryDirectory() as folder:
                made.append(make(case, Path(folder)))
        first, second, size = (statistics.median(values) for values in zip(*made, strict=True))
        results[case] = {"first": first, "second": second, "kilobytes": size}
        print(
            f"{case:36} first {first:.1f} s, later {second:.1f} s (floor {FLOOR_SECONDS:.0f} s), "
            f"{size:.0f} KB (floor {FLOOR_KILOBYTES} KB)",
            flush=True,
        )
    write_results(arguments.out, machine, results)


if __name__ == "__main__":
    main()
