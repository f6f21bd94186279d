"""From a table and its targets to what the training program takes."""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy.typing import DTypeLike

from rightfit.arrays import Features
from rightfit.data.encode import Encoder, fit_encoder
from rightfit.data.kinds import CATEGORY, ID
from rightfit.data.schema import Schema, recognise_columns
from rightfit.data.table import Table
from rightfit.data.target_columns import target_columns, warn_of_left_out
from rightfit.data.targets import numbers_of
from rightfit.errors import DataError, DataWarning, shown, warn_user
from rightfit.model.given import Labelled, Preparation
from rightfit.model.held_out import partition_rows
from rightfit.model.target import (
    Target,
    fit_classes,
    fit_numbers,
    is_missing,
    with_shares,
)
from rightfit.train.compilation import call
from rightfit.train.pack.run import Fold
from rightfit.train.plan import Rows
from rightfit.train.rows import bucket

_MOST_REPEATS = 4
_FEW_ROWS = 20_000
# Below so many rows float64 costs nothing that anybody would notice.
_FEWEST_FOR_FLOAT32 = 500


@dataclasses.dataclass(frozen=True)
class Codec:
    """From a table to what a network reads, and from what it gives to predictions.

    All of it is fitted on training rows only.
    """

    schema: Schema
    encoder: Encoder
    target: Target


@dataclasses.dataclass(frozen=True)
class Prepared:
    """Everything that training needs.

    Attributes:
        codec: schema, encoder and target.
        training: encoded training rows. The rows that were held out from them lie behind, where
            padding would be, if they will be trained on afterwards.
        validation: encoded validation rows; None if there are none.
        n_dropped_rows: rows without a target, or of weight 0.
        training_rows: `[training]`, numbers of the training rows in the table.
        folds: splits of the training rows, numbered as they are encoded.
        blocks: of the validation rows, with folds of the training rows: numbers of groups that
            belong together, or ranks in time; None where each row stands for itself.
        all_rows: the training rows and those that were held out from them, to be trained on when
            all is over; None where nobody asked for that, or none were held out.
    """

    codec: Codec
    training: Rows
    validation: Rows | None
    n_dropped_rows: int
    training_rows: Int[np.ndarray, " training"]
    folds: tuple[Fold, ...] = ()
    blocks: Int[np.ndarray, " row"] | None = None
    all_rows: Rows | None = None

    @property
    def n_held_out(self) -> int:
        """Rows that choose when to stop, those of all folds together; 0 if there are none."""
        if self.folds:
            return sum(len(fold.held_out) for fold in self.folds)
        return 0 if self.validation is None else int(self.validation.n_rows)


def prepare(
    rows: Labelled,
    held: Labelled | None,
    preparation: Preparation,
    *,
    codec: Codec | None = None,
    target: Target | None = None,
) -> Prepared:
    """Split rows, fit the encoder on the training rows, and encode both sides.

    Args:
        rows: to train on, and to split if nothing is handed over.
        held: rows handed over for validation; None to split some off.
        preparation: how to go about it.
        codec: schema, encoder and target of an earlier fit to go on with; None to fit them.
        target: a target whose classes are known beforehand; None to fit it.

    Raises:
        DataError: nothing is left to train on, or a column or target cannot be used.
    """
    fitted = codec.target if codec is not None else target
    if not preparation.has_classes:
        rows = dataclasses.replace(rows, y=numbers_of(rows.y))
    elif fitted is None:
        fitted = fit_classes(rows.y, preparation.target_name)
        rows = dataclasses.replace(rows, y=_flat(rows.y))
    unit = fitted or _as_they_are(rows.y)
    encoded = unit.encode(rows.y)
    missing = is_missing(encoded)
    usable = ~missing & (rows.weights > 0)
    partition = partition_rows(rows, held, usable, encoded, unit, preparation)
    if fitted is None:
        # From training rows alone.
        weights = np.zeros(len(usable))
        weights[partition.training] = rows.weights[partition.training]
        fitted = fit_numbers(rows.y, weights, preparation.target_name)
        encoded = fitted.encode(rows.y)
    if codec is None:
        codec = _fit_codec(rows, partition.training, encoded, fitted, preparation)
    if preparation.has_classes:
        shares = with_shares(codec.target, encoded, np.where(usable, rows.weights, 0.0))
        codec = dataclasses.replace(codec, target=shares)
    warn_of_left_out(int(missing.sum()))
    dtype = _dtype(preparation.precision, len(partition.training))
    held_out = partition.held_out if preparation.refits else partition.held_out[:0]
    together = np.concatenate([partition.training, held_out])
    all_rows = encode_rows(codec.encoder, rows.table, together, encoded, rows.weights, dtype)
    has_refit = preparation.refits and bool(partition.folds or len(held_out))
    return Prepared(
        codec,
        _first_of(all_rows, len(partition.training)),
        _validation(codec, rows, held, partition.held_out, encoded, dtype),
        int(len(usable) - usable.sum()),
        partition.training,
        partition.folds,
        partition.blocks,
        all_rows if has_refit else None,
    )


def _flat(y: Any) -> Any:
    """Take the only column of a target of classes, about which people have been warned already."""
    if len(getattr(y, "shape", ())) < 2:
        return y
    return y[:, 0] if isinstance(y, np.ndarray) else target_columns(y)[0]


def _as_they_are(numbers: Float[np.ndarray, "row ..."]) -> Target:
    """The target of numbers while it is not known which of them are trained on."""
    n_outputs = 1 if numbers.ndim == 1 else numbers.shape[1]
    return Target("", None, np.zeros(n_outputs), np.ones(n_outputs))


def _fit_codec(
    rows: Labelled,
    training: Int[np.ndarray, " training"],
    encoded: Shaped[np.ndarray, "row ..."],
    target: Target,
    preparation: Preparation,
) -> Codec:
    schema = recognise_columns(rows.table, training, preparation.column_kinds)
    encoder = fit_encoder(
        rows.table,
        schema,
        _counted(training, rows.weights[training]),
        scaling=preparation.scaling,
        max_one_hot=preparation.max_one_hot,
        target=encoded,
        seed=preparation.seed,
    )
    _warn_of_ids(encoder.schema, preparation)
    return Codec(encoder.schema, encoder, target)


def _warn_of_ids(schema: Schema, preparation: Preparation) -> None:
    """Name the columns that are left out although somebody said that they are categories."""
    ids = [name for name in schema.of_kind(ID) if preparation.column_kinds.get(name) == CATEGORY]
    if ids:
        warn_user(
            f"Left out, as each of their levels occurs in one row only: {shown(ids)}.", DataWarning
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
    rows: Rows = call(jax.device_put, Rows(inputs, targets, padded, np.int32(len(chosen))))
    return rows


def _first_of(rows: Rows, n_rows: int) -> Rows:
    """The first rows of a table, which share its memory; the others are padding to them."""
    if n_rows == int(rows.n_rows):
        return rows
    weights = np.array(rows.weights)
    weights[n_rows:] = 0
    weights[:n_rows] /= weights[:n_rows].mean()
    placed = call(jax.device_put, weights)
    return rows._replace(weights=placed, n_rows=np.int32(n_rows))


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


def _validation(
    codec: Codec,
    rows: Labelled,
    held: Labelled | None,
    held_rows: Int[np.ndarray, " held"],
    encoded: Shaped[np.ndarray, "row ..."],
    dtype: DTypeLike,
) -> Rows | None:
    if held is None:
        if not len(held_rows):
            return None
        return encode_rows(codec.encoder, rows.table, held_rows, encoded, rows.weights, dtype)
    codec.encoder.check_columns(held.table)
    targets = codec.target.encode(held.y)
    usable = np.flatnonzero(~is_missing(targets) & (held.weights > 0))
    if not len(usable):
        raise DataError("None of the validation rows has a target and a weight above 0.")
    return encode_rows(codec.encoder, held.table, usable, targets, held.weights, dtype)
