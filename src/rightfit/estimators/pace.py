"""How far training has come, and how long it will still go on."""

import time
from collections import deque
from typing import final

from rightfit.train.events import EpochRecord, EpochsEnded, Event, TrainingStarted

# Chunks of epochs whose mean speed counts: about twenty seconds.
_RECENT = 50


@final
class Pace:
    """Follows the events of a training, and says where it stands.

    Training ends `patience_epochs` after the best epoch unless a better one comes, and at
    `max_epochs` in any case. So what is left is a lower bound while `may_go_on` is true.

    Args:
        patience_epochs: the patience of the estimator; None if it has none.

    Attributes:
        last: the record of the last epoch; None before the first.
        best_epoch: the epoch whose weights would be kept now; 0 before the first.
        max_epochs: where training ends in any case; 0 before it starts.

    Example:
        >>> pace = Pace(patience_epochs=16)
        >>> pace.note(TrainingStarted(3, 100, 10, max_epochs=50, max_seconds=None))
        >>> records = tuple(EpochRecord(n, 1.0, 1.0, 0.5, 0.1, float(n)) for n in (1, 2, 3))
        >>> pace.note(EpochsEnded(records, best_epoch=2))
        >>> pace.end_epoch, pace.may_go_on
        (18, True)
    """

    def __init__(self, patience_epochs: int | None) -> None:
        self.last: EpochRecord | None = None
        self.best_epoch = 0
        self.max_epochs = 0
        self._patience = patience_epochs
        self._max_seconds: float | None = None
        self._heard = time.monotonic()
        self._reached: deque[tuple[int, float]] = deque(maxlen=_RECENT)

    def note(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, TrainingStarted):
            self.max_epochs = event.max_epochs
            self._max_seconds = event.max_seconds
        elif isinstance(event, EpochsEnded):
            self.last = event.records[-1]
            self.best_epoch = event.best_epoch
            self._heard = time.monotonic()
            self._reached.append((self.last.epoch, self.last.seconds))

    @property
    def end_epoch(self) -> int:
        """The epoch after which training ends if no better one comes."""
        if self._patience is None:
            return self.max_epochs
        return min(self.max_epochs, self.best_epoch + self._patience)

    @property
    def may_go_on(self) -> bool:
        """Whether a better epoch would move the end."""
        return self.end_epoch < self.max_epochs

    @property
    def seconds_left(self) -> float | None:
        """Seconds to `end_epoch`, or to the time limit if that comes first; None if unknown."""
        if self.last is None or len(self._reached) < 2:
            return None
        (first_epoch, first_seconds), (epoch, seconds) = self._reached[0], self._reached[-1]
        left = (seconds - first_seconds) / (epoch - first_epoch) * (self.end_epoch - epoch)
        if self._max_seconds is not None:
            left = min(left, self._max_seconds - seconds)
        return max(0.0, left - (time.monotonic() - self._heard))
