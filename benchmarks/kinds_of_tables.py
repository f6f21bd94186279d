"""Kinds of tables that are hard for networks: RightFit beside boosted trees and a linear model.

Made-up tables of known truth: many levels and few rows, more columns than rows, a rare class, a
target with heavy tails, few rows. Each model has its library's defaults and the same training rows;
the linear model is scikit-learn's lasso, its penalty chosen by cross-validation, on scaled numbers
and one-hot categories. Scores are the log loss or the root mean squared error on 4,000 new rows (of
heavy tails the mean absolute error beside it), as shares of what a constant has: 1 is as good as
nothing learned, lower is better. What no model can know is in the target too, so 0 is beyond reach.

    python benchmarks/kinds_of_tables.py [--kinds NAME ...] [--models NAME ...] [--seeds 2]
"""

import argparse
import json
import statistics
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from machine import describe_machine, output_argument, print_machine
from real_tables import Table
from rivals import RIVALS, Rival
from sklearn.metrics import log_loss, mean_absolute_error, root_mean_squared_error
from tables import keep, measured_before

N_NEW = 4_000
Generator = np.random.Generator
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Kind:
    """A kind of table.

    Attributes:
        name: of the kind.
        make: from a generator and a number of rows to columns and the signal, of unit variance.
        n_rows: to train on.
        task: what becomes of the signal: classes, rare, numbers, lognormal or pareto.
    """

    name: str
    make: Callable[[Generator, int], tuple[Columns, np.ndarray]]
    n_rows: int
    task: str

    @property
    def is_regression(self) -> bool:
        return self.task not in ("classes", "rare")


def _numbers(random: Generator, n_rows: int, n_columns: int) -> tuple[Columns, np.ndarray]:
    x = random.standard_normal((n_rows, n_columns))
    return {f"x{n}": x[:, n] for n in range(n_columns)}, x


def _smooth(random: Generator, n_rows: int) -> tuple[Columns, np.ndarray]:
    """Eight numbers, of which four matter: a wave, a product, a line."""
    columns, x = _numbers(random, n_rows, 8)
    return columns, np.sin(2 * x[:, 0]) + 0.7 * x[:, 1] * x[:, 2] + 0.5 * x[:, 3]


def _levels(n_levels: int, strength: float, *, alike: bool) -> Callable[..., Any]:
    """A category whose levels have effects, in equally many rows or like words, and numbers."""

    def make(random: Generator, n_rows: int) -> tuple[Columns, np.ndarray]:
        columns, signal = _smooth(random, n_rows)
        share = np.ones(n_levels) if alike else 1 / np.arange(1, n_levels + 1)
        codes = random.choice(n_levels, n_rows, p=share / share.sum())
        columns["level"] = np.array([f"level {n}" for n in range(n_levels)])[codes]
        effects = random.standard_normal(n_levels)
        return columns, signal / signal.std() + strength * effects[codes]

    return make


def _wide(n_columns: int, form: str) -> Callable[..., Any]:
    """Many numbers, of which few matter, or all a little."""

    def make(random: Generator, n_rows: int) -> tuple[Columns, np.ndarray]:
        columns, x = _numbers(random, n_rows, n_columns)
        if form == "lines":
            return columns, x[:, :5] @ np.array([1, -1, 0.8, -0.8, 0.6])
        if form == "steps":
            return columns, 1.5 * (x[:, 0] > 0) + (x[:, 1] > 0.5) + (x[:, 2] < -0.3) * (x[:, 0] > 0)
        if form == "product":
            return columns, x[:, 0] * x[:, 1] + x[:, 2]
        if form == "weak":
            return columns, x @ random.standard_normal(n_columns)
        hidden = random.standard_normal((n_rows, n_columns // 20))
        loads = random.standard_normal((n_columns // 20, n_columns))
        measured = hidden @ (loads * (random.random(loads.shape) < 0.15)) + 0.7 * x
        columns = {name: measured[:, place] for place, name in enumerate(columns)}
        return columns, hidden @ random.standard_normal(hidden.shape[1])

    return make


def _with_levels(n_levels: int, n_rows: int, how: str, task: str) -> Kind:
    make = _levels(n_levels, 1.0, alike=how == "alike")
    return Kind(f"{n_levels} levels, {n_rows:,} rows, {how}: {task}", make, n_rows, task)


def _with_columns(n_rows: int, n_columns: int, form: str, task: str) -> Kind:
    return Kind(f"{n_rows} × {n_columns}, {form}: {task}", _wide(n_columns, form), n_rows, task)


KINDS = (
    _with_levels(50, 300, "alike", "numbers"),
    _with_levels(250, 600, "alike", "numbers"),
    _with_levels(250, 600, "alike", "classes"),
    _with_levels(250, 600, "like words", "numbers"),
    _with_levels(1_000, 2_000, "alike", "numbers"),
    _with_levels(1_000, 2_000, "like words", "classes"),
    _with_levels(250, 20_000, "alike", "numbers"),
    _with_columns(100, 500, "lines", "numbers"),
    _with_columns(100, 500, "lines", "classes"),
    _with_columns(100, 500, "steps", "numbers"),
    _with_columns(100, 500, "weak", "numbers"),
    _with_columns(100, 500, "groups", "classes"),
    _with_columns(300, 300, "product", "numbers"),
    _with_columns(300, 300, "steps", "classes"),
    Kind("a class of 1 %, 2,000 rows", _smooth, 2_000, "rare"),
    Kind("a class of 1 %, 20,000 rows", _smooth, 20_000, "rare"),
    Kind("log-normal target, 2,000 rows", _smooth, 2_000, "lognormal"),
    Kind("Pareto target, 2,000 rows", _smooth, 2_000, "pareto"),
    Kind("150 rows: numbers", _smooth, 150, "numbers"),
    Kind("150 rows: classes", _smooth, 150, "classes"),
)


def make_table(kind: Kind, seed: int) -> tuple[Table, pl.DataFrame, pl.DataFrame]:
    """The table, its training rows and its new rows."""
    random = np.random.default_rng([seed, kind.n_rows])
    columns, signal = kind.make(random, kind.n_rows + N_NEW)
    signal = signal / signal.std()
    n = len(signal)
    if kind.task == "classes":
        target = np.where(random.random(n) < 1 / (1 + np.exp(-3 * signal)), "yes", "no")
    elif kind.task == "rare":
        noisy = 2 * signal + random.logistic(size=n)
        target = np.where(noisy > np.quantile(noisy, 0.99), "yes", "no")
    elif kind.task == "lognormal":
        target = np.exp(2 * (0.8 * signal + 0.6 * random.standard_normal(n)))
    elif kind.task == "pareto":
        target = np.exp(0.7 * signal) * (1 + random.pareto(1.5, n))
    else:
        target = signal + 0.5 * random.standard_normal(n)
    frame = pl.DataFrame(columns | {"target": target})
    train, new = frame[: kind.n_rows], frame[kind.n_rows :]
    return Table(kind.name, "target", kind.is_regression), train, new


def _lasso(table: Table, train: pl.DataFrame, seed: int) -> Any:
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.linear_model import LassoCV, LogisticRegressionCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        sparse_threshold=0,
    )
    linear: Any = LassoCV(random_state=seed)
    if not table.is_regression:
        linear = LogisticRegressionCV(
            Cs=np.logspace(-2.5, 1, 8),
            l1_ratios=(1.0,),
            solver="liblinear",
            scoring="neg_log_loss",
            random_state=seed,
            use_legacy_attributes=False,
        )
    X, y = train.drop(table.target).to_pandas(), train[table.target].to_numpy()
    model = make_pipeline(encoder, linear).fit(X, y)
    predict = model.predict if table.is_regression else model.predict_proba
    return lambda new: predict(new.to_pandas()), None if table.is_regression else model.classes_


MODELS = (
    *(r for r in RIVALS if r.name in ("RightFit fast", "RightFit", "CatBoost")),
    *(r for r in RIVALS if r.name == "HistGradientBoosting"),
    Rival("lasso", _lasso),
)


def shares(table: Table, train: pl.DataFrame, new: pl.DataFrame, predicted: Any) -> dict[str, Any]:
    """The losses as shares of a constant's: of the mean, the median, or the classes' shares."""
    before, y = train["target"].to_numpy(), new["target"].to_numpy()
    if not table.is_regression:
        names, counts = np.unique(before.astype(str), return_counts=True)
        constant = np.tile(counts / counts.sum(), (len(y), 1))
        found = log_loss(y, predicted, labels=names)
        return {"loss": found / log_loss(y, constant, labels=names)}
    mean, median = np.full(len(y), before.mean()), np.full(len(y), np.median(before))
    return {
        "loss": root_mean_squared_error(y, predicted) / root_mean_squared_error(y, mean),
        "absolute": mean_absolute_error(y, predicted) / mean_absolute_error(y, median),
    }


def measure(rival: Rival, kind: Kind, seed: int) -> dict[str, Any]:
    """Fit one model to one table, and score it; an error is a result too."""
    table, train, new = make_table(kind, seed)
    record: dict[str, Any] = {"table": kind.name, "model": rival.name, "seed": seed}
    start = time.perf_counter()
    try:
        predict, _ = rival.fit(table, train, seed)
        record["fit_seconds"] = time.perf_counter() - start
        record |= shares(table, train, new, predict(new.drop("target")))
    except Exception as error:
        record["error"] = f"{type(error).__name__}: {error}"[:300]
        traceback.print_exc(limit=3)
    return record


def table_of(records: Sequence[dict[str, Any]]) -> str:
    """The means over the seeds as a table, the lowest of each line in bold."""
    models = [rival.name for rival in MODELS if any(r["model"] == rival.name for r in records)]
    lines = ["| kind | " + " | ".join(models) + " |", "|---|" + "---|" * len(models)]
    for kind in KINDS:
        for score in ("loss", "absolute") if kind.task in ("lognormal", "pareto") else ("loss",):
            means = {}
            for model in models:
                found = [
                    r[score]
                    for r in records
                    if (r["table"], r["model"]) == (kind.name, model) and score in r
                ]
                if found:
                    means[model] = statistics.fmean(found)
            if not means:
                continue
            best = min(means.values())
            cells = [
                "–" if m not in means else f"**{v:.2f}**" if v == best else f"{v:.2f}"
                for m in models
                for v in [means.get(m, 0.0)]
            ]
            name = kind.name + (", absolute error" if score == "absolute" else "")
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kinds", nargs="*", default=[], metavar="PART", help="parts of names")
    parser.add_argument("--models", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--seeds", type=int, default=2)
    output_argument(parser, "kinds_of_tables")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    machine = describe_machine()
    print_machine(machine)
    records = measured_before(arguments.out, machine, None)
    done = {(one["table"], one["model"], one["seed"]) for one in records}
    for seed in range(arguments.seeds):
        for kind in KINDS:
            if arguments.kinds and not any(part in kind.name for part in arguments.kinds):
                continue
            for rival in MODELS:
                if arguments.models and rival.name not in arguments.models:
                    continue
                if (kind.name, rival.name, seed) not in done:
                    records.append(measure(rival, kind, seed))
                    print(json.dumps(records[-1]), flush=True)
                    keep(arguments.out, machine, records, None)
    print(table_of(records))


if __name__ == "__main__":
    main()
