import dataclasses

from rightfit.report.facts import rows_said
from tests.report.conftest import Reported


def test_rows_that_the_command_line_left_out_are_counted(classifier: Reported) -> None:
    model = classifier.evidence.model
    assert rows_said(model).endswith("None was dropped.")
    training = dataclasses.replace(
        model.training, n_dropped_rows=2, extra={**model.training.extra, "n_without_target": 446}
    )
    said = rows_said(dataclasses.replace(model, training=training))
    assert said.endswith("448 rows without a target or of weight 0 were dropped.")
