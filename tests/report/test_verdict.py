import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from rightfit.report.evidence import gather
from rightfit.report.verdict import MOST_WORDS, give_verdict
from tests.report.cases import (
    ALSO_TRUE,
    EXPECTED,
    Case,
    good_classes,
    good_numbers,
    outcome,
    worse_than_linear,
)
from tests.report.conftest import Reported

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::rightfit.TrainingWarning")]


def is_right(make: Callable[[], Case]) -> bool:
    code, level = EXPECTED[make]
    found = outcome(make)
    told = not code or code in found.codes
    return told and not false_alarms(make) and (not level or found.verdict.level == level)


def false_alarms(make: Callable[[], Case]) -> set[str]:
    return outcome(make).problems - {EXPECTED[make][0]} - ALSO_TRUE.get(make, set())


def test_eleven_of_twelve_made_cases_are_told_right() -> None:
    assert len(EXPECTED) == 12
    wrong = [make.__name__ for make in EXPECTED if not is_right(make)]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("make", EXPECTED, ids=lambda make: make.__name__)
def test_no_problem_is_raised_that_a_case_does_not_have(make: Callable[[], Case]) -> None:
    assert not false_alarms(make)


@pytest.mark.parametrize("make", [good_numbers, good_classes], ids=lambda make: make.__name__)
def test_nothing_is_raised_where_all_is_well(make: Callable[[], Case]) -> None:
    raised = outcome(make).raised
    assert [one.check.code for one in raised if one.finding.severity != "note"] == []


@pytest.mark.parametrize("make", EXPECTED, ids=lambda make: make.__name__)
def test_verdict_is_never_good_when_worse_than_the_linear_model(make: Callable[[], Case]) -> None:
    found = outcome(make)
    own, linear = found.evidence.standing("model"), found.evidence.standing("linear")
    assert own is not None
    assert linear is not None
    sign = 1 if found.evidence.is_classifier else -1
    worse = own.loss > linear.loss or sign * own.score < sign * linear.score
    assert not (worse and found.verdict.level == "good")
    assert not (worse and "well" in found.verdict.text)


def test_muting_does_not_make_a_bad_model_good() -> None:
    found = outcome(worse_than_linear)
    verdict = give_verdict(found.evidence, ())
    assert verdict.level == "even"
    assert verdict.headline == "No better than a linear model."


@pytest.mark.parametrize("make", EXPECTED, ids=lambda make: make.__name__)
def test_verdict_has_sixty_words_at_most(make: Callable[[], Case]) -> None:
    assert len(outcome(make).verdict.text.split()) <= MOST_WORDS


def test_verdict_names_baselines_interval_fit_and_next_step() -> None:
    text = outcome(good_numbers).verdict.text
    for words in (
        "95 % interval",
        "linear model",
        "gradient boosting",
        "the mean",
        "Neither under- nor overfitted",
        "Next:",
    ):
        assert words in text


def test_verdict_without_test_rows_says_so(regressor: Reported) -> None:
    evidence = gather(regressor.model, None, None)
    verdict = give_verdict(evidence, ())
    assert verdict.level == "untested"
    assert verdict.text.startswith("Not tested here. Estimated loss ")
    assert len(verdict.text.split()) <= MOST_WORDS


def test_verdict_without_training_rows_has_the_mean_to_compare_with(regressor: Reported) -> None:
    evidence = gather(regressor.model, regressor.test, None)
    assert [one.key for one in evidence.standings] == ["model", "constant"]
    assert "the mean" in give_verdict(evidence, ()).text


def test_perfect_classes_have_an_interval_that_is_not_a_point(classifier: Reported) -> None:
    from rightfit.report.standing import _score_interval

    model = classifier.evidence.model
    low, high = _score_interval(model, np.ones((100, 1)), np.ones(50))
    assert low == pytest.approx(0.025 ** (1 / 100))
    assert high == 1.0


def test_what_saves_next_to_nothing_is_not_good() -> None:
    evidence = outcome(good_numbers).evidence
    standings = [
        dataclasses.replace(one, skill=0.004, loss=min(1.0, one.loss))
        if one.key == "model"
        else one
        for one in evidence.standings
    ]
    verdict = give_verdict(dataclasses.replace(evidence, standings=tuple(standings)), ())
    assert verdict.level == "nothing"
    assert verdict.headline == "Hardly better than guessing."
    assert "Next: use it." not in verdict.text


def test_baseline_that_saw_less_than_the_model_is_called_quick() -> None:
    evidence = outcome(good_numbers).evidence
    standings = [
        dataclasses.replace(one, note="on 200 of 1,000 rows (to save time)")
        if one.key == "linear"
        else one
        for one in evidence.standings
    ]
    verdict = give_verdict(dataclasses.replace(evidence, standings=tuple(standings)), ())
    assert "quick linear model" in verdict.score
    assert "quick gradient boosting" not in verdict.score
