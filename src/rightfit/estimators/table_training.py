"""From a table with a target column to a model with honest test scores."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from rightfit.data.split import split_rows
from rightfit.data.targets import encode_classes, infer_task, numbers_of
from rightfit.errors import DataError, did_you_mean
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.evaluation import constant_scores, evaluate
from rightfit.estimators.regressor import Regressor
from rightfit.model.target import is_missing
from rightfit.train.events import Event

_LINEAR = {"hidden_sizes": (), "dropout_rate": 0.0, "learning_rate": 1e-2, "activation": "relu"}


@dataclasses.dataclass(frozen=True)
class TableSplit:
    """A table in two: rows to train on, and test rows that nothing is chosen on.

    Attributes:
        train: columns of the training rows, without the target.
        train_target: their targets.
        test: columns of the test rows; None if there are none.
        test_target: their targets.
        n_without_target: rows that were left out because they have no target.
    """

    train: pl.DataFrame
    train_target: pl.Series
    test: pl.DataFrame | None
    test_target: pl.Series | None
    n_without_target: int


def target_of(frame: pl.DataFrame, name: str) -> pl.Series:
    """Pick the target column.

    Raises:
        DataError: there is no such column.
    """
    if name not in frame.columns:
        raise DataError(
            f"The table has no column {name!r}.", hint=did_you_mean(name, frame.columns)
        )
    return frame[name]


def estimator_for(task: str, target: pl.Series) -> type[Classifier] | type[Regressor]:
    """Choose the estimator for a task, "auto" by the look of the target."""
    if task == "auto":
        task = infer_task(target)
    return Classifier if task == "classification" else Regressor


def split_table(
    frame: pl.DataFrame, name: str, *, has_classes: bool, test_fraction: float, seed: int
) -> TableSplit:
    """Set test rows apart, stratified for classes, and leave out rows without a target."""
    target = target_of(frame, name)
    encoded = encode_classes(target)[0] if has_classes else numbers_of(target)
    known = ~is_missing(encoded)
    classes = target.to_numpy() if has_classes else None
    train_rows, test_rows = split_rows(known.astype(np.float64), test_fraction, seed, classes)
    columns = frame.drop(name)
    has_test = len(test_rows) > 0
    return TableSplit(
        train=columns[train_rows],
        train_target=target[train_rows],
        test=columns[test_rows] if has_test else None,
        test_target=target[test_rows] if has_test else None,
        n_without_target=int((~known).sum()),
    )


def with_test_table(frame: pl.DataFrame, test: pl.DataFrame, name: str) -> TableSplit:
    """Take all of one table for training and another one for the test."""
    return TableSplit(frame.drop(name), frame[name], test.drop(name), target_of(test, name), 0)


def linear_model(model: AbstractEstimator) -> AbstractEstimator:
    """The same estimator without hidden layers: the baseline that a deep network must beat."""
    chosen = {name: value for name, value in model.get_params().items() if name not in _LINEAR}
    return type(model)(**chosen, **_LINEAR)


def train_events(model: AbstractEstimator, split: TableSplit) -> Iterator[Event]:
    """Fit on the training rows, and yield the events."""
    return model.iter_fit(split.train, split.train_target)


def test_scores(model: AbstractEstimator, split: TableSplit) -> dict[str, dict[str, float]]:
    """Score the model and two baselines on the test rows; fits the linear one."""
    if split.test is None:
        return {}
    constant = constant_scores(model._fitted(), split.train_target, split.test_target)
    linear = linear_model(model).fit(split.train, split.train_target)
    return {
        "model": evaluate(model, split.test, split.test_target),
        "linear": evaluate(linear, split.test, split.test_target),
        "constant": constant,
    }


def remember(model: AbstractEstimator, **facts: Any) -> None:
    """Put facts about the training, such as its test scores, into the model."""
    model._fitted().training.extra.update(facts)
