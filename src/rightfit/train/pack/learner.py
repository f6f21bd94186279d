"""A learner: one member in training."""

import dataclasses

import numpy as np

from rightfit.train.pack.run import Member
from rightfit.train.plan import Knobs, State

_RESTART_FACTOR = 0.25


@dataclasses.dataclass(eq=False)
class Learner:
    """A member in training, and how far it has come.

    Attributes:
        number: of the member.
        member: what is trained.
        state: where it stands; None while a wide block holds it.
        knobs: its numbers, with the learning rate in force.
        epoch: epochs that have ended, those of earlier fits included.
        last_epoch: where it ends at the latest.
        best_watched: the watched value at its best epoch so far.
        n_restarts: how often its loss was not finite.
    """

    number: int
    member: Member
    state: State | None
    knobs: Knobs
    epoch: int
    last_epoch: int
    best_watched: float = float("inf")
    n_restarts: int = 0

    def lower_learning_rate(self) -> float:
        """Make the steps four times smaller, after a loss that was not finite."""
        self.n_restarts += 1
        dtype = self.knobs.tolerance.dtype
        lower = np.asarray(self.knobs.learning_rate * _RESTART_FACTOR, dtype)[()]
        self.knobs = self.knobs._replace(learning_rate=lower)
        return float(lower)


def begin_learner(number: int, member: Member, max_epochs: int) -> Learner:
    """Make a learner of a member, at its start."""
    state = member.begin()
    epoch = int(state.epoch)
    n_epochs = max_epochs if member.max_epochs is None else min(max_epochs, member.max_epochs)
    return Learner(number, member, state, member.knobs, epoch, epoch + n_epochs)
