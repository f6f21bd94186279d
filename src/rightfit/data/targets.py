"""Targets: classes as codes, numbers as floats, and which of the two they are."""

import warnings
from collections.abc import Sized
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import DataConversionWarning

from rightfit.data.cells import count, places, row_list
from rightfit.data.complaints import and_more, raise_together
from rightfit.data.markers import A_NUMBER, is_text, parse_numbers
from rightfit.data.target_columns import target_columns
from rightfit.errors import MAX_SHOWN, DataError, DataWarning, did_you_mean, shown

MISSING: Final = -1
MOST_NUMBERED_CLASSES: Final = 20
FEWEST_ROWS_A_CLASS: Final = 10

Codes = NDArray[np.int32]


def encode_classes(y: Any, classes: NDArray[Any] | None = None) -> tuple[Codes, NDArray[Any]]:
    """Turn a target of classes into codes.

    Args:
        y: the class of each row: text, whole numbers, or truth values; in a list, an array, or a
            column of any dataframe. None, NaN and empty text are a missing class.
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
    values, is_there = _labels(column, fixed_width=getattr(y, "dtype", None))
    if not is_there.any():
        raise _all_missing(len(column))
    present = values[is_there]
    codes = np.full(len(column), MISSING, np.int32)
    if classes is None:
        classes, codes[is_there] = np.unique(present, return_inverse=True)
        _check_two(classes, len(present))
        _warn_of_lookalikes(classes)
    else:
        codes[is_there] = _known_codes(present, np.flatnonzero(is_there), np.asarray(classes))
    return codes, np.asarray(classes)


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
        hint="clean these values, or train a classifier",
    )
    numbers = np.stack(values, axis=1)
    _check_finite(numbers)
    if np.isnan(numbers).all():
        raise _all_missing(len(numbers))
    return numbers if len(columns) > 1 else numbers[:, 0]


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
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape "
            "of y to (n_samples,), for example using ravel().",
            DataConversionWarning,
            stacklevel=4,
        )


def _labels(column: pl.Series, fixed_width: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Give the labels in the type that the user gave them, and where there are any."""
    if is_text(column.dtype):
        text = column.cast(pl.String).fill_null("")
        kind = np.str_ if getattr(fixed_width, "kind", "") == "U" else np.object_
        return np.array(text.to_list(), dtype=kind), (text.str.strip_chars() != "").to_numpy()
    if not (column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)):
        raise DataError(
            f"Unknown label type: the target holds values of type {column.dtype}.",
            expected="A class is a text, a whole number, or true or false.",
            hint="turn the target into text, or train a regressor",
        )
    if column.dtype.is_float():
        column = column.fill_nan(None)
        _check_finite(column.to_numpy().reshape(-1, 1))
        _check_whole(column)
    nothing = False if column.dtype == pl.Boolean else 0
    return column.fill_null(nothing).to_numpy(), column.is_not_null().to_numpy()


def _check_whole(column: pl.Series) -> None:
    broken = (column != column.round()).fill_null(False)
    if broken.any():
        rows = broken.arg_true().to_list()
        raise DataError(
            f"Unknown label type: continuous. The target has {count(len(rows), 'value')} that "
            f"are no whole numbers: {column[rows[0]]!r} ({row_list(rows[:1])})"
            f"{', …' if len(rows) > 1 else ''}.",
            expected="A class is a text, a whole number, or true or false.",
            hint="train a regressor, or cut the target into classes",
        )


def _check_finite(numbers: NDArray[np.floating[Any]]) -> None:
    rows = np.flatnonzero(np.isinf(numbers).any(axis=1)).tolist()
    if rows:
        raise DataError(
            f"The target holds infinity ({row_list(rows)}).",
            expected="Every number is finite; cells may be empty.",
            hint="leave these rows out, or give the largest value that can be",
        )


def _check_two(classes: NDArray[Any], n_rows: int) -> None:
    if len(classes) == 1:
        raise DataError(
            f"The target has one class only: {classes.tolist()[0]!r} ({count(n_rows, 'row')}).",
            expected="A classifier needs two classes at least.",
            hint="check that the right column is the target, and that no filter took the others",
        )


def _warn_of_lookalikes(classes: NDArray[Any]) -> None:
    """Warn of labels that differ only in case, white space, or a dot at the end."""
    if classes.dtype.kind not in "OU":
        return
    groups: dict[str, list[str]] = {}
    for label in classes.tolist():
        groups.setdefault(label.strip().rstrip(".").lower(), []).append(label)
    alike = [" and ".join(map(repr, labels)) for labels in groups.values() if len(labels) > 1]
    if alike:
        warnings.warn(
            f"The target has classes that look alike: {', '.join(alike[:MAX_SHOWN])}"
            f"{and_more(len(alike))}. They are told apart; clean the target if they are the same.",
            DataWarning,
            stacklevel=3,
        )


def _known_codes(
    labels: NDArray[Any], rows: NDArray[np.intp], classes: NDArray[Any]
) -> NDArray[np.intp]:
    labels, classes = _same_type(labels, classes)
    order = np.argsort(classes)
    place = np.searchsorted(classes[order], labels).clip(max=len(classes) - 1)
    codes = order[place]
    unknown = classes[codes] != labels
    if unknown.any():
        words = pl.Series(labels[unknown].tolist())
        near = did_you_mean(str(words[0]), [str(label) for label in classes.tolist()])
        raise DataError(
            f"The target has classes that training did not have: {places(words, rows[unknown])}.",
            expected=f"The classes are {shown(classes.tolist())}.",
            hint=near if near.startswith("did") else "train again with these classes",
        )
    return codes


def _same_type(labels: NDArray[Any], classes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Compare as text where one side is text: a file may have turned "1" into 1."""
    if (labels.dtype.kind in "OU") == (classes.dtype.kind in "OU"):
        return labels, classes
    return _texts(labels), _texts(classes)


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    whole = values.astype(np.int64) if values.dtype.kind == "f" else values
    return np.array([str(value) for value in whole.tolist()], dtype=object)


def _all_missing(n_rows: int) -> DataError:
    return DataError(
        f"The target is missing in all {count(n_rows, 'row')}.",
        expected="Rows with a target are learnt from; at least one is needed.",
        hint="check that the right column is the target",
    )
