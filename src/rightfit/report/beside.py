"""The report and the card of a model that was just trained, in its folder."""

from pathlib import Path

from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.table_split import TableSplit
from rightfit.report.files import card_path, report_path, write_text
from rightfit.report.write import Report, make_report


def write_beside(
    model: AbstractEstimator, split: TableSplit, linear: AbstractEstimator | None, folder: Path
) -> tuple[Report, Path]:
    """Make the report on the test rows of a training, and write it and the card.

    Args:
        model: that was trained on the split's training rows.
        split: all its rows.
        linear: the linear model that was trained on the same rows; None fits one.
        folder: of the saved model.

    Returns:
        The report, and where it lies.
    """
    made = make_report(
        model,
        split.test,
        split.test_target,
        training=(split.train, split.train_target),
        linear=linear,
        row_names=split.test_numbers,
    )
    place = report_path(folder)
    write_text(place, made.html)
    write_text(card_path(folder), made.card)
    return made, place
