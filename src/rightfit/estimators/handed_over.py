"""What people hand over to fit: a table, targets, weights, groups or moments, validation rows."""

import dataclasses
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import numpy as np
import polars as pl
from sklearn.utils import _safe_indexing

from rightfit.data.folds import group_codes, time_ranks
from rightfit.data.frames import IsRead
from rightfit.data.kinds import IGNORED
from rightfit.data.table import as_table
from rightfit.data.target_columns import has_target, warn_of_left_out
from rightfit.data.targets import check_lengths
from rightfit.data.weights import read_weights
from rightfit.errors import DataError
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.model.given import Labelled


def labelled(
    X: Any,
    y: Any,
    weight: Any,
    owner: Hyperparameters,
    known: Collection[Hashable] | None = None,
) -> Labelled:
    """Put a table, its targets and weights together.

    Args:
        X: the table.
        y: the targets.
        weight: of each row; None counts every row once.
        owner: the estimator, which says what columns are ignored; messages name it.
        known: the names of columns that can be used; None where all of them can.

    Raises:
        DataError: one of them cannot be used, or they have different numbers of rows.
    """
    if y is None:
        name = type(owner).__name__
        raise DataError(f"{name} requires y to be passed, but the target y is None.")
    if isinstance(y, str):
        raise _text_for_column("The target y", y, f"fit(X.drop(columns={y!r}), X[{y!r}])")
    y = _computed(y)
    is_used = not_ignored(owner.column_kinds)
    table = as_table(X, is_read=lambda name: is_used(name) and (known is None or name in known))
    weights = read_weights(weight, table.n_rows)
    check_lengths(table.n_rows, y, None if weight is None else weights)
    return Labelled(table, y, weights)


def _text_for_column(subject: str, text: str, instead: str) -> DataError:
    return DataError(
        f"{subject} is the text {text!r}.",
        expected="It is the column itself: one value for each row.",
        hint=f"{instead}, if that is its name",
    )


def not_ignored(column_kinds: Mapping[str, str] | None) -> IsRead:
    """Say which columns are looked into: all but those that somebody says are to be ignored."""
    ignored = {name for name, kind in (column_kinds or {}).items() if kind == IGNORED}
    return lambda name: name not in ignored


def rows_to_score(X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Leave out rows without a target, as `fit` does, and take objects for what they are.

    Raises:
        DataError: no row has one.
    """
    y = _computed(y)
    there = has_target(y)
    if not there.all():
        if not there.any():
            raise DataError("No row has a target, so nothing can be scored.")
        warn_of_left_out(int(len(there) - there.sum()))
        rows = np.flatnonzero(there)
        # Not every sparse matrix gives single rows, nor does a frame that is not collected.
        for make_ready in ("tocsr", "collect"):
            X = getattr(X, make_ready)() if hasattr(X, make_ready) else X
        X, y = _safe_indexing(X, rows), _safe_indexing(y, rows)
        weight = None if weight is None else np.asarray(weight)[rows]
    if getattr(getattr(y, "dtype", None), "kind", "") == "O":
        # Numbers or truth values among objects are what they are, to scikit-learn too.
        y = np.array(y.tolist())
    return X, y, weight


def _computed(y: Any) -> Any:
    """Compute a target that is a lazy frame, which has no series: its one column is the target."""
    if not isinstance(y, pl.LazyFrame):
        return y
    frame = y.collect()
    return frame.to_series() if frame.width == 1 else frame


def with_separation(rows: Labelled, groups: Any, time: Any) -> Labelled:
    """Add which rows belong together, or come later; None for neither.

    Raises:
        DataError: both are given, or they have not one value for each row.
    """
    if groups is not None and time is not None:
        raise DataError(
            "Both groups and time were handed over.",
            expected="Rows are held out by one or the other.",
        )
    for name, column in (("groups", groups), ("time", time)):
        if isinstance(column, str):
            raise _text_for_column(f"The {name!r} argument", column, f"{name}=X[{column!r}]")
    if groups is not None:
        return dataclasses.replace(rows, groups=group_codes(groups, rows.table.n_rows))
    if time is not None:
        return dataclasses.replace(rows, time=time_ranks(time, rows.table.n_rows))
    return rows


def with_weight(name: str, rows: Any) -> tuple[Any, Any, Any]:
    """Take a table and its targets, with weights or, without them, None.

    Raises:
        DataError: they are no pair and no triple.
    """
    if not isinstance(rows, tuple) or len(rows) not in (2, 3):
        raise DataError(
            f"The {name!r} argument is not a pair.",
            expected="It must be a tuple: (X, y) or (X, y, sample_weight).",
        )
    X, y, weight = (*rows, None)[:3]
    return X, y, weight


def validation_rows(
    validation: Any,
    rows: Labelled,
    owner: Hyperparameters,
    known: Collection[Hashable] | None = None,
) -> Labelled | None:
    """Read the rows that choose when to stop; None if none are handed over.

    Args:
        validation: the pair or triple.
        rows: to train on.
        owner: the estimator.
        known: the names of columns that can be used; None for those of the rows to train on.

    Raises:
        DataError: they are no pair of table and targets, or cannot be used.
    """
    if validation is None:
        return None
    X, y, weight = with_weight("validation", validation)
    if known is None and rows.table.is_named:
        known = set(rows.table.names)
    held = labelled(X, y, weight, owner, known)
    by_position = not (rows.table.is_named and held.table.is_named)
    # Of another width, the encoder says so.
    if by_position and len(held.table.names) == len(rows.table.names):
        held = dataclasses.replace(held, table=held.table.renamed(rows.table.names))
    return held
