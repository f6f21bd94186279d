"""What is printed is what scikit-learn computes."""

import dataclasses
from copy import copy
from html import unescape

import numpy as np
import pytest
from sklearn import metrics

from rightfit import Classifier, DataError, Regressor, make_report
from rightfit.report import boosting
from rightfit.report.baselines import constant_baseline
from rightfit.report.checks.of_fit import _miscalibrated
from rightfit.report.class_results import (
    confusion,
    precision_recall_curves,
    reliability,
    reliability_of_predicted,
    roc_curves,
    thresholds,
)
from rightfit.report.evidence import gather
from rightfit.report.figures.of_classes import _confusion_picture
from rightfit.report.figures.of_numbers import _short
from rightfit.report.numerals import figure, percent
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow


def test_class_scores_are_those_of_scikit_learn(classifier: Reported) -> None:
    own = classifier.evidence.standing("model")
    assert own is not None
    X, y = classifier.test
    said = classifier.model.predict(X)
    probability = classifier.model.predict_proba(X)
    assert own.scores["accuracy"] == metrics.accuracy_score(y, said)
    assert own.score == pytest.approx(metrics.accuracy_score(y, said))
    assert own.loss == pytest.approx(metrics.log_loss(y, probability))
    assert own.scores["roc_auc"] == pytest.approx(metrics.roc_auc_score(y, probability[:, 1]))
    assert figure(own.scores["log_loss"]) in classifier.report.html


def test_number_scores_are_those_of_scikit_learn(regressor: Reported) -> None:
    own = regressor.evidence.standing("model")
    assert own is not None
    X, y = regressor.test
    said = regressor.model.predict(X)
    assert own.score == pytest.approx(metrics.root_mean_squared_error(y, said))
    assert own.scores["r2"] == pytest.approx(metrics.r2_score(y, said))
    assert figure(metrics.mean_absolute_error(y, said)) in regressor.report.html


def test_skill_of_numbers_is_r2_against_the_training_mean(regressor: Reported) -> None:
    own = regressor.evidence.standing("model")
    assert own is not None
    X, y = regressor.test
    center = float(regressor.training[1].mean())
    expected = 1 - ((y - regressor.model.predict(X)) ** 2).sum() / ((y - center) ** 2).sum()
    assert own.skill == pytest.approx(expected)


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_constant_is_that_of_the_command_line(name: str, request: pytest.FixtureRequest) -> None:
    from rightfit.estimators.evaluation import constant_scores

    made: Reported = request.getfixturevalue(name)
    found = made.evidence.standing("constant")
    assert found is not None
    expected = constant_scores(made.evidence.model, made.training[1], made.test[1])
    assert found.scores == pytest.approx(expected)


def test_constant_is_the_same_without_training_rows(classifier: Reported) -> None:
    with_training = classifier.evidence.standing("constant")
    without = gather(classifier.model, classifier.test, None).standing("constant")
    assert with_training is not None
    assert without is not None
    assert without.loss == with_training.loss
    assert without.note == ""


def test_constant_of_a_model_that_keeps_no_shares_goes_by_the_rows_at_hand(
    classifier: Reported,
) -> None:
    evidence = classifier.evidence
    assert evidence.test is not None
    target = dataclasses.replace(evidence.model.target, shares=None)
    model = dataclasses.replace(evidence.model, target=target)
    alone = constant_baseline(model, evidence.test, None)
    assert alone.predictions[0, 1] == pytest.approx(evidence.test.truth.mean())
    assert alone.note.startswith("shares of the test rows, as the model keeps none")
    beside = constant_baseline(model, evidence.test, evidence.training)
    assert beside.predictions[0, 1] == pytest.approx((classifier.training[1] == "other").mean())
    assert beside.note == ""


def test_shares_of_classes_count_by_weight_and_are_not_those_of_parts() -> None:
    X = np.arange(40.0)[:, None]
    y, weight = np.arange(40) % 4 == 0, np.where(np.arange(40) % 4 == 0, 3.0, 1.0)
    model = Classifier(hidden_sizes=(), max_epochs=1, random_state=0).fit(
        X, y, sample_weight=weight
    )
    shares = model._model.target.shares
    assert shares is not None
    assert shares.tolist() == [0.5, 0.5]
    assert model.partial_fit(X[:8], y[:8])._model.target.shares is None


@pytest.mark.parametrize("kind", [Classifier, Regressor])
def test_baselines_learn_by_the_weights_of_the_training(
    kind: type[Classifier] | type[Regressor],
) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(400, 2))
    y = X[:, 0] > 0 if kind is Classifier else X[:, 0]
    is_wrong = np.arange(300) < 150
    wrong = np.logical_not(y[:300]) if kind is Classifier else y[:300] + 1000
    spoiled = np.where(is_wrong, wrong, y[:300])
    weights = (~is_wrong).astype(float)
    model = kind(hidden_sizes=(4,), max_epochs=2, random_state=0)
    model.fit(X[:300], spoiled, sample_weight=weights)
    unseen = X[300:], y[300:]
    weighted = gather(model, unseen, (X[:300], spoiled, weights))
    without = gather(model, unseen, (X[150:300], spoiled[150:]))
    for own, other in zip(weighted.standings, without.standings, strict=True):
        assert (own.key, own.score, own.loss) == (other.key, other.score, other.loss)
    assert weighted.fit is not None
    assert without.fit is not None
    assert (weighted.fit.loss, weighted.fit.skill) == (without.fit.loss, without.fit.skill)
    halved = gather(model, unseen, (X[:300], spoiled, np.where(is_wrong, 1e-9, 2.0)))
    for key in ("linear", "boosting", "constant"):
        found, expected = halved.standing(key), without.standing(key)
        assert found is not None
        assert expected is not None
        assert found.score == pytest.approx(expected.score, abs=0.2)


def test_training_rows_are_a_pair_or_a_triple(classifier: Reported) -> None:
    X, y = classifier.training
    with pytest.raises(DataError, match="The 'training' argument is not a pair"):
        make_report(classifier.model, *classifier.test, training=(X,))
    with pytest.raises(DataError, match="negative, missing or infinite"):
        make_report(classifier.model, *classifier.test, training=(X, y, -np.ones(len(X))))
    with pytest.raises(DataError, match="inconsistent numbers of samples"):
        make_report(classifier.model, *classifier.test, training=(X, y, np.ones(3)))


def test_linear_model_is_compared_with_where_the_model_is_more_than_that() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 4))
    y = X[:, 0] + generator.normal(size=60)
    known, unseen = (X[:40], y[:40]), (X[40:], y[40:])
    plain = Regressor(hidden_sizes=(), max_epochs=2, random_state=0).fit(*known)
    lasso = Regressor(hidden_sizes=(), input_scaling=True, max_epochs=2, random_state=0).fit(*known)
    assert gather(plain, unseen, known).standing("linear") is None
    assert gather(lasso, unseen, known).standing("linear") is not None
    assert gather(lasso, unseen, known, linear=plain).standing("linear") is not None


def test_loss_saved_of_a_single_row_can_be_read(classifier: Reported) -> None:
    X, y = classifier.test
    wrong = np.flatnonzero(classifier.model.predict(X) != y)[:1]
    target = dataclasses.replace(classifier.evidence.model.target, shares=None)
    model = copy(classifier.model)
    model._model = dataclasses.replace(classifier.evidence.model, target=target)
    made = make_report(model, X.iloc[wrong], y.iloc[wrong])
    assert "less than −1000\u00a0%" in made.html


def test_intervals_hold_their_score(classifier: Reported, regressor: Reported) -> None:
    for one in (*classifier.evidence.standings, *regressor.evidence.standings):
        assert one.score_interval[0] <= one.score <= one.score_interval[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [("classifier", "15 trees"), ("several", "15 trees for each class"), ("regressor", "15 trees")],
)
def test_quick_boosting_says_what_it_has_fewer_trees_of(
    name: str, said: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosting, "_SECONDS", 1e-6)
    evidence = request.getfixturevalue(name).evidence
    found = boosting.boosted_predictions(evidence.model, evidence.test, evidence.training)
    assert found is not None
    assert f"{said} (to save time)" in found[1]


@pytest.mark.parametrize(
    ("number", "said"),
    [(0.123, "0.123"), (-123_456.0, "−123,456"), (-4.21e9, "−4.2e+09"), (2.5e-9, "2.5e-09")],
)
def test_large_numbers_have_room_side_by_side(number: float, said: str) -> None:
    assert _short(number) == said


def test_confusion_matrix_is_that_of_scikit_learn(several: Reported) -> None:
    test = several.evidence.test
    assert test is not None
    found = confusion(several.evidence.model, test)
    X, y = several.test
    expected = metrics.confusion_matrix(y, several.model.predict(X))
    assert np.array_equal(found.counts, expected)
    assert found.names == tuple("abcde")


def test_classes_that_are_put_together_are_not_said_to_be_right(several: Reported) -> None:
    test = several.evidence.test
    assert test is not None
    classes = np.array([f"class {n:02}" for n in range(20)])
    model = several.evidence.model
    model = dataclasses.replace(model, target=dataclasses.replace(model.target, classes=classes))
    truth = np.arange(200) % 20
    # Each class is taken for the next one.
    said = np.eye(20)[(truth + 1) % 20]
    test = dataclasses.replace(test, rows=np.arange(200), truth=truth, predictions=said)
    found = confusion(model, test)
    assert found.names[-1] == "9 others"
    assert found.counts[-1, -1] == 80
    assert (found.n_right, found.n_alone) == (0, 11)
    drawn = _confusion_picture(found)
    assert "Of 0 of 200 test rows the predicted class is the true one." in drawn.description
    assert "the diagonal is right, but for the others" in drawn.caption


def test_curves_have_the_areas_of_scikit_learn(classifier: Reported) -> None:
    evidence = classifier.evidence
    assert evidence.test is not None
    truth, said = evidence.test.truth == 1, evidence.test.predictions[:, 1]
    (roc,) = roc_curves(evidence.model, evidence.test)
    (precision,) = precision_recall_curves(evidence.model, evidence.test)
    assert roc.area == pytest.approx(metrics.roc_auc_score(truth, said))
    assert precision.area == pytest.approx(metrics.average_precision_score(truth, said))
    assert f"{roc.area:.3f}" in classifier.report.html


def test_thresholds_are_those_of_scikit_learn(classifier: Reported) -> None:
    evidence = classifier.evidence
    assert evidence.test is not None
    truth, said = evidence.test.truth == 1, evidence.test.predictions[:, 1]
    for one in thresholds(evidence.model, evidence.test):
        taken = said >= one.threshold
        assert one.accuracy == pytest.approx(metrics.accuracy_score(truth, taken))
        assert one.recall == pytest.approx(metrics.recall_score(truth, taken))
        if one.precision is not None:
            assert one.precision == pytest.approx(metrics.precision_score(truth, taken))
            assert percent(one.precision) in classifier.report.html.replace("\u00a0", " ")


def test_reliability_says_which_probability_it_is_of(
    classifier: Reported, several: Reported
) -> None:
    test = classifier.evidence.test
    assert test is not None
    found, predicted = reliability(classifier.evidence.model, test), reliability_of_predicted(test)
    assert found.error != predicted.error
    said = f"Expected calibration error of {found.of_what}: "
    assert said in unescape(classifier.report.html)
    assert "Expected calibration error of the predicted class: " in several.report.html


def test_check_of_calibration_says_which_probability_it_is_of(classifier: Reported) -> None:
    evidence = classifier.evidence
    assert evidence.test is not None
    rows = np.arange(200) % len(evidence.test)
    sure = np.where(np.arange(2) == 1, 0.9, 0.1) + np.zeros((200, 2))
    test = dataclasses.replace(evidence.test, rows=rows, truth=np.arange(200) % 2, predictions=sure)
    finding = _miscalibrated(dataclasses.replace(evidence, test=test))
    assert finding is not None
    error = percent(reliability_of_predicted(test).error)
    assert finding.sentence == (
        f"The probability of the predicted class is off by {error} on average: "
        "the model is too sure."
    )


def test_reliability_counts_every_row_once(several: Reported) -> None:
    test = several.evidence.test
    assert test is not None
    found = reliability(several.evidence.model, test)
    assert found.n_rows.sum() == len(test)
    right = metrics.accuracy_score(test.truth, test.predictions.argmax(axis=1))
    assert (found.came * found.n_rows).sum() / len(test) == pytest.approx(right)
