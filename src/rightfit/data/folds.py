"""Folds of rows, and splits that keep groups together or respect time."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rightfit.data.moments import read_moments
from rightfit.data.split import Split
from rightfit.errors import MAX_SHOWN, DataError, DataWarning, and_more, counted, warn_user
from rightfit.shuffle import shuffled


def group_codes(groups: Any, n_rows: int) -> NDArray[np.int64]:
    """Number the groups of rows; labels of any kind.

    Raises:
        DataError: there is not one label for each row, or one is missing.
    """
    labels = _column(groups, "groups", n_rows)
    if _is_missing(labels).any():
        raise DataError(
            "The 'groups' argument has missing values.",
            expected="Every row must belong to a group.",
            hint="give rows without a group a label of their own",
        )
    numbers: dict[Any, int] = {}
    return np.array(
        [numbers.setdefault(label, len(numbers)) for label in labels.tolist()], np.int64
    )


def time_ranks(time: Any, n_rows: int) -> NDArray[np.int64]:
    """Rank the rows by time, rows of one moment alike.

    Args:
        time: `[row]`, numbers or dates, also as text, or text as `read_moments` takes it.
        n_rows: how many there must be.

    Raises:
        DataError: there is not one moment for each row, one is missing, or they have no order.

    Example:
        >>> time_ranks(["31.12.2020", "01.01.2021", "31.12.2020"], 3).tolist()
        [0, 1, 0]
    """
    moments = _column(time, "time", n_rows)
    is_missing = _is_missing(moments)
    if not is_missing.any() and _is_text(moments):
        read = read_moments(pl.Series(moments.tolist(), dtype=pl.String), "The 'time' argument")
        is_missing, moments = read.is_null().to_numpy(), read.to_numpy()
    if is_missing.any():
        raise DataError(
            "The 'time' argument has missing values.",
            expected="Every row needs its moment.",
            hint="leave rows without a moment out",
        )
    try:
        return np.unique(moments, return_inverse=True)[1].astype(np.int64)
    except TypeError as problem:
        raise DataError(
            "The values of the 'time' argument cannot be ordered.",
            expected="They must be numbers or dates, and all of one kind.",
        ) from problem


def make_folds(
    n_folds: int,
    seed: int,
    n_rows: int,
    classes: NDArray[Any] | None = None,
    groups: NDArray[np.int64] | None = None,
    time: NDArray[np.int64] | None = None,
) -> list[Split]:
    """Split rows into folds: stratified for classes, grouped, or one after the other in time.

    Args:
        n_folds: how many.
        seed: of the shuffle; folds in time are not shuffled.
        n_rows: rows to split.
        classes: `[row]`, as the user wrote them; None for numbers. Those of fewer rows than folds
            are shared out like the largest.
        groups: `[row]`, from `group_codes`: the rows of one are never on both sides.
        time: `[row]`, from `time_ranks`: each fold is predicted from what lies before it, so
            that the earliest rows are held out of none.

    Returns:
        For each fold the numbers of the rows that are trained on and of those held out.

    Raises:
        DataError: there are fewer rows, groups or moments than folds.

    Example:
        >>> folds = make_folds(2, 0, 4, np.array(["a", "b", "a", "b"]))
        >>> sorted(np.concatenate([held for _, held in folds]).tolist())
        [0, 1, 2, 3]
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    if time is not None:
        return _folds_in_time(n_folds, time)
    _check_counts(n_folds, n_rows, groups)
    if classes is not None:
        classes = _without_rare(classes, n_folds)
    splitter: Any
    if groups is not None:
        splitter = (
            GroupKFold(n_folds, shuffle=True, random_state=seed)
            if classes is None
            else StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
        )
    else:
        kind = KFold if classes is None else StratifiedKFold
        splitter = kind(n_folds, shuffle=True, random_state=seed)
    rows = np.zeros(n_rows)
    splits = list(splitter.split(rows, classes, groups))
    if groups is not None and not all(len(held) for _, held in splits):
        # Balancing classes may leave a fold without a group.
        splits = list(
            GroupKFold(n_folds, shuffle=True, random_state=seed).split(rows, None, groups)
        )
    return [(training.astype(np.int64), held.astype(np.int64)) for training, held in splits]


def warn_of_rare_classes(classes: NDArray[Any], n_folds: int) -> None:
    """Name the classes of fewer rows than folds."""
    names, counts = np.unique(classes, return_counts=True)
    rare = counts < n_folds
    if rare.any():
        warn_user(
            f"There are fewer rows of a class than the {n_folds} folds: "
            f"{_with_counts(names[rare], counts[rare])}. Some folds hold no row of such a class "
            "out, or train on none.",
            DataWarning,
        )


def warn_of_untaught_classes(training: NDArray[Any], held_out: NDArray[Any]) -> None:
    """Name the classes of held-out rows that no row to train on has."""
    names, counts = np.unique(held_out, return_counts=True)
    untaught = ~np.isin(names, training)
    if untaught.any():
        warn_user(
            "Only rows that are held out have these classes, so that no network learns them: "
            f"{_with_counts(names[untaught], counts[untaught])}. Hand over rows of them that can "
            "be trained on, or train with validation_fraction=0.",
            DataWarning,
        )


def _with_counts(names: NDArray[Any], counts: NDArray[np.int64]) -> str:
    """List the first classes, each with its number of rows."""
    listed = [
        f"{str(name)!r} ({counted(int(count), 'row')})"
        for name, count in zip(names, counts, strict=True)
    ]
    return f"{', '.join(listed[:MAX_SHOWN])}{and_more(len(listed))}"


def hold_out_groups(groups: NDArray[np.int64], fraction: float, seed: int) -> Split:
    """Hold whole groups out, drawn at random, that have about such a share of the rows.

    Raises:
        DataError: there is only one group.

    Example:
        >>> hold_out_groups(np.array([0, 0, 0, 1, 1, 2]), 0.2, seed=0)[1].tolist()
        [3, 4]
    """
    names, counts = np.unique(groups, return_counts=True)
    if len(names) < 2:
        raise DataError(
            "All rows belong to one group, so that none can be held out.",
            expected="At least two groups are needed.",
        )
    wanted = fraction * len(groups)
    chosen: list[int] = []
    n_rows = 0
    for place in shuffled(len(names), seed):
        # A group that would overshoot by more than is missing makes it worse.
        if n_rows + counts[place] / 2 <= wanted and len(chosen) < len(names) - 1:
            chosen.append(int(place))
            n_rows += int(counts[place])
    held = np.isin(groups, names[chosen or [int(counts.argmin())]])
    return np.flatnonzero(~held), np.flatnonzero(held)


def hold_out_latest(time: NDArray[np.int64], fraction: float) -> Split:
    """Hold the latest rows out; rows of one moment stay together.

    Raises:
        DataError: all rows are of one moment.
    """
    ordered = np.sort(time)
    first = ordered[min(int(np.ceil(len(time) * (1 - fraction))), len(time) - 1)]
    first = max(first, 1)
    if first > ordered[-1]:
        raise DataError(
            "All rows are of one moment, so that none is later than the others.",
            expected="At least two moments are needed.",
        )
    return np.flatnonzero(time < first), np.flatnonzero(time >= first)


def _folds_in_time(n_folds: int, time: NDArray[np.int64]) -> list[Split]:
    from sklearn.model_selection import TimeSeriesSplit

    n_moments = int(time.max()) + 1
    if n_moments <= n_folds:
        raise DataError(
            f"The rows have {counted(n_moments, 'moment')}, too few for {n_folds} folds in time.",
            expected="Each fold needs moments of its own, and earlier ones to learn from.",
            hint=_fewer_folds(n_moments - 1),
        )
    # Of moments, so that rows of one are never on both sides.
    moments = TimeSeriesSplit(n_folds).split(np.arange(n_moments))
    return [
        (np.flatnonzero(np.isin(time, training)), np.flatnonzero(np.isin(time, held)))
        for training, held in moments
    ]


def _check_counts(
    n_folds: int,
    n_rows: int,
    groups: NDArray[np.int64] | None,
) -> None:
    if n_rows < n_folds:
        raise DataError(
            f"There is a target in {counted(n_rows, 'row')}, fewer than the {n_folds} folds.",
            expected="Each fold needs a row.",
            hint=_fewer_folds(n_rows),
        )
    if groups is not None and len(np.unique(groups)) < n_folds:
        n_groups = len(np.unique(groups))
        raise DataError(
            f"The rows have {counted(n_groups, 'group')}, fewer than the {n_folds} folds.",
            expected="Each fold needs a group.",
            hint=_fewer_folds(n_groups),
        )


def _without_rare(classes: NDArray[Any], n_folds: int) -> NDArray[Any]:
    names, numbers, counts = np.unique(classes, return_inverse=True, return_counts=True)
    is_rare = (counts < n_folds)[numbers]
    return np.where(is_rare, names[counts.argmax()], classes)


def _fewer_folds(most: int) -> str:
    return f"lower n_folds to {most} or less" if most > 1 else "use no folds"


def _column(values: Any, name: str, n_rows: int) -> NDArray[Any]:
    values = values.to_numpy() if hasattr(values, "to_numpy") else values
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        objects = np.asarray(values.astype(object))
        objects[np.ma.getmaskarray(values)] = None
        values = objects
    # A list keeps its values: as an array, numbers beside text would become text.
    column = np.asarray(values, dtype=None if isinstance(values, np.ndarray) else object)
    if column.dtype.kind == "S":
        column = np.char.decode(column, "utf-8", "replace")
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.shape != (n_rows,):
        raise DataError(
            f"The {name!r} argument has the shape {column.shape}, and X has {n_rows} rows.",
            expected="It must have one value for each row.",
        )
    return column


def _is_missing(column: NDArray[Any]) -> NDArray[np.bool_]:
    if column.dtype.kind == "O":
        return np.array([value is None or not _equals_itself(value) for value in column])
    # Not a number and not a time are the only values that differ from themselves.
    missing: NDArray[np.bool_] = column != column
    return missing


def _is_text(column: NDArray[Any]) -> bool:
    return column.dtype.kind in "OU" and {type(value) for value in column} <= {str, np.str_}


def _equals_itself(value: Any) -> bool:
    answer = value == value
    # pandas' NA does not even say whether it does.
    return isinstance(answer, bool | np.bool_) and bool(answer)
