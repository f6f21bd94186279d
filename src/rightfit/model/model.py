"""The model: everything that prediction needs, and how it came about."""

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from rightfit.arrays import Features
from rightfit.data.encode import Encoder
from rightfit.data.schema import Schema
from rightfit.data.table import Table
from rightfit.model.predict import Networks, mean_predictions, place_networks, rows_at_once
from rightfit.model.target import Target
from rightfit.nn import Network, NetworkShape
from rightfit.objectives import Objective


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
        n_refit_rows: rows that networks went on with when they were chosen, those that chose among
            them; 0 where none did.
        refit_seconds: that this took.
        seed: of everything random.
        members: of a pack, one dict for each network that was trained: its trial, values,
            seed, fold, best epoch, validation loss, stop reason and weight.
        trials: of a pack, one dict for each trial; its members differ in the fold only.
        choice: of a pack, how members were chosen and what they came to; empty without one.
        recipe: the parameters that the recipe filled in; empty without one.
        made: its provenance: when, on what machine, with which versions; empty for a model saved
            before that was noted.
        extra: what the command line adds, such as test scores.
    """

    history: list[dict[str, Any]]
    best_epoch: int
    stop_reason: str
    n_training_rows: int
    n_validation_rows: int
    n_dropped_rows: int
    seed: int
    n_refit_rows: int = 0
    refit_seconds: float = 0.0
    members: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    trials: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    choice: dict[str, Any] = dataclasses.field(default_factory=dict)
    recipe: dict[str, Any] = dataclasses.field(default_factory=dict)
    made: dict[str, Any] = dataclasses.field(default_factory=dict)
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Seconds from the call of `fit` to the end of training, a refit included."""
        epochs = (record["seconds"] or 0.0 for record in self.history)
        return float(max(epochs, default=0.0)) + self.refit_seconds


@dataclasses.dataclass(frozen=True, eq=False)
class KeptMember:
    """A network that predicts.

    Attributes:
        number: of the member in its pack; 0 for a single network.
        shape: of the network.
        network: the best weights, or those of a refit, as NumPy arrays.
        weight: its share in the prediction; those of a model add up to 1.
    """

    number: int
    shape: NetworkShape
    network: Network
    weight: float


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """Fitted networks with the way in (schema, encoder) and the way out (target).

    Attributes:
        estimator: "Classifier" or "Regressor".
        parameters: the estimator's parameters.
        objective: loss and metric.
        members: the networks, the heaviest first; their weighted mean predicts.
        schema: the columns as they were recognised.
        encoder: from a table to the network's inputs.
        target: from the network's outputs to predictions.
        has_names: whether the user named the columns; if not, their order counts.
        training: how the model came about.
    """

    estimator: str
    parameters: dict[str, Any]
    objective: Objective
    members: tuple[KeptMember, ...]
    schema: Schema
    encoder: Encoder
    target: Target
    has_names: bool
    training: Training

    @property
    def network(self) -> Network:
        """The heaviest network."""
        return self.members[0].network

    @property
    def shape(self) -> NetworkShape:
        """The shape of the heaviest network."""
        return self.members[0].shape

    @property
    def n_parameters(self) -> int:
        """Weights and biases of all networks."""
        return sum(member.shape.n_parameters for member in self.members)

    @property
    def n_multiplications(self) -> int:
        """Multiplications of weights that the prediction of one row takes."""
        return sum(member.shape.n_multiplications for member in self.members)

    @cached_property
    def _on_device(self) -> Networks:
        return place_networks([member.network for member in self.members])

    @cached_property
    def _n_block_rows(self) -> int:
        return rows_at_once(self.n_multiplications)

    def probabilities(self, table: Table) -> Float[np.ndarray, "row class"]:
        """Compute the probability of each class, in the order of `target.classes`."""
        return self._mean(table)

    def predictions(self, table: Table) -> Shaped[np.ndarray, "row ..."]:
        """Compute the most probable class, or the number, of each row."""
        if self.target.classes is None:
            return self.target.decode(self._mean(table))
        # From the probabilities, not the outputs, so that both always agree.
        return self.target.classes[self.probabilities(table).argmax(axis=1)]

    def predict_encoded(self, features: Features) -> Float[np.ndarray, "row prediction"]:
        """Compute the weighted mean of what the networks predict for encoded rows.

        Returns:
            Probabilities of all classes, or standardised numbers.
        """
        weights = np.array([member.weight for member in self.members])
        return mean_predictions(
            self._on_device, weights, features, self.objective.task, self._n_block_rows
        )

    def _mean(self, table: Table) -> Float[np.ndarray, "row prediction"]:
        return self.predict_encoded(self.encoder.encode(table))
