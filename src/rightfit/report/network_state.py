"""What the heaviest network does with real rows: dead units, activations and gradients by layer."""

import dataclasses
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from rightfit.arrays import Features
from rightfit.model.model import Model
from rightfit.nn import Network
from rightfit.objectives import Objective
from rightfit.report.labelled import LabelledRows, take_rows
from rightfit.shuffle import shuffled
from rightfit.train.compilation import compiled

N_ROWS = 512
# Among fewer rows a unit may give the same by chance; of one row, every unit does.
_FEWEST_ROWS = 50
# A unit that moves less than this among the rows says nothing.
_STILL = 1e-7


@dataclasses.dataclass(frozen=True)
class LayerState:
    """A layer at the kept weights.

    Attributes:
        name: "hidden 1" … "output".
        dead_share: share of its units whose activation is the same for all rows; None for the
            output layer, and where fewer than 50 rows were looked at.
        n_dead: how many these are; 0 where it is None.
        n_units: of the layer.
        mean_activation: mean size of the activations.
        weight_norm: root of the sum of squares of the weights.
        gradient_norm: the same of the gradient of the rows' mean loss.
    """

    name: str
    dead_share: float | None
    n_dead: int
    n_units: int
    mean_activation: float
    weight_norm: float
    gradient_norm: float


@dataclasses.dataclass(frozen=True, eq=False)
class NetworkState:
    """The heaviest network at the kept weights, on a sample of rows.

    Attributes:
        layers: from the first hidden layer to the output.
        n_rows: rows that were looked at.
        rows_name: which rows these are: "training" or "test".
        slopes: `[number]`, mean size of the loss's slope along each encoded number, times how
            much that number varies.
    """

    layers: tuple[LayerState, ...]
    n_rows: int
    rows_name: str
    slopes: Float[np.ndarray, " number"]


def look_inside(model: Model, rows: LabelledRows, rows_name: str) -> NetworkState:
    """Run the heaviest network forward and backward over a sample of rows.

    Args:
        model: the fitted model.
        rows: to draw the sample from.
        rows_name: "training" or "test".
    """
    # Always so many rows, with repetitions where there are fewer: one shape is compiled once.
    sample = np.resize(shuffled(len(rows), 2), N_ROWS)
    dtype = model.network.dtype
    taken = take_rows(rows.features, sample)
    features = Features(taken.numbers.astype(dtype), taken.codes)
    truth = rows.truth[sample]
    targets = truth.astype(dtype) if model.target.classes is None else truth.astype(np.int32)
    values_of, gradient, slopes = compiled(
        _forward_and_backward,
        model.objective,
        model.network,
        features,
        targets,
        model.target.means.astype(dtype),
    )
    layers = []
    parts = zip(model.shape.layer_names, model.network.layers, gradient.layers, strict=True)
    for (name, layer, slope), flow in zip(parts, values_of, strict=True):
        untold = layer is model.network.layers[-1] or len(rows) < _FEWEST_ROWS
        values = np.asarray(flow, np.float64)
        still = np.ptp(values, axis=0) <= _STILL
        layers.append(
            LayerState(
                name=name,
                dead_share=None if untold else float(still.mean()),
                n_dead=0 if untold else int(still.sum()),
                n_units=values.shape[1],
                mean_activation=float(np.abs(values).mean()),
                weight_norm=float(np.linalg.norm(layer.weight)),
                gradient_norm=float(np.linalg.norm(np.asarray(slope.weight, np.float64))),
            )
        )
    spread = features.numbers.std(axis=0)
    sizes = np.abs(np.asarray(slopes)).mean(axis=0) * spread
    return NetworkState(tuple(layers), min(len(rows), N_ROWS), rows_name, sizes)


@partial(jax.jit, static_argnums=0)
def _forward_and_backward(
    objective: Objective, network: Network, features: Features, targets: Any, means: Any
) -> Any:
    def loss(network: Network, numbers: Any) -> Any:
        outputs = network(Features(numbers, features.codes))
        return jnp.mean(objective.losses(outputs, targets, means))

    gradient, slopes = jax.grad(loss, argnums=(0, 1))(network, features.numbers)
    return network.values(features)[1:], gradient, slopes * len(features.numbers)
