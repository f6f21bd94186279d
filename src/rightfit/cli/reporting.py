"""What train and report share: making a report, writing it, and saying so."""

from pathlib import Path
from typing import Any

from rich.console import Console

from rightfit import Classifier, Regressor, make_report
from rightfit.cli.command_words import on_command_line
from rightfit.cli.console import print_note
from rightfit.cli.listed import split_at_commas
from rightfit.cli.places import check_free, check_order
from rightfit.cli.report_place import report_place
from rightfit.cli.report_rows import report_rows
from rightfit.errors import RightFitError
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.loading import load
from rightfit.estimators.table_split import TableSplit
from rightfit.report.beside import write_beside
from rightfit.report.checks.all_checks import check_codes
from rightfit.report.files import card_path, check_suffix, report_path, write_text
from rightfit.report.write import HOW_TO_GET, Report, is_installed


def report_on_training(
    model: Classifier | Regressor,
    split: TableSplit,
    linear: AbstractEstimator | None,
    folder: Path,
    console: Console,
) -> tuple[Report, Path] | None:
    """Write report and card into the folder of a model that was just trained.

    Whatever goes wrong is said in a note: the model is saved, and is as good without them.
    """
    if not is_installed():
        print_note(console, f"For a report with figures: {HOW_TO_GET}")
        return None
    try:
        return write_beside(model, split, linear, folder)
    except Exception as problem:
        why = problem.what if isinstance(problem, RightFitError) else repr(problem)
        print_note(console, f"The report could not be made: {why}")
        return None


def report_on_model(
    folder: Path,
    table: Path | None,
    training: Path | None,
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
    # What was typed is doubted first: a place that is taken would hide a slip.
    muted = check_codes(split_at_commas(mute))
    check_order(folder, table)
    if out is not None:
        check_free(out, table, training, force=force)
        check_suffix(out)
    model = load(folder)
    rows = report_rows(model, table, training, target, console)
    place = out or report_place(
        folder, table, training, force=force, are_of_training=rows.are_of_training
    )
    made = make_report(model, mute=muted, **rows.given)
    write_text(place, made.html)
    card = card_path(folder)
    is_in_folder = place == report_path(folder)
    if (out is None or is_in_folder) and not card.exists():
        write_text(card, made.card)
    elif is_in_folder and not _says_so(card, made):
        print_note(
            console, f"'{card}' still has the earlier verdict: remove it to have it written again."
        )
    return made, place


def verdict_said(made: Report) -> str:
    """The verdict, with flags in the place of parameters."""
    return on_command_line(made.verdict)


def report_facts(written: tuple[Report, Path] | None) -> dict[str, Any]:
    """What a report comes to, for machines; without one nobody judged the model."""
    if written is None:
        return {"report": None, "verdict": None, "findings": None}
    made, place = written
    return {"report": str(place), "verdict": verdict_said(made), "findings": made.findings}


def _says_so(card: Path, made: Report) -> bool:
    headline = made.verdict.partition(".")[0]
    return headline in card.read_text(encoding="utf-8", errors="replace")
