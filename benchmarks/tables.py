"""The suite: RightFit's defaults beside what people would use instead, on real tables.

Every table under `RIGHTFIT_DATA`, with the published test rows where there are any, else a quarter
of the rows. Each model has its library's defaults, all cores, and the same training rows. Scores
are the log loss or the root mean squared error on the test rows; lower is better. Models are
ranked on each table by the mean over the seeds.

What is measured is written down at once: a run that was stopped goes on where it was, on the same
machine with the same versions; what an earlier recipe gave is measured anew. At the end
docs/benchmarks.md is written from all that was measured, and a picture drawn, unless the figures
went elsewhere (`--out`); `--report` does only that.

    python benchmarks/tables.py [--tables NAME ...] [--models NAME ...] [--seeds 3] [--most-rows N]
"""

import argparse
import json
import os
import statistics
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from machine import describe_machine, output_argument, print_machine
from real_tables import TABLES, Table, named, read_tables
from rivals import RIVALS, Rival, is_current, recipe_for
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score, root_mean_squared_error
from tables_report import summary_of, text_of, write_report

Record = dict[str, Any]


def scores(table: Table, classes: Any, predicted: Any, test: pl.DataFrame) -> dict[str, float]:
    """The loss that models are ranked by, and what people ask for beside it."""
    y = test[table.target].to_numpy()
    if table.is_regression:
        return {"loss": float(root_mean_squared_error(y, predicted))}
    y, names = y.astype(str), np.asarray(classes).astype(str)
    known = np.isin(y, names)  # a class that no training row has cannot be predicted
    y, predicted = y[known], np.asarray(predicted, float)[known]
    found = {
        "loss": float(log_loss(y, predicted, labels=names)),
        "accuracy": float(accuracy_score(y, names[predicted.argmax(axis=1)])),
    }
    if len(names) == 2:
        found["roc_auc"] = float(roc_auc_score(y == names[1], predicted[:, 1]))
    return found


def measure(
    rival: Rival, table: Table, seed: int, train: pl.DataFrame, test: pl.DataFrame
) -> Record:
    """Fit one model on one table, and score it; an error is a result too."""
    record: Record = {"table": table.name, "model": rival.name, "seed": seed}
    record["n_rows"] = train.height
    if rival.quality is not None:
        record["recipe"] = recipe_for(rival.quality, table, train)
    start = time.perf_counter()
    try:
        predict, classes = rival.fit(table, train, seed)
        record["fit_seconds"] = time.perf_counter() - start
        start = time.perf_counter()
        predicted = predict(test.drop(table.target))
        record["predict_seconds"] = time.perf_counter() - start
        record |= scores(table, classes, predicted, test)
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"error: {rival.name} needs the package {error.name}, see rivals.py"
        ) from None
    except Exception as error:
        record["error"] = f"{type(error).__name__}: {error}"[:300]
        traceback.print_exc(limit=3)
    return record


def measured_before(path: Path, machine: Mapping[str, Any], setting: Any) -> list[Record]:
    """What an earlier run has measured here with these versions and this recipe."""
    if not path.exists():
        return []
    document = json.loads(path.read_text())
    is_same = {**document["machine"], "time": ""} == {**machine, "time": ""}
    if not is_same or document["results"]["most_rows"] != setting:
        raise SystemExit(f"{path} is of another machine, other versions or sizes: move it away")
    return [one for one in document["results"]["records"] if is_current(one)]


def keep(path: Path, machine: Mapping[str, Any], records: Sequence[Record], setting: Any) -> None:
    """Replace the file as a whole, so that a run that is killed leaves a sound one."""
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {"most_rows": setting, "records": list(records)}
    part.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")
    os.replace(part, path)


def show(record: Record) -> None:
    """Print one line for a fit."""
    start = f"{record['table']:22} {record['model']:22} seed {record['seed']}"
    if "error" in record:
        print(f"{start}  FAILED: {record['error']}", flush=True)
        return
    more = "".join(f" {n} {record[n]:.4f}" for n in ("accuracy", "roc_auc") if n in record)
    print(f"{start}  {record['loss']:10.4f}{more}  {record['fit_seconds']:.1f} s", flush=True)


def run(arguments: argparse.Namespace, machine: dict[str, Any]) -> list[Record]:
    """Measure what is not measured yet."""
    setting = arguments.most_rows
    records = measured_before(arguments.out, machine, setting)
    wanted = [
        r for r in RIVALS if r.name in arguments.models or not (arguments.models or r.is_slow)
    ]
    if arguments.again:
        anew = {(table.name, rival.name) for table in named(arguments.tables) for rival in wanted}
        records = [one for one in records if (one["table"], one["model"]) not in anew]
    done = {(one["table"], one["model"], one["seed"]) for one in records}
    for seed in range(arguments.seeds):
        for table in named(arguments.tables):
            for rival in wanted:
                if (table.name, rival.name, seed) in done:
                    continue
                sides = read_tables(table, seed, setting)
                records.append(measure(rival, table, seed, *sides))
                show(records[-1])
                keep(arguments.out, machine, records, setting)
    return records


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [table.name for table in TABLES]
    parser.add_argument("--tables", nargs="*", default=[], choices=names, metavar="NAME")
    models = [rival.name for rival in RIVALS]
    parser.add_argument("--models", nargs="*", default=[], choices=models, metavar="NAME")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most-rows", type=int, help="training rows of a table, at most")
    parser.add_argument("--again", action="store_true", help="measure these tables and models anew")
    parser.add_argument("--report", action="store_true", help="only write and draw the figures")
    output_argument(parser, "tables")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    machine = describe_machine()
    print_machine(machine)
    if not arguments.report:
        run(arguments, machine)
    document = json.loads(arguments.out.read_text())
    document["results"]["summary"] = summary_of(document)
    arguments.out.write_text(json.dumps(document, indent=1) + "\n")
    if not document["results"]["summary"]:
        raise SystemExit(f"no table has all models yet; what was measured is in {arguments.out}")
    print(text_of(document))
    if arguments.out == parser.get_default("out"):
        write_report(document)
    n_seconds = statistics.fsum(r.get("fit_seconds", 0) for r in document["results"]["records"])
    print(f"{n_seconds / 60:.0f} minutes of fitting in {arguments.out}")


if __name__ == "__main__":
    main()
