"""What a training program is compiled for, and what it is handed when it runs."""

import dataclasses
from typing import Any, NamedTuple

from jaxtyping import Array, Float, Int

from rightfit.arrays import Features
from rightfit.nn import Network
from rightfit.nn.random_bits import Key
from rightfit.objectives import Objective

# Parts of the validation rows, for which the watched value is recorded apart.
N_PARTS = 5
# Epochs of a patience that is never used up.
NEVER = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class Plan:
    """What shapes the program: a change here compiles anew.

    Attributes:
        objective: loss, predictions and metric.
        loss: name of the loss that is minimised.
        optimizer: name of the optimizer.
        schedule: name of the learning-rate schedule.
        batch_size: rows of one mini-batch.
        dropout: whether hidden layers drop activations.
        input_dropout: whether the inputs are dropped.
        l2: whether there is an L2 term.
        weight_decay: whether there is decoupled decay.
        averaging: whether the running average of the weights is what is kept.
        smoothing: whether labels are smoothed.
        dropout_schedule: name of the schedule of both dropout rates.
    """

    objective: Objective
    loss: str
    optimizer: str
    schedule: str
    batch_size: int
    dropout: bool
    input_dropout: bool
    l2: bool = True
    weight_decay: bool = True
    averaging: bool = False
    smoothing: bool = False
    dropout_schedule: str = "constant"

    @property
    def minimised(self) -> Objective:
        """The objective with the loss that is minimised in place of the one that judges."""
        return dataclasses.replace(self.objective, loss=self.loss)


class Knobs(NamedTuple):
    """Numbers that may differ from run to run of one program; all are scalars.

    Attributes:
        learning_rate: step size before the schedule.
        momentum: share of the previous step that is kept.
        weight_decay: decoupled decay of the weights.
        l2: λ of λ/2·Σw².
        dropout_rate: share of hidden activations dropped.
        input_dropout_rate: share of inputs dropped.
        horizon_steps: steps over which the schedule runs.
        warmup: share of the schedule that warms up.
        patience_epochs: epochs without a better watched value before training stops.
        patience_growth: epochs of patience for each epoch until the best, where that is more.
        tolerance: improvement that counts as better for the patience, as a share of the loss, or of
            0.01 where that is more.
        average_decay: share of the running average of the weights that stays in a step.
        label_smoothing: share of each label that is spread over all classes.
        target_scale: `[output]`, what a unit of the standardised target is worth, against the
            output where it is worth most.
        target_unit: what a unit of that one is worth, in the target's own units.
        target_means: `[output]`, means of the targets in their standard deviations.
        key: of all dropout bits.
    """

    learning_rate: Float[Any, ""]
    momentum: Float[Any, ""]
    weight_decay: Float[Any, ""]
    l2: Float[Any, ""]
    dropout_rate: Float[Any, ""]
    input_dropout_rate: Float[Any, ""]
    horizon_steps: Float[Any, ""]
    warmup: Float[Any, ""]
    patience_epochs: Int[Any, ""]
    patience_growth: Float[Any, ""]
    tolerance: Float[Any, ""]
    average_decay: Float[Any, ""]
    label_smoothing: Float[Any, ""]
    target_scale: Float[Any, " output"]
    target_unit: Float[Any, ""]
    target_means: Float[Any, " output"]
    key: Key


class Rows(NamedTuple):
    """Encoded rows with their targets, padded to a bucket of sizes.

    Attributes:
        features: what the network reads.
        targets: class codes `[row]`, or standardised numbers `[row, output]`.
        weights: `[row]`, with mean 1 over the real rows; 0 for padding.
        n_rows: how many rows are real.
    """

    features: Features
    targets: Any
    weights: Any
    n_rows: Int[Any, ""]


class HeldOut(NamedTuple):
    """Rows that choose when to stop.

    Attributes:
        rows: a table of their own, or the one that is trained on.
        chosen: `[slot]`, which rows of the table they are, of which the first `rows.n_rows`
            are read; None for all of it.
        parts: `[row]` of the table, the part of each row, from 0 to `N_PARTS` - 1, for which the
            watched value is recorded apart; None for none.
    """

    rows: Rows
    chosen: Any
    parts: Any = None


class State(NamedTuple):
    """Everything that training changes.

    Attributes:
        network: the current weights.
        moments: the optimizer's memory.
        average: the running average of the weights; None where they are kept as they are.
        best_network: the weights at the best epoch so far.
        best_watched: the watched value at the best epoch; smaller is better.
        reference: the watched value that the patience counts from.
        best_epoch: number of the best epoch, from 1; 0 if none has ended.
        waited_epochs: epochs since the reference fell.
        epoch: epochs that have ended.
        step: steps that have been taken.
        failed_step: step whose loss was not finite, or -1.
        stopped: whether the patience is used up.
    """

    network: Network
    moments: Any
    average: Network | None
    best_network: Network
    best_watched: Float[Array, ""]
    reference: Float[Array, ""]
    best_epoch: Int[Any, ""]
    waited_epochs: Int[Any, ""]
    epoch: Int[Any, ""]
    step: Int[Any, ""]
    failed_step: Int[Array, ""]
    stopped: Any

    @property
    def judged_network(self) -> Network:
        """The weights that are scored and kept: the running average, if there is one."""
        return self.network if self.average is None else self.average


class Record(NamedTuple):
    """What one epoch came to; the fields are the first ones of `Records`."""

    train_loss: Float[Array, ""]
    validation_loss: Float[Array, ""]
    metric: Float[Array, ""]
    learning_rate: Float[Array, ""]
    watched_parts: Float[Array, " part"]


class Records(NamedTuple):
    """One entry for each epoch of a chunk.

    Attributes:
        train_loss: mean loss of the training rows while the epoch ran, without L2.
        validation_loss: mean loss of the validation rows after it; NaN if there are none.
        metric: the metric on the validation rows after it; NaN if there are none.
        learning_rate: of the epoch's last step.
        watched_parts: what is watched, on each part of the validation rows; NaN if there are none.
        gradient_norms: of each layer, while the epoch ran.
    """

    train_loss: Float[Array, " epoch"]
    validation_loss: Float[Array, " epoch"]
    metric: Float[Array, " epoch"]
    learning_rate: Float[Array, " epoch"]
    watched_parts: Float[Array, "epoch part"]
    gradient_norms: Float[Array, "epoch layer"]
