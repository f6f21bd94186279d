"""What in the rows themselves is suspicious: columns that give the target away, repeated rows."""

import dataclasses
import math
from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from rightfit.arrays import Features
from rightfit.model.model import Model
from rightfit.report.association import association
from rightfit.report.column_groups import ColumnGroup, column_groups
from rightfit.report.labelled import LabelledRows, take_rows
from rightfit.shuffle import shuffled

_MOST_ROWS = 1_500
_MOST_COLUMNS = 60
_LEAVES = 32
_MOST_LINES = 12
# What test rows may meet training rows more often than these meet each other.
_MORE_OFTEN = 0.1
_MOST_ERRORS = 6.0


@dataclasses.dataclass(frozen=True)
class Telling:
    """How well one column alone predicts the target on rows that it was not fitted on.

    Attributes:
        name: of the column.
        skill: 0 as well as no column, 1 without an error: R², or the share of errors of
            guessing (each class counted alike) that are avoided.
    """

    name: str
    skill: float


def telling_columns(
    model: Model, training: LabelledRows, test: LabelledRows
) -> tuple[Telling, ...]:
    """Fit a small tree to each column alone, and score it on the test rows; the best first."""
    learned = shuffled(len(training), 5)[:_MOST_ROWS]
    judged = shuffled(len(test), 6)[:_MOST_ROWS]
    groups = _likely(model, training, learned)
    at = take_rows(training.features, learned), take_rows(test.features, judged)
    found = [
        Telling(
            group.name,
            _skill(
                model,
                (_contiguous(group, at[0]), training.truth[learned]),
                (_contiguous(group, at[1]), test.truth[judged]),
            ),
        )
        for group in groups
    ]
    return tuple(sorted(found, key=lambda one: -one.skill)[:_MOST_LINES])


def _contiguous(group: ColumnGroup, features: Features) -> Float[np.ndarray, "row feature"]:
    # The form that scikit-learn's trees want, so that they need not check it column by column.
    return np.ascontiguousarray(group.values(features), np.float32)


def _likely(model: Model, training: LabelledRows, rows: Any) -> tuple[ColumnGroup, ...]:
    """All columns, or of very many those that go with the target the most."""
    groups = column_groups(model.encoder)
    if len(groups) <= _MOST_COLUMNS:
        return groups
    together = association(model, training, rows)
    strength = [
        np.inf if group.codes else float(together[list(group.numbers)].max()) for group in groups
    ]
    best = np.argsort(-np.array(strength), kind="stable")[:_MOST_COLUMNS]
    return tuple(groups[i] for i in sorted(best.tolist()))


def _skill(
    model: Model,
    learned: tuple[np.ndarray, np.ndarray],
    judged: tuple[np.ndarray, np.ndarray],
) -> float:
    if model.target.classes is None:
        regressor = DecisionTreeRegressor(
            max_leaf_nodes=8 * _LEAVES, min_samples_leaf=2, random_state=0
        )
        guesses = regressor.fit(*learned, check_input=False).predict(judged[0], check_input=False)
        guesses = guesses.reshape(judged[1].shape)
        off = ((judged[1] - guesses) ** 2).sum()
        spread = ((judged[1] - judged[1].mean(axis=0)) ** 2).sum()
        return float(1 - off / spread) if spread > 0 else 0.0
    n_classes = len(np.unique(judged[1]))
    if n_classes < 2 or len(np.unique(learned[1])) < 2:
        return 0.0
    classifier = DecisionTreeClassifier(
        max_leaf_nodes=max(_LEAVES, 2 * n_classes), class_weight="balanced", random_state=0
    )
    found = classifier.fit(*learned, check_input=False).predict(judged[0], check_input=False)
    truth = judged[1]
    right = float(np.mean([(found[truth == k] == k).mean() for k in np.unique(truth)]))
    return (right - 1 / n_classes) / (1 - 1 / n_classes)


@dataclasses.dataclass(frozen=True)
class Repeats:
    """Test rows that are among the training rows, value for value.

    Attributes:
        n_rows: how many there are.
        share: of the test rows.
        by_chance: whether the table has so few different values that rows meet by chance, and
            test rows are among the training rows hardly more often than these repeat each other.
    """

    n_rows: int
    share: float
    by_chance: bool


def repeated_rows(model: Model, training: LabelledRows, test: LabelledRows) -> Repeats:
    """Count the test rows whose columns are those of a training row."""
    known = Counter(_digests(model, training))
    again = np.array([digest in known for digest in _digests(model, test)])
    n_repeated = sum(n for n in known.values() if n > 1)
    n_values = [max(2, column.n_distinct) for column in model.schema.used]
    room = sum(math.log(n) for n in n_values)
    # With fewer than so many possible rows, some are bound to come twice.
    few = room < 2 * math.log(max(2, len(training)))
    more = _surely_more(again.mean(), len(test), n_repeated / len(training), len(training))
    return Repeats(int(again.sum()), float(again.mean()), few and not more)


def _surely_more(share: float, n_rows: int, other: float, n_other: int) -> bool:
    """Say whether a share is greater than another one, and by more than their errors explain."""
    pooled = (share * n_rows + other * n_other) / (n_rows + n_other)
    error = math.sqrt(max(0.0, pooled * (1 - pooled)) * (1 / n_rows + 1 / n_other))
    return share - other > max(_MORE_OFTEN, _MOST_ERRORS * error)


def _digests(model: Model, rows: LabelledRows) -> list[bytes]:
    """Digest what the rows hold: once encoded, different values may be alike."""
    return model.encoder.row_digests(rows.table, rows.rows)
