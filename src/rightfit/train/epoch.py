"""One epoch: every training row once, in mini-batches; then the validation rows."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from rightfit.nn import Network
from rightfit.train.gradient_norms import (
    LayerGradients,
    layer_gradients,
    squared_norms,
    steps_between_looks,
)
from rightfit.train.plan import N_PARTS, HeldOut, Knobs, Plan, Rows, State
from rightfit.train.rows import block_size, take_block, take_rows
from rightfit.train.step import step


class EpochProgress(NamedTuple):
    """How far the steps of an epoch have come.

    Attributes:
        state: after the last of them.
        total: summed loss of their rows as they were met.
        gradients: of the layers' weights in the last of them; 0 before the first.
    """

    state: State
    total: Float[Array, ""]
    gradients: LayerGradients


def train_epoch(
    plan: Plan, state: State, knobs: Knobs, rows: Rows, order: Int[Array, " slot"]
) -> tuple[State, Float[Array, ""], Float[Array, " layer"]]:
    """Take the steps of one epoch; end at once when a loss is not finite.

    Args:
        plan: what the program is compiled for.
        state: before the epoch.
        knobs: numbers of this run.
        rows: the training rows.
        order: the row numbers in this epoch's order; only the first `n_rows` are read.

    Returns:
        The state after the epoch, the mean loss of its rows as they were met, and the gradient
        norms of the layers, as `gradient_norms` says.
    """
    size = plan.batch_size
    n_steps = -(-rows.n_rows // size)
    n_full = jnp.maximum(rows.n_rows // size, 1)
    stride = steps_between_looks(order.shape[0] // size)
    n_stretches = -(-order.shape[0] // (size * stride))

    def stretch(
        number: Array, carry: tuple[EpochProgress, Array, Array]
    ) -> tuple[EpochProgress, Array, Array]:
        progress, squares, n_looks = carry
        first = jnp.minimum(number * stride, n_full)
        end = jnp.minimum(first + stride, n_full)
        # After the full mini-batches the rest, a short one, which nobody looks at.
        last = jnp.where(number == n_stretches, n_steps, end)
        progress = take_steps(plan, progress, knobs, rows, order, first, last)
        looked = first < end
        squares += jnp.where(looked, squared_norms(progress.gradients), 0)
        return progress, squares, n_looks + looked

    progress = begin_progress(state)
    nothing = jnp.zeros(len(progress.gradients), state.network.dtype)
    progress, squares, n_looks = jax.lax.fori_loop(
        0, n_stretches + 1, stretch, (progress, nothing, jnp.int32(0))
    )
    return progress.state, progress.total / rows.n_rows, jnp.sqrt(squares / n_looks)


def begin_progress(state: State) -> EpochProgress:
    """Stand before the first step of an epoch, or of some steps in it."""
    gradients = jax.tree.map(jnp.zeros_like, layer_gradients(state.network))
    return EpochProgress(state, jnp.zeros((), state.network.dtype), gradients)


def take_steps(
    plan: Plan,
    progress: EpochProgress,
    knobs: Knobs,
    rows: Rows,
    order: Int[Array, " slot"],
    first: Int[Array, ""],
    end: Int[Array, ""],
) -> EpochProgress:
    """Take some steps of an epoch; end at once when a loss is not finite.

    Args:
        plan: what the program is compiled for.
        progress: before the first of these steps.
        knobs: numbers of this run.
        rows: the training rows.
        order: the row numbers in this epoch's order.
        first: number of the first mini-batch, from 0.
        end: number of the mini-batch that is not trained on any more.
    """

    def going(carry: tuple[Array, EpochProgress]) -> Bool[Array, ""]:
        number, progress = carry
        return (number < end) & (progress.state.failed_step < 0)

    def one(carry: tuple[Array, EpochProgress]) -> tuple[Array, EpochProgress]:
        number, progress = carry
        start = number * plan.batch_size
        chosen = jax.lax.dynamic_slice(order, (start,), (plan.batch_size,))
        batch = take_rows(rows, chosen, rows.n_rows - start)
        state, loss, gradients = step(plan, progress.state, knobs, batch)
        return number + 1, EpochProgress(state, progress.total + loss, gradients)

    _, progress = jax.lax.while_loop(going, one, (first, progress))
    return progress


class Score(NamedTuple):
    """What rows say of a network.

    Attributes:
        loss: the mean loss.
        metric: the metric.
        watched_parts: what is watched on each part of the rows; NaN if there are no parts.
        watched: what early stopping wants smaller: the loss that is minimised, or the metric, but
            relative to how far targets spread, so that neither large nor small units are beyond a
            float32.
    """

    loss: Float[Array, ""]
    metric: Float[Array, ""]
    watched_parts: Float[Array, " part"]
    watched: Float[Array, ""]


def score(plan: Plan, network: Network, held_out: HeldOut, knobs: Knobs) -> Score:
    """Compute the mean loss and the metric of rows, and what is watched on each part of them."""
    rows, chosen, parts = held_out
    outputs = compute_outputs(network, held_out)
    targets, weights = rows.targets, rows.weights
    if chosen is not None:
        real = jnp.arange(chosen.shape[0]) < rows.n_rows
        targets, weights = targets[chosen], jnp.where(real, weights[chosen], 0)
        parts = None if parts is None else parts[chosen]
    objective = plan.objective
    losses = objective.losses(outputs, targets, knobs.target_means)
    unit = knobs.target_unit

    def measure(weights: Array) -> tuple[Array, Array]:
        relative = objective.measure(outputs, targets, weights, knobs.target_scale)
        return jnp.sum(losses * weights) / jnp.sum(weights), relative

    loss, relative = measure(weights)
    metric, watched = objective.in_units(relative, unit), objective.watched(loss, relative)
    if plan.minimised != objective and not objective.watch_metric:
        own = plan.minimised.losses(outputs, targets, knobs.target_means)
        watched = jnp.sum(own * weights) / jnp.sum(weights)
    if parts is None:
        return Score(loss, metric, jnp.full(N_PARTS, jnp.nan, network.dtype), watched)
    of_part = jnp.where(parts == jnp.arange(N_PARTS)[:, None], weights, 0)

    def watched_in_units(weights: Array) -> Array:
        loss, relative = measure(weights)
        return objective.watched(loss, objective.in_units(relative, unit))

    return Score(loss, metric, jax.vmap(watched_in_units)(of_part), watched)


def compute_outputs(network: Network, held_out: HeldOut) -> Float[Array, "slot output"]:
    """Compute a network's outputs, block by block to bound the memory; beyond the rows, 0."""
    rows, chosen, _ = held_out
    n_slots = (rows.weights if chosen is None else chosen).shape[0]
    size = block_size(n_slots, network.n_copies)
    n_blocks = -(-rows.n_rows // size)

    def one(number: Array, outputs: Array) -> Array:
        block = network(take_block(rows.features, chosen, number * size, size))
        return jax.lax.dynamic_update_slice_in_dim(outputs, block, number * size, 0)

    outputs = jnp.zeros((n_slots, network.n_outputs), network.dtype)
    return jax.lax.fori_loop(0, n_blocks, one, outputs)
