"""Part a table with a target column into training rows and test rows."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import EVERY_ROW, without_columns
from rightfit.data.kinds import FEWEST_IDS, like_numbers
from rightfit.data.markers import is_text
from rightfit.data.readable import check_readable
from rightfit.data.schema import recognise_columns
from rightfit.data.split import split_rows
from rightfit.data.table import as_table
from rightfit.data.targets import encode_classes, infer_task, numbers_of
from rightfit.errors import (
    DataError,
    DataWarning,
    did_you_mean,
    shown,
    warn_user,
)
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.handed_over import not_ignored
from rightfit.estimators.regressor import Regressor
from rightfit.estimators.remembered import recall
from rightfit.estimators.separation import Separation, read_separation
from rightfit.model.target import is_missing

# The same test rows for every seed, so that models of several seeds can be compared.
_TEST_SEED = 0


@dataclasses.dataclass(frozen=True)
class TableSplit:
    """A table in two: rows to train on, and test rows that nothing is chosen on.

    Attributes:
        train: columns of the training rows, without the target.
        train_target: their targets.
        test: columns of the test rows; None if there are none.
        test_target: their targets.
        n_without_target: rows that were left out because they have no target.
        separation: of the training rows, which belong together or come later.
        test_numbers: where the test rows stand in the table they come from, counted from 1.
    """

    train: pl.DataFrame
    train_target: pl.Series
    test: pl.DataFrame | None
    test_target: pl.Series | None
    n_without_target: int
    separation: Separation = dataclasses.field(default_factory=Separation)
    test_numbers: np.ndarray | None = None

    @property
    def n_test_rows(self) -> int:
        """The number of test rows."""
        return 0 if self.test is None else self.test.height


def target_of(frame: pl.DataFrame, name: str) -> pl.Series:
    """Pick the target column.

    Raises:
        DataError: there is no such column, or no other one to predict it from.
    """
    if name not in frame.columns:
        raise DataError(
            f"The table has no column {name!r}.", hint=did_you_mean(name, frame.columns)
        )
    if frame.width == 1:
        raise DataError(
            f"The table has no column but the target {name!r}.",
            expected="At least one column to predict it from is needed.",
            hint="check that the whole table was read",
        )
    return frame[name]


def split_off_target(
    model: AbstractEstimator, frame: pl.DataFrame, name: str | None
) -> tuple[pl.DataFrame, pl.Series]:
    """Part a table into columns and target, which has the name that the model remembers or is told.

    Raises:
        DataError: the table has no such column, it is an input of the model, or the model
            remembers no name.
    """
    if name not in (None, model.target_name_) and name in (model._used_names() or ()):
        raise _is_input(name, model.target_name_)
    name = name or model.target_name_
    if not name:
        raise DataError(
            "The model does not know the name of its target: it was trained on an array.",
            hint="name the column with --target",
        )
    target = target_of(frame, name)
    rest = without_columns(frame, [name])
    warn_of_ignored(model, rest)
    return rest, target


def _is_input(name: str, target: str) -> DataError:
    is_called = f"is called {target!r}" if target else "has no name"
    return DataError(
        f"Column {name!r} is an input of this model, whose target {is_called}.",
        expected="The target is the column that holds what the model predicts.",
        hint="name that column with --target" + (", or leave --target out" if target else ""),
    )


def warn_of_ignored(model: AbstractEstimator, frame: pl.DataFrame) -> None:
    """Name the columns that the model does not know; those that it left out are no surprise."""
    left_out = {model.target_name_, recall(model, "groups")}
    known = {column["name"] for column in model.schema_} | left_out
    extra = [name for name in frame.columns if name not in known]
    if model._fitted().has_names and extra:
        warn_user(
            f"The model does not know these columns, and ignores them: {shown(extra)}.",
            DataWarning,
        )


def estimator_for(task: str, target: pl.Series) -> type[Classifier] | type[Regressor]:
    """Choose the estimator for a task, "auto" by the look of the target."""
    if task == "auto":
        task = infer_task(target)
    return Classifier if task == "classification" else Regressor


def split_table(
    frame: pl.DataFrame,
    name: str,
    *,
    model: AbstractEstimator,
    test_fraction: float,
    groups: str | None = None,
    time: str | None = None,
) -> TableSplit:
    """Set test rows apart, stratified for classes, and leave out rows without a target.

    With a column of groups whole groups are set apart, and it is no input; with a column of
    moments the latest rows are. Nothing is learnt from the test rows, but that they can be read
    is checked here, with the others, and not when training is over.

    Raises:
        DataError: a column or the target cannot be used, or there are too few rows for a test.
    """
    target = target_of(frame, name)
    known = _has_target(target, model)
    _check_classes_repeat(target.filter(pl.Series(known)), model)
    separation = read_separation(frame, name, known, groups=groups, time=time)
    if separation.is_free or test_fraction == 0:
        classes = target.to_numpy() if isinstance(model, Classifier) else None
        weights = known.astype(np.float64)
        train_rows, test_rows = split_rows(weights, test_fraction, _TEST_SEED, classes)
    else:
        live = np.flatnonzero(known)
        sides = separation.of(live).split(test_fraction, _TEST_SEED)
        train_rows, test_rows = live[sides[0]], live[sides[1]]
        _check_groups_left(separation.of(train_rows), model)
        _check_test_classes(target[train_rows], target[test_rows], model)
    if test_fraction > 0 and not len(test_rows):
        raise _nothing_to_spare(len(train_rows))
    columns = without_columns(frame, [name, *([] if groups is None else [groups])])
    is_read = not_ignored(model.column_kinds)
    table = as_table(columns, is_read=is_read)
    schema = recognise_columns(table, train_rows, model.column_kinds)
    check_readable(table, schema)
    return TableSplit(
        train=columns[train_rows],
        train_target=target[train_rows],
        test=columns[test_rows] if len(test_rows) else None,
        test_target=target[test_rows] if len(test_rows) else None,
        n_without_target=int((~known).sum()),
        separation=separation.of(train_rows),
        test_numbers=np.asarray(test_rows) + 1,
    )


def with_test_table(
    frame: pl.DataFrame,
    test: pl.DataFrame,
    name: str,
    *,
    model: AbstractEstimator,
    groups: str | None = None,
    time: str | None = None,
) -> TableSplit:
    """Take all of one table for training and another one for the test; check both beforehand.

    The test table needs no column of groups.

    Raises:
        DataError: a column or the target of one of them cannot be used.
    """
    split = split_table(frame, name, model=model, test_fraction=0.0, groups=groups, time=time)
    is_read = not_ignored(model.column_kinds)
    table = as_table(split.train, is_read=is_read)
    schema = recognise_columns(table, EVERY_ROW, model.column_kinds)
    try:
        needed = [*split.train.columns, name]
        _check_names(test, needed)
        extra = [column for column in test.columns if column not in {*needed, groups}]
        test = test[needed]
        check_readable(as_table(without_columns(test, [name]), is_read=is_read), schema)
        known = _has_target(test[name], model, like=split.train_target)
    except DataError as error:
        what = f"In the test table: {error.what}"
        raise DataError(what, expected=error.expected, hint=error.hint) from error
    if extra:
        warn_user(f"The test table's other columns are ignored: {shown(extra)}.", DataWarning)
    test = test.filter(known)
    return dataclasses.replace(
        split,
        test=without_columns(test, [name]),
        test_target=test[name],
        test_numbers=np.flatnonzero(known) + 1,
    )


def _check_names(test: pl.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in test.columns]
    if missing:
        raise DataError(
            f"Columns are missing: {shown(missing)}.",
            expected="It has the target and all columns of the table.",
            hint=did_you_mean(missing[0], test.columns),
        )


def _has_target(
    target: pl.Series, model: AbstractEstimator, like: pl.Series | None = None
) -> NDArray[np.bool_]:
    """Find the rows with a target; `like` has the classes that may occur, None for any."""
    if not isinstance(model, Classifier):
        return ~is_missing(numbers_of(target))
    classes = None if like is None else encode_classes(like)[1]
    return ~is_missing(encode_classes(target, classes)[0])


def _nothing_to_spare(n_rows: int) -> DataError:
    return DataError(
        f"No row can be spared for the test: the table has {n_rows} with a target.",
        expected="A test needs at least one row, and so does the training of each class.",
        hint="train without a test (--test-fraction 0), or name a table of test rows (--test)",
    )


def _check_classes_repeat(target: pl.Series, model: AbstractEstimator) -> None:
    """Refuse a target of classes that is an id, and doubt one that nearly is."""
    n_rows, n_classes = len(target), target.n_unique()
    if not isinstance(model, Classifier) or n_rows < FEWEST_IDS or n_classes <= n_rows / 2:
        return
    doubt = f"is {target.name!r} the right column?"
    example = like_numbers(target) if is_text(target.dtype) else ""
    what = f"The target has {n_classes:,} classes in {n_rows:,} rows: {doubt}"
    if n_classes == n_rows:
        what = f"Each of the {n_rows:,} rows has its own class: {doubt}"
    elif not example:
        warn_user(what, DataWarning)
        return
    hint = "name another column as the target"
    if example:
        hint = f"write numbers such as {example!r} as 1234.5, or {hint}"
    raise DataError(
        what,
        expected="A class is learnt from several rows, and tested on others.",
        hint=f"train a regressor, or {hint}" if target.dtype.is_numeric() else hint,
    )


def _check_groups_left(rest: Separation, model: AbstractEstimator) -> None:
    """Refuse a test that takes all groups but one, where another one must tell when to stop."""
    if rest.groups is None or rest.groups.n_unique() > 1 or model.validation_fraction == 0:
        return
    raise DataError(
        "With a test of other groups, all rows that are left belong to one group, so that none of "
        "them can be held out to choose when training stops.",
        expected="At least three groups are needed: to train, to choose and to test.",
        hint="name a table of test rows (--test), or train without a test (--test-fraction 0)",
    )


def _check_test_classes(train: pl.Series, test: pl.Series, model: AbstractEstimator) -> None:
    """Refuse classes of test rows that no training row has: nothing could score them."""
    if not isinstance(model, Classifier):
        return
    try:
        _has_target(test, model, like=train)
    except DataError as error:
        raise DataError(
            f"In the rows kept apart for the test: {error.what}",
            expected=error.expected,
            hint="leave rows of these classes out, or train without a test (--test-fraction 0)",
        ) from error
