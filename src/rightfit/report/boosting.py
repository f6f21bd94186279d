"""scikit-learn's histogram gradient boosting, on a budget, for the rows of the model."""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from rightfit.arrays import Features
from rightfit.model.model import Model
from rightfit.report.association import association
from rightfit.report.labelled import LabelledRows
from rightfit.shuffle import shuffled

# About a second of work on a small machine; counted and not timed, so that the same rows give the
# same report.
_SECONDS = 1.0
_N_TREES = 100
_ENOUGH_TREES = 40
_FEWEST_TREES = 15
_FEWEST_ROWS = 1_000
_MOST_OUTPUTS = 3


@dataclasses.dataclass(frozen=True)
class _Growth:
    """How large trees are, and what growing one takes."""

    max_bins: int
    max_leaf_nodes: int
    most_columns: int
    seconds: float
    seconds_a_column: float
    seconds_a_cell: float

    def tree_seconds(self, n_rows: int, n_columns: int) -> float:
        per_column = self.seconds_a_column + n_rows * self.seconds_a_cell
        return self.seconds + n_columns * per_column


# scikit-learn's own defaults, and where they would take too long.
_FULL = _Growth(255, 31, 400, 1e-3, 1e-4, 1.2e-8)
_SMALL = _Growth(63, 15, 64, 5e-4, 5e-5, 1.0e-8)


@dataclasses.dataclass(frozen=True)
class _Forest:
    growth: _Growth
    n_trees: int
    n_rows: int


def boosted_predictions(
    model: Model, test: LabelledRows, training: LabelledRows
) -> tuple[Float[np.ndarray, "row prediction"], str] | None:
    """What it predicts for the test rows, and a note; None where it cannot be fitted.

    It has 100 trees, for each of several classes or outputs. Where these would take too long: fewer
    and smaller ones with larger steps, on a sample of the rows, and on the columns that go with the
    target the most.
    """
    n_targets = n_boosted(model)
    if model.target.classes is None and n_targets > _MOST_OUTPUTS:
        return None
    n_columns = training.features.numbers.shape[1] + training.features.codes.shape[1]
    forest = _forest(len(training), n_columns, n_targets)
    columns = _columns(model, training, n_columns, forest.growth.most_columns)
    rows: Any = slice(None)
    if forest.n_rows < len(training):
        rows = np.sort(shuffled(len(training), 1)[: forest.n_rows])
    inputs = _inputs(training.features, forest.growth, columns)[rows]
    wanted = _inputs(test.features, forest.growth, columns)
    chosen = _settings(model, forest, columns, n_columns)
    # More threads than cores that are free wait for each other a hundred times as long.
    with threadpool_limits(1, user_api="openmp"):
        known = inputs, training.truth[rows], training.weights[rows]
        found = _fitted(model, chosen, known, wanted)
    if found is None:
        return None
    return found, _note(model, forest, training, len(columns), n_columns)


def n_boosted(model: Model) -> int:
    """How many sequences of trees there are."""
    if model.target.classes is None:
        return len(model.target.scale)
    n_classes = len(model.target.classes)
    return 1 if n_classes == 2 else n_classes


def _forest(n_rows: int, n_columns: int, n_targets: int) -> _Forest:
    affordable = _SECONDS / n_targets
    n_trees = int(min(_N_TREES, affordable / _FULL.tree_seconds(n_rows, n_columns)))
    if n_trees >= _ENOUGH_TREES and n_columns <= _FULL.most_columns:
        return _Forest(_FULL, n_trees, n_rows)
    taken = min(n_columns, _SMALL.most_columns)
    bare = _SMALL.tree_seconds(0, taken)
    # Half of the time for the rows, the other half for what a tree takes anyway.
    n_trees = int(np.clip(affordable / bare / 2, _FEWEST_TREES, _N_TREES))
    room = (affordable / n_trees - bare) / (taken * _SMALL.seconds_a_cell)
    return _Forest(_SMALL, n_trees, int(np.clip(room, min(n_rows, _FEWEST_ROWS), n_rows)))


def _settings(
    model: Model, forest: _Forest, columns: Int[np.ndarray, " column"], n_columns: int
) -> dict[str, Any]:
    growth = forest.growth
    levels = np.zeros(n_columns, int)
    levels[n_columns - len(model.encoder.n_levels) :] = model.encoder.n_levels
    taken = levels[columns]
    return {
        "max_iter": forest.n_trees,
        "max_bins": growth.max_bins,
        "max_leaf_nodes": growth.max_leaf_nodes,
        "learning_rate": 0.1 * (_N_TREES / forest.n_trees) ** 0.5,
        "early_stopping": False,
        "categorical_features": (taken > 0) & (taken <= growth.max_bins),
        "random_state": 0,
    }


def _columns(
    model: Model, training: LabelledRows, n_columns: int, most: int
) -> Int[np.ndarray, " column"]:
    """All encoded columns, or those that go with the target the most; categories come first."""
    if n_columns <= most:
        return np.arange(n_columns)
    strength = np.full(n_columns, np.inf)
    n_numbers = training.features.numbers.shape[1]
    strength[:n_numbers] = association(model, training, slice(0, 2 * _FEWEST_ROWS))
    return np.sort(np.argsort(-strength, kind="stable")[:most])


def _inputs(
    features: Features, growth: _Growth, columns: Int[np.ndarray, " column"]
) -> Float[np.ndarray, "row column"]:
    codes = np.minimum(features.codes, growth.max_bins - 1)
    return np.concatenate([features.numbers, codes], axis=1)[:, columns].astype(np.float64)


def _fitted(
    model: Model,
    chosen: dict[str, Any],
    known: tuple[np.ndarray, np.ndarray, np.ndarray],
    wanted: Float[np.ndarray, "test column"],
) -> Float[np.ndarray, "test prediction"] | None:
    inputs, truth, weights = known
    if model.target.classes is None:
        outputs = [
            HistGradientBoostingRegressor(**chosen).fit(inputs, output, weights).predict(wanted)
            for output in truth.T
        ]
        return np.stack(outputs, axis=1)
    if len(np.unique(truth)) < 2:
        return None
    booster = HistGradientBoostingClassifier(**chosen).fit(inputs, truth, weights)
    every = np.zeros((len(wanted), len(model.target.classes)))
    every[:, booster.classes_] = booster.predict_proba(wanted)
    return every


def _note(
    model: Model, forest: _Forest, training: LabelledRows, n_taken: int, n_columns: int
) -> str:
    parts = []
    if forest.n_rows < training.n_with_target:
        parts.append(f"on {forest.n_rows:,} of {training.n_with_target:,} rows")
    if n_taken < n_columns:
        parts.append(f"on {n_taken} of {n_columns:,} encoded columns")
    if forest.n_trees < _N_TREES:
        each = "class" if model.target.classes is not None else "output"
        parts.append(
            f"{forest.n_trees} trees" + (f" for each {each}" if n_boosted(model) > 1 else "")
        )
    return ", ".join(parts) + " (to save time)" if parts else ""
