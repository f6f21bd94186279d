"""The ablation: what each part of the recipe adds, in score and in seconds.

A ladder of settings, each the one before with one thing more: a plain network of rectified units,
then tree bins as scaling, number embeddings, decay and dropout, averaged weights, copies that share
their weights, the pack of the recipe's kinds of which the best one predicts, and the ensemble,
which is the default. Beside it a learning-rate schedule in place of averaged weights, and `fast`.
Measured on rows held out from the training rows, never on test rows. Changes are geometric means of
the loss (log loss, or root mean squared error) against the plain network, over the tables after the
mean over the seeds; lower is better.

    python benchmarks/ablation.py [--seeds 3] [--most-rows 5000] [--quick]
"""

import argparse
import json
import math
import statistics
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe_machine, output_argument, print_machine
from real_tables import Table, named, read_tables
from rivals import recipe_for
from sklearn.metrics import log_loss, root_mean_squared_error
from tables import keep, measured_before

import rightfit

NAMES = (
    "abalone",
    "adult",
    "bank_additional",
    "bike_hour",
    "california_rtdl",
    "churn_modelling",
    "diamonds",
    "electricity",
)
HELD_OUT = 0.25

_PLAIN: dict[str, Any] = {"hidden_sizes": (256, 256), "scaling": "standard", "patience_epochs": 10}
_SCALED = {**_PLAIN, "scaling": "tree"}
_EMBEDDED = {**_SCALED, "number_embedding": "piecewise", "number_embedding_size": 24}
_REGULARISED = {**_EMBEDDED, "weight_decay": 0.1, "dropout_rate": 0.1}
_STEADY = {**_REGULARISED, "average_decay": 0.99, "learning_rate": 2e-3}
LADDER: Mapping[str, dict[str, Any]] = {
    "plain": _PLAIN,
    "+ tree bins as scaling": _SCALED,
    "+ piecewise-linear embedding of 24 bins": _EMBEDDED,
    "+ decay 0.1, dropout 0.1": _REGULARISED,
    "+ averaged weights, steps of 0.002 in place of 0.001": _STEADY,
    "… a cosine schedule of 30 epochs in place of averaging": {
        **_STEADY,
        "average_decay": 0.0,
        "schedule": "cosine",
        "schedule_epochs": 30,
        "max_epochs": 30,
    },
    "+ 16 copies that share their weights": {**_STEADY, "n_copies": 16},
    "+ 128 units in place of 256": {**_STEADY, "n_copies": 16, "hidden_sizes": (128, 128)},
    "+ a pack of the recipe's kinds, its best network": {"combine": "best"},
    "+ ensemble (the default)": {},
    "quality fast": {"quality": "fast"},
}


def measure(table: Table, seed: int, setting: str, most_rows: int) -> dict[str, Any]:
    """Fit one setting on a part of the training rows, and score it on the rest of them."""
    train, _ = read_tables(table, seed, int(most_rows / (1 - HELD_OUT)))
    drawn = np.random.default_rng(seed).permutation(train.height)
    cut = int(HELD_OUT * train.height)
    held, fitted = train[np.sort(drawn[:cut])], train[np.sort(drawn[cut:])]
    kind: Any = rightfit.Regressor if table.is_regression else rightfit.Classifier
    model = kind(random_state=seed, **LADDER[setting])
    start = time.perf_counter()
    model.fit(fitted.drop(table.target), fitted[table.target])
    seconds = time.perf_counter() - start
    X, y = held.drop(table.target), held[table.target].to_numpy()
    if table.is_regression:
        loss = root_mean_squared_error(y, model.predict(X))
    else:
        loss = log_loss(y, model.predict_proba(X), labels=model.classes_)
    record = {
        "table": table.name,
        "model": setting,
        "seed": seed,
        "loss": float(loss),
        "fit_seconds": seconds,
    }
    if "hidden_sizes" not in LADDER[setting]:
        record["recipe"] = recipe_for(LADDER[setting].get("quality", "default"), table, fitted)
    return record


def summarise(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, float, float, float]]:
    """For each setting: change of the loss, its standard error, and times the seconds."""
    found = {(one["table"], one["seed"], one["model"]): one for one in records}
    lines = []
    for setting in LADDER:
        changes: dict[str, list[float]] = {}
        times: dict[str, list[float]] = {}
        for (table, seed, model), one in found.items():
            plain = found.get((table, seed, "plain"))
            if model == setting and plain is not None:
                changes.setdefault(table, []).append(math.log(one["loss"] / plain["loss"]))
                ratio = one["fit_seconds"] / plain["fit_seconds"]
                times.setdefault(table, []).append(math.log(ratio))
        if changes:
            means = [statistics.fmean(values) for values in changes.values()]
            error = statistics.stdev(means) / math.sqrt(len(means)) if len(means) > 1 else math.nan
            slower = math.exp(statistics.fmean(statistics.fmean(v) for v in times.values()))
            lines.append((setting, math.expm1(statistics.fmean(means)), error, slower))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most-rows", type=int, default=5_000)
    parser.add_argument("--quick", action="store_true", help="only see that it runs: tiny sizes")
    output_argument(parser, "ablation")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    machine = describe_machine()
    print_machine(machine)
    tables, most_rows, out = named(NAMES), arguments.most_rows, arguments.out
    if arguments.quick:
        tables, most_rows, out = tables[:2], 300, Path(out).with_name("ablation-quick.json")
    records = measured_before(out, machine, most_rows)
    done = {(one["table"], one["seed"], one["model"]) for one in records}
    for seed in range(arguments.seeds):
        for table in tables:
            for setting in LADDER:
                if (table.name, seed, setting) not in done:
                    records.append(measure(table, seed, setting, most_rows))
                    print(json.dumps(records[-1]), flush=True)
                    keep(out, machine, records, most_rows)
    for setting, change, error, slower in summarise(records):
        print(f"{setting:60} loss {change:+7.2%} ± {error:.2%}   {slower:5.1f}× the seconds")


if __name__ == "__main__":
    main()
