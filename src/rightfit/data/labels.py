"""The labels of a target of classes."""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.cells import places, row_list, unnamed
from rightfit.data.markers import (
    CATEGORY_MARKERS,
    MARKERS,
    is_text,
    parse_numbers,
    without_markers,
)
from rightfit.data.spelling import as_known
from rightfit.errors import (
    MAX_SHOWN,
    DataError,
    DataWarning,
    and_more,
    counted,
    did_you_mean,
    shown,
    warn_user,
)

DAYS_INSTEAD: Final = "take the days since some date instead, which are numbers"


def labels_of(
    column: pl.Series, fixed_width: Any, known: NDArray[Any] | None = None
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Give the labels in the type that the user gave them, and where there are any.

    Args:
        column: the target.
        fixed_width: the NumPy type that the target came in, if it did.
        known: the classes that are known already. A word that is one of them is never missing,
            and whether another one is does not depend on the other rows.
    """
    column = unnamed(column)
    if is_text(column.dtype):
        text = column.cast(pl.String)
        kind = np.str_ if getattr(fixed_width, "kind", "") == "U" else np.object_
        labels = np.array(text.fill_null("").to_list(), dtype=kind)
        return labels, _present_words(text, known).is_not_null().to_numpy()
    if not (column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)):
        raise DataError(
            f"Unknown label type: the target holds values of type {column.dtype}.",
            expected="A class is a text, a whole number, or true or false.",
            hint=DAYS_INSTEAD if column.dtype.is_temporal() else "turn the target into text",
        )
    if column.dtype.is_float():
        column = column.fill_nan(None)
        check_finite_target(column.to_numpy().reshape(-1, 1))
        _check_whole(column)
    if column.dtype.is_integer():
        column = _in_64_bits(column)
    nothing = False if column.dtype == pl.Boolean else 0
    return column.fill_null(nothing).to_numpy(), column.is_not_null().to_numpy()


def _in_64_bits(column: pl.Series) -> pl.Series:
    if str(column.dtype) not in ("Int128", "UInt128"):
        return column
    smaller = column.cast(pl.Int64, strict=False)
    if smaller.null_count() == column.null_count():
        return smaller
    raise DataError(
        "Unknown label type: the target holds whole numbers of more than 64 bits.",
        expected="A class is a text, a whole number, or true or false.",
        hint="turn the target into text",
    )


def _present_words(text: pl.Series, known: NDArray[Any] | None) -> pl.Series:
    """Take out what stands for a missing class, which is what it is in a column of the table.

    "None" is a class beside words, and missing beside numbers, as it is there.
    """
    if known is None:
        return without_markers(text, MARKERS if _are_numbers(text) else CATEGORY_MARKERS)
    words = pl.Series(_texts(known).tolist(), dtype=pl.String)
    markers = MARKERS if _are_numbers(words) else CATEGORY_MARKERS
    classes = set(words.str.strip_chars()) - {""}
    return without_markers(text, tuple(word for word in markers if word not in classes))


def _are_numbers(text: pl.Series) -> bool:
    numbers = parse_numbers(text)
    return not numbers.wrong.any() and bool(numbers.values.is_not_null().any())


def warn_of_missing_words(column: pl.Series, is_there: NDArray[np.bool_]) -> None:
    """Warn of words that count as missing: one of them may be a class, such as NA for Namibia."""
    if not is_text(column.dtype):
        return
    words = (
        unnamed(column).cast(pl.String).filter(~pl.Series(is_there)).drop_nulls().str.strip_chars()
    )
    words = words.filter(words != "")
    if len(words):
        found = words.unique(maintain_order=True).to_list()
        warn_user(
            f"In the target {shown(found)} count{'s' if len(found) == 1 else ''} as missing "
            f"({counted(len(words), 'row')}); rename the class if it is one.",
            DataWarning,
        )


def _check_whole(column: pl.Series) -> None:
    broken = (column != column.round()).fill_null(False)
    if broken.any():
        rows = broken.arg_true().to_list()
        raise DataError(
            f"Unknown label type: continuous. The target has {counted(len(rows), 'value')} that "
            f"are not whole numbers: {column[rows[0]]!r} ({row_list(rows[:1])})"
            f"{', …' if len(rows) > 1 else ''}.",
            expected="A class is a text, a whole number, or true or false.",
            hint="train a regressor, or cut the target into classes",
        )


def check_two(classes: NDArray[Any], n_rows: int) -> None:
    """Refuse a target of one class."""
    if len(classes) == 1:
        raise DataError(
            f"The target has only one class: {classes.tolist()[0]!r} ({counted(n_rows, 'row')}).",
            expected="A classifier needs two classes at least.",
            hint="check that the right column is the target, and that no filter took the others",
        )


def warn_of_lookalikes(classes: NDArray[Any]) -> None:
    """Warn of labels that differ only in case, white space, or a dot at the end."""
    if classes.dtype.kind not in "OU":
        return
    groups: dict[str, list[str]] = {}
    for label in classes.tolist():
        groups.setdefault(label.strip().rstrip(".").lower(), []).append(label)
    alike = [" and ".join(map(repr, labels)) for labels in groups.values() if len(labels) > 1]
    if alike:
        warn_user(
            f"The target has classes that look alike: {', '.join(alike[:MAX_SHOWN])}"
            f"{and_more(len(alike))}. They are told apart; clean the target if they are the same.",
            DataWarning,
        )


def known_codes(
    labels: NDArray[Any], rows: NDArray[np.intp], classes: NDArray[Any]
) -> NDArray[np.intp]:
    """Find labels among classes that are known, wherever those stand.

    Raises:
        DataError: a label is not among them; the first five are named, with their rows.
    """
    has_words = bool({labels.dtype.kind, classes.dtype.kind} & {"O", "U"})
    codes = _codes_of_words(labels, classes) if has_words else _codes_of_numbers(labels, classes)
    unknown = codes < 0
    if unknown.any():
        strange = _texts(labels[unknown]) if has_words else labels[unknown]
        words = pl.Series(strange.tolist())
        hint = "train again with these classes, or leave these rows out"
        # Numbers that look alike have nothing in common.
        if has_words:
            near = did_you_mean(str(words[0]), [str(label) for label in classes.tolist()])
            hint = near if near.startswith("did") else hint
        raise DataError(
            f"The target has classes that training did not have: {places(words, rows[unknown])}.",
            expected=f"The classes are {shown(classes.tolist())}.",
            hint=hint,
        )
    return codes


def _codes_of_numbers(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Find numbers or truth values among others; −1 where one is unknown."""
    order = np.argsort(classes)
    place = np.searchsorted(classes[order], labels).clip(max=len(classes) - 1)
    codes = order[place]
    return np.where(classes[codes] == labels, codes, -1)


def _codes_of_words(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Compare as text where one side is text: a file may have turned "1" into 1, or into 1.0."""
    if labels.dtype.kind not in "OU":
        distinct, places_of = np.unique(labels, return_inverse=True)
        return _codes_of_words(_texts(distinct), classes)[places_of]
    code_of = {word: code for code, word in enumerate(_texts(classes).tolist())}
    words = labels.tolist()
    new = pl.Series(list(set(words) - set(code_of)), dtype=pl.String)
    known = as_known(new, list(code_of)).to_list()
    code_of |= {word: code_of.get(same, -1) for word, same in zip(new, known, strict=True)}
    return np.fromiter(map(code_of.__getitem__, words), np.intp, len(words))


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    whole = values.astype(np.int64) if values.dtype.kind == "f" else values
    return np.array([str(value) for value in whole.tolist()], dtype=object)


# A margin below the largest number whose square is one, so that sums of squares are numbers too.
LARGEST_TARGET = 1e140


def check_finite_target(numbers: NDArray[np.floating[Any]]) -> None:
    """Refuse infinite targets and those whose square is, naming their rows."""
    rows = np.flatnonzero(np.isinf(numbers).any(axis=1)).tolist()
    if rows:
        raise DataError(
            f"The target holds infinity ({row_list(rows)}).",
            expected="Every number is finite; cells may be empty.",
            hint="leave these rows out, or give the largest value that can be",
        )
    rows = np.flatnonzero((np.abs(numbers) > LARGEST_TARGET).any(axis=1)).tolist()
    if rows:
        raise DataError(
            f"The target holds numbers beyond {LARGEST_TARGET:g} ({row_list(rows)}).",
            expected="Their squares must be numbers too.",
            hint="give the target in a larger unit, or as a logarithm",
        )
