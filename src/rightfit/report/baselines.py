"""What simple models, and a strong one of another kind, predict for the same test rows."""

import dataclasses
import warnings
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from rightfit.arrays import Features
from rightfit.estimators.base import AbstractEstimator
from rightfit.model.model import Model
from rightfit.report.boosting import boosted_predictions, n_boosted
from rightfit.report.labelled import LabelledRows
from rightfit.report.row_losses import class_shares
from rightfit.shuffle import shuffled

# About two seconds of work, counted and not timed, so that the same rows give the same report.
_MOST_PRODUCTS = 4e9
_MOST_PRODUCTS_OF_RIDGE = 4e10
_MOST_CELLS = 5e7
# Of logistic regression. A few iterations on all rows come closer to it than many on some.
_FEWEST_ITERATIONS, _MOST_ITERATIONS = 20, 100
_OF_TEST_ROWS = (
    "shares of the test rows, as the model keeps none and no training rows were handed over"
)


@dataclasses.dataclass(frozen=True, eq=False)
class Baseline:
    """Another predictor of the same test rows.

    Attributes:
        key: "constant", "linear" or "boosting".
        name: as a person reads it.
        predictions: `[row, prediction]`, in the form of the model's own.
        note: what a careful reader would want to know; may be empty.
    """

    key: str
    name: str
    predictions: Float[np.ndarray, "row prediction"]
    note: str = ""


def constant_baseline(model: Model, test: LabelledRows, training: LabelledRows | None) -> Baseline:
    """The shares of the classes, or the mean: what knows no column."""
    n_rows = len(test)
    if model.target.classes is None:
        # In the rows that the encoder was fitted on, the standardised target has mean 0.
        mean = np.zeros(len(model.target.scale))
        if training is not None:
            mean = np.average(training.all_truth, axis=0, weights=training.all_weights)
        return Baseline("constant", "the mean", np.broadcast_to(mean, (n_rows, len(mean))))
    shares, note = model.target.shares, ""
    if shares is None:
        known = test if training is None else training
        shares = class_shares(known.all_truth, len(model.target.classes), known.all_weights)
        note = _OF_TEST_ROWS if training is None else ""
    predictions = np.broadcast_to(shares, (n_rows, len(shares)))
    return Baseline("constant", "majority class", predictions, note)


def fitted_baseline(model: Model, linear: AbstractEstimator, test: LabelledRows) -> Baseline:
    """A linear model that was trained already, on the rows that the model was trained on."""
    other = linear._fitted()
    predictions = other.predict_encoded(other.encoder.encode(test.table, test.rows))
    if model.target.classes is None:
        numbers = predictions * other.target.scale + other.target.center
        predictions = (numbers - model.target.center) / model.target.scale
    return Baseline("linear", "linear model", predictions)


def linear_baseline(model: Model, test: LabelledRows, training: LabelledRows) -> Baseline | None:
    """Ridge or logistic regression on the encoded columns; None where it cannot be fitted."""
    design = _one_hot(model, training.features)
    n_columns = max(1, design.shape[1])
    if model.target.classes is None:
        rows = _sample(len(training), n_columns, _MOST_PRODUCTS_OF_RIDGE / n_columns**2)
        weights = training.weights[rows] / training.weights[rows].mean()
        ridge = Ridge(alpha=1.0).fit(design[rows], training.truth[rows], weights)
        found = ridge.predict(_one_hot(model, test.features)).reshape(len(test), -1)
        return Baseline("linear", "linear model", found, _note(rows, training))
    n_products = n_columns * n_boosted(model)
    rows = _sample(len(training), n_columns, _MOST_PRODUCTS / (n_products * _FEWEST_ITERATIONS))
    if len(np.unique(training.truth[rows])) < 2:
        return None
    affordable = int(_MOST_PRODUCTS / (n_products * len(training)))
    n_iterations = min(max(affordable, _FEWEST_ITERATIONS), _MOST_ITERATIONS)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        logistic = LogisticRegression(max_iter=n_iterations)
        weights = training.weights[rows] / training.weights[rows].mean()
        logistic.fit(design[rows], training.truth[rows], weights)
    found = logistic.predict_proba(_one_hot(model, test.features))
    predictions = _all_classes(found, logistic.classes_, model)
    return Baseline("linear", "linear model", predictions, _note(rows, training))


def boosting_baseline(model: Model, test: LabelledRows, training: LabelledRows) -> Baseline | None:
    """scikit-learn's histogram gradient boosting; None where it cannot be fitted."""
    found = boosted_predictions(model, test, training)
    return None if found is None else Baseline("boosting", "gradient boosting", *found)


def _one_hot(model: Model, features: Features) -> Any:
    """The numbers, and a column for each level of a category."""
    parts = [sparse.csr_matrix(features.numbers.astype(np.float64))]
    for place, n_levels in enumerate(model.encoder.n_levels):
        codes = features.codes[:, place]
        ones = np.ones(len(codes))
        shape = (len(codes), n_levels)
        parts.append(sparse.csr_matrix((ones, (np.arange(len(codes)), codes)), shape))
    joined = sparse.hstack(parts, format="csr")
    return joined if model.encoder.n_levels else joined.toarray()


def _sample(n_rows: int, n_columns: int, affordable: float) -> Any:
    most = max(200, int(min(affordable, _MOST_CELLS / n_columns)))
    return slice(None) if n_rows <= most else np.sort(shuffled(n_rows, 1)[:most])


def _note(rows: Any, training: LabelledRows) -> str:
    n_rows = len(training) if isinstance(rows, slice) else len(rows)
    if n_rows == training.n_with_target:
        return ""
    return f"on {n_rows:,} of {training.n_with_target:,} rows (to save time)"


def _all_classes(
    found: Float[np.ndarray, "row present"], present: Any, model: Model
) -> Float[np.ndarray, "row class"]:
    assert model.target.classes is not None
    every = np.zeros((len(found), len(model.target.classes)))
    every[:, present] = found
    return every
