import copy
import io
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    check_sample_weight_equivalence_on_sparse_data,
    parametrize_with_checks,
)

from rightfit import Classifier, Regressor
from rightfit.estimators.base import AbstractEstimator
from tests.estimators.examples import (
    COLUMNS,
    NUMBERS,
    SMALL,
    THREE,
    TWO,
    X,
    frame,
    mixed,
    outputs,
    small,
    target_for,
)

pytestmark = pytest.mark.slow

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])


# The least of networks, because the checks are many. Of the recipe's packs, which take much longer,
# only the checks that folds could break are run here.
SMALL_NETWORKS = [kind(hidden_sizes=(8,)) for kind in (Classifier, Regressor)]


@parametrize_with_checks(SMALL_NETWORKS)  # type: ignore[untyped-decorator]
def test_check_estimator_passes(estimator: Any, check: Any) -> None:
    check(estimator)


@both
def test_weight_is_a_repetition_for_the_recipe_too(estimator: type[AbstractEstimator]) -> None:
    # What is weighted wrongly shows in the first epochs.
    check_sample_weight_equivalence_on_dense_data(estimator.__name__, estimator(max_epochs=5))
    check_sample_weight_equivalence_on_sparse_data(estimator.__name__, estimator(max_epochs=5))


@both
def test_clone_copies_parameters_and_no_model(estimator: type[AbstractEstimator]) -> None:
    model = small(estimator, activation=("tanh",), column_kinds={"a": "number"})
    copied = clone(model.fit(frame(), target_for(estimator)))
    assert copied.get_params() == model.get_params()
    assert not hasattr(copied, "history_")


@both
def test_set_params_sets_what_get_params_gives(estimator: type[AbstractEstimator]) -> None:
    model = estimator()
    assert model.set_params(hidden_sizes=(4,), l2=0.5) is model
    assert model.get_params() == estimator(hidden_sizes=(4,), l2=0.5).get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'hidden_size' for estimator"):
        model.set_params(hidden_size=3)


@both
def test_repr_shows_what_was_changed(estimator: type[AbstractEstimator]) -> None:
    assert repr(estimator(hidden_sizes=(4,))) == f"{estimator.__name__}(hidden_sizes=(4,))"


@both
def test_parameters_are_given_by_name_only(estimator: type[AbstractEstimator]) -> None:
    with pytest.raises(TypeError):
        estimator((4,))  # type: ignore[call-arg]


def test_scikit_learn_knows_which_is_which() -> None:
    assert is_classifier(Classifier())
    assert is_regressor(Regressor())
    assert get_tags(Regressor()).target_tags.multi_output
    assert not get_tags(Classifier()).target_tags.multi_output
    for tags in map(get_tags, (Classifier(), Regressor())):
        assert tags.input_tags.allow_nan
        assert tags.input_tags.sparse
        assert tags.input_tags.string
        assert tags.input_tags.categorical


@pytest.mark.parametrize(
    "y",
    [np.array(["x", "y", "z"])[THREE], THREE - 1, TWO == 1],
    ids=["words", "numbers", "truth values"],
)
@pytest.mark.parametrize(
    "again",
    [
        copy.deepcopy,
        copy.copy,
        lambda model: pickle.loads(pickle.dumps(model, protocol=2)),
        lambda model: pickle.loads(pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)),
    ],
    ids=["deepcopy", "copy", "pickle 2", "pickle"],
)
def test_copies_of_a_fitted_estimator_give_the_same(again: Any, y: Any) -> None:
    model = small(Classifier).fit(frame(), pd.Series(y, name="fruit"))
    other = again(model)
    np.testing.assert_array_equal(other.predict(frame()), model.predict(frame()))
    np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
    for name in ("history_", "best_epoch_", "stop_reason_", "n_parameters_", "schema_"):
        assert getattr(other, name) == getattr(model, name)
    assert other.classes_.dtype == model.classes_.dtype
    assert other.target_name_ == "fruit"
    assert other.get_params() == model.get_params()


def test_copy_of_an_estimator_that_is_not_fitted_can_be_fitted() -> None:
    other = pickle.loads(pickle.dumps(small(Classifier)))
    assert other.fit(X, TWO).predict(X).shape == (40,)


def test_a_pickle_needs_numpy_and_rightfit_only() -> None:
    found = set()

    class Recorder(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add(module.partition(".")[0])
            return super().find_class(module, name)

    fitted = small(Regressor, max_one_hot=3).fit(mixed(), NUMBERS)
    Recorder(io.BytesIO(pickle.dumps(fitted))).load()
    assert "rightfit" in found
    assert found <= {"builtins", "copyreg", "numpy", "rightfit"}


@both
def test_cross_val_score_gives_a_score_a_fold(estimator: type[AbstractEstimator]) -> None:
    scores = cross_val_score(small(estimator), mixed(), target_for(estimator), cv=2)
    assert np.isfinite(scores).all()
    assert len(scores) == 2


def test_cross_val_predict_gives_probabilities() -> None:
    words = np.array(["x", "y", "z"])[THREE]
    probabilities = cross_val_predict(small(Classifier), X, words, cv=4, method="predict_proba")
    assert probabilities.shape == (40, 3)


def search(n_jobs: int) -> Any:
    grid = {"l2": [0.0, 0.1], "learning_rate": [1e-3, 1e-2]}
    model = GridSearchCV(small(Classifier), grid, cv=4, n_jobs=n_jobs)
    return model.fit(X, np.array(["no", "yes"])[TWO])


def test_grid_search_finds_parameters() -> None:
    found = search(1)
    assert found.best_params_["learning_rate"] == 1e-2
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()
    assert set(found.predict(X)) <= {"no", "yes"}


def test_grid_search_gives_the_same_in_other_processes() -> None:
    np.testing.assert_array_equal(
        search(2).cv_results_["mean_test_score"], search(1).cv_results_["mean_test_score"]
    )


def test_pipeline_hands_on_weights_and_frames() -> None:
    model = make_pipeline(StandardScaler().set_output(transform="pandas"), small(Classifier))
    model.fit(frame(), TWO, classifier__sample_weight=np.arange(1, 41))
    assert model[-1].feature_names_in_.tolist() == COLUMNS
    assert model.predict_proba(frame()).shape == (40, 2)


def test_estimator_works_inside_others() -> None:
    columns = ColumnTransformer([("some", "passthrough", ["a", "b"])])
    target = TransformedTargetRegressor(small(Regressor), func=np.tanh, inverse_func=np.arctanh)
    y = np.tanh(NUMBERS / 10)
    predicted = make_pipeline(columns, target).fit(frame(), y).predict(frame())
    assert np.isfinite(predicted).any()
    bagged = BaggingRegressor(small(Regressor), n_estimators=2, random_state=0).fit(X, NUMBERS)
    assert np.isfinite(bagged.predict(X)).all()


def test_validation_rows_go_through_a_search() -> None:
    model = GridSearchCV(small(Regressor), {"l2": [0.0, 0.1]}, cv=2)
    model.fit(X, NUMBERS, validation=(X[:5], NUMBERS[:5]))
    assert model.best_estimator_.describe()["n_validation_rows"] == 5


@both
def test_fitted_attributes_are_plain(estimator: type[AbstractEstimator]) -> None:
    model = estimator(**SMALL).fit(frame(), target_for(estimator))
    plain = (int, float, str, bool, type(None), list, dict, tuple, np.ndarray)
    kinds = {name: type(value) for name, value in vars(model).items() if name.endswith("_")}
    assert all(issubclass(kind, plain) for kind in kinds.values()), kinds
    assert outputs(model, frame()).dtype == np.float64
