"""The compiled program: many epochs, with best weights and patience, in one call."""

from functools import partial
from typing import Any, cast

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from rightfit.nn import Network, sum_of_squared_weights
from rightfit.train.epoch import Score, compute_outputs, score, train_epoch
from rightfit.train.gradient_norms import layer_gradients
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import N_PARTS, HeldOut, Knobs, Plan, Record, Records, Rows, State
from rightfit.train.step import learning_rate

_FEW_ROWS = 4096
# Targets are standardised, so that a network that knows nothing has a loss of about 1. One with so
# much more has diverged, even where its numbers are still finite.
_LARGEST_LOSS = 1e6
# Where every row is right, the log loss can be halved for ever, and nothing comes of it.
_SMALL_LOSS = 0.01


@partial(jax.jit, static_argnames="plan")
def start(plan: Plan, network: Network, momentum: Float[Array, ""]) -> State:
    """Make the state before the first step."""
    return State(
        network=network,
        moments=OPTIMIZERS[plan.optimizer].direction(momentum).init(network),
        average=jax.tree.map(jnp.copy, network) if plan.averaging else None,
        best_network=jax.tree.map(jnp.copy, network),
        best_watched=jnp.asarray(jnp.inf, network.dtype),
        reference=jnp.asarray(jnp.inf, network.dtype),
        best_epoch=jnp.int32(0),
        waited_epochs=jnp.int32(0),
        epoch=jnp.int32(0),
        step=jnp.int32(0),
        failed_step=jnp.int32(-1),
        stopped=jnp.bool_(False),
    )


def advance(
    plan: Plan,
    state: State,
    knobs: Knobs,
    training: Rows,
    held_out: HeldOut | None,
    orders: Int[Array, "epoch slot"],
    n_epochs: Int[Array, ""],
) -> tuple[State, Records]:
    """Train until `n_epochs` have ended, the patience is used up, or a loss is not finite.

    Args:
        plan: what the program is compiled for.
        state: where training stands; its buffers are used up by the call.
        knobs: numbers of this run.
        training: rows that are trained on.
        held_out: rows that choose when to stop; None to watch the training loss.
        orders: the row order of each epoch to come; at least `n_epochs` of them.
        n_epochs: epochs to run.

    Returns:
        The new state, and a record of each epoch that has ended; the others are NaN.
    """
    first = state.epoch
    nothing = jnp.asarray(jnp.nan, state.network.dtype)
    empty = jnp.full(orders.shape[0], nothing)

    def going(carry: tuple[State, Records]) -> Bool[Array, ""]:
        state, _ = carry
        return (state.epoch - first < n_epochs) & ~state.stopped & (state.failed_step < 0)

    def one(carry: tuple[State, Records]) -> tuple[State, Records]:
        state, records = carry
        number = state.epoch - first
        state, train_loss, norms = train_epoch(plan, state, knobs, training, orders[number])
        state, record = end_epoch(plan, state, knobs, training, held_out, train_loss)
        pairs = zip(records, (*record, norms), strict=True)
        return state, Records(*(column.at[number].set(value) for column, value in pairs))

    n_layers = len(layer_gradients(state.network))
    no_norms = jnp.full((orders.shape[0], n_layers), nothing)
    no_parts = jnp.full((orders.shape[0], N_PARTS), nothing)
    carry = (state, Records(empty, empty, empty, empty, no_parts, no_norms))
    return jax.lax.while_loop(going, one, carry)


def end_epoch(
    plan: Plan,
    state: State,
    knobs: Knobs,
    training: Rows,
    held_out: HeldOut | None,
    train_loss: Float[Array, ""],
) -> tuple[State, Record]:
    """Score the rows that choose, after the last step of an epoch, and keep the best weights."""
    nothing = jnp.asarray(jnp.nan, state.network.dtype)
    found = Score(nothing, nothing, jnp.full(N_PARTS, nothing), train_loss)
    size = sum_of_squared_weights(state.judged_network)
    if held_out is not None:
        found = score(plan, state.judged_network, held_out, knobs)
    watched = found.watched
    if held_out is None:
        if training.weights.shape[0] <= _FEW_ROWS:
            # An epoch of few steps moves far from the weights that its loss was met with.
            watched = score(plan, state.judged_network, HeldOut(training, None), knobs).loss
        # What is minimised is watched, or the penalty would never show.
        watched += 0.5 * knobs.l2 * size if plan.l2 else 0
    rate = learning_rate(plan, knobs, state.step - 1)
    record = Record(train_loss, found.loss, found.metric, rate, found.watched_parts)
    finite = jnp.isfinite(watched) & jnp.isfinite(size) & (state.failed_step < 0)
    finite &= train_loss < _LARGEST_LOSS
    failed = jnp.where(finite, -1, jnp.maximum(state.failed_step, state.step - 1))
    return keep_best(state._replace(failed_step=failed), watched, finite, knobs), record


run_epochs = jax.jit(advance, static_argnames="plan", donate_argnames="state")

# What one network gives for the rows that choose.
outputs = jax.jit(compute_outputs)


def keep_best(
    state: State, watched: Float[Array, ""], finite: Bool[Array, ""], knobs: Knobs
) -> State:
    """End an epoch: keep the weights if they are the best so far, and count the patience."""
    better = finite & (watched < state.best_watched)
    size = jnp.abs(jnp.where(jnp.isinf(state.reference), 0, state.reference))
    margin = knobs.tolerance * jnp.maximum(size, _SMALL_LOSS)
    clearly_better = finite & (watched < state.reference - margin)
    epoch = state.epoch + finite
    waited = jnp.where(clearly_better, 0, state.waited_epochs + finite)
    grown = knobs.patience_growth * (epoch - waited)
    return state._replace(
        best_network=jax.tree.map(
            lambda new, old: jnp.where(better, new, old), state.judged_network, state.best_network
        ),
        best_watched=jnp.where(better, watched, state.best_watched),
        reference=jnp.where(clearly_better, watched, state.reference),
        best_epoch=jnp.where(better, epoch, state.best_epoch),
        waited_epochs=waited,
        epoch=epoch,
        stopped=finite & (waited >= jnp.maximum(knobs.patience_epochs, grown)),
    )


@partial(jax.jit, static_argnames="plan", donate_argnames="states")
def run_members(
    plan: Plan,
    states: State,
    knobs: Knobs,
    training: Rows,
    held_out: HeldOut | None,
    orders: Int[Array, "member epoch slot"],
    n_epochs: Int[Array, " member"],
) -> tuple[State, Records]:
    """Do what `advance` does for several members at once.

    Everything has a leading member axis but the rows, which members share; if they differ in
    their folds, the rows' weights and numbers have one too, and which of them are held out.
    """
    of_training: Any = None
    of_held_out: Any = None
    if held_out is not None and held_out.chosen is not None:
        of_training = Rows(features=cast(Any, None), targets=None, weights=0, n_rows=0)
        of_held_out = HeldOut(of_training, 0, None)
    by_member = jax.vmap(partial(advance, plan), in_axes=(0, 0, of_training, of_held_out, 0, 0))
    result: tuple[State, Records] = by_member(states, knobs, training, held_out, orders, n_epochs)
    return result


@partial(jax.jit, donate_argnames="state", static_argnames="plan")
def go_back(plan: Plan, state: State, momentum: Float[Array, ""], n_rows: Int[Array, ""]) -> State:
    """Return to the best weights with an empty optimizer, after a loss that was not finite.

    The epoch in which it happened is taken again from its first step.
    """
    n_steps = -(-n_rows // plan.batch_size)
    return state._replace(
        step=(state.step - 1) // n_steps * n_steps,
        network=state.best_network,
        moments=OPTIMIZERS[plan.optimizer].direction(momentum).init(state.best_network),
        average=jax.tree.map(jnp.copy, state.best_network) if plan.averaging else None,
        best_network=jax.tree.map(jnp.copy, state.best_network),
        failed_step=jnp.int32(-1),
    )
