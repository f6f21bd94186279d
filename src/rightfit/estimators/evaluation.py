"""Scores on rows that nothing was chosen on, and what simple models reach there."""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from sklearn import metrics

from rightfit.errors import DataError
from rightfit.estimators.base import AbstractEstimator
from rightfit.model.model import Model
from rightfit.model.target import is_missing


def evaluate(model: AbstractEstimator, X: Any, y: Any) -> dict[str, float]:
    """Score a fitted model on a table with its targets; rows without a target are left out.

    Args:
        model: a fitted Classifier or Regressor.
        X: `[row, column]`.
        y: `[row]`.

    Returns:
        The scores by name, the main one first: accuracy, balanced_accuracy, log_loss and
        roc_auc for classes; root_mean_squared_error, mean_absolute_error and r2 for numbers.

    Raises:
        DataError: no row has a target.
    """
    fitted = model._fitted()
    encoded = fitted.target.encode(y)
    known = np.flatnonzero(~is_missing(encoded))
    if not len(known):
        raise DataError("No row has a target, so nothing can be scored.")
    table = model._table(X)
    if fitted.target.classes is None:
        truth = fitted.target.decode(encoded.reshape(len(encoded), -1))[known]
        return number_scores(truth, fitted.predictions(table)[known])
    probabilities = fitted.probabilities(table)[known]
    return class_scores(encoded[known], probabilities)


def class_scores(
    codes: Shaped[np.ndarray, " row"], probabilities: Float[np.ndarray, "row class"]
) -> dict[str, float]:
    """Score probabilities against class codes."""
    n_classes = probabilities.shape[1]
    chosen = probabilities.argmax(axis=1)
    present = np.unique(codes)
    scores = {
        "accuracy": metrics.accuracy_score(codes, chosen),
        "balanced_accuracy": float(np.mean([(chosen[codes == k] == k).mean() for k in present])),
        "log_loss": metrics.log_loss(codes, probabilities, labels=np.arange(n_classes)),
    }
    if len(present) == n_classes:
        ranked = probabilities[:, 1] if n_classes == 2 else probabilities
        scores["roc_auc"] = metrics.roc_auc_score(codes, ranked, multi_class="ovr")
    return {name: float(score) for name, score in scores.items()}


def number_scores(
    truth: Float[np.ndarray, "row ..."], predictions: Float[np.ndarray, "row ..."]
) -> dict[str, float]:
    """Score predicted numbers against true ones, in the target's own units."""
    scores = {
        "root_mean_squared_error": metrics.root_mean_squared_error(truth, predictions),
        "mean_absolute_error": metrics.mean_absolute_error(truth, predictions),
    }
    if len(truth) > 1:
        scores["r2"] = metrics.r2_score(truth, predictions)
    return {name: float(score) for name, score in scores.items()}


def constant_scores(model: Model, y_train: Any, y_test: Any) -> dict[str, float]:
    """Score what knows no column: the shares of the classes, or the mean of the numbers."""
    train, test = model.target.encode(y_train), model.target.encode(y_test)
    train, test = train[~is_missing(train)], test[~is_missing(test)]
    if model.target.classes is None:
        truth = model.target.decode(test.reshape(len(test), -1))
        mean = model.target.decode(train.reshape(len(train), -1)).mean(axis=0)
        return number_scores(truth, np.broadcast_to(mean, truth.shape))
    shares = np.bincount(train, minlength=len(model.target.classes)) / len(train)
    return class_scores(test, np.broadcast_to(shares, (len(test), len(shares))))
