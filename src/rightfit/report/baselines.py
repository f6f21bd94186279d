"""What simple models, and a strong one of another kind, predict for the same test rows."""

import dataclasses
import warnings
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from rightfit.arrays import Features
from rightfit.estimators.base import AbstractEstimator
from rightfit.model.model import Model
from rightfit.report.labelled import LabelledRows
from rightfit.report.row_losses import class_shares
from rightfit.shuffle import shuffled

# About a second of work each, counted and not timed, so that the same rows give the same report.
_MOST_LINEAR_CELLS = 1_500_000
_TREE_SECONDS = 4e-3
_CELL_SECONDS = 1.2e-8
_BOOSTING_SECONDS = 1.0
_N_TREES = 100
_ENOUGH_TREES = 40
_FEWEST_TREES = 15
_FEWEST_ROWS = 1_000
_MOST_BOOSTED_OUTPUTS = 3
# What scikit-learn's trees can tell apart.
_MOST_LEVELS = 255


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
        # The standardised target has mean 0 in the training rows.
        return Baseline("constant", "the mean", np.zeros((n_rows, len(model.target.scale))))
    known = test if training is None else training
    shares = class_shares(known.truth, len(model.target.classes))
    note = "shares of the test rows, as no training rows were handed over"
    return Baseline(
        "constant",
        "majority class",
        np.broadcast_to(shares, (n_rows, len(shares))),
        note if training is None else "",
    )


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
    most = max(200, _MOST_LINEAR_CELLS // max(1, design.shape[1] * _n_targets(model)))
    rows = _sample(len(training), most)
    if model.target.classes is None:
        ridge = Ridge(alpha=1.0).fit(design[rows], training.truth[rows])
        found = ridge.predict(_one_hot(model, test.features)).reshape(len(test), -1)
        return Baseline("linear", "linear model", found, _note(rows, training))
    if len(np.unique(training.truth[rows])) < 2:
        return None
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        logistic = LogisticRegression(max_iter=100).fit(design[rows], training.truth[rows])
    found = logistic.predict_proba(_one_hot(model, test.features))
    predictions = _all_classes(found, logistic.classes_, model)
    return Baseline("linear", "linear model", predictions, _note(rows, training))


def boosting_baseline(model: Model, test: LabelledRows, training: LabelledRows) -> Baseline | None:
    """scikit-learn's histogram gradient boosting; None where it cannot be fitted.

    It has 100 trees a class, or fewer and larger steps where that would take too long.
    """
    n_targets = _n_targets(model)
    if model.target.classes is None and n_targets > _MOST_BOOSTED_OUTPUTS:
        return None
    inputs = _for_trees(training.features)
    n_trees, n_rows = _forest_size(len(inputs), inputs.shape[1], n_targets)
    rows = _sample(len(training), n_rows)
    codes = model.encoder.n_levels
    n_numbers = inputs.shape[1] - len(codes)
    is_category = [False] * n_numbers + [levels <= _MOST_LEVELS for levels in codes]
    chosen: dict[str, Any] = {
        "max_iter": n_trees,
        "learning_rate": 0.1 * (_N_TREES / n_trees) ** 0.5,
        "early_stopping": False,
        "categorical_features": is_category,
        "random_state": 0,
    }
    note = "; ".join(
        part
        for part in (
            _note(rows, training),
            "" if n_trees == _N_TREES else f"{n_trees} trees a class, to save time",
        )
        if part
    )
    wanted = _for_trees(test.features)
    # More threads than cores that are free wait for each other a hundred times as long.
    with threadpool_limits(1, user_api="openmp"):
        found = _boosted(model, chosen, inputs[rows], training.truth[rows], wanted)
    return None if found is None else Baseline("boosting", "gradient boosting", found, note)


def _boosted(
    model: Model,
    chosen: dict[str, Any],
    inputs: Float[np.ndarray, "row feature"],
    truth: Shaped[np.ndarray, "row ..."],
    wanted: Float[np.ndarray, "test feature"],
) -> Float[np.ndarray, "test prediction"] | None:
    if model.target.classes is None:
        columns = [
            HistGradientBoostingRegressor(**chosen).fit(inputs, column).predict(wanted)
            for column in truth.T
        ]
        return np.stack(columns, axis=1)
    if len(np.unique(truth)) < 2:
        return None
    booster = HistGradientBoostingClassifier(**chosen).fit(inputs, truth)
    return _all_classes(booster.predict_proba(wanted), booster.classes_, model)


def _forest_size(n_rows: int, n_features: int, n_targets: int) -> tuple[int, int]:
    """Trees, and rows to grow them on, for the budget: rather fewer rows than too few trees."""
    a_row = n_features * _CELL_SECONDS
    affordable = _BOOSTING_SECONDS / n_targets
    n_trees = int(min(_N_TREES, affordable / (_TREE_SECONDS + n_rows * a_row)))
    if n_trees >= _ENOUGH_TREES:
        return n_trees, n_rows
    n_trees = int(np.clip(affordable / _TREE_SECONDS / 2, _FEWEST_TREES, _ENOUGH_TREES))
    room = (affordable / n_trees - _TREE_SECONDS) / a_row
    return n_trees, int(np.clip(room, min(n_rows, _FEWEST_ROWS), n_rows))


def _n_targets(model: Model) -> int:
    if model.target.classes is None:
        return len(model.target.scale)
    n_classes = len(model.target.classes)
    return 1 if n_classes == 2 else n_classes


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


def _for_trees(features: Features) -> Float[np.ndarray, "row feature"]:
    codes = np.minimum(features.codes, _MOST_LEVELS - 1)
    return np.concatenate([features.numbers, codes], axis=1).astype(np.float64)


def _sample(n_rows: int, most: int) -> Any:
    return slice(None) if n_rows <= most else np.sort(shuffled(n_rows, 1)[:most])


def _note(rows: Any, training: LabelledRows) -> str:
    n_rows = len(training) if isinstance(rows, slice) else len(rows)
    if n_rows == training.n_with_target:
        return ""
    return f"trained on {n_rows:,} of {training.n_with_target:,} rows"


def _all_classes(
    found: Float[np.ndarray, "row present"], present: Any, model: Model
) -> Float[np.ndarray, "row class"]:
    assert model.target.classes is not None
    every = np.zeros((len(found), len(model.target.classes)))
    every[:, present] = found
    return every
