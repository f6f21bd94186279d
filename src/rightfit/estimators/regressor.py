"""The regressor."""

import dataclasses
from typing import Any, Self

from sklearn.base import RegressorMixin
from sklearn.utils import Tags

from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.documented import documented
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

    Attributes:
        history_: one dict for each epoch: epoch, train_loss, validation_loss, metric,
            learning_rate, seconds.
        best_epoch_: the epoch whose weights were kept, from 1.
        stop_reason_: which rule ended training, and whether more would probably help.
        n_parameters_: weights and biases.
        schema_: one dict for each column: name, kind, dtype, missing share and more.
        n_iter_: epochs that were trained.
        n_features_in_: columns of the table.
        feature_names_in_: their names, if they had any.
        target_name_: the name of the target, "" if it had none.

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
        return Objective("regression", self.loss, metric, watches)
