import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rightfit import make_report
from rightfit.report.checks.all_checks import CHECKS, run_checks
from rightfit.report.checks.check import Finding, Raised, Severity
from rightfit.report.evidence import Evidence, gather
from rightfit.report.verdict import MOST_WORDS, give_verdict
from tests.report.cases import (
    ALSO_TRUE,
    EXPECTED,
    Case,
    good_classes,
    good_numbers,
    outcome,
    overfit,
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


@pytest.mark.parametrize("make", [good_numbers, overfit], ids=lambda make: make.__name__)
@pytest.mark.parametrize("n_rows", [1, 4])
def test_very_few_test_rows_are_not_taken_to_tell_anything(
    make: Callable[[], Case], n_rows: int
) -> None:
    case = outcome(make).case
    few = case.test[0][:n_rows], case.test[1][:n_rows]
    evidence = gather(case.model, few, case.training)
    raised = run_checks(evidence)
    assert not {one.check.code for one in raised if one.finding.severity == "problem"}
    verdict = give_verdict(evidence, raised)
    assert verdict.text.startswith("Too few test rows to tell. Root mean squared error ")
    assert "(95 % interval unknown)" in verdict.score
    assert "overfitted" not in verdict.text
    assert verdict.next_step == "Next: hand over more test rows."
    assert "nan" not in make_report(case.model, *few).html.casefold()


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


def with_own(evidence: Evidence, **changed: Any) -> Evidence:
    """The same evidence, but for the standing of the model."""
    standings = [
        dataclasses.replace(one, **changed) if one.key == "model" else one
        for one in evidence.standings
    ]
    return dataclasses.replace(evidence, standings=tuple(standings))


def check_of(code: str, severity: Severity) -> Raised:
    """A check as if it had found something."""
    check = next(one for one in CHECKS if one.code == code)
    return Raised(check, Finding(severity, "1", "1 thing was found."))


def test_what_guesses_classes_well_is_not_called_no_better_than_guessing() -> None:
    loss_is_poor = with_own(
        gather(outcome(good_classes).case.model, outcome(good_classes).case.test, None),
        skill=0.01,
        skill_interval=(-0.1, 0.1),
    )
    assert "RF-NO-SIGNAL" not in {one.check.code for one in run_checks(loss_is_poor)}
    cut_short = check_of("RF-CUT-SHORT", "note")
    verdict = give_verdict(loss_is_poor, (cut_short,))
    assert verdict.level == "unsure"
    assert verdict.headline == "Better than guessing, but its probabilities are not."
    assert verdict.next_step == "Next: raise max_epochs or max_seconds."
    assert "probabilities" in give_verdict(loss_is_poor, ()).next_step


def test_close_fit_that_beats_the_others_is_only_warned_of() -> None:
    evidence = outcome(good_numbers).evidence
    assert evidence.fit is not None
    fit = dataclasses.replace(evidence.fit, skill=0.99)
    close = with_own(dataclasses.replace(evidence, fit=fit), skill=0.7, skill_interval=(0.65, 0.75))
    told = {one.check.code: one for one in run_checks(close)}
    assert told["RF-OVERFIT"].finding.severity == "warning"
    verdict = give_verdict(close, tuple(told.values()))
    assert verdict.level == "good"
    assert verdict.fit.endswith("learned closely, yet better than the others there.")
    assert verdict.next_step.startswith("Next: try dropout_rate")


def test_score_that_reaches_guessing_is_no_signal() -> None:
    evidence = outcome(good_classes).evidence
    for interval, said in (
        ((-0.1, 0.1), "cannot be told from none"),
        ((-0.2, -0.1), "does better"),
    ):
        poor = with_own(evidence, skill_interval=interval, score_interval=(0.3, 0.9))
        found = {one.check.code: one.finding.sentence for one in run_checks(poor)}
        assert said in found["RF-NO-SIGNAL"]


@pytest.mark.parametrize(
    ("codes", "headline", "next_step"),
    [
        (("RF-WORSE-THAN-LINEAR", "RF-UNDERFIT", "RF-LEAK"), "A column gives", "leave "),
        (("RF-WORSE-THAN-LINEAR", "RF-DUPLICATES"), "Tested too easily.", "remove repeated"),
        (("RF-UNDERFIT", "RF-WORSE-THAN-LINEAR"), "Worse than a linear", "use hidden_sizes=()"),
        (("RF-OVERFIT", "RF-NO-SIGNAL"), "No better than guessing.", "look for columns"),
        (("RF-NO-SIGNAL", "RF-CUT-SHORT"), "No better than guessing.", "raise max_epochs"),
        (("RF-UNDERFIT", "RF-CUT-SHORT"), "Underfitted.", "raise max_epochs"),
        (("RF-OVERFIT", "RF-CUT-SHORT"), "Overfitted.", "try dropout_rate"),
    ],
)
def test_headline_and_next_step_come_from_the_same_finding(
    codes: tuple[str, ...], headline: str, next_step: str
) -> None:
    raised = [check_of(code, "note" if "CUT" in code else "problem") for code in codes]
    verdict = give_verdict(outcome(good_numbers).evidence, raised)
    assert verdict.headline.startswith(headline)
    assert verdict.next_step.startswith(f"Next: {next_step}")


def test_overfit_without_test_rows_says_what_to_do_about_it(regressor: Reported) -> None:
    evidence = gather(regressor.model, None, None)
    verdict = give_verdict(evidence, [check_of("RF-OVERFIT", "problem")])
    assert verdict.headline == "Overfitted."
    assert verdict.next_step.startswith("Next: try dropout_rate")


@pytest.mark.parametrize("make", [good_numbers, good_classes], ids=lambda make: make.__name__)
def test_verdict_without_another_model_on_the_rows_is_not_good(make: Callable[[], Case]) -> None:
    evidence = gather(outcome(make).case.model, outcome(make).case.test, None)
    verdict = give_verdict(evidence, ())
    assert verdict.level == "uncompared"
    assert verdict.headline == "Better than guessing; not compared with a linear model."
    assert verdict.next_step.startswith("Next: hand over the training rows")
    assert len(verdict.text.split()) <= MOST_WORDS


@pytest.mark.parametrize(
    ("own", "linear", "level"),
    [
        ({"accuracy": 0.6429, "log_loss": 0.5}, {"accuracy": 0.75, "log_loss": 0.6}, "even"),
        ({"accuracy": 0.75, "log_loss": 0.6}, {"accuracy": 0.6429, "log_loss": 0.5}, "even"),
        ({"accuracy": 0.75, "log_loss": 0.5}, {"accuracy": 0.75, "log_loss": 0.5}, "uncompared"),
    ],
)
def test_verdict_on_new_rows_remembers_the_linear_model_of_the_training(
    own: dict[str, float], linear: dict[str, float], level: str
) -> None:
    evidence = gather(outcome(good_classes).case.model, outcome(good_classes).case.test, None)
    extra = {"test_scores": {"model": own, "linear": linear}}
    training = dataclasses.replace(evidence.model.training, extra=extra)
    model = dataclasses.replace(evidence.model, training=training)
    verdict = give_verdict(dataclasses.replace(evidence, model=model), ())
    assert verdict.level == level
    assert verdict.headline.startswith(
        "No better than a linear model when" if level == "even" else "Better than guessing; not"
    )
    assert f"accuracy {own['accuracy']} (linear model {linear['accuracy']})" in verdict.fit
    assert len(verdict.text.split()) <= MOST_WORDS
