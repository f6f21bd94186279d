"""What train and report share: making a report, writing it, and saying so."""

from pathlib import Path
from typing import Any

from rich.console import Console

from rightfit import Classifier, Regressor, make_report
from rightfit.cli.console import print_labelled
from rightfit.cli.places import check_free
from rightfit.data.fingerprint import fingerprint
from rightfit.errors import ModelFileError, RightFitError
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.loading import load
from rightfit.estimators.reading import read_for
from rightfit.estimators.table_training import (
    TableSplit,
    recall,
    split_off_target,
    split_table,
)
from rightfit.report.beside import write_beside
from rightfit.report.files import card_path, is_ours, report_path, write_whole
from rightfit.report.write import HOW_TO_GET, Report, is_installed


def report_on_training(
    model: Classifier | Regressor,
    split: TableSplit,
    linear: AbstractEstimator | None,
    folder: Path,
    console: Console,
) -> Path | None:
    """Write report and card into the folder of a model that was just trained.

    Whatever goes wrong is said in a note: the model is saved, and is as good without them.
    """
    if not is_installed():
        _note(console, f"For a report with figures: {HOW_TO_GET}")
        return None
    try:
        return write_beside(model, split, linear, folder)
    except Exception as problem:
        why = problem.what if isinstance(problem, RightFitError) else repr(problem)
        _note(console, f"The report could not be made: {why}")
        return None


def report_on_model(
    folder: Path,
    table: Path | None,
    target: str | None,
    out: Path | None,
    mute: list[str],
    *,
    force: bool,
    console: Console,
) -> tuple[Report, Path]:
    """Make the report on a saved model, and write it.

    The card in the model's folder is written if there is none; people edit theirs.
    """
    place = _place(folder, table, out, force=force)
    model = load(folder)
    given = {} if table is None else _rows(model, table, target, console)
    made = make_report(model, mute=mute, **given)
    write_whole(place, made.html)
    if out is None and not card_path(folder).exists():
        write_whole(card_path(folder), made.card)
    return made, place


def _place(folder: Path, table: Path | None, out: Path | None, *, force: bool) -> Path:
    place = report_path(folder) if out is None else out
    # What RightFit wrote into the model's folder it may write anew, but not with less in it.
    anew = out is None and table is not None and place.is_file() and is_ours(place)
    if out is None and table is None and place.exists() and not force:
        raise ModelFileError(
            f"There is a report at '{place}' already.",
            expected="Without a TABLE a new one would know less: it has no test rows.",
            hint="open that one, name a TABLE, or pass --force to replace it",
        )
    check_free(place, force=force or anew, table=table)
    return place


def _rows(
    model: Classifier | Regressor, table: Path, target: str | None, console: Console
) -> dict[str, Any]:
    """The rows of a table for the report: test rows, or those of the training parted as then."""
    frame = read_for(model, table, target)
    if recall(model, "table_sha256") != fingerprint(table):
        X, y = split_off_target(model, frame, target)
        return {"X": X, "y": y}
    fraction = float(recall(model, "test_fraction") or 0.0)
    split = split_table(
        frame,
        model.target_name_,
        model=model,
        test_fraction=fraction,
        groups=recall(model, "groups"),
        time=recall(model, "time"),
    )
    rows = f"its {split.n_test_rows:,} test rows" if split.n_test_rows else "no test rows"
    _note(console, f"{table.name} is what the model was trained on: {rows} are set apart as then.")
    return {
        "X": split.test,
        "y": split.test_target,
        "training": (split.train, split.train_target),
        "row_names": split.test_numbers,
    }


def _note(console: Console, text: str) -> None:
    print_labelled(console, "note:", "bold yellow", text)
