"""How far training has come, and how long it will still go on."""

import dataclasses
import math
import time
from collections import deque
from typing import NamedTuple, final

from rightfit.patience import Patience
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    MemberStopped,
    PackJudged,
    RefitStarted,
    TrainingStarted,
)

# Training whose mean speed counts.
_RECENT_SECONDS = 20.0


class Best(NamedTuple):
    """The lowest loss so far of an epoch that a member would keep."""

    loss: float
    member: int
    epoch: int


@dataclasses.dataclass
class _Member:
    """Where a member stands."""

    epoch: int = 0
    best_epoch: int = 0


@final
class Pace:
    """Follows the events of a training, and says where it stands.

    A member ends its patience after its best epoch unless a better one comes, and at `max_epochs`
    in any case. So what is left is a lower bound while `may_go_on` is true.

    Attributes:
        last: the record of the last epoch, of whatever member; None before the first.
        best: the lowest loss so far, and whose it is; None before the first.
        together: what the members come to together so far; None before that is known.
        max_epochs: where training ends in any case; 0 before it starts.
        n_members: networks that are trained.
        n_folds: folds that each combination is trained on; 0 without folds.
        refit: that what was chosen goes on, on all rows; None before.

    Example:
        >>> pace = Pace()
        >>> pace.note(TrainingStarted(3, 100, 10, 50, None, patience_epochs=16))
        >>> records = tuple(EpochRecord(n, 1.0, 1.0, 0.5, 0.1, float(n)) for n in (1, 2, 3))
        >>> pace.note(EpochsEnded(records, best_epoch=2))
        >>> pace.end_epoch, pace.may_go_on
        (18, True)
    """

    def __init__(self) -> None:
        self.last: EpochRecord | None = None
        self.best: Best | None = None
        self.together: PackJudged | None = None
        self.max_epochs = 0
        self.n_members = 1
        self.n_folds = 0
        self.refit: RefitStarted | None = None
        self._patience = Patience(None)
        self._max_seconds: float | None = None
        self._members = {0: _Member()}
        self._running = {0}
        self._heard = time.monotonic()
        self._n_timed = 0
        self._reached: deque[tuple[int, float]] = deque()

    def note(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, TrainingStarted):
            self.max_epochs = event.max_epochs
            self._max_seconds = event.max_seconds
            self._patience = Patience(event.patience_epochs, event.patience_growth)
            self.n_members, self.n_folds = event.n_members, event.n_folds
            self._members = {number: _Member() for number in range(event.n_members)}
            self._running = set(self._members)
        elif isinstance(event, EpochsEnded):
            self._note_epochs(event)
        elif isinstance(event, MemberStopped):
            self._running.discard(event.member)
        elif isinstance(event, PackJudged):
            self.together = event
        elif isinstance(event, RefitStarted):
            self.refit = event

    @property
    def n_running(self) -> int:
        """Members that have not stopped."""
        return len(self._running)

    @property
    def best_epoch(self) -> int:
        """The epoch that the best member would keep now; 0 before the first."""
        return self._members[0 if self.best is None else self.best.member].best_epoch

    @property
    def epochs_done(self) -> int:
        """Epochs that all members have behind them."""
        return sum(member.epoch for member in self._members.values())

    @property
    def epochs_left(self) -> int:
        """Epochs that the running members have before them if none gets better."""
        left = (self._end_of(number) - self._members[number].epoch for number in self._running)
        return sum(max(0, n) for n in left)

    @property
    def end_epoch(self) -> int:
        """The epoch after which the last member ends if none gets better."""
        return max(map(self._end_of, self._running or self._members))

    @property
    def may_go_on(self) -> bool:
        """Whether a better epoch would move the end."""
        return any(self._end_of(number) < self.max_epochs for number in self._running)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end, or to the time limit if that comes first; None if unknown."""
        if len(self._reached) < 2:
            return None
        (first_done, first_seconds), (done, seconds) = self._reached[0], self._reached[-1]
        if done == first_done:
            return None
        left = (seconds - first_seconds) / (done - first_done) * self.epochs_left
        if self._max_seconds is not None:
            left = min(left, self._max_seconds - seconds)
        return max(0.0, left - (time.monotonic() - self._heard))

    def _note_epochs(self, event: EpochsEnded) -> None:
        self.last = event.records[-1]
        self._heard = time.monotonic()
        member = self._members[event.member]
        # The first chunk of a member waits for its program to be compiled. After a restart, a
        # member is behind where it was.
        if member.epoch:
            self._n_timed += max(self.last.epoch - member.epoch, 0) or len(event.records)
        member.epoch, member.best_epoch = self.last.epoch, event.best_epoch
        self._note_moment(self.last.seconds)
        for record in event.records:
            if record.epoch == event.best_epoch:
                self._note_best(record, event.member)

    def _note_moment(self, seconds: float) -> None:
        # Members side by side reach the same moment.
        if self._reached and seconds <= self._reached[-1][1]:
            seconds = self._reached.pop()[1]
        self._reached.append((self._n_timed, seconds))
        while len(self._reached) > 2 and seconds - self._reached[0][1] > _RECENT_SECONDS:
            self._reached.popleft()

    def _note_best(self, record: EpochRecord, member: int) -> None:
        loss = record.train_loss if record.validation_loss is None else record.validation_loss
        if math.isfinite(loss) and (self.best is None or loss < self.best.loss):
            self.best = Best(loss, member, record.epoch)

    def _end_of(self, number: int) -> int:
        best = self._members[number].best_epoch
        patience = self._patience.after(best)
        return self.max_epochs if patience is None else min(self.max_epochs, best + patience)
