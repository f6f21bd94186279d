from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from rightfit import Classifier, DataError, Regressor
from rightfit.estimators.evaluation import constant_scores, evaluate
from tests.estimators.examples import NUMBERS, THREE, TWO, X, small

WORDS = np.array(["a", "b", "c"])[THREE]


@pytest.mark.parametrize("y", [np.array(["no", "yes"])[TWO], WORDS], ids=["two", "three"])
def test_classes_are_scored_as_scikit_learn_does(y: Any) -> None:
    model = small(Classifier).fit(X, y)
    probabilities = model.predict_proba(X)
    ranked = probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities
    assert evaluate(model, X, y) == pytest.approx(
        {
            "accuracy": model.score(X, y),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, model.predict(X)),
            "log_loss": metrics.log_loss(y, probabilities),
            "roc_auc": metrics.roc_auc_score(y, ranked, multi_class="ovr"),
        }
    )


def test_classes_are_scored_although_some_have_no_row() -> None:
    model = small(Classifier).fit(X, WORDS)
    some = WORDS != "c"
    scores = evaluate(model, X[some], WORDS[some])
    assert "roc_auc" not in scores
    right = model.predict(X[some]) == WORDS[some]
    recalls = [right[WORDS[some] == name].mean() for name in "ab"]
    assert scores["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert scores["accuracy"] == pytest.approx(right.mean())
    assert evaluate(model, X[:1], WORDS[:1])["accuracy"] in (0.0, 1.0)


@pytest.mark.parametrize("y", [NUMBERS, np.stack([NUMBERS, X[:, 1]], axis=1)], ids=["one", "two"])
def test_numbers_are_scored_as_scikit_learn_does(y: Any) -> None:
    model = small(Regressor).fit(X, y)
    predicted = model.predict(X)
    assert evaluate(model, X, y) == pytest.approx(
        {
            "root_mean_squared_error": metrics.root_mean_squared_error(y, predicted),
            "mean_absolute_error": metrics.mean_absolute_error(y, predicted),
            "r2": model.score(X, y),
        }
    )


def test_one_row_has_no_r2() -> None:
    model = small(Regressor).fit(X, NUMBERS)
    assert list(evaluate(model, X[:1], NUMBERS[:1])) == [
        "root_mean_squared_error",
        "mean_absolute_error",
    ]


@pytest.mark.parametrize(
    ("estimator", "y"),
    [(Classifier, WORDS.astype(object)), (Regressor, NUMBERS)],
    ids=["classes", "numbers"],
)
def test_rows_without_a_target_are_left_out(estimator: Any, y: Any) -> None:
    model = small(estimator).fit(X, y)
    some = np.array(y)
    some[::4] = None
    known = np.arange(40) % 4 != 0
    assert evaluate(model, X, some) == evaluate(model, X[known], y[known])


def test_columns_that_the_model_does_not_know_do_not_matter() -> None:
    table = pl.DataFrame({"a": X[:, 0]})
    model = small(Classifier).fit(table, WORDS)
    more = table.with_columns(b=float("inf"))
    assert evaluate(model, more, WORDS) == evaluate(model, table, WORDS)


def test_no_target_at_all_is_refused() -> None:
    model = small(Classifier).fit(X, WORDS)
    with pytest.raises(DataError, match=r"^The target is missing in all 40 rows"):
        evaluate(model, X, [None] * 40)


@pytest.mark.parametrize(
    ("estimator", "y", "name"),
    [
        (Classifier, TWO, "accuracy"),
        (Classifier, THREE, "accuracy"),
        (Regressor, NUMBERS, "root_mean_squared_error"),
    ],
)
def test_the_main_score_comes_first(estimator: Any, y: Any, name: str) -> None:
    scores = evaluate(small(estimator).fit(X, y), X, y)
    assert next(iter(scores)) == name


def test_constant_scores_know_the_shares_of_the_classes() -> None:
    model = small(Classifier).fit(X, WORDS)
    train, test = [*WORDS[:30].tolist(), None], WORDS[30:]
    shares = np.bincount(THREE[:30]) / 30
    scores = constant_scores(model._fitted(), train, test)
    assert scores["log_loss"] == pytest.approx(-np.log(shares)[THREE[30:]].mean())
    assert scores["roc_auc"] == 0.5
    assert scores["balanced_accuracy"] == pytest.approx(1 / 3)


def test_constant_scores_know_the_mean() -> None:
    model = small(Regressor).fit(X, NUMBERS)
    scores = constant_scores(model._fitted(), [*NUMBERS[:30], np.nan], NUMBERS[30:])
    errors = NUMBERS[30:] - NUMBERS[:30].mean()
    assert scores["root_mean_squared_error"] == pytest.approx(np.sqrt((errors**2).mean()))
    assert scores["mean_absolute_error"] == pytest.approx(np.abs(errors).mean())
