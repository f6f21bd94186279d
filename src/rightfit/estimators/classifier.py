"""The classifier."""

import dataclasses
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.base import ClassifierMixin

from rightfit.data.targets import announced_classes
from rightfit.errors import DataError, shown
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.documented import documented
from rightfit.estimators.handed_over import rows_to_score
from rightfit.estimators.hyperparameters import ClassifierParameters
from rightfit.objectives import Objective, Task


@documented
@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class Classifier(ClassifierMixin, ClassifierParameters, AbstractEstimator):
    """A deep network that predicts a class.

    Fully connected layers with rectified linear units and dropout, trained by mini-batch
    stochastic gradient descent on the log loss until the validation rows say stop; the
    best weights are kept. Columns of numbers, categories, dates and missing values go in
    as they are; ids and constant columns are left out, and free text is not read.

    Attributes:
        classes_: the classes in the order of the probabilities.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> model = Classifier(hidden_sizes=(32,), random_state=0).fit(X, y)
        >>> model.score(X, y) > 0.9
        True

    Source:
        Rumelhart, Hinton and Williams (1986) for the backward pass; Srivastava et al.
        (2014) for dropout; Loshchilov and Hutter (2019) for AdamW.
    """

    def predict_proba(self, X: Any) -> Float[ndarray, "row class"]:
        """Compute the probability of each class for each row.

        Args:
            X: a table with the columns of the one that was fitted on; others are ignored.

        Returns:
            `[row, class]`, in the order of `classes_`; each row adds up to 1.
        """
        return self._fitted().probabilities(self._table(X))

    def predict_log_proba(self, X: Any) -> Float[ndarray, "row class"]:
        """Compute the logarithm of the probability of each class for each row.

        Args:
            X: a table with the columns of the one that was fitted on; others are ignored.

        Returns:
            `[row, class]`, in the order of `classes_`; at most 0.
        """
        with np.errstate(divide="ignore"):
            log_probabilities: Float[ndarray, "row class"] = np.log(self.predict_proba(X))
        return log_probabilities

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the share of rows whose class is predicted right.

        Args:
            X: a table with the columns of the one that was fitted on; others are ignored.
            y: `[row]`, the true classes, in the type that they had in training; rows without
                one are left out.
            sample_weight: `[row]`; None counts every row once.

        Raises:
            DataError: the model's classes are text and these numbers, or the other way round; or
                no row has one.
        """
        X, y, sample_weight = rows_to_score(X, y, sample_weight)
        try:
            return float(super().score(X, y, sample_weight))
        except ValueError as error:
            ours, theirs = _type_of(self.classes_), _type_of(np.asarray(y))
            if isinstance(error, DataError) or ours == theirs:
                raise
            raise DataError(
                f"The model's classes are {ours} ({shown(self.classes_.tolist())}), and those "
                f"in y are {theirs} ({shown(np.unique(np.asarray(y)).tolist())}).",
                expected="Classes are compared in the type that they had in training.",
                hint="turn y into that type, or train again with these classes",
            ) from error

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on the rows at hand, going on from the epochs before.

        The first call fixes the columns, their encoding and the classes; nothing is held
        out, and the latest weights are kept.

        Args:
            X: `[row, column]`.
            y: `[row]`.
            classes: all classes that will ever come; needed at the first call if `y`
                does not hold them all.
            sample_weight: `[row]`, at least 0.

        Raises:
            DataError: a class is missing, or a later call names other classes.
        """
        if classes is not None:
            classes = announced_classes(classes)
            if hasattr(self, "classes_"):
                self._check_same_classes(classes)
        return self._fit_one_epoch(X, y, sample_weight, classes)

    def _check_same_classes(self, classes: Any) -> None:
        if set(np.asarray(classes).tolist()) != set(self.classes_.tolist()):
            raise DataError(
                f"The first call of partial_fit fixed the classes {shown(self.classes_.tolist())}.",
                expected="Later calls name the same ones, or none.",
                hint="make a new Classifier for other classes",
            )

    def _has_classes(self) -> bool:
        return True

    def _objective(self, n_targets: int) -> Objective:
        task: Task = "binary" if n_targets == 2 else "multiclass"
        watches = self.watch != "loss"
        return Objective(task, "log_loss", self.watch if watches else "accuracy", watches)


def _type_of(labels: ndarray) -> str:
    return "text" if labels.dtype.kind in "OUS" else "numbers"
