"""Where the report on a saved model goes, and what it may replace."""

from pathlib import Path

from rightfit.cli.pasted import stem
from rightfit.cli.places import check_free
from rightfit.errors import ModelFileError
from rightfit.report.files import is_ours, report_path


def report_place(
    folder: Path,
    table: Path | None,
    training: Path | None,
    *,
    force: bool,
    are_of_training: bool,
) -> Path:
    """Choose the place where nobody says one, and make sure that the report may be written there.

    The page in the model's folder tells of the test rows of the training. It is made anew for
    these only; on other rows the report stands beside the folder, under the name of their table.

    Args:
        folder: of the model.
        table: of the test rows; None for none.
        training: the table of the training, where that is another one.
        force: replace what is there.
        are_of_training: whether the test rows are those of the training.

    Raises:
        ModelFileError: there is a report in the folder already, which knows more.
        TableFileError: there is a file already.
    """
    if table is not None and not are_of_training:
        beside = folder.parent / f"{stem(table)}-report.html"
        check_free(beside, table, training, force=force)
        return beside
    place = report_path(folder)
    if not are_of_training and place.exists() and not force:
        raise ModelFileError(
            f"There is a report at '{place}' already.",
            expected="Without a TABLE a new one would know less: it has no test rows.",
            hint="open that one, name a TABLE, or pass --force to replace it",
        )
    # What RightFit wrote into the model's folder it may write anew.
    check_free(place, table, training, force=force or (place.is_file() and is_ours(place)))
    return place
