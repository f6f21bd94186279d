"""The derived gradient against central differences, parameter by parameter, in float64."""

import dataclasses
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from rightfit.nn import Network
from rightfit.train.compilation import compiled
from rightfit.train.plan import Knobs, Plan, Rows
from rightfit.train.step import dropout_of_step, loss

_WIDTHS = (1e-4, 1e-5, 1e-6)
# Parameters that are compared at once: so many at most, and fewer where the copies of a network,
# each with one number moved, would be of more numbers than this.
_MOST_AT_ONCE = 16
_MOST_NUMBERS = 4_000_000
# Below this share of the largest slope, differences are rounding noise.
_SMALL = 1e-3


@dataclasses.dataclass(frozen=True)
class ArrayCheck:
    """The comparison for one array of parameters.

    Attributes:
        name: such as "layers.0.weight".
        n_parameters: numbers in the array.
        n_checked: how many of them were compared.
        largest_error: the worst relative error among them.
        analytic: the derived slope at the worst one.
        numeric: the central difference at the worst one.
    """

    name: str
    n_parameters: int
    n_checked: int
    largest_error: float
    analytic: float
    numeric: float


def compare_gradients(
    plan: Plan, network: Network, rows: Rows, knobs: Knobs, *, max_checked: int, seed: int
) -> tuple[ArrayCheck, ...]:
    """Compare the derived gradient of the training loss with central differences.

    The loss is the one that training minimises: with L2, and with the dropout bits
    of the first step where there is dropout. The numeric slope of a parameter is
    (f(w+h) − f(w−h)) / 2h, at the best of three widths h: the loss of rectified units
    has kinks, and a wide step may straddle one. The relative error is |a − n| divided
    by the larger of |a|, |n| and a thousandth of the largest slope.

    Args:
        plan: the loss, and whether there is dropout.
        network: where the slope is taken.
        rows: what the loss is taken over; all of it at once.
        knobs: L2 and dropout rates.
        max_checked: compare at most so many parameters of an array, drawn at random.
        seed: of that draw.
    """
    network, rows, knobs = jax.tree.map(_double, (network, rows, knobs))
    analytic = np.asarray(compiled(_derived, plan, network, rows, knobs))
    chosen = _choose(network.trained, max_checked, seed)
    positions = np.concatenate([positions for _, _, positions in chosen])
    copies = 2 * len(_WIDTHS) * max(1, analytic.size)
    at_once = min(_MOST_AT_ONCE, max(1, _MOST_NUMBERS // copies))
    # A short last batch would be traced and compiled on its own.
    filled = np.resize(positions, -(-len(positions) // at_once) * at_once)
    differences = compiled(_central_differences, plan, network, rows, knobs, filled, at_once)
    numeric = np.asarray(differences)[: len(positions)].T
    floor = max(_SMALL * float(np.abs(analytic).max(initial=0.0)), np.finfo(np.float64).tiny)
    checks, first = [], 0
    for name, size, places in chosen:
        slopes = numeric[:, first : first + len(places)]
        first += len(places)
        checks.append(_compare(name, size, analytic[places], slopes, floor))
    return tuple(checks)


def array_names(network: Network) -> list[str]:
    """Name the arrays of a network in the order of its leaves, such as "layers.0.weight"."""
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(network)]
    return [jax.tree_util.keystr(path, simple=True, separator=".") for path in paths]


def _double(array: Array | np.ndarray | np.generic) -> np.ndarray:
    if jnp.issubdtype(array.dtype, jnp.floating):
        return np.asarray(array, np.float64)
    return np.asarray(array)


def _flat_loss(
    plan: Plan, network: Network, rows: Rows, knobs: Knobs
) -> tuple[Float[Array, " position"], Callable[[Array], Float[Array, ""]]]:
    """All parameters in a row, and the loss as a function of them."""
    flat, restore = ravel_pytree(network.trained)
    dropout = dropout_of_step(plan, knobs, jnp.uint32(0))

    def total(flat: Array) -> Float[Array, ""]:
        moved = restore(flat).with_fixed(network)
        return loss(plan, moved, rows, knobs, dropout)[0]

    return flat, total


# Everything that differs between two checks of one shape is an argument, so that the second one
# need not be compiled.
@partial(jax.jit, static_argnames="plan")
def _derived(plan: Plan, network: Network, rows: Rows, knobs: Knobs) -> Float[Array, " position"]:
    flat, total = _flat_loss(plan, network, rows, knobs)
    return jax.grad(total)(flat)


def _choose(
    network: Network, max_checked: int, seed: int
) -> list[tuple[str, int, Int[np.ndarray, " position"]]]:
    """For each array: its name, its size, and which flat positions are compared."""
    generator = np.random.Generator(np.random.Philox(seed))
    chosen, first = [], 0
    for name, leaf in zip(array_names(network), jax.tree.leaves(network), strict=True):
        places = np.arange(leaf.size)
        if leaf.size > max_checked:
            places = np.sort(generator.choice(leaf.size, max_checked, replace=False))
        chosen.append((name, leaf.size, first + places))
        first += leaf.size
    return chosen


@partial(jax.jit, static_argnames=("plan", "at_once"))
def _central_differences(
    plan: Plan,
    network: Network,
    rows: Rows,
    knobs: Knobs,
    positions: Int[Array, " position"],
    at_once: int,
) -> Float[Array, "position width"]:
    flat, total = _flat_loss(plan, network, rows, knobs)

    def moved(position: Array, step: Array) -> Array:
        return total(flat.at[position].add(step))

    def slope(position: Array) -> Array:
        widths = jnp.maximum(1.0, jnp.abs(flat[position])) * jnp.array(_WIDTHS)
        up, down = jax.vmap(jax.vmap(partial(moved, position)))(jnp.stack([widths, -widths]))
        return (up - down) / (2 * widths)

    return jax.lax.map(slope, positions, batch_size=at_once)


def _compare(
    name: str,
    size: int,
    analytic: Float[np.ndarray, " position"],
    numeric: Float[np.ndarray, "width position"],
    floor: float,
) -> ArrayCheck:
    if not len(analytic):
        return ArrayCheck(name, size, 0, 0.0, 0.0, 0.0)
    scale = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), floor)
    errors = np.abs(analytic - numeric) / scale
    widths = errors.argmin(axis=0)
    best = errors[widths, np.arange(len(analytic))]
    worst = int(best.argmax())
    return ArrayCheck(
        name,
        size,
        len(analytic),
        float(best[worst]),
        float(analytic[worst]),
        float(numeric[widths[worst], worst]),
    )
