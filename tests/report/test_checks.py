import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rightfit import (
    Classifier,
    EpochsEnded,
    ParameterError,
    Regressor,
    TrainingEnded,
    make_report,
)
from rightfit.report.checks.all_checks import CHECKS, check_codes, run_checks
from rightfit.report.checks.of_training import _edge
from rightfit.report.evidence import gather
from rightfit.report.verdict import give_verdict
from tests.report.cases import good_classes, leak, outcome
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[2] / "docs" / "checks.md"


def sections() -> dict[str, str]:
    """The text of each section of docs/checks.md, in one line, by its heading."""
    parts = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for part in parts:
        heading, _, text = part.partition("\n")
        found[heading.strip()] = " ".join(text.split())
    return found


def test_codes_are_unique_and_of_one_form() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"RF(-[A-Z]+)+", code) for code in codes)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_has_its_section(check: object) -> None:
    code, title = check.code, check.title  # type: ignore[attr-defined]
    text = sections()[code]
    assert title in text
    assert check.meaning in text  # type: ignore[attr-defined]
    assert check.remedy in text  # type: ignore[attr-defined]


def test_every_section_has_its_check() -> None:
    assert list(sections()) == [check.code for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_next_step_is_short(check: object) -> None:
    assert len(check.next_step.split()) <= 10  # type: ignore[attr-defined]


def test_every_finding_rests_on_a_number(classifier: Reported, several: Reported) -> None:
    for reported in (classifier, several):
        assert reported.report.findings
        for code, sentence in reported.report.findings.items():
            assert code.startswith("RF-")
            assert re.search(r"\d", sentence)


def test_muted_check_is_not_run_and_is_named(classifier: Reported) -> None:
    assert "RF-FEW-ROWS" in classifier.report.findings
    made = make_report(classifier.model, *classifier.test, mute=("rf-few-rows",))
    assert "RF-FEW-ROWS" not in made.findings
    assert "Muted: RF-FEW-ROWS." in made.html


def test_unknown_code_gets_the_nearest_one() -> None:
    with pytest.raises(ParameterError, match="did you mean 'RF-FEW-ROWS'") as caught:
        check_codes(["RF-FEWROWS"])
    assert "There is no check 'RF-FEWROWS' to mute." in str(caught.value)


def test_few_rows_are_not_told_to_fold_where_they_do() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 2))
    y = X[:, 0] > 0
    model = Classifier(hidden_sizes=(4,), n_folds=3, max_epochs=2, random_state=0).fit(X, y)
    raised = run_checks(gather(model, (X[:20], y[:20]), (X, y)))
    told = {one.check.code: one for one in raised}
    for code in ("RF-FEW-ROWS", "RF-FEW-TEST-ROWS"):
        assert "n_folds" not in told[code].remedy
        assert "n_folds" not in told[code].next_step


def test_recorded_losses_alone_only_warn_of_overfitting() -> None:
    case = outcome(good_classes).case
    evidence = gather(case.model, case.test, None)
    raised = run_checks(evidence)
    (told,) = (one for one in raised if one.check.code == "RF-OVERFIT")
    assert told.finding.severity == "warning"
    assert not give_verdict(evidence, raised).headline.startswith("Overfitted")


@pytest.mark.parametrize(
    ("n_values", "is_again", "is_raised"),
    [(40, True, True), (40, False, False), (2, True, False), (2, False, False)],
)
def test_repeated_rows_of_few_values_are_told_from_chance(
    n_values: int, is_again: bool, is_raised: bool
) -> None:
    X = np.random.default_rng(0).integers(0, n_values, (200, 2)).astype(float)
    y = X.sum(axis=1)
    model = Regressor(hidden_sizes=(), max_epochs=1, random_state=0).fit(X[:100], y[:100])
    test = slice(0, 100) if is_again else slice(100, 200)
    evidence = gather(model, (X[test], y[test]), (X[:100], y[:100]))
    assert evidence.repeats is not None
    # Of 1,600 possible rows or 4, some of 100 are bound to come twice.
    assert evidence.repeats.share > 0.02
    raised = {one.check.code: one.finding for one in run_checks(evidence)}
    assert ("RF-DUPLICATES" in raised) == is_raised


def test_rows_that_are_alike_only_once_encoded_are_not_called_repeated() -> None:
    generator = np.random.default_rng(0)
    days = np.arange(300.0)
    codes = generator.integers(0, 150, 300).astype(str)
    X = pd.DataFrame({"day": days, "code": codes, "shop": generator.choice(["a", "b"], 300)})
    model = Regressor(hidden_sizes=(), scaling="quantile", max_epochs=1, random_state=0)
    model.fit(X[:200], days[:200], time=days[:200])
    # Days after the last one share a bin's end, and codes of one training row a level.
    late = gather(model, (X[200:], days[200:]), (X[:200], days[:200]))
    assert late.repeats is not None
    assert late.repeats.n_rows == 0
    again = gather(model, (X[150:250], days[150:250]), (X[:200], days[:200]))
    assert again.repeats is not None
    assert again.repeats.n_rows == 50


def test_class_is_not_called_rare_for_lacking_in_a_few_test_rows(classifier: Reported) -> None:
    X, y = classifier.test
    assert "RF-IMBALANCE" not in make_report(classifier.model, X[:1], y[:1]).findings


@pytest.mark.filterwarnings("ignore:The target is the same in all")
def test_constant_target_is_not_called_underfitted() -> None:
    X = np.random.default_rng(0).normal(size=(120, 2))
    y = np.full(120, 3.0)
    model = Regressor(hidden_sizes=(4,), max_epochs=5, random_state=0).fit(X[:100], y[:100])
    findings = make_report(model, X[100:], y[100:], training=(X[:100], y[:100])).findings
    assert not findings.keys() & {"RF-UNDERFIT", "RF-CUT-SHORT"}


@pytest.mark.parametrize("hidden_sizes", [(4,), [(4,), (8,)]], ids=["network", "pack"])
def test_training_that_was_interrupted_is_to_be_done_again(hidden_sizes: Any) -> None:
    X = np.random.default_rng(0).normal(size=(120, 2))
    y = X @ [1.0, 2.0]
    model = Regressor(hidden_sizes=hidden_sizes, learning_rate=1e-3, random_state=0)
    events = model.iter_fit(X[:100], y[:100])
    next(e for e in events if isinstance(e, EpochsEnded) and e.records[-1].epoch >= 5)
    signal.raise_signal(signal.SIGINT)
    assert list(events)[-1] == TrainingEnded("interrupted")
    raised = run_checks(gather(model, (X[100:], y[100:]), (X[:100], y[:100])))
    (told,) = (one for one in raised if one.check.code == "RF-CUT-SHORT")
    assert told.finding.sentence.startswith("Training was interrupted while the loss fell by ")
    assert told.next_step == "train again, to the end"


def test_units_are_not_called_dead_on_a_few_rows(several: Reported) -> None:
    X, y = several.test
    made = make_report(several.model, X[:1], y[:1])
    assert "RF-DEAD-UNITS" not in made.findings
    assert "too few rows to tell" in made.html
    assert "too few rows to tell" not in several.report.html


def test_leak_names_the_column_to_leave_out() -> None:
    found = outcome(leak)
    told = next(one for one in found.raised if one.check.code == "RF-LEAK")
    assert "column_kinds={'invoice': 'ignored'}" in told.remedy
    assert found.verdict.next_step.endswith("column_kinds={'invoice': 'ignored'}.")
    others = [one for one in found.raised if one is not told]
    assert all(one.remedy == one.check.remedy for one in others)


def test_leak_is_not_seen_in_one_of_many_columns_that_tells_few_rows_by_chance() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(38, 60)), np.tile(["a", "b"], 19)
    X[:, 0] = np.where(y == "a", -1, 1) * np.abs(X[:, 0])
    model = Classifier(hidden_sizes=(2,), max_epochs=2, random_state=0).fit(X[:24], y[:24])

    def found(n_test: int) -> tuple[float, bool]:
        evidence = gather(model, test=(X[24:][:n_test], y[24:][:n_test]), training=(X[:24], y[:24]))
        codes = {one.check.code for one in run_checks(evidence)}
        return evidence.telling[0].skill, "RF-LEAK" in codes

    assert found(8) == (1, False)
    assert found(14) == (1, True)


def test_page_of_the_command_line_says_how_flags_are_spelled(classifier: Reported) -> None:
    said = "on the command line n_seeds=5 is --n-seeds 5."
    assert said not in classifier.report.html
    training = classifier.evidence.model.training
    training.extra["table"] = "houses.csv"
    try:
        assert said in make_report(classifier.model, *classifier.test).html
    finally:
        del training.extra["table"]


@pytest.mark.parametrize(
    ("values", "watched", "found"),
    [
        ([0.1, 0.2, 0.3], [3.0, 2.0, 1.0], ("rate", "0.3", "the largest")),
        ([0.1, 0.2, 0.3], [1.0, 2.0, 3.0], ("rate", "0.1", "the smallest")),
        ([0.0, 0.2, 0.3], [1.0, 2.0, 3.0], None),  # there is nothing below 0
        ([0.1, 0.2, 0.3], [2.0, 1.0, 3.0], None),
        ([0.1, 0.2], [2.0, 1.0], None),  # one of two is always at an end
        ([0.1, 0.2, 0.3], [3.0, 1.01, 1.0], None),  # no better than its neighbour
        (["a", "b", "c"], [3.0, 2.0, 1.0], None),
    ],
)
def test_edge_is_found(values: list[object], watched: list[float], found: object) -> None:
    steps = [
        {"value": value, "watched": height, "standard_error": 0.1}
        for value, height in zip(values, watched, strict=True)
    ]
    assert _edge("rate", steps, greater=False) == found
