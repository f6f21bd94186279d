"""What a fitted estimator has: its model, attributes that tell of it, and tables read for it."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from rightfit.data.table import Table, as_table
from rightfit.estimators.pack_tables import best_trial, cv_results, path_of
from rightfit.model.document import from_document, to_document
from rightfit.model.model import Model

# The fitted attributes that only a pack has.
_OF_A_PACK = (
    "members_",
    "choice_",
    "path_",
    "cv_results_",
    "best_index_",
    "best_params_",
    "oof_predictions_",
)


class Fitted:
    """Keeps the model of an estimator; what its attributes are stands with the estimator."""

    _model: Model
    _moments: list[Any]
    history_: list[dict[str, Any]]
    best_epoch_: int
    stop_reason_: str
    n_parameters_: int
    n_iter_: int
    n_features_in_: int
    schema_: list[dict[str, Any]]
    target_name_: str
    members_: list[dict[str, Any]]
    choice_: dict[str, Any]
    path_: dict[str, list[dict[str, Any]]]
    cv_results_: dict[str, Any]
    best_index_: int
    best_params_: dict[str, Any]
    oof_predictions_: Any

    def __sklearn_is_fitted__(self) -> bool:
        """Say whether there is a model."""
        return hasattr(self, "_model")

    def __getstate__(self) -> dict[str, Any]:
        """Leave only plain Python and NumPy for pickle."""
        state = dict(self.__dict__)
        model = state.pop("_model", None)
        if model is not None:
            state["_document"], state["_arrays"] = to_document(model)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Put the model together again."""
        state = dict(state)
        if "_document" in state:
            state["_model"] = from_document(state.pop("_document"), state.pop("_arrays"))
        self.__dict__.update(state)

    def _keep(self, model: Model) -> None:
        """Become the owner of a model: set the fitted attributes."""
        self._model = model
        self.__dict__.pop("_moments", None)
        self.target_name_ = model.target.name
        names = model.schema.names
        self.n_features_in_ = len(names)
        self.__dict__.pop("feature_names_in_", None)
        if model.has_names:
            self.feature_names_in_ = np.array(names, dtype=object)
        self.history_ = model.training.history
        self.best_epoch_ = model.training.best_epoch
        self.stop_reason_ = model.training.stop_reason
        self.n_parameters_ = model.n_parameters
        best = model.members[0].number
        self.n_iter_ = sum(record["member"] == best for record in model.training.history)
        self.schema_ = model.schema.to_json()
        if model.target.classes is not None:
            self.classes_ = model.target.classes
        self._keep_pack(model)

    def _keep_pack(self, model: Model) -> None:
        """Set the fitted attributes of a pack, and remove those of an earlier one."""
        for name in _OF_A_PACK:
            self.__dict__.pop(name, None)
        training = model.training
        if not training.choice:
            return
        unsure, sign = training.choice["unsure"], model.objective.sign
        self.members_ = training.members
        self.choice_ = training.choice
        self.path_ = path_of(training.trials, unsure, sign)
        self.cv_results_ = cv_results(
            training.members, training.trials, unsure, training.choice["watched"], sign
        )
        best = best_trial(training.trials, training.choice["combine"], sign)
        self.best_index_ = best["trial"]
        self.best_params_ = {name: best[name] for name in unsure}

    def _keep_out_of_fold(self, predictions: Any) -> None:
        if predictions is not None:
            self.oof_predictions_ = predictions

    def _fitted(self) -> Model:
        check_is_fitted(self)
        return self._model

    def _table(self, X: Any) -> Table:
        used = self._used_names()
        table = as_table(X, is_read=lambda name: used is None or name in used)
        return self._matched(table)

    def _used_names(self) -> set[str] | None:
        """The columns that the model finds by name; None where it goes by their order."""
        model = self._fitted()
        return {column.name for column in model.schema.used} if model.has_names else None

    def _matched(self, table: Table) -> Table:
        """Check that a table has the columns of the fitted one, by name or by position."""
        model = self._fitted()
        names = model.schema.names
        by_position = not (model.has_names and table.is_named)
        if by_position and len(table.names) == len(names):
            # One of the two is an array, so the order of the columns is all there is.
            table = table.renamed(names)
        model.encoder.check_columns(table, type(self).__name__)
        return table
