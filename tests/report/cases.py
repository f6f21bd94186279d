"""Tables made so that one thing is wrong with the fit, or nothing, and models fitted to them."""

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from rightfit import Classifier, Regressor
from rightfit.estimators.base import AbstractEstimator
from rightfit.report.checks.all_checks import run_checks
from rightfit.report.checks.check import Raised
from rightfit.report.evidence import Evidence, gather
from rightfit.report.verdict import Verdict, give_verdict

N_ROWS = 900
COLUMNS = ["a", "b", "c", "d", "e"]


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """A fitted model and its rows; the last third of the table is the test."""

    model: AbstractEstimator
    X: pd.DataFrame
    y: Any
    n_train: int

    @property
    def test(self) -> tuple[Any, Any]:
        return self.X[self.n_train :], self.y[self.n_train :]

    @property
    def training(self) -> tuple[Any, Any]:
        return self.X[: self.n_train], self.y[: self.n_train]


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """What the report says of a case."""

    case: Case
    evidence: Evidence
    raised: tuple[Raised, ...]
    verdict: Verdict

    @property
    def codes(self) -> set[str]:
        return {one.check.code for one in self.raised}

    @property
    def problems(self) -> set[str]:
        return {one.check.code for one in self.raised if one.finding.severity == "problem"}


def _table(seed: int, n_rows: int = N_ROWS) -> tuple[pd.DataFrame, np.random.Generator]:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(generator.normal(size=(n_rows, 5)), columns=COLUMNS), generator


def _curved(X: pd.DataFrame) -> Any:
    """Something that a line cannot follow and a small network can."""
    return np.sin(2 * X["a"]) + X["b"] * X["c"] + 0.5 * X["d"]


def _fit(
    kind: type[Any], X: pd.DataFrame, y: Any, n_train: int | None = None, **chosen: Any
) -> Case:
    n_train = n_train or len(X) * 2 // 3
    settings: dict[str, Any] = {
        "hidden_sizes": (32, 32),
        "random_state": 0,
        "max_epochs": 150,
        "learning_rate": 5e-3,
        **chosen,
    }
    y = np.asarray(y)
    model = kind(**settings).fit(X[:n_train], y[:n_train])
    return Case(model, X, y, n_train)


def good_numbers() -> Case:
    X, generator = _table(0)
    return _fit(Regressor, X, _curved(X) + generator.normal(scale=0.2, size=len(X)))


def good_classes() -> Case:
    X, generator = _table(1)
    noise = generator.normal(scale=0.25, size=len(X))
    return _fit(Classifier, X, np.where(_curved(X) + noise > 0, "high", "low"))


def underfit() -> Case:
    X, generator = _table(2)
    y = _curved(X) + generator.normal(scale=0.2, size=len(X))
    return _fit(Regressor, X, y, max_epochs=4, learning_rate=3e-4)


def overfit() -> Case:
    X, generator = _table(3, 360)
    y = X["a"] + generator.normal(scale=1.5, size=len(X))
    return _fit(
        Regressor,
        X,
        y,
        hidden_sizes=(128, 128),
        validation_fraction=0.0,
        patience_epochs=None,
        max_epochs=150,
    )


def leak() -> Case:
    X, generator = _table(4)
    y = _curved(X) + generator.normal(scale=1.0, size=len(X))
    X["invoice"] = 3 * y + 7
    return _fit(Regressor, X, y)


def label_noise() -> Case:
    X, generator = _table(5)
    right = X["a"] + X["b"] > 0
    flipped = generator.random(len(X)) < 0.2
    return _fit(Classifier, X, np.where(right ^ flipped, "yes", "no"), l2=1e-2)


def few_rows() -> Case:
    X, generator = _table(6, 150)
    y = X["a"] + 0.5 * X["b"] + generator.normal(scale=0.3, size=len(X))
    return _fit(Regressor, X, y, n_train=90)


def imbalance() -> Case:
    X, generator = _table(7)
    score = X["a"] + X["b"] + generator.normal(scale=0.5, size=len(X))
    return _fit(Classifier, X, np.where(score > np.quantile(score, 0.95), "rare", "common"))


def worse_than_linear() -> Case:
    X, generator = _table(8, 600)
    y = X @ [1.0, 2.0, -1.0, 0.5, 3.0] + generator.normal(scale=0.3, size=len(X))
    return _fit(
        Regressor,
        X,
        y,
        hidden_sizes=(8,),
        activation="logistic",
        learning_rate=1e-2,
        dropout_rate=0.5,
        max_epochs=25,
    )


def duplicates() -> Case:
    X, generator = _table(9, 500)
    y = _curved(X) + generator.normal(scale=0.3, size=len(X))
    again = generator.integers(0, 500, 250)
    X = pd.concat([X, X.iloc[again]], ignore_index=True)
    y = np.concatenate([y, np.asarray(y)[again]])
    order = generator.permutation(len(X))
    return _fit(Regressor, X.iloc[order].reset_index(drop=True), y[order])


def dead_units() -> Case:
    X, generator = _table(10)
    y = _curved(X) + generator.normal(scale=0.2, size=len(X))
    return _fit(
        Regressor, X, y, optimizer="sgd", learning_rate=0.9, hidden_sizes=(64, 64), max_epochs=20
    )


def edge_of_path() -> Case:
    X, generator = _table(11)
    y = _curved(X) + generator.normal(scale=0.2, size=len(X))
    return _fit(Regressor, X, y, learning_rate=[1e-5, 1e-4, 1e-3], max_epochs=40)


# What must be found, and what the verdict must be, where there is one right verdict.
EXPECTED: dict[Callable[[], Case], tuple[str, str]] = {
    good_numbers: ("", "good"),
    good_classes: ("", "good"),
    underfit: ("RF-UNDERFIT", ""),
    overfit: ("RF-OVERFIT", ""),
    leak: ("RF-LEAK", "suspicious"),
    label_noise: ("RF-LABEL-NOISE", ""),
    few_rows: ("RF-FEW-ROWS", ""),
    imbalance: ("RF-IMBALANCE", ""),
    worse_than_linear: ("RF-WORSE-THAN-LINEAR", "worse"),
    duplicates: ("RF-DUPLICATES", "suspicious"),
    dead_units: ("RF-DEAD-UNITS", ""),
    edge_of_path: ("RF-EDGE-OF-PATH", ""),
}
# Problems that a case has beside what it was made for, and why; any other is a false alarm.
ALSO_TRUE: dict[Callable[[], Case], set[str]] = {
    # Noise learned by heart is worse than a line, and than the mean.
    overfit: {"RF-WORSE-THAN-LINEAR", "RF-NO-SIGNAL"},
    # The truth is a line, and a network that is not told so needs more rows.
    few_rows: {"RF-WORSE-THAN-LINEAR"},
    # Likewise, with few rows of the rare class, which are learned by heart.
    imbalance: {"RF-WORSE-THAN-LINEAR", "RF-OVERFIT"},
    # Each of the three is far from having learned the curve.
    worse_than_linear: {"RF-UNDERFIT"},
    dead_units: {"RF-UNDERFIT"},
    edge_of_path: {"RF-UNDERFIT"},
}


@cache
def case(make: Callable[[], Case]) -> Case:
    """A case, fitted once a process."""
    return make()


@cache
def outcome(make: Callable[[], Case]) -> Outcome:
    """What the report says of a case, found once a process."""
    made = case(make)
    evidence = gather(made.model, made.test, made.training)
    raised = run_checks(evidence)
    return Outcome(made, evidence, raised, give_verdict(evidence, raised))
