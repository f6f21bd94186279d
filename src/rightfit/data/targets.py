"""Targets: classes as codes, numbers as floats, and which of the two they are."""

from collections.abc import Sequence, Sized
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.complaints import raise_together
from rightfit.data.dates import date_style
from rightfit.data.kinds import like_numbers
from rightfit.data.labels import (
    DAYS_INSTEAD,
    check_finite_target,
    check_two,
    known_codes,
    labels_of,
    warn_of_lookalikes,
    warn_of_missing_words,
)
from rightfit.data.markers import A_NUMBER, is_text, parse_numbers
from rightfit.data.target_columns import target_columns
from rightfit.errors import DataError, counted, shown, warn_user

MISSING: Final = -1
MOST_NUMBERED_CLASSES: Final = 20
FEWEST_ROWS_A_CLASS: Final = 10
# Amounts spread widely if their standard deviation is more than this share of their mean.
LEAST_SPREAD: Final = 0.8

Codes = NDArray[np.int32]


def encode_classes(y: Any, classes: NDArray[Any] | None = None) -> tuple[Codes, NDArray[Any]]:
    """Turn a target of classes into codes.

    Args:
        y: the class of each row: text, whole numbers, or truth values; in a list, an array, or a
            column of any dataframe. None, NaN and empty text are a missing class, and so are
            "?", "NA", "nan" and the like, as they are in a column of the table; "None" and "na"
            are classes unless all others are numbers. A word that is one of `classes` is a class.
        classes: the classes that are known already, in order; found in `y` if None.

    Returns:
        The code of each row, −1 where the class is missing; and the classes in ascending order,
        code 0 first.

    Raises:
        DataError: the target is continuous, mixes types, has no class or one class only, or has
            one that `classes` lacks.

    Example:
        >>> codes, classes = encode_classes(["no", "yes", None, "no"])
        >>> codes.tolist(), classes.tolist()
        ([0, 1, -1, 0], ['no', 'yes'])
    """
    column = _only_column(y)
    values, is_there = labels_of(column, getattr(y, "dtype", None), known=classes)
    if classes is None:
        warn_of_missing_words(column, is_there)
    if not is_there.any():
        raise _all_missing(len(column))
    present = values[is_there]
    codes = np.full(len(column), MISSING, np.int32)
    if classes is None:
        classes, codes[is_there] = np.unique(present, return_inverse=True)
        check_two(classes, len(present))
        warn_of_lookalikes(classes)
    else:
        codes[is_there] = known_codes(present, np.flatnonzero(is_there), np.asarray(classes))
    return codes, np.asarray(classes)


def announced_classes(classes: Any) -> NDArray[Any]:
    """Check classes that are known before the rows that have them, and give them as an array.

    Words such as "NA" are classes here, since somebody says so; empty text is none.

    Raises:
        DataError: one of them is missing, or they are no classes.

    Example:
        >>> announced_classes(["no", "yes"]).tolist()
        ['no', 'yes']
    """
    column = _only_column(classes)
    values, is_there = labels_of(
        column, getattr(classes, "dtype", None), known=column.drop_nulls().to_numpy()
    )
    if not is_there.all():
        missing = [column[row] for row in np.flatnonzero(~is_there).tolist()]
        raise DataError(
            f"Missing values are announced as classes: {shown(missing)}.",
            expected="A class is a text, a whole number, or true or false; rows without one are "
            "left out.",
            hint="leave these out of the classes",
        )
    return values


def numbers_of(y: Any) -> NDArray[np.float64]:
    """Turn a target of numbers into floats.

    Args:
        y: a number for each row, or `[row, output]`; in a list, an array, a column of any
            dataframe, or a dataframe. Text is read as numbers; "", "?", "NA" and the like are
            missing.

    Returns:
        `[row]` or `[row, output]`, NaN where the number is missing.

    Raises:
        DataError: a value is a word, infinite or complex, or all are missing.

    Example:
        >>> numbers_of(["1", "2.5", "?"])
        array([1. , 2.5, nan])
    """
    columns = target_columns(y)
    _warn_of_column_vector(y, columns)
    complaints = []
    values = []
    for column in columns:
        parsed = parse_numbers(column)
        values.append(parsed.values.to_numpy())
        rows = np.arange(len(column))
        complaints.append(parsed.complaint(column.name, column, rows, A_NUMBER))
    raise_together(
        complaints,
        expected="The target of a regression is a number in each row, or missing.",
        hint=_how_to_have_numbers(columns),
    )
    numbers = np.stack(values, axis=1)
    check_finite_target(numbers)
    if np.isnan(numbers).all():
        raise _all_missing(len(numbers))
    return numbers if len(columns) > 1 else numbers[:, 0]


def _how_to_have_numbers(columns: Sequence[pl.Series]) -> str:
    """Say what to do about targets that are not numbers."""
    for column in columns:
        words = column if is_text(column.dtype) else None
        if column.dtype.is_temporal() or (words is not None and date_style(words)):
            return DAYS_INSTEAD
        if example := "" if words is None else like_numbers(words):
            return f"write numbers such as {example!r} as 1234.5"
    return "clean these values, or train a classifier"


def are_amounts(numbers: NDArray[np.float64]) -> bool:
    """Say whether numbers are counts or amounts, none below 0, that spread widely.

    Of such the noise grows with what is expected, as a rule: of a thousand bicycles or dollars more
    are missed than of ten.

    Args:
        numbers: `[row]` or `[row, output]`; rows with a NaN are left out.

    Example:
        >>> are_amounts(np.array([0.0, 1.0, 8.0])), are_amounts(np.array([20.0, 21.0, 28.0]))
        (True, False)
    """
    matrix = numbers.reshape(len(numbers), -1)
    matrix = matrix[~np.isnan(matrix).any(axis=1)]
    if not len(matrix) or matrix.min(initial=0.0) < 0 or not matrix.any(axis=0).all():
        return False
    shares = matrix / matrix.max(axis=0)
    return bool((shares.std(axis=0) > LEAST_SPREAD * shares.mean(axis=0)).all())


def infer_task(y: Any) -> Literal["classification", "regression"]:
    """Say whether a target looks like classes or like numbers.

    Text and truth values are classes. Whole numbers are classes if there are 20
    different ones at most, each in ten rows on average; other numbers are numbers.

    Example:
        >>> infer_task(["a", "b"]), infer_task([1.5, 2.0]), infer_task([0, 1] * 50)
        ('classification', 'regression', 'classification')
    """
    columns = target_columns(y)
    if len(columns) > 1:
        return "regression"
    parsed = parse_numbers(columns[0])
    if columns[0].dtype == pl.Boolean or parsed.wrong.any():
        return "classification"
    values = parsed.values.drop_nulls()
    n_distinct = values.n_unique()
    few = n_distinct <= min(MOST_NUMBERED_CLASSES, len(values) / FEWEST_ROWS_A_CLASS)
    return "classification" if few and (values == values.round()).all() else "regression"


def check_lengths(*parts: Any) -> None:
    """Check that tables, targets and weights have the same number of rows.

    Args:
        parts: tables, arrays, lists, or numbers of rows; None does not count.

    Raises:
        DataError: the numbers differ.

    Example:
        >>> check_lengths([1, 2, 3], None, np.ones(3))
    """
    lengths = [_length(part) for part in parts if part is not None]
    if len(set(lengths)) > 1:
        raise DataError(
            f"Found input variables with inconsistent numbers of samples: {lengths}",
            expected="Table, target and weights have the same rows, in the same order.",
            hint="check where rows were dropped from only one of them",
        )


def _length(part: Any) -> int:
    if isinstance(part, int | np.integer):
        return int(part)
    n_rows = getattr(part, "n_rows", None)
    if n_rows is not None:
        return int(n_rows)
    shape = getattr(part, "shape", None)
    if shape:
        return int(shape[0])
    return len(part) if isinstance(part, Sized) else len(np.asarray(part))


def _only_column(y: Any) -> pl.Series:
    columns = target_columns(y)
    if len(columns) > 1:
        shape = (len(columns[0]), len(columns))
        raise DataError(
            f"y should be a 1d array, got an array of shape {shape} instead.",
            expected="A classifier has one target, with one class for each row.",
            hint="train one classifier for each column",
        )
    _warn_of_column_vector(y, columns)
    return columns[0]


def _warn_of_column_vector(y: Any, columns: list[pl.Series]) -> None:
    shape = getattr(y, "shape", ())
    if len(columns) == 1 and len(shape) == 2:
        # scikit-learn takes a second to import, and a file has no column vectors.
        from sklearn.exceptions import DataConversionWarning

        warn_user(
            "A column-vector y was passed when a 1d array was expected. Please change the shape "
            "of y to (n_samples,), for example using ravel().",
            DataConversionWarning,
        )


def _all_missing(n_rows: int) -> DataError:
    return DataError(
        f"The target is missing in all {counted(n_rows, 'row')}.",
        expected="Rows with a target are learnt from; at least one is needed.",
        hint="check that the right column is the target",
    )
