"""What can be seen of a network: its values on a grid of points, and one mini-batch in both phases.

A surface is drawn with 256 shades, so that is how it leaves the compiled program: few bytes.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, UInt8

from rightfit.arrays import Features
from rightfit.nn import Network
from rightfit.objectives import Objective
from rightfit.train.plan import Knobs, Plan, Rows
from rightfit.train.rows import take_rows
from rightfit.train.step import dropout_of_step, loss

_SHADES = 255.0


class Surfaces(NamedTuple):
    """A network as pictures over a square grid of points.

    Attributes:
        output: for two classes the probability of the second; for numbers the prediction between
            two bounds; lowest value 0, highest 255. A second plane has what rounding took away,
            from -1/2 as 0 to 1/2 as 255. For more classes the most probable one, by its number,
            and its probability.
        units: every input and hidden unit on a coarser grid; 0 is shade 127.5, and v/(1+|v|)
            runs over all shades.
    """

    output: UInt8[Array, "plane point"]
    units: UInt8[Array, "unit coarse"]


class BatchLook(NamedTuple):
    """One mini-batch, forward and backward, before its step is taken.

    Attributes:
        chosen: numbers of its rows among the training rows; only the first `n_rows` are real.
        n_rows: how many rows it has.
        loss: its penalised mean loss.
        means: what every unit gives on the mean over the rows, layer after layer, inputs first.
        gradient: of the loss by every weight and bias, in the shape of the network.
    """

    chosen: Int[Array, " batch"]
    n_rows: Int[Array, ""]
    loss: Float[Array, ""]
    means: tuple[Float[Array, " _"], ...]
    gradient: Any


@partial(jax.jit, static_argnames=("objective", "side", "stride"))
def surfaces(
    objective: Objective,
    side: int,
    stride: int,
    network: Network,
    grid: Features,
    bounds: Float[Array, " 2"],
) -> Surfaces:
    """Compute the network on a grid, the output on all points and every unit on some.

    Args:
        objective: what the outputs mean.
        side: points of the grid along one axis; the grid has side² of them, row by row.
        stride: every how many points of an axis units are drawn; it divides `side`.
        network: the weights.
        grid: the points as the network reads them.
        bounds: the predictions that are drawn darkest and brightest; unused for classes.
    """
    *units, outputs = network.values(grid)
    coarse = [_coarser(values, side, stride) for values in units]
    shades = _SHADES / 2 * (1 + jnp.concatenate(coarse))
    return Surfaces(_output(objective, outputs, bounds), shades.round().astype(jnp.uint8))


@partial(jax.jit, static_argnames="objective")
def surfaces_of_members(
    objective: Objective,
    networks: Network,
    grid: Features,
    bounds: Float[Array, " 2"],
) -> UInt8[Array, "member plane point"]:
    """Compute the output of several networks, stacked member by member, on a grid."""
    return jax.vmap(lambda network: _output(objective, network(grid), bounds))(networks)


@partial(jax.jit, static_argnames="plan")
def look_at_batch(
    plan: Plan,
    network: Network,
    knobs: Knobs,
    step: Int[Array, ""],
    training: Rows,
    order: Int[Array, " slot"],
    number: Int[Array, ""],
) -> BatchLook:
    """Do the forward and the backward phase of one mini-batch, and move no weight.

    Args:
        plan: what the program is compiled for.
        network: the weights.
        knobs: numbers of this run.
        step: number of the step, which says what dropout drops.
        training: the training rows.
        order: the row numbers in this epoch's order.
        number: of the mini-batch in the epoch, from 0.
    """
    start = number * plan.batch_size
    chosen = jax.lax.dynamic_slice(order, (start,), (plan.batch_size,))
    batch = take_rows(training, chosen, training.n_rows - start)
    dropout = dropout_of_step(plan, knobs, step)
    slope = jax.value_and_grad(lambda n: loss(plan, n, batch, knobs, dropout), has_aux=True)
    (mean, _), gradient = slope(network)
    real = (jnp.arange(plan.batch_size) < batch.n_rows)[:, None]
    means = tuple(
        jnp.sum(jnp.where(real, values, 0), axis=0) / batch.n_rows
        for values in network.values(batch.features, dropout)
    )
    return BatchLook(chosen, batch.n_rows, mean, means, gradient)


def _coarser(
    values: Float[Array, "point unit"], side: int, stride: int
) -> Float[Array, "unit coarse"]:
    square = values.reshape(side, side, -1)[::stride, ::stride]
    soft = square / (1 + jnp.abs(square))
    return soft.reshape(-1, soft.shape[2]).T


def _output(
    objective: Objective, outputs: Float[Array, "point output"], bounds: Float[Array, " 2"]
) -> UInt8[Array, "plane point"]:
    predictions = objective.predictions(outputs)
    if objective.task == "multiclass":
        best = jnp.argmax(predictions, axis=1).astype(jnp.float32)
        planes = jnp.stack([best, _SHADES * jnp.max(predictions, axis=1).astype(jnp.float32)])
    elif objective.task == "binary":
        planes = _with_rest(_SHADES * predictions[:, 1])
    else:
        share = (predictions[:, 0] - bounds[0]) / (bounds[1] - bounds[0])
        planes = _with_rest(_SHADES * jnp.clip(share, 0, 1))
    return planes.round().astype(jnp.uint8)


def _with_rest(shades: Float[Array, " point"]) -> Float[Array, "plane point"]:
    """Shades, and what rounding takes from them: a line of a level would have steps without."""
    rest = shades - shades.round()
    return jnp.stack([shades, _SHADES * (rest + 0.5)])
