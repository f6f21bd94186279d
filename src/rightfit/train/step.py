"""One step: forward, backward, update."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from rightfit.nn import Dropout, Network, is_weight, sum_of_squared_weights
from rightfit.nn.random_bits import fold_in
from rightfit.objectives import Objective
from rightfit.train.gradient_norms import LayerGradients, layer_gradients
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import Knobs, Plan, Rows, State
from rightfit.train.schedules import SCHEDULES, learning_rate_factor


def loss(
    plan: Plan, network: Network, batch: Rows, knobs: Knobs, dropout: Dropout | None
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Compute the penalised mean loss of a batch, and the plain sum of what judges its rows.

    The mean is over the batch's real rows, whose weights have mean 1 over the
    table; so the last, short batch counts each row as the others do, and L2 means
    the same at every batch size.

    Source:
        Szegedy et al. (2016), "Rethinking the Inception Architecture for Computer Vision", section
        7, for label smoothing.
    """
    outputs = network.outputs_apart(batch.features, dropout)

    def by(objective: Objective) -> Float[Array, " row"]:
        return _mean_over_copies(
            lambda one: objective.losses(one, batch.targets, knobs.target_means), outputs
        )

    losses = by(plan.minimised)
    with jax.named_scope("mean_over_rows"):
        total = jnp.sum(losses * batch.weights)
        mean = total / batch.n_rows
    if plan.minimised != plan.objective:
        total = jnp.sum(by(plan.objective) * batch.weights)
    if plan.smoothing:
        with jax.named_scope("label_smoothing"):
            spread = _mean_over_copies(plan.objective.mean_losses, outputs) - losses
            mean += knobs.label_smoothing * jnp.sum(spread * batch.weights) / batch.n_rows
    if plan.l2:
        with jax.named_scope("l2"):
            mean += 0.5 * knobs.l2 * sum_of_squared_weights(network)
    return mean, total


def _mean_over_copies(
    losses: Callable[[Array], Float[Array, " row"]], outputs: Float[Array, "row *copy output"]
) -> Float[Array, " row"]:
    if outputs.ndim == 2:
        return losses(outputs)
    return jnp.mean(jax.vmap(losses, in_axes=1)(outputs), axis=0)


def step(
    plan: Plan, state: State, knobs: Knobs, batch: Rows
) -> tuple[State, Float[Array, ""], LayerGradients]:
    """Move the weights once along the negative gradient of one batch's loss.

    Returns:
        The new state, the summed loss of the batch's rows before the step, and the gradients
        of the layers' weights.
    """
    dropout = dropout_of_step(plan, knobs, state.step)
    slope = jax.grad(lambda network: loss(plan, network, batch, knobs, dropout), has_aux=True)
    gradient, total = slope(state.network)
    optimizer = OPTIMIZERS[plan.optimizer].direction(knobs.momentum)
    direction, moments = optimizer.update(gradient, state.moments, state.network)
    rate = learning_rate(plan, knobs, state.step)

    def moved(weights: Array, direction: Array) -> Array:
        decays = plan.weight_decay and is_weight(weights)
        return weights - rate * (direction + knobs.weight_decay * weights if decays else direction)

    network = jax.tree.map(moved, state.network, direction)
    failed = jnp.where(jnp.isfinite(total), -1, state.step)
    state = state._replace(
        network=network,
        moments=moments,
        average=averaged(state, network, knobs),
        step=state.step + 1,
        failed_step=failed,
    )
    return state, total, layer_gradients(gradient)


def averaged(state: State, network: Network, knobs: Knobs) -> Network | None:
    """Move the running average of the weights a little towards the new ones.

    At first it moves faster, so that it soon forgets the starting weights.

    Source:
        Polyak and Juditsky (1992); the faster beginning is that of TensorFlow's moving average.
    """
    if state.average is None:
        return None
    step = state.step.astype(knobs.average_decay.dtype)
    stays = jnp.minimum(knobs.average_decay, (1 + step) / (10 + step))
    result: Network = jax.tree.map(
        lambda old, new: stays * old + (1 - stays) * new, state.average, network
    )
    return result


def learning_rate(plan: Plan, knobs: Knobs, step: Array) -> Float[Array, ""]:
    """The learning rate in force at a step, with schedule and warm-up."""
    progress = step.astype(knobs.horizon_steps.dtype) / knobs.horizon_steps
    return knobs.learning_rate * learning_rate_factor(plan.schedule, progress, knobs.warmup)


def dropout_of_step(plan: Plan, knobs: Knobs, step: Array) -> Dropout | None:
    """What a step drops: nothing, or hidden activations, inputs or both, by the step's own key.

    Source:
        Holzmüller et al. (2024), "Better by Default", for rates that fall by a schedule.
    """
    if not (plan.dropout or plan.input_dropout):
        return None
    share = jnp.ones((), knobs.dropout_rate.dtype)
    if plan.dropout_schedule != "constant":
        progress = step.astype(knobs.horizon_steps.dtype) / knobs.horizon_steps
        share = SCHEDULES[plan.dropout_schedule](jnp.clip(progress, 0, 1))
    return Dropout(
        knobs.dropout_rate * share if plan.dropout else None,
        knobs.input_dropout_rate * share if plan.input_dropout else None,
        fold_in(knobs.key, step),
    )
