"""Rows with their targets, encoded and predicted once for everything that the report asks."""

import dataclasses
from typing import Any

import narwhals as nw
import numpy as np
from jaxtyping import Float, Int, Shaped

from rightfit.arrays import Features
from rightfit.data.table import Table
from rightfit.data.targets import check_lengths
from rightfit.data.weights import read_weights
from rightfit.errors import DataError
from rightfit.estimators.base import AbstractEstimator
from rightfit.model.target import is_missing
from rightfit.shuffle import shuffled

# More rows than these tell no more, and would take longer than a report may.
MOST_TEST_ROWS = 50_000
MOST_TRAINING_ROWS = 20_000


@dataclasses.dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows with a target, as a model sees them.

    Attributes:
        table: the table that they come from.
        rows: their numbers in it.
        features: the rows, encoded.
        truth: `[row]` class codes, or `[row, output]` standardised numbers.
        predictions: `[row, prediction]` probabilities, or standardised numbers.
        weights: `[row]`, how much each counts in what is fitted to them; above 0.
        all_truth: the same as `truth` of all rows that count, of which these may be a sample.
        all_weights: the same as `weights` of all of them.
        names: what the rows of the table are called; None where they are counted from 1.
    """

    table: Table
    rows: Int[np.ndarray, " row"]
    features: Features
    truth: Shaped[np.ndarray, "row ..."]
    predictions: Float[np.ndarray, "row prediction"]
    weights: Float[np.ndarray, " row"]
    all_truth: Shaped[np.ndarray, "known ..."]
    all_weights: Float[np.ndarray, " known"]
    names: Any = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_with_target(self) -> int:
        """Rows of the table with a target, and a weight above 0."""
        return len(self.all_truth)

    @property
    def is_sample(self) -> bool:
        """Whether there were too many rows to take them all."""
        return len(self.rows) < self.n_with_target

    def name_of(self, place: int) -> str:
        """What one of the rows is called in the table that it comes from."""
        row = int(self.rows[place])
        return str(row + 1 if self.names is None else self.names[row])


def label_rows(
    model: AbstractEstimator, X: Any, y: Any, weight: Any = None, *, most: int, names: Any = None
) -> LabelledRows:
    """Encode and predict the rows that have a target, and a weight above 0.

    Args:
        model: a fitted estimator.
        X: `[row, column]`.
        y: `[row]`.
        weight: `[row]`, how much each counts; None counts every row once.
        most: of more rows than these, a sample is taken.
        names: `[row]`, what the rows are called; None takes the index of a pandas table.

    Raises:
        DataError: a column is missing, a target cannot be read, no row has one, weights cannot be
            used, or the numbers of rows, targets, weights and names differ.
    """
    fitted = model._fitted()
    table = model._table(X)
    encoded = fitted.target.encode(y)
    if len(encoded) != table.n_rows:
        raise DataError(
            f"The table has {table.n_rows} rows, and there are {len(encoded)} targets.",
            expected="Each row needs its target.",
        )
    names = _index_of(X) if names is None else names
    if names is not None and len(names) != table.n_rows:
        raise DataError(
            f"The table has {table.n_rows} rows, and there are {len(names)} names of rows.",
            expected="Each row needs its name, or none is given.",
        )
    weights = read_weights(weight, table.n_rows)
    check_lengths(table.n_rows, weights)
    known = np.flatnonzero(~is_missing(encoded) & (weights > 0))
    if not len(known):
        raise DataError("No row has a target, so there is nothing to report on.")
    rows = known
    if len(known) > most:
        rows = np.sort(known[shuffled(len(known), 0)[:most]])
    if fitted.target.classes is None:
        encoded = encoded.reshape(len(encoded), -1)
    features = fitted.encoder.encode(table, rows)
    predictions = fitted.predict_encoded(features)
    return LabelledRows(
        table=table,
        rows=rows,
        features=features,
        truth=encoded[rows],
        predictions=predictions,
        weights=weights[rows],
        all_truth=encoded[known],
        all_weights=weights[known],
        names=names,
    )


def _index_of(X: Any) -> list[Any] | None:
    frame = nw.from_native(X, pass_through=True)
    index = nw.maybe_get_index(frame) if isinstance(frame, nw.DataFrame) else None
    return None if index is None else list(index)


def take_rows(features: Features, rows: Shaped[np.ndarray, " row"]) -> Features:
    """Take some encoded rows."""
    return Features(features.numbers[rows], features.codes[rows])
