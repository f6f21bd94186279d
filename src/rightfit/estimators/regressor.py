"""The regressor."""

import dataclasses
from typing import Any, Self

from sklearn.base import RegressorMixin
from sklearn.utils import Tags

from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.documented import documented
from rightfit.estimators.handed_over import rows_to_score
from rightfit.estimators.hyperparameters import RegressorParameters
from rightfit.objectives import Objective


@documented
@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class Regressor(RegressorMixin, RegressorParameters, AbstractEstimator):
    """A deep network that predicts a number, or several.

    Fully connected layers with rectified linear units and dropout, trained by mini-batch
    stochastic gradient descent until the validation rows say stop; the best weights are
    kept. The target is standardised inside: losses in `history_` are in units of its
    standard deviation, metrics and predictions in its own units.

    Example:
        >>> from sklearn.datasets import load_diabetes
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = Regressor(hidden_sizes=(32,), max_epochs=60, random_state=0).fit(X, y)
        >>> model.score(X, y) > 0.4
        True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on the rows at hand, going on from the epochs before.

        The first call fixes the columns, their encoding and the target's scale; nothing
        is held out, and the latest weights are kept.

        Args:
            X: `[row, column]`.
            y: `[row]`, or `[row, output]`.
            sample_weight: `[row]`, at least 0.
        """
        return self._fit_one_epoch(X, y, sample_weight, None)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute R², the share of the target's variance that the predictions explain.

        Args:
            X: a table with the columns of the one that was fitted on; others are ignored.
            y: `[row]`, or `[row, output]`, the true numbers; rows without one are left out.
            sample_weight: `[row]`; None counts every row once.

        Raises:
            DataError: no row has a target.
        """
        return float(super().score(*rows_to_score(X, y, sample_weight)))

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn that several numbers may be predicted at once."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _has_classes(self) -> bool:
        return False

    def _objective(self, n_targets: int) -> Objective:
        watches = self.watch != "loss"
        metric = self.watch if watches else "root_mean_squared_error"
        loss = self.loss[0] if isinstance(self.loss, list) else self.loss
        return Objective("regression", loss, metric, watches)
