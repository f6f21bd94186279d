"""RightFit's defaults beside what people would use instead, on tables of your own.

A folder of Parquet and CSV files, and in it `targets.json`, which names the target of each:
`{"houses": "price", "loans": "default"}` for houses.parquet and loans.csv. Other columns are used
as they are, so leave out what gives the target away. A quarter of the rows, drawn at random, are
the test rows. Each model has its library's defaults and all cores; scores are the log loss or the
root mean squared error, and models are ranked on each table by the mean over the seeds.

A run that was stopped goes on where it was.

    python benchmarks/own_tables.py FOLDER [--models NAME ...] [--seeds 1] [--most-rows 5000]
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import polars as pl
from machine import describe_machine, output_argument, print_machine
from real_tables import TEST_SHARE, Table
from rivals import RIVALS
from tables import keep, measure, measured_before, show
from tables_report import mean_by_table, over_tables

MOST_TEST_ROWS = 10_000
# Of the first split; each seed has another one.
_SPLIT_SEED = 7
# Numbers of fewer values are classes.
FEWEST_NUMBERS = 10


def read_own(folder: Path, name: str, target: str) -> tuple[Table, pl.DataFrame]:
    """A table, without rows that have no target; numbers of few values are classes."""
    places = [folder / f"{name}{suffix}" for suffix in (".parquet", ".csv")]
    place = next((one for one in places if one.exists()), None)
    if place is None:
        raise SystemExit(f"error: {folder} has no {name}.parquet and no {name}.csv")
    frame = pl.read_parquet(place) if place.suffix == ".parquet" else pl.read_csv(place)
    frame = frame.drop_nulls(target)
    is_regression = frame[target].dtype.is_numeric() and frame[target].n_unique() >= FEWEST_NUMBERS
    if not is_regression:
        frame = frame.with_columns(pl.col(target).cast(pl.String))
    return Table(name, target, is_regression), frame


def split_own(
    table: Table, frame: pl.DataFrame, seed: int, most_rows: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows to train on, and the test rows."""
    order = np.random.default_rng(_SPLIT_SEED + seed).permutation(frame.height)
    n_train = int(frame.height * (1 - TEST_SHARE))
    return frame[order[:n_train][:most_rows]], frame[order[n_train:][:MOST_TEST_ROWS]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    names = [rival.name for rival in RIVALS]
    parser.add_argument("--models", nargs="*", default=[], choices=names, metavar="NAME")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most-rows", type=int, default=5_000, help="to train on, at most")
    output_argument(parser, "own_tables")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    machine = describe_machine()
    print_machine(machine)
    targets = json.loads((arguments.folder / "targets.json").read_text())
    records = measured_before(arguments.out, machine, arguments.most_rows)
    done = {(one["table"], one["model"], one["seed"]) for one in records}
    wanted = [
        r for r in RIVALS if r.name in arguments.models or not (arguments.models or r.is_slow)
    ]
    for seed in range(arguments.seeds):
        for name, target in targets.items():
            table, frame = read_own(arguments.folder, name, target)
            for rival in wanted:
                if (name, rival.name, seed) in done:
                    continue
                sides = split_own(table, frame, seed, arguments.most_rows)
                records.append(measure(rival, table, seed, *sides))
                show(records[-1])
                keep(arguments.out, machine, records, arguments.most_rows)
    losses = mean_by_table(records, "loss")
    for model, found in over_tables(losses, [rival.name for rival in wanted]).items():
        print(
            f"{model:22} mean rank {found['mean_rank']:.2f}, first on {found['wins']:.0f} of "
            f"{found['tables']:.0f} tables, {found['mean_gap']:.1%} above the best in the mean"
        )


if __name__ == "__main__":
    main()
