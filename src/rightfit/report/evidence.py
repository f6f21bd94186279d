"""Everything that the report rests on, measured once."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.handed_over import with_weight
from rightfit.model.model import Model
from rightfit.report.baselines import (
    Baseline,
    boosting_baseline,
    constant_baseline,
    fitted_baseline,
    linear_baseline,
)
from rightfit.report.dependence import Dependence, partial_dependence
from rightfit.report.importance import Importance, permutation_importance
from rightfit.report.labelled import (
    MOST_TEST_ROWS,
    MOST_TRAINING_ROWS,
    LabelledRows,
    label_rows,
)
from rightfit.report.network_state import NetworkState, look_inside
from rightfit.report.row_losses import row_losses
from rightfit.report.skill import skill_of
from rightfit.report.standing import FEWEST_ROWS, Standing, all_scores, compare
from rightfit.report.suspicions import Repeats, Telling, repeated_rows, telling_columns


@dataclasses.dataclass(frozen=True, eq=False)
class TrainingFit:
    """How the model does on the rows that it was trained on.

    Attributes:
        scores: by name, as scikit-learn computes them.
        loss: mean loss of a row at the kept weights.
        skill: share of the constant's loss that is saved.
        n_rows: rows that were looked at; validation rows may be among them.
    """

    scores: dict[str, float]
    loss: float
    skill: float
    n_rows: int


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What was measured; None or empty where there were no rows to measure on.

    Attributes:
        model: the fitted model.
        path: of a pack: the watched value along each parameter that varied.
        test: rows that nothing was chosen on.
        training: the rows of the training, with those that chose when to stop.
        standings: the model first, then its baselines.
        fit: the model on its training rows.
        inside: the heaviest network at work.
        importance: of the columns.
        dependence: of the prediction on the most important columns.
        telling: how well single columns predict the target.
        repeats: test rows that are among the training rows.
    """

    model: Model
    path: dict[str, list[dict[str, Any]]]
    test: LabelledRows | None = None
    training: LabelledRows | None = None
    standings: tuple[Standing, ...] = ()
    fit: TrainingFit | None = None
    inside: NetworkState | None = None
    importance: Importance | None = None
    dependence: tuple[Dependence, ...] = ()
    telling: tuple[Telling, ...] = ()
    repeats: Repeats | None = None

    def standing(self, key: str) -> Standing | None:
        """Give one predictor's standing; None where it was not measured."""
        return next((one for one in self.standings if one.key == key), None)

    @property
    def is_classifier(self) -> bool:
        """Whether the target is classes."""
        return self.model.target.classes is not None

    @property
    def has_few_rows(self) -> bool:
        """Whether there are so few test rows that they cannot tell one predictor from another."""
        return self.test is not None and len(self.test) < FEWEST_ROWS

    @property
    def is_compared(self) -> bool:
        """Whether a model other than a constant predicted the same test rows."""
        return any(one.key in ("linear", "boosting") for one in self.standings)

    @property
    def beats_guessing(self) -> bool:
        """Whether the whole interval of the model's score is better than guessing's score."""
        own, constant = self.standing("model"), self.standing("constant")
        if own is None or constant is None:
            return False
        if self.is_classifier:
            return own.score_interval[0] > constant.score
        return own.score_interval[1] < constant.score


def gather(
    estimator: AbstractEstimator,
    test: tuple[Any, Any] | None,
    training: tuple[Any, ...] | None,
    linear: AbstractEstimator | None = None,
    row_names: Any = None,
) -> Evidence:
    """Measure what can be measured with the rows at hand.

    Args:
        estimator: the fitted estimator.
        test: columns and targets of rows that nothing was chosen on.
        training: columns and targets of the training, and weights where there were some.
        linear: a linear model that was trained already on the same rows.
        row_names: `[row]`, what the test rows are called; None takes the index of a pandas table.
    """
    model = estimator._fitted()
    evidence = Evidence(model, getattr(estimator, "path_", {}))
    known, unseen = _labelled(estimator, training, test, row_names)
    if known is not None:
        evidence = dataclasses.replace(
            evidence,
            training=known,
            fit=_training_fit(model, known),
            inside=look_inside(model, known, "training"),
        )
    if unseen is None:
        return evidence
    inside = evidence.inside or look_inside(model, unseen, "test")
    importance = permutation_importance(model, unseen, inside.slopes)
    names = [column.name for column in importance.columns]
    evidence = dataclasses.replace(
        evidence,
        test=unseen,
        standings=compare(model, unseen, tuple(_baselines(model, unseen, known, linear))),
        inside=inside,
        importance=importance,
        dependence=partial_dependence(model, unseen, names),
    )
    if known is None:
        return evidence
    return dataclasses.replace(
        evidence,
        telling=telling_columns(model, known, unseen),
        repeats=repeated_rows(model, known, unseen),
    )


def _labelled(
    estimator: AbstractEstimator,
    training: tuple[Any, ...] | None,
    test: tuple[Any, Any] | None,
    row_names: Any,
) -> tuple[LabelledRows | None, LabelledRows | None]:
    known = unseen = None
    if training is not None:
        X, y, weight = with_weight("training", training)
        known = label_rows(estimator, X, y, weight, most=MOST_TRAINING_ROWS)
    if test is not None:
        unseen = label_rows(estimator, *test, most=MOST_TEST_ROWS, names=row_names)
    return known, unseen


def _baselines(
    model: Model,
    test: LabelledRows,
    training: LabelledRows | None,
    linear: AbstractEstimator | None,
) -> Iterable[Baseline]:
    if linear is not None:
        yield fitted_baseline(model, linear, test)
    elif training is not None and not _is_linear(model):
        if found := linear_baseline(model, test, training):
            yield found
    if training is not None and (found := boosting_baseline(model, test, training)):
        yield found
    yield constant_baseline(model, test, training)


def _is_linear(model: Model) -> bool:
    """Whether all networks are the linear model itself; not where inputs can be turned off."""
    shapes = [member.shape for member in model.members]
    return not any(shape.hidden_sizes or shape.input_scaling for shape in shapes)


def _training_fit(model: Model, training: LabelledRows) -> TrainingFit:
    constant = constant_baseline(model, training, training).predictions
    loss, floor = (
        np.average(row_losses(model, training.truth, predictions), weights=training.weights)
        for predictions in (training.predictions, constant)
    )
    return TrainingFit(
        scores=all_scores(model, training.truth, training.predictions),
        loss=float(loss),
        skill=float(skill_of(loss, floor)),
        n_rows=len(training),
    )
