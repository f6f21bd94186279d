"""The table of certainty for several classes."""

import re

import numpy as np
import pytest

from rightfit.report.class_results import certainties
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow


def test_certainty_counts_answered_and_right_rows(several: Reported) -> None:
    test = several.evidence.test
    assert test is not None
    found = certainties(several.evidence.model, test)
    assert [one.threshold for one in found] == [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
    right = test.predictions.argmax(axis=1) == test.truth
    assert found[0].answered == 1
    assert found[0].right == pytest.approx(right.mean())
    sure = test.predictions.max(axis=1) >= 0.5
    assert found[1].answered == pytest.approx(sure.mean())
    assert found[1].right == (pytest.approx(right[sure].mean()) if sure.any() else None)
    assert np.all(np.diff([one.answered for one in found]) <= 0)


def test_several_classes_have_a_table_of_certainty_and_two_one_of_thresholds(
    several: Reported, classifier: Reported, regressor: Reported
) -> None:
    tables = [
        re.findall(r"<h3>(Certainty|Thresholds)</h3>", made.report.html)
        for made in (several, classifier, regressor)
    ]
    assert tables == [["Certainty"], ["Thresholds"], []]
