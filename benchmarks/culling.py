"""Culling: what stopping hopeless combinations early saves, and what it costs.

`cull=True` against `cull=False` on ten real tables: the same 16 combinations, the same rows, two
seeds, in turns. Compared are the seconds of the whole fit, the epochs of all members together
(which know no noise of the machine), the cross-fitted estimate of the chosen ensemble and its
loss on test rows: log loss for classes, root mean squared error for numbers. Lower is better
for all of them. Learning rates are a factor of ten apart, so that some networks start slowly:
those are what culling may lose.

The published test rows are used where there are any, else a quarter of the rows; of the other
rows at most 10,000, drawn at random. What is measured is written down at once: a run that was
stopped goes on where it was, on the same machine with the same versions.

    python benchmarks/culling.py [--table NAME] [--seeds 2] [--again] [--quick]
"""

import argparse
import json
import math
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from machine import describe_machine, output_argument, print_machine, write_results
from real_tables import Table, named, read_tables

import rightfit

MOST_ROWS = 10_000
GRID: dict[str, list[float]] = {
    "dropout_rate": [0.0, 0.1, 0.25, 0.5],
    "weight_decay": [1e-3, 1e-1],
    "learning_rate": [3e-4, 3e-3],
}
SIZES = (256, 256)


TABLES = named(
    (
        "adult",
        "bank_additional",
        "bike_hour",
        "california_rtdl",
        "churn_modelling",
        "diamonds",
        "letter",
        "phishing",
        "spambase",
        "telco_churn",
    )
)

Record = dict[str, Any]


def estimator(table: Table, seed: int, *, cull: bool, max_epochs: int) -> Any:
    kind: Callable[..., Any] = rightfit.Regressor if table.is_regression else rightfit.Classifier
    return kind(hidden_sizes=SIZES, cull=cull, max_epochs=max_epochs, random_state=seed, **GRID)


def test_loss(table: Table, model: Any, test: pl.DataFrame) -> float:
    from sklearn.metrics import log_loss, root_mean_squared_error

    X, y = test.drop(table.target), test[table.target].to_numpy()
    if table.is_regression:
        return float(root_mean_squared_error(y, model.predict(X)))
    return float(log_loss(y, model.predict_proba(X), labels=model.classes_))


def measure(
    table: Table, seed: int, train: pl.DataFrame, test: pl.DataFrame, *, cull: bool, max_epochs: int
) -> Record:
    model = estimator(table, seed, cull=cull, max_epochs=max_epochs)
    start = time.perf_counter()
    model.fit(train.drop(table.target), train[table.target])
    seconds = time.perf_counter() - start
    return {
        "table": table.name,
        "seed": seed,
        "cull": cull,
        "n_rows": train.height,
        "seconds": seconds,
        "n_epochs": sum(member["n_epochs"] for member in model.members_),
        "n_culled": sum(member["stop_reason"] == "culled" for member in model.members_),
        "estimate": model.choice_["estimate"],
        "estimate_error": model.choice_["standard_error"],
        "test_loss": test_loss(table, model, test),
        "best_params": model.best_params_,
    }


def changes(records: Sequence[Record]) -> list[Record]:
    """For each table and seed that is complete: what culling changed."""
    found = {(one["table"], one["seed"], one["cull"]): one for one in records}
    rows = []
    for (table, seed, cull), on in found.items():
        off = found.get((table, seed, False))
        if cull and off is not None:
            row: Record = {"table": table, "seed": seed, "n_culled": on["n_culled"]}
            for name in ("seconds", "n_epochs"):
                row[name] = on[name] / off[name]
            for name in ("estimate", "test_loss"):
                row[name] = on[name] / off[name] - 1
            rows.append(row)
    return rows


def over_tables(rows: Sequence[Record]) -> dict[str, Any]:
    """Means over tables, after the mean over the seeds of each; with their standard errors."""
    tables = sorted({row["table"] for row in rows})

    def of_tables(name: str, value: Callable[[float], float]) -> list[float]:
        return [
            statistics.fmean(value(row[name]) for row in rows if row["table"] == table)
            for table in tables
        ]

    def error(values: list[float]) -> float | None:
        return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None

    summary: dict[str, Any] = {"n_tables": len(tables)}
    for name in ("seconds", "n_epochs"):
        summary[name] = math.exp(statistics.fmean(of_tables(name, math.log)))
    for name in ("estimate", "test_loss"):
        values = of_tables(name, float)
        summary[name] = {
            "mean": statistics.fmean(values),
            "standard_error": error(values),
            "worst": max(values),
            "n_worse": sum(value > 0 for value in values),
        }
    return summary


def show(row: Mapping[str, Any]) -> None:
    print(
        f"{row['table']:16} seed {row['seed']}: {row['seconds']:.2f} of the seconds, "
        f"{row['n_epochs']:.2f} of the epochs, {row['n_culled']:2} culled; "
        f"estimate {row['estimate']:+.2%}, test loss {row['test_loss']:+.2%}",
        flush=True,
    )


def show_summary(summary: Mapping[str, Any]) -> None:
    print(
        f"with culling, over {summary['n_tables']} tables: {summary['seconds']:.2f} of the "
        f"seconds and {summary['n_epochs']:.2f} of the epochs (geometric means)"
    )
    for name, words in (("estimate", "cross-fitted estimate"), ("test_loss", "test loss")):
        change = summary[name]
        error = change["standard_error"]
        spread = "" if error is None else f" ± {error:.2%}"
        print(
            f"    {words}: {change['mean']:+.2%}{spread}; worse on {change['n_worse']} tables, "
            f"at worst {change['worst']:+.2%}"
        )


def measured_before(path: Path, machine: dict[str, Any]) -> list[Record]:
    """What an earlier run has measured here with these versions, and with the same grid."""
    if not path.exists():
        return []
    document = json.loads(path.read_text())
    is_same = {**document["machine"], "time": ""} == {**machine, "time": ""}
    if not is_same or document["results"]["grid"] != GRID:
        print(f"{path.name} is of another machine, other versions or another grid: begun anew")
        return []
    return list(document["results"]["records"])


def document_of(records: Sequence[Record]) -> dict[str, Any]:
    rows = changes(records)
    return {
        "grid": GRID,
        "records": list(records),
        "changes": rows,
        "over_tables": over_tables(rows) if rows else None,
    }


def keep(path: Path, machine: dict[str, Any], records: Sequence[Record]) -> None:
    """Replace the file as a whole, so that a run that is killed leaves a sound one."""
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps({"machine": machine, "results": document_of(records)}, indent=1))
    os.replace(part, path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", choices=[t.name for t in TABLES], help="measure only this one")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="forget what was measured before")
    parser.add_argument("--quick", action="store_true", help="only see that it runs: tiny sizes")
    output_argument(parser, "culling")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", rightfit.TrainingWarning)
    machine = describe_machine()
    print_machine(machine)
    print(f"seeds 0 to {arguments.seeds - 1}")
    out, most_rows, max_epochs = arguments.out, MOST_ROWS, 1000
    tables: Sequence[Table] = TABLES
    if arguments.quick:
        out = Path(tempfile.gettempdir()) / "culling-quick.json"
        tables, most_rows, max_epochs = (TABLES[0], TABLES[3]), 300, 20
    records = [] if arguments.again else measured_before(out, machine)
    done = {(one["table"], one["seed"], one["cull"]) for one in records}
    for place, table in enumerate(tables):
        if arguments.table not in (None, table.name):
            continue
        for seed in range(arguments.seeds):
            train, test = read_tables(table, seed, most_rows)
            is_warm = False
            # Which comes first takes turns.
            for cull in (False, True) if (place + seed) % 2 else (True, False):
                if (table.name, seed, cull) in done:
                    continue
                if not is_warm:
                    # What is compiled here is not measured. Other rows may have other levels.
                    measure(table, seed, train, test, cull=False, max_epochs=2)
                    is_warm = True
                records.append(measure(table, seed, train, test, cull=cull, max_epochs=max_epochs))
                keep(out, machine, records)
            for row in changes(records):
                if (row["table"], row["seed"]) == (table.name, seed):
                    show(row)
    document = document_of(records)
    if document["over_tables"]:
        show_summary(document["over_tables"])
    write_results(out, machine, document)


if __name__ == "__main__":
    main()
