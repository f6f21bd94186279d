from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_iris

from rightfit import Classifier, DataError, Regressor
from rightfit.estimators.evaluation import class_scores, constant_scores, evaluate, number_scores


@pytest.fixture(scope="module")
def iris() -> Any:
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"], object)[y]
    return X, names, Classifier(hidden_sizes=(8,), max_epochs=3, random_state=0).fit(X, names)


def test_class_scores_are_those_of_scikit_learn(iris: Any) -> None:
    X, y, model = iris
    scores = evaluate(model, X, y)
    predicted, probabilities = model.predict(X), model.predict_proba(X)
    assert scores == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(y, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted),
            "log_loss": metrics.log_loss(y, probabilities),
            "roc_auc": metrics.roc_auc_score(y, probabilities, multi_class="ovr"),
        }
    )
    assert next(iter(scores)) == "accuracy"


def test_rows_without_target_do_not_count(iris: Any) -> None:
    X, y, model = iris
    some = y.copy()
    some[::3] = None
    known = np.arange(len(y)) % 3 != 0
    assert evaluate(model, X, some) == pytest.approx(evaluate(model, X[known], y[known]))
    with pytest.raises(DataError, match="missing in all 150 rows"):
        evaluate(model, X, [None] * len(y))


def test_area_under_the_curve_is_left_out_if_a_class_is_missing() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
    assert set(class_scores(np.array([0, 1]), probabilities)) == {
        "accuracy",
        "balanced_accuracy",
        "log_loss",
    }


def test_number_scores_are_in_the_units_of_the_target() -> None:
    scores = number_scores(np.array([1.0, 2.0, 6.0]), np.array([1.0, 3.0, 4.0]))
    assert scores == pytest.approx(
        {
            "root_mean_squared_error": np.sqrt(5 / 3),
            "mean_absolute_error": 1.0,
            "r2": 1 - 5 / 14,
        }
    )
    assert "r2" not in number_scores(np.ones(1), np.ones(1))


def test_constant_scores_are_those_of_shares_and_mean(iris: Any) -> None:
    _, _, model = iris
    train = np.array(["setosa"] * 3 + ["virginica"], object)
    test = np.array(["setosa", "virginica", "virginica"], object)
    scores = constant_scores(model._fitted(), train, test)
    assert scores["accuracy"] == pytest.approx(1 / 3)
    assert scores["log_loss"] == pytest.approx(-(np.log(0.75) + 2 * np.log(0.25)) / 3)


def test_constant_scores_of_numbers_are_those_of_the_training_mean() -> None:
    X, y = np.arange(20.0).reshape(-1, 1), np.arange(20.0)
    model = Regressor(hidden_sizes=(8,), max_epochs=2, random_state=0).fit(X, y)
    scores = constant_scores(model._fitted(), np.array([1.0, 3.0, np.nan]), np.array([2.0, 6.0]))
    assert scores["mean_absolute_error"] == pytest.approx(2.0, abs=1e-5)
