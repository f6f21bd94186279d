"""The model: everything that prediction needs, and how it came about."""

import dataclasses
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Shaped
from scipy.special import expit, softmax

from rightfit.data.encode import Encoder
from rightfit.data.schema import Schema
from rightfit.data.table import Table
from rightfit.model.predict import network_outputs
from rightfit.model.target import Target
from rightfit.nn import Network, NetworkShape, count_parameters
from rightfit.objectives import Objective
from rightfit.train.compilation_cache import compiled


@dataclasses.dataclass(frozen=True)
class Training:
    """How a model came about; plain values only.

    Attributes:
        history: one dict for each epoch.
        best_epoch: the epoch whose weights were kept.
        stop_reason: in words.
        n_training_rows: rows that were trained on.
        n_validation_rows: rows that chose when to stop.
        n_dropped_rows: rows without a target or of weight 0.
        seed: of everything random.
        extra: what the command line adds, such as test scores.
    """

    history: list[dict[str, Any]]
    best_epoch: int
    stop_reason: str
    n_training_rows: int
    n_validation_rows: int
    n_dropped_rows: int
    seed: int
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """A fitted network with the way in (schema, encoder) and the way out (target).

    Attributes:
        estimator: "Classifier" or "Regressor".
        parameters: the estimator's parameters.
        objective: loss and metric.
        shape: of the network.
        network: the best weights, as NumPy arrays.
        schema: the columns as they were recognised.
        encoder: from a table to the network's inputs.
        target: from the network's outputs to predictions.
        has_names: whether the user named the columns; if not, their order counts.
        training: how the model came about.
    """

    estimator: str
    parameters: dict[str, Any]
    objective: Objective
    shape: NetworkShape
    network: Network
    schema: Schema
    encoder: Encoder
    target: Target
    has_names: bool
    training: Training

    @property
    def n_parameters(self) -> int:
        """Weights and biases."""
        return count_parameters(self.network)

    @cached_property
    def _on_device(self) -> Network:
        network: Network = compiled(jax.device_put, self.network)
        return network

    def outputs(self, table: Table) -> Float[np.ndarray, "row output"]:
        """Compute the network's outputs for a table with the columns that it was fitted on."""
        return network_outputs(self._on_device, self.encoder.encode(table))

    def probabilities(self, table: Table) -> Float[np.ndarray, "row class"]:
        """Compute the probability of each class, in the order of `target.classes`."""
        outputs = self.outputs(table).astype(np.float64)
        if self.objective.task == "binary":
            return np.stack([expit(-outputs[:, 0]), expit(outputs[:, 0])], axis=1)
        return softmax(outputs, axis=1)

    def predictions(self, table: Table) -> Shaped[np.ndarray, "row ..."]:
        """Compute the most probable class, or the number, of each row."""
        if self.target.classes is None:
            return self.target.decode(self.outputs(table))
        # From the probabilities, not the outputs, so that both always agree.
        return self.target.classes[self.probabilities(table).argmax(axis=1)]
