"""One epoch: every training row once, in mini-batches; then the validation rows."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from rightfit.nn import Network
from rightfit.train.plan import HeldOut, Knobs, Plan, Rows, State
from rightfit.train.rows import block_size, take_block, take_rows
from rightfit.train.step import step


def train_epoch(
    plan: Plan, state: State, knobs: Knobs, rows: Rows, order: Int[Array, " slot"]
) -> tuple[State, Float[Array, ""]]:
    """Take the steps of one epoch; end at once when a loss is not finite.

    Args:
        plan: what the program is compiled for.
        state: before the epoch.
        knobs: numbers of this run.
        rows: the training rows.
        order: the row numbers in this epoch's order; only the first `n_rows` are read.

    Returns:
        The state after the epoch, and the mean loss of its rows as they were met.
    """
    n_steps = -(-rows.n_rows // plan.batch_size)
    state, total = take_steps(plan, state, knobs, rows, order, jnp.int32(0), n_steps)
    return state, total / rows.n_rows


def take_steps(
    plan: Plan,
    state: State,
    knobs: Knobs,
    rows: Rows,
    order: Int[Array, " slot"],
    first: Int[Array, ""],
    end: Int[Array, ""],
) -> tuple[State, Float[Array, ""]]:
    """Take some steps of an epoch; end at once when a loss is not finite.

    Args:
        plan: what the program is compiled for.
        state: before the first of these steps.
        knobs: numbers of this run.
        rows: the training rows.
        order: the row numbers in this epoch's order.
        first: number of the first mini-batch, from 0.
        end: number of the mini-batch that is not trained on any more.

    Returns:
        The state after the steps, and the summed loss of their rows as they were met.
    """

    def going(carry: tuple[Array, State, Array]) -> Bool[Array, ""]:
        number, state, _ = carry
        return (number < end) & (state.failed_step < 0)

    def one(carry: tuple[Array, State, Array]) -> tuple[Array, State, Array]:
        number, state, total = carry
        start = number * plan.batch_size
        chosen = jax.lax.dynamic_slice(order, (start,), (plan.batch_size,))
        state, loss = step(plan, state, knobs, take_rows(rows, chosen, rows.n_rows - start))
        return number + 1, state, total + loss

    _, state, total = jax.lax.while_loop(
        going, one, (first, state, jnp.zeros((), state.network.dtype))
    )
    return state, total


def score(
    plan: Plan, network: Network, held_out: HeldOut, knobs: Knobs
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Compute the mean loss and the metric of rows."""
    rows, chosen = held_out
    outputs = compute_outputs(network, held_out)
    targets, weights = rows.targets, rows.weights
    if chosen is not None:
        real = jnp.arange(chosen.shape[0]) < rows.n_rows
        targets, weights = targets[chosen], jnp.where(real, weights[chosen], 0)
    losses = plan.objective.losses(outputs, targets)
    loss = jnp.sum(losses * weights) / jnp.sum(weights)
    metric = plan.objective.measure(outputs, targets, weights, knobs.target_scale)
    return loss, metric


def compute_outputs(network: Network, held_out: HeldOut) -> Float[Array, "slot output"]:
    """Compute a network's outputs, block by block to bound the memory; beyond the rows, 0."""
    rows, chosen = held_out
    n_slots = (rows.weights if chosen is None else chosen).shape[0]
    size = block_size(n_slots)
    n_blocks = -(-rows.n_rows // size)

    def one(number: Array, outputs: Array) -> Array:
        block = network(take_block(rows.features, chosen, number * size, size))
        return jax.lax.dynamic_update_slice_in_dim(outputs, block, number * size, 0)

    outputs = jnp.zeros((n_slots, network.n_outputs), network.dtype)
    return jax.lax.fori_loop(0, n_blocks, one, outputs)
