"""From a table and its targets to what the training program takes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy.typing import DTypeLike

from rightfit.arrays import Features
from rightfit.data.encode import Encoder, fit_encoder
from rightfit.data.folds import hold_out_groups, hold_out_latest, make_folds
from rightfit.data.schema import Schema, recognise_columns
from rightfit.data.split import split_rows
from rightfit.data.table import Table
from rightfit.errors import DataError, DataWarning, counted, warn_user
from rightfit.model.target import (
    Target,
    fit_classes,
    fit_numbers,
    is_missing,
    nothing_to_train_on,
)
from rightfit.train.compilation_cache import compiled
from rightfit.train.pack.run import Fold
from rightfit.train.plan import Rows
from rightfit.train.rows import bucket

_HELD_OUT = 0.15
_FEWEST_HELD_OUT = 10
_MOST_REPEATS = 4
_FEW_ROWS = 20_000
_FOLDS_OF_FEW_ROWS = 5
# Below so many rows float64 costs nothing that anybody would notice.
_FEWEST_FOR_FLOAT32 = 500


@dataclasses.dataclass(frozen=True)
class Labelled:
    """Rows with their targets and weights, as people hand them over.

    Attributes:
        table: the columns.
        y: the targets.
        weights: `[row]`, at least 0.
        groups: `[row]`, number of the row's group; None without groups.
        time: `[row]`, rank of the row in time; None where it does not matter.
    """

    table: Table
    y: Any
    weights: Float[np.ndarray, " row"]
    groups: Int[np.ndarray, " row"] | None = None
    time: Int[np.ndarray, " row"] | None = None


@dataclasses.dataclass(frozen=True)
class Choices:
    """How a table is prepared.

    Attributes:
        target_name: of the target column; "" where there is none.
        has_classes: whether the target is classes rather than numbers.
        scaling: of the number columns.
        max_one_hot: most levels of a category column that becomes one-hot.
        column_kinds: kinds that override the recognised ones.
        validation_fraction: share of the weight held out, if no rows are handed over; None
            takes 0.15, or none where that would be fewer than ten rows.
        seed: of the split and of the quantiles' sample.
        precision: "float32", "float64", or "auto" for float64 on a CPU below 500 rows.
        n_folds: folds of the training rows, instead of rows that are held out; None for none.
        needs_held_out: whether networks are chosen among, which takes rows that they were not
            trained on: five folds, where too few rows could be held out.
    """

    target_name: str
    has_classes: bool
    scaling: str
    max_one_hot: int
    column_kinds: Mapping[str, str]
    validation_fraction: float | None
    seed: int
    precision: str
    n_folds: int | None = None
    needs_held_out: bool = False


@dataclasses.dataclass(frozen=True)
class Way:
    """The way in and out of a network, fitted on training rows only."""

    schema: Schema
    encoder: Encoder
    target: Target


@dataclasses.dataclass(frozen=True)
class Prepared:
    """Everything that training needs.

    Attributes:
        way: schema, encoder and target.
        training: encoded training rows.
        validation: encoded validation rows; None if there are none.
        n_dropped_rows: rows without a target, or of weight 0.
        chosen: `[training]`, numbers of the training rows in the table.
        folds: splits of the training rows, numbered as they are encoded.
        held_blocks: `[held]`, numbers of groups of the validation rows that belong together, or
            their ranks in time; None where each row stands for itself.
    """

    way: Way
    training: Rows
    validation: Rows | None
    n_dropped_rows: int
    chosen: Int[np.ndarray, " training"]
    folds: tuple[Fold, ...] = ()
    held_blocks: Int[np.ndarray, " held"] | None = None

    @property
    def n_held_out(self) -> int:
        """Rows that choose when to stop, those of all folds together; 0 if there are none."""
        if self.folds:
            return sum(len(fold.held_out) for fold in self.folds)
        return 0 if self.validation is None else int(self.validation.n_rows)


def prepare(
    rows: Labelled,
    held: Labelled | None,
    choices: Choices,
    *,
    way: Way | None = None,
    target: Target | None = None,
) -> Prepared:
    """Split rows, fit the encoder on the training rows, and encode both sides.

    Args:
        rows: to train on, and to split if nothing is handed over.
        held: rows handed over for validation; None to split some off.
        choices: how to go about it.
        way: schema, encoder and target of an earlier fit to go on with; None to fit them.
        target: a target whose classes are known beforehand; None to fit it.

    Raises:
        DataError: nothing is left to train on, or a column or target cannot be used.
    """
    fitted = way.target if way is not None else target
    if fitted is None and choices.has_classes:
        fitted = fit_classes(rows.y, choices.target_name)
    unit = fitted or fit_numbers(rows.y, rows.weights, choices.target_name)
    encoded = unit.encode(rows.y)
    missing = is_missing(encoded)
    usable = ~missing & (rows.weights > 0)
    n_folds = _n_folds(choices, rows, held, usable)
    if n_folds is None:
        train_rows, held_rows = _split(usable, rows, held, encoded, unit.classes, choices)
    else:
        train_rows, held_rows = np.flatnonzero(usable), np.zeros(0, np.int64)
        if not len(train_rows):
            raise nothing_to_train_on(len(usable))
    if fitted is None:
        # Once more, now from training rows alone.
        chosen = np.zeros(len(usable))
        chosen[train_rows] = rows.weights[train_rows]
        fitted = fit_numbers(rows.y, chosen, choices.target_name)
        encoded = fitted.encode(rows.y)
    if way is None:
        schema = recognise_columns(rows.table, train_rows, choices.column_kinds)
        encoder = fit_encoder(
            rows.table,
            schema,
            _counted(train_rows, rows.weights[train_rows]),
            scaling=choices.scaling,
            max_one_hot=choices.max_one_hot,
            target=encoded,
            seed=choices.seed,
        )
        way = Way(schema, encoder, fitted)
    if missing.any():
        left_out = counted(int(missing.sum()), "row")
        warn_user(f"Left out: {left_out} without a target.", DataWarning)
    dtype = _dtype(choices.precision, len(train_rows))
    return Prepared(
        way,
        encode_rows(way.encoder, rows.table, train_rows, encoded, rows.weights, dtype),
        _validation(way, rows, held, held_rows, encoded, dtype),
        int(len(usable) - usable.sum()),
        train_rows,
        () if n_folds is None else _folds(n_folds, rows, train_rows, encoded, unit, choices),
        _blocks(rows, held_rows),
    )


def encode_rows(
    encoder: Encoder,
    table: Table,
    chosen: Int[np.ndarray, " chosen"],
    encoded: Shaped[np.ndarray, "row ..."],
    weights: Float[np.ndarray, " row"],
    dtype: DTypeLike,
) -> Rows:
    """Encode some rows of a table with their targets, padded to a bucket, onto the device."""
    size = bucket(len(chosen))
    features = encoder.encode(table, chosen, pad_to=size)
    kind = dtype if np.issubdtype(encoded.dtype, np.floating) else encoded.dtype
    targets = np.zeros((size, *encoded.shape[1:]), kind)
    targets[: len(chosen)] = encoded[chosen]
    padded = np.zeros(size, dtype)
    padded[: len(chosen)] = weights[chosen] / weights[chosen].mean()
    inputs = Features(features.numbers.astype(dtype, copy=False), features.codes)
    rows: Rows = compiled(jax.device_put, Rows(inputs, targets, padded, np.int32(len(chosen))))
    return rows


def _counted(
    chosen: Int[np.ndarray, " chosen"], weights: Float[np.ndarray, " chosen"]
) -> Int[np.ndarray, " counted"]:
    """Repeat rows whose weights are whole numbers, so that a row of weight 2 is the row twice.

    Other weights leave the rows as they are: for scales and levels that is near enough.
    """
    total = weights.sum()
    whole = bool((weights == np.floor(weights)).all())
    if not whole or not len(chosen) < total <= max(_MOST_REPEATS * len(chosen), _FEW_ROWS):
        return chosen
    return np.repeat(chosen, weights.astype(np.int64))


def _dtype(precision: str, n_rows: int) -> DTypeLike:
    if precision == "auto":
        small = n_rows < _FEWEST_FOR_FLOAT32 and jax.default_backend() == "cpu"
        precision = "float64" if small else "float32"
    return np.dtype(precision)


def _n_folds(
    choices: Choices, rows: Labelled, held: Labelled | None, usable: Shaped[np.ndarray, " row"]
) -> int | None:
    if choices.n_folds is not None or held is not None:
        return choices.n_folds
    n_rows = int(usable.sum())
    too_few = choices.validation_fraction is None and n_rows * _HELD_OUT < _FEWEST_HELD_OUT
    if not (choices.needs_held_out and too_few and n_rows):
        return None
    most = n_rows
    if rows.groups is not None:
        most = len(np.unique(rows.groups[usable]))
    elif rows.time is not None:
        most = len(np.unique(rows.time[usable])) - 1
    if most < 2:
        raise DataError(
            "There are too few rows, groups or moments to hold any out.",
            expected="Several networks can only be chosen among by rows that they were not "
            "trained on.",
            hint="hand over more rows, or ask for one network",
        )
    return min(_FOLDS_OF_FEW_ROWS, most)


def _folds(
    n_folds: int,
    rows: Labelled,
    train_rows: Int[np.ndarray, " train"],
    encoded: Shaped[np.ndarray, "row ..."],
    unit: Target,
    choices: Choices,
) -> tuple[Fold, ...]:
    classes = None if unit.classes is None else unit.classes[encoded[train_rows]]
    if classes is not None and choices.n_folds is None:
        counts = np.unique(classes, return_counts=True)[1]
        # Nobody asked for folds, so a rare class is no mistake.
        classes = classes if counts.min() >= n_folds else None
    splits = make_folds(
        n_folds,
        choices.seed,
        len(train_rows),
        classes,
        None if rows.groups is None else rows.groups[train_rows],
        None if rows.time is None else _ranks(rows.time[train_rows]),
    )
    return tuple(
        Fold(training.astype(np.int32), held_out.astype(np.int32)) for training, held_out in splits
    )


def _blocks(rows: Labelled, held_rows: Int[np.ndarray, " held"]) -> Int[np.ndarray, " held"] | None:
    of_rows = rows.groups if rows.time is None else rows.time
    return None if of_rows is None or not len(held_rows) else of_rows[held_rows]


def _ranks(time: Int[np.ndarray, " row"]) -> Int[np.ndarray, " row"]:
    """Rank anew, without gaps."""
    ranks: Int[np.ndarray, " row"] = np.unique(time, return_inverse=True)[1]
    return ranks


def _split(
    usable: Shaped[np.ndarray, " row"],
    rows: Labelled,
    held: Labelled | None,
    encoded: Shaped[np.ndarray, "row ..."],
    names: Shaped[np.ndarray, " class"] | None,
    choices: Choices,
) -> tuple[Int[np.ndarray, " train"], Int[np.ndarray, " held"]]:
    if not usable.any():
        raise nothing_to_train_on(len(usable))
    nothing = np.zeros(0, np.int64)
    fraction = choices.validation_fraction
    if fraction is None:
        fraction = _HELD_OUT if usable.sum() * _HELD_OUT >= _FEWEST_HELD_OUT else 0.0
    if held is not None or fraction == 0:
        return np.flatnonzero(usable), nothing
    if rows.groups is not None or rows.time is not None:
        live = np.flatnonzero(usable)
        if rows.time is not None:
            train, latest = hold_out_latest(_ranks(rows.time[live]), fraction)
            return live[train], live[latest]
        assert rows.groups is not None
        train, out = hold_out_groups(rows.groups[live], fraction, choices.seed)
        return live[train], live[out]
    classes = None if names is None else names[np.maximum(encoded, 0)]
    kept = np.where(usable, rows.weights, 0.0)
    return split_rows(kept, fraction, choices.seed, classes)


def _validation(
    way: Way,
    rows: Labelled,
    held: Labelled | None,
    held_rows: Int[np.ndarray, " held"],
    encoded: Shaped[np.ndarray, "row ..."],
    dtype: DTypeLike,
) -> Rows | None:
    if held is None:
        if not len(held_rows):
            return None
        return encode_rows(way.encoder, rows.table, held_rows, encoded, rows.weights, dtype)
    way.encoder.check_columns(held.table)
    targets = way.target.encode(held.y)
    usable = np.flatnonzero(~is_missing(targets) & (held.weights > 0))
    if not len(usable):
        raise DataError("None of the validation rows has a target and a weight above 0.")
    return encode_rows(way.encoder, held.table, usable, targets, held.weights, dtype)
