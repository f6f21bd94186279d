"""A tiny classifier, regressor and pack with their reports, made once."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rightfit import Classifier, Regressor, Report, make_report
from rightfit.estimators.base import AbstractEstimator
from rightfit.report.evidence import Evidence, gather

# What a stranger may call a column or write into a cell.
NASTY = "<script>alert('x')</script>"
N_ROWS = 160
N_TRAIN = 100


@dataclasses.dataclass(frozen=True, eq=False)
class Reported:
    """A fitted model, its rows, what was measured and the report."""

    model: AbstractEstimator
    X: pd.DataFrame
    y: Any
    evidence: Evidence
    report: Report

    @property
    def test(self) -> tuple[Any, Any]:
        return self.X[N_TRAIN:], self.y[N_TRAIN:]

    @property
    def training(self) -> tuple[Any, Any]:
        return self.X[:N_TRAIN], self.y[:N_TRAIN]


def table() -> pd.DataFrame:
    """A column of every kind, with missing values and hostile text."""
    generator = np.random.default_rng(0)
    rows = np.arange(N_ROWS)
    X = pd.DataFrame(
        {
            "size": generator.normal(size=N_ROWS),
            NASTY: generator.normal(size=N_ROWS),
            "use": np.array([f'{NASTY} & "so"', "shop", "$x_1$"], dtype=object)[rows % 3],
            "street": [f"street {row % 17}" for row in rows],
            "heated": pd.array(rows % 2 == 0, dtype="boolean"),
            "built": pd.to_datetime("2001-01-01") + pd.to_timedelta(rows * 11, unit="D"),
            "constant": 1,
        }
    )
    X.loc[::9, "size"] = np.nan
    X.loc[::11, "use"] = None
    return X


def targets(X: pd.DataFrame) -> Any:
    generator = np.random.default_rng(1)
    noise = generator.normal(scale=0.4, size=len(X))
    return X["size"].fillna(0) * 2 + (X["use"] == "shop") + X[NASTY] + noise


def reported(model: AbstractEstimator, X: pd.DataFrame, y: Any) -> Reported:
    model.fit(X[:N_TRAIN], y[:N_TRAIN])
    test, training = (X[N_TRAIN:], y[N_TRAIN:]), (X[:N_TRAIN], y[:N_TRAIN])
    evidence = gather(model, test, training)
    return Reported(model, X, y, evidence, make_report(model, *test, training=training))


@pytest.fixture(scope="session")
def classifier() -> Reported:
    """Two classes, one of them with a hostile name."""
    X = table()
    y = pd.Series(np.where(targets(X) > 0, NASTY, "other"), name="what & why")
    chosen: dict[str, Any] = {"hidden_sizes": (8,), "max_epochs": 30, "learning_rate": 0.02}
    return reported(Classifier(**chosen, validation_fraction=0.2, random_state=0), X, y)


@pytest.fixture(scope="session")
def regressor() -> Reported:
    """A pack over dropout and sizes."""
    X = table()
    chosen: dict[str, Any] = {"hidden_sizes": [(8,), (16,)], "dropout_rate": [0.0, 0.25]}
    model = Regressor(
        **chosen, max_epochs=20, learning_rate=0.02, validation_fraction=0.2, random_state=0
    )
    return reported(model, X, targets(X).rename("price"))


@pytest.fixture(scope="session")
def several() -> Reported:
    """Five classes."""
    X = table()
    y = pd.Series(pd.qcut(targets(X), 5, labels=list("abcde")).astype(str), name="grade")
    return reported(Classifier(hidden_sizes=(8,), max_epochs=15, random_state=0), X, y)
