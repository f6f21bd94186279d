"""What training tells its consumers: a closed list of events.

A progress bar, the history and a chart are consumers of these; nothing reaches
into the loop.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from rightfit.nn import Network
from rightfit.train.plan import State

Reason = Literal["patience", "max_epochs", "max_seconds", "interrupted", "not_finite", "culled"]


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
        seconds: since `fit` was called.
        gradient_norms: by the name of each layer, the norm of the gradient of its weights
            while the epoch ran: root mean square over at most four mini-batches.
        watched_parts: what is watched, smaller values being better, on each part of the validation
            rows of a pack; nothing elsewhere. `history_` leaves them out.
    """

    epoch: int
    train_loss: float
    validation_loss: float | None
    metric: float | None
    learning_rate: float
    seconds: float
    gradient_norms: Mapping[str, float] = dataclasses.field(default_factory=dict)
    watched_parts: tuple[float, ...] = ()


@dataclasses.dataclass(frozen=True)
class TrainingStarted:
    """Training is about to begin.

    Attributes:
        n_parameters: weights and biases, of all members together.
        n_training_rows: rows that are trained on.
        n_validation_rows: rows that choose when to stop.
        max_epochs: epochs after which training ends at the latest.
        max_seconds: the same in seconds; None for no limit.
        n_members: networks that are trained.
        n_folds: folds of the training rows; 0 without folds.
        patience_epochs: epochs without a better one after which a member stops; None for no limit.
        patience_growth: epochs of patience for each epoch until the best one, where that is more.
    """

    n_parameters: int
    n_training_rows: int
    n_validation_rows: int
    max_epochs: int
    max_seconds: float | None
    n_members: int = 1
    n_folds: int = 0
    patience_epochs: int | None = None
    patience_growth: float = 0.0


@dataclasses.dataclass(frozen=True)
class EpochsEnded:
    """A chunk of a member's epochs is over.

    Attributes:
        records: one for each epoch of the chunk, in order.
        best_epoch: the epoch whose weights would be kept now.
        member: number of the member, from 0.
    """

    records: tuple[EpochRecord, ...]
    best_epoch: int
    member: int = 0


@dataclasses.dataclass(frozen=True)
class LearningRateLowered:
    """A loss was not finite; training went back to the best weights with smaller steps.

    Attributes:
        epoch: the epoch that failed, from 1.
        step: the step that failed, from 1.
        learning_rate: the new one, before the schedule.
        member: number of the member, from 0.
    """

    epoch: int
    step: int
    learning_rate: float
    member: int = 0


@dataclasses.dataclass(frozen=True)
class MemberStopped:
    """A member is trained no further, for the named reason.

    Attributes:
        reason: the rule that stopped it.
        state: where it stands; `state.best_network` is what to keep.
        epoch: the epoch in which it stopped, from 1.
        step: the step in which it stopped, from 1.
        member: number of the member, from 0.
    """

    reason: Reason
    state: State = dataclasses.field(repr=False)
    epoch: int
    step: int
    member: int = 0


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The best weights of members that are still trained, a few seconds after the last ones.

    Attributes:
        networks: by the number of the member.
    """

    networks: Mapping[int, Network] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class PackJudged:
    """What the members would come to together if training ended now.

    Attributes:
        watched: the loss, or the metric that is watched, of their weighted mean on the rows
            that choose; optimistic, since these rows choose the weights.
        name: of what is watched: "loss", or a metric.
        n_members: members that would be kept.
    """

    watched: float
    name: str
    n_members: int


@dataclasses.dataclass(frozen=True)
class RefitStarted:
    """The networks that were chosen are about to go on, on all rows; their epochs are not told.

    Attributes:
        n_members: networks that go on.
        n_rows: rows that they are trained on now, those that were held out among them.
    """

    n_members: int
    n_rows: int


@dataclasses.dataclass(frozen=True)
class TrainingEnded:
    """Training is over; always the last event.

    Attributes:
        reason: the rule that stopped the members, or cut the training of some of them short.
    """

    reason: Reason


Event = (
    TrainingStarted
    | EpochsEnded
    | LearningRateLowered
    | MemberStopped
    | Snapshot
    | PackJudged
    | RefitStarted
    | TrainingEnded
)


def as_plain(record: EpochRecord) -> dict[str, Any]:
    """Turn a record into a dict of plain Python values, as `history_` keeps it."""
    plain = dataclasses.asdict(record)
    del plain["watched_parts"]
    return plain
