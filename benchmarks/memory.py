"""Peak memory of training, for tables of several sizes, each in a fresh process.

The floor is 600 MB plus three times the table as float32; the table itself, which the
caller holds, is one of the three.

    python benchmarks/memory.py
"""

import argparse
import subprocess
import sys

from machine import describe_machine, output_argument, print_machine, write_results

SIZES = ((10_000, 20), (60_000, 784), (1_000_000, 100), (200_000, 1_000))

FIT = """
import resource, sys
import numpy as np
import rightfit
n_rows, n_columns = int(sys.argv[1]), int(sys.argv[2])
generator = np.random.default_rng(0)
X = generator.standard_normal((n_rows, n_columns), dtype=np.float32)
y = (X[:, 0] > 0).astype(np.int32)
rightfit.Classifier(hidden_sizes=(256, 256), max_epochs=2, random_state=0).fit(X, y)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    output_argument(parser, "memory")
    arguments = parser.parse_args()
    machine = describe_machine()
    print_machine(machine)
    results = []
    for n_rows, n_columns in SIZES:
        command = [sys.executable, "-c", FIT, str(n_rows), str(n_columns)]
        output = subprocess.run(command, capture_output=True, text=True, check=True)
        peak, table = float(output.stdout), n_rows * n_columns * 4 / 1e6
        floor = 600 + 3 * table
        results.append({"n_rows": n_rows, "n_columns": n_columns, "peak_mb": peak, "floor": floor})
        print(
            f"{n_rows:,} × {n_columns}: table {table:,.0f} MB, peak {peak:,.0f} MB "
            f"(floor {floor:,.0f} MB)",
            flush=True,
        )
    write_results(arguments.out, machine, results)


if __name__ == "__main__":
    main()
