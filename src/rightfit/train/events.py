"""What training tells its consumers: a closed list of events.

A progress bar, the history and a chart are consumers of these; nothing reaches
into the loop.
"""

import dataclasses
from typing import Any, Literal

from rightfit.train.plan import State

Reason = Literal["patience", "max_epochs", "max_seconds", "interrupted", "not_finite"]


@dataclasses.dataclass(frozen=True)
class EpochRecord:
    """What one epoch came to.

    Attributes:
        epoch: its number, from 1.
        train_loss: mean loss of the training rows while the epoch ran (weights move
            meanwhile, dropout is on), without the L2 term.
        validation_loss: mean loss of the validation rows after it; None without them.
        metric: the metric on the validation rows after it; None without them.
        learning_rate: of its last step.
        seconds: since training began.
    """

    epoch: int
    train_loss: float
    validation_loss: float | None
    metric: float | None
    learning_rate: float
    seconds: float


@dataclasses.dataclass(frozen=True)
class TrainingStarted:
    """Training is about to begin.

    Attributes:
        n_parameters: weights and biases.
        n_training_rows: rows that are trained on.
        n_validation_rows: rows that choose when to stop.
        max_epochs: epochs after which training ends at the latest.
        max_seconds: the same in seconds; None for no limit.
    """

    n_parameters: int
    n_training_rows: int
    n_validation_rows: int
    max_epochs: int
    max_seconds: float | None


@dataclasses.dataclass(frozen=True)
class EpochsEnded:
    """A chunk of epochs is over.

    Attributes:
        records: one for each epoch of the chunk, in order.
        best_epoch: the epoch whose weights would be kept now.
    """

    records: tuple[EpochRecord, ...]
    best_epoch: int


@dataclasses.dataclass(frozen=True)
class LearningRateLowered:
    """A loss was not finite; training went back to the best weights with smaller steps.

    Attributes:
        epoch: the epoch that failed, from 1.
        step: the step that failed, from 1.
        learning_rate: the new one, before the schedule.
    """

    epoch: int
    step: int
    learning_rate: float


@dataclasses.dataclass(frozen=True)
class TrainingEnded:
    """Training is over, for the named reason.

    Attributes:
        reason: the rule that ended it.
        state: where training stands; `state.best_network` is what to keep.
        epoch: the epoch in which it ended, from 1.
        step: the step in which it ended, from 1.
    """

    reason: Reason
    state: State = dataclasses.field(repr=False)
    epoch: int
    step: int


Event = TrainingStarted | EpochsEnded | LearningRateLowered | TrainingEnded


def as_plain(record: EpochRecord) -> dict[str, Any]:
    """Turn a record into a dict of plain Python values, as `history_` keeps it."""
    return dataclasses.asdict(record)
