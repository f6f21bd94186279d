"""From parameters and prepared rows to a training run."""

import dataclasses
from typing import Any

import numpy as np

from rightfit.errors import ParameterError
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.model.prepare import Prepared, Way
from rightfit.nn import NetworkShape
from rightfit.objectives import Objective
from rightfit.train.loop import Run
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import Knobs, Plan, Rows

_BATCH_SIZES = ((4_500, 64), (6_400, 128), (32_000, 256), (108_000, 512))
_LARGEST_BATCH = 1024
_NEVER = 2**31 - 1
# The nearest below 1 that float32 and 32 random bits can tell from it.
_MOST_DROPPED = 1 - 2.0**-20


def network_shape(chosen: Hyperparameters, way: Way, objective: Objective) -> NetworkShape:
    """Lay out the network for the encoded columns and the target.

    Raises:
        ParameterError: the tuple of activations does not fit the hidden layers.
    """
    hidden_sizes = chosen.hidden_sizes
    activations = chosen.activation
    if isinstance(activations, str):
        activations = (activations,) * len(hidden_sizes)
    if len(activations) != len(hidden_sizes):
        raise ParameterError(
            f"The 'activation' parameter of {type(chosen).__name__} has {len(activations)} names "
            f"for {len(hidden_sizes)} hidden layers.",
            expected="A tuple needs one name for each hidden layer.",
            hint="pass one name to use it for all layers",
        )
    encoder = way.encoder
    widths = tuple(
        0 if one_hot else min(chosen.embedding_size, levels - 1)
        for levels, one_hot in zip(encoder.n_levels, encoder.is_one_hot, strict=True)
    )
    return NetworkShape(
        n_numbers=len(encoder.number_names),
        n_levels=encoder.n_levels,
        embedding_widths=widths,
        hidden_sizes=tuple(int(size) for size in hidden_sizes),
        activations=activations,
        n_outputs=objective.n_outputs(way.target.n_targets),
    )


def batch_size(chosen: Hyperparameters, n_rows: int) -> int:
    """The rows of a mini-batch, never much more than there are."""
    wanted = chosen.batch_size
    if isinstance(wanted, str):
        wanted = next((size for rows, size in _BATCH_SIZES if n_rows < rows), _LARGEST_BATCH)
    return min(int(wanted), 1 << max(n_rows - 1, 0).bit_length())


def training_run(
    chosen: Hyperparameters, objective: Objective, prepared: Prepared, seed: int
) -> Run:
    """Translate parameters into what the training program takes."""
    n_rows = int(prepared.training.n_rows)
    size = batch_size(chosen, n_rows)
    plan = Plan(
        objective=objective,
        optimizer=chosen.optimizer,
        schedule=chosen.schedule,
        batch_size=size,
        dropout=bool(chosen.dropout_rate > 0 and chosen.hidden_sizes),
        input_dropout=bool(chosen.input_dropout_rate > 0),
        validates=prepared.validation is not None,
        l2=bool(chosen.l2 > 0),
        weight_decay=bool(_weight_decay(chosen) > 0),
    )
    dtype = prepared.training.weights.dtype.type
    knobs = _knobs(chosen, prepared.way, dtype, steps_per_epoch=-(-n_rows // size), seed=seed)
    return Run(
        plan=plan,
        knobs=knobs,
        training=prepared.training,
        validation=prepared.validation,
        max_epochs=int(chosen.max_epochs),
        max_seconds=chosen.max_seconds,
        seed=seed,
    )


def single_epoch(run: Run) -> Run:
    """The same run, for one epoch over all rows and without stopping, as `partial_fit` wants."""
    return dataclasses.replace(run, max_epochs=1, max_seconds=None)


def _knobs(
    chosen: Hyperparameters,
    way: Way,
    number: type[np.floating[Any]],
    *,
    steps_per_epoch: int,
    seed: int,
) -> Knobs:
    optimizer = OPTIMIZERS[chosen.optimizer]
    rate = optimizer.learning_rate if chosen.learning_rate is None else chosen.learning_rate
    horizon = min(chosen.schedule_epochs or chosen.max_epochs, _NEVER)
    patience = min(chosen.patience_epochs or _NEVER, _NEVER)
    return Knobs(
        learning_rate=number(rate),
        momentum=number(chosen.momentum),
        weight_decay=number(_weight_decay(chosen)),
        l2=number(chosen.l2),
        dropout_rate=number(min(chosen.dropout_rate, _MOST_DROPPED)),
        input_dropout_rate=number(min(chosen.input_dropout_rate, _MOST_DROPPED)),
        horizon_steps=number(horizon * steps_per_epoch),
        warmup=number(min(chosen.warmup_epochs / horizon, 1.0)),
        patience_epochs=np.int32(patience),
        tolerance=number(chosen.tolerance),
        target_scale=np.asarray(way.target.scale, number),
        key=np.random.Philox(seed).random_raw(1).view(np.uint32)[:2],
    )


def _weight_decay(chosen: Hyperparameters) -> float:
    customary = OPTIMIZERS[chosen.optimizer].weight_decay
    return customary if chosen.weight_decay is None else chosen.weight_decay


def example_rows(rows: Rows, n_most: int) -> Rows:
    """The first real rows, for a look at the network that need not see them all."""
    n_rows = min(int(rows.n_rows), n_most)
    features = type(rows.features)(*(side[:n_rows] for side in rows.features))
    return Rows(features, rows.targets[:n_rows], rows.weights[:n_rows], np.int32(n_rows))
