"""Small tables and networks of few shapes, because each new shape is compiled anew."""

import datetime
from typing import Any

import numpy as np
import pandas as pd

from rightfit import Classifier, Regressor
from rightfit.estimators.base import AbstractEstimator

N_ROWS = 40
COLUMNS = ["a", "b", "c"]
SMALL: dict[str, Any] = {"hidden_sizes": (8,), "max_epochs": 3, "random_state": 0}
# Enough of them are held out for a validation loss that means something.
HELD_OUT: dict[str, Any] = {**SMALL, "validation_fraction": 0.25}

_generator = np.random.default_rng(0)
X = _generator.normal(size=(N_ROWS, 3))
NUMBERS = X @ [3.0, -2.0, 1.0] + _generator.normal(size=N_ROWS)
TWO = (X[:, 0] > 0).astype(int)
THREE = np.arange(N_ROWS) % 3


def frame(rows: Any = slice(None)) -> pd.DataFrame:
    """The table of numbers with names."""
    return pd.DataFrame(X[rows], columns=COLUMNS)


def small(estimator: type[AbstractEstimator], **chosen: Any) -> Any:
    """A network that trains in no time."""
    return estimator(**{**SMALL, **chosen})


def target_for(estimator: type[AbstractEstimator]) -> Any:
    """Numbers for a regressor, three classes for a classifier."""
    return NUMBERS if estimator is Regressor else THREE


def outputs(model: Any, table: Any) -> Any:
    """What a fitted model gives, to more digits than a class has."""
    return model.predict_proba(table) if isinstance(model, Classifier) else model.predict(table)


def mixed() -> pd.DataFrame:
    """A column of every kind, each with a missing value: 5 streets, which 3 one-hot exclude."""
    rows = np.arange(N_ROWS)
    table = pd.DataFrame(
        {
            "size": X[:, 0],
            "rooms": pd.array(rows % 4, dtype="Int64"),
            "use": np.array(["flat", "shop"], dtype=object)[rows % 2],
            "street": np.array(["elm", "oak", "ash", "fir", "yew"], dtype=object)[rows % 5],
            "heated": pd.array(rows % 3 == 0, dtype="boolean"),
            "built": [datetime.datetime(2000 + row % 20, 1 + row % 12, 3) for row in rows],
        }
    )
    for number, name in enumerate(table.columns):
        table.loc[7 + number, name] = None
    return table
