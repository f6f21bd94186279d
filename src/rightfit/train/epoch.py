"""One epoch: every training row once, in mini-batches; then the validation rows."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from rightfit.nn import Network
from rightfit.train.plan import Knobs, Plan, Rows, State
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

    def going(carry: tuple[Array, State, Array]) -> Bool[Array, ""]:
        number, state, _ = carry
        return (number < n_steps) & (state.failed_step < 0)

    def one(carry: tuple[Array, State, Array]) -> tuple[Array, State, Array]:
        number, state, total = carry
        start = number * plan.batch_size
        chosen = jax.lax.dynamic_slice(order, (start,), (plan.batch_size,))
        state, loss = step(plan, state, knobs, take_rows(rows, chosen, rows.n_rows - start))
        return number + 1, state, total + loss

    first = (jnp.int32(0), state, jnp.zeros((), state.network.dtype))
    _, state, total = jax.lax.while_loop(going, one, first)
    return state, total / rows.n_rows


def score(
    plan: Plan, network: Network, rows: Rows, knobs: Knobs
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Compute the mean loss and the metric of rows, block by block to bound the memory."""
    size = block_size(rows.weights.shape[0])
    n_blocks = -(-rows.n_rows // size)
    shape = rows.weights.shape[0], network.layers[-1].bias.shape[0]
    outputs = jnp.zeros(shape, network.dtype)

    def one(number: Array, outputs: Array) -> Array:
        block = network(take_block(rows.features, number * size, size))
        return jax.lax.dynamic_update_slice_in_dim(outputs, block, number * size, 0)

    outputs = jax.lax.fori_loop(0, n_blocks, one, outputs)
    losses = plan.objective.losses(outputs, rows.targets)
    loss = jnp.sum(losses * rows.weights) / jnp.sum(rows.weights)
    metric = plan.objective.measure(outputs, rows.targets, rows.weights, knobs.target_scale)
    return loss, metric
