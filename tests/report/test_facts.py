import dataclasses
from typing import Any

import numpy as np
import pytest

from rightfit.errors import DataError
from rightfit.report.evidence import Evidence
from rightfit.report.facts import made_of, row_names_said, rows_said, worst_rows
from rightfit.report.labelled import MOST_TEST_ROWS, label_rows
from tests.report.conftest import N_TRAIN, Reported

pytestmark = pytest.mark.slow


def test_rows_that_the_command_line_left_out_are_counted(classifier: Reported) -> None:
    model = classifier.evidence.model
    assert rows_said(model).endswith("None was dropped.")
    training = dataclasses.replace(
        model.training, n_dropped_rows=2, extra={**model.training.extra, "n_without_target": 446}
    )
    said = rows_said(dataclasses.replace(model, training=training))
    assert said.endswith("448 rows without a target or of weight 0 were dropped.")


def test_rows_that_networks_went_on_with_are_told(classifier: Reported) -> None:
    model = classifier.evidence.model
    training = dataclasses.replace(
        model.training, n_training_rows=85, n_validation_rows=15, n_refit_rows=100, members=[]
    )
    assert rows_said(dataclasses.replace(model, training=training)).startswith(
        "85 rows were trained on, 15 more chose when to stop; what was chosen then went on with "
        "all 100."
    )
    in_folds = dataclasses.replace(
        training, n_training_rows=100, members=[{"fold": 0}, {"fold": 1}]
    )
    assert rows_said(dataclasses.replace(model, training=in_folds)).startswith(
        "100 rows in 2 folds; what was chosen then went on with all 100."
    )


def _facts_of(evidence: Evidence, made: dict[str, Any]) -> dict[str, str]:
    training = dataclasses.replace(evidence.model.training, made=made)
    model = dataclasses.replace(evidence.model, training=training)
    return dict(made_of(dataclasses.replace(evidence, model=model)))


MADE = {
    "at": "2025-02-03T04:05:06+00:00",
    "system": "Haiku",
    "processor": "riscv64",
    "n_cores": 3,
    "backend": "gpu",
    "versions": {"python": "3.11.2", "jax": "0.0.1"},
}


def test_facts_say_when_and_with_what_the_model_was_trained(classifier: Reported) -> None:
    facts = _facts_of(classifier.evidence, MADE)
    assert facts["Trained"] == "2025-02-03 04:05:06 UTC"
    assert facts["Trained on"] == "Haiku riscv64, 3 cores, JAX on gpu"
    assert facts["Trained with"] == "python 3.11.2, jax 0.0.1"
    assert facts["Machine of this report"] != facts["Trained on"]
    assert facts["Versions of this report"] != facts["Trained with"]


def test_circumstances_stand_in_page_and_card_once(classifier: Reported) -> None:
    facts = dict(made_of(classifier.evidence))
    # A card has backslashes before marks of Markdown.
    for text in (classifier.report.html, classifier.report.card.replace("\\", "")):
        for name in ("Trained", "Trained on", "Trained with"):
            assert facts[name] in text
        # Report and training are of one process.
        assert "of this report" not in text


def test_model_of_unknown_origin_has_the_circumstances_of_its_report_alone(
    classifier: Reported,
) -> None:
    facts = _facts_of(classifier.evidence, {})
    assert not [name for name in facts if name.startswith("Trained")]
    assert {"Machine of this report", "Versions of this report"} <= set(facts)


def _names_of_worst(evidence: Evidence) -> set[str]:
    return {row[0] for row in worst_rows(evidence)[1]}


def test_worst_rows_have_the_names_of_the_table(regressor: Reported) -> None:
    evidence = regressor.evidence
    index = {str(name) for name in regressor.X.index[N_TRAIN:]}
    assert _names_of_worst(evidence) <= index
    assert "names of the table" in row_names_said(evidence.test)
    X, y = regressor.test
    names = [f"house {i}" for i in range(len(X))]
    named = label_rows(regressor.model, X, y, most=MOST_TEST_ROWS, names=names)
    first = int(min(_names_of_worst(evidence), key=int)) - N_TRAIN
    assert f"house {first}" in _names_of_worst(dataclasses.replace(evidence, test=named))


def test_worst_rows_without_names_are_counted_from_1(regressor: Reported) -> None:
    evidence = regressor.evidence
    assert evidence.test is not None
    counted = dataclasses.replace(evidence, test=dataclasses.replace(evidence.test, names=None))
    ours = {str(int(name) - N_TRAIN + 1) for name in _names_of_worst(evidence)}
    assert _names_of_worst(counted) == ours
    assert "counted from 1" in row_names_said(counted.test)


def test_worst_rows_differ_where_the_target_lies_far_from_0(regressor: Reported) -> None:
    evidence = regressor.evidence
    target = evidence.model.target
    target = dataclasses.replace(target, center=np.ones(1), scale=np.full(1, 1e-6))
    model = dataclasses.replace(evidence.model, target=target)
    _, rows = worst_rows(dataclasses.replace(evidence, model=model))
    assert all(true != predicted for _, true, predicted, *_ in rows)


def test_other_number_of_names_is_refused(regressor: Reported) -> None:
    with pytest.raises(DataError, match="The table has 60 rows, and there are 2 names of rows"):
        label_rows(regressor.model, *regressor.test, most=MOST_TEST_ROWS, names=np.arange(2))
