"""From a table and its targets to what the training program takes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int, Shaped

from rightfit.arrays import Features
from rightfit.data.encode import Encoder, fit_encoder
from rightfit.data.schema import Schema, recognise_columns
from rightfit.data.split import split_rows
from rightfit.data.table import Table
from rightfit.errors import DataError
from rightfit.model.target import Target, fit_classes, fit_numbers, is_missing
from rightfit.train.plan import Rows
from rightfit.train.rows import bucket


@dataclasses.dataclass(frozen=True)
class Labelled:
    """Rows with their targets and weights, as people hand them over.

    Attributes:
        table: the columns.
        y: the targets.
        weights: `[row]`, at least 0.
    """

    table: Table
    y: Any
    weights: Float[np.ndarray, " row"]


@dataclasses.dataclass(frozen=True)
class Choices:
    """How a table is prepared.

    Attributes:
        target_name: of the target column; "" where there is none.
        has_classes: whether the target is classes rather than numbers.
        scaling: of the number columns.
        max_one_hot: most levels of a category column that becomes one-hot.
        column_kinds: kinds that override the recognised ones.
        validation_fraction: share of the weight held out, if no rows are handed over.
        seed: of the split and of the quantiles' sample.
    """

    target_name: str
    has_classes: bool
    scaling: str
    max_one_hot: int
    column_kinds: Mapping[str, str]
    validation_fraction: float
    seed: int


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
    """

    way: Way
    training: Rows
    validation: Rows | None
    n_dropped_rows: int


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
    usable = ~is_missing(encoded) & (rows.weights > 0)
    train_rows, held_rows = _split(
        usable, rows.weights, held, encoded, unit.classes, choices
    )
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
            train_rows,
            scaling=choices.scaling,
            max_one_hot=choices.max_one_hot,
            seed=choices.seed,
        )
        way = Way(schema, encoder, fitted)
    return Prepared(
        way,
        encode_rows(way.encoder, rows.table, train_rows, encoded, rows.weights),
        _validation(way, rows, held, held_rows, encoded),
        int(len(usable) - usable.sum()),
    )


def encode_rows(
    encoder: Encoder,
    table: Table,
    chosen: Int[np.ndarray, " chosen"],
    encoded: Shaped[np.ndarray, "row ..."],
    weights: Float[np.ndarray, " row"],
) -> Rows:
    """Encode some rows of a table with their targets, padded to a bucket, onto the device."""
    size = bucket(len(chosen))
    features = encoder.encode(table, chosen, pad_to=size)
    targets = np.zeros((size, *encoded.shape[1:]), encoded.dtype)
    targets[: len(chosen)] = encoded[chosen]
    padded = np.zeros(size, np.float32)
    padded[: len(chosen)] = weights[chosen] / weights[chosen].mean()
    rows: Rows = jax.device_put(
        Rows(Features(*features), targets, padded, np.int32(len(chosen)))
    )
    return rows


def _split(
    usable: Shaped[np.ndarray, " row"],
    weights: Float[np.ndarray, " row"],
    held: Labelled | None,
    encoded: Shaped[np.ndarray, "row ..."],
    names: Shaped[np.ndarray, " class"] | None,
    choices: Choices,
) -> tuple[Int[np.ndarray, " train"], Int[np.ndarray, " held"]]:
    if not usable.any():
        raise DataError(
            f"None of the {len(usable)} rows has a target and a weight above 0.",
            expected="At least one row with a target is needed.",
        )
    nothing = np.zeros(0, np.int64)
    if held is not None or choices.validation_fraction == 0:
        return np.flatnonzero(usable), nothing
    classes = None if names is None else names[np.maximum(encoded, 0)]
    kept = np.where(usable, weights, 0.0)
    return split_rows(kept, choices.validation_fraction, choices.seed, classes)


def _validation(
    way: Way,
    rows: Labelled,
    held: Labelled | None,
    held_rows: Int[np.ndarray, " held"],
    encoded: Shaped[np.ndarray, "row ..."],
) -> Rows | None:
    if held is None:
        if not len(held_rows):
            return None
        return encode_rows(way.encoder, rows.table, held_rows, encoded, rows.weights)
    way.encoder.check_columns(held.table)
    targets = way.target.encode(held.y)
    usable = np.flatnonzero(~is_missing(targets) & (held.weights > 0))
    if not len(usable):
        raise DataError("None of the validation rows has a target and a weight above 0.")
    return encode_rows(way.encoder, held.table, usable, targets, held.weights)
