"""How many epochs the next call of the program runs, so that every promise of time is kept."""

import time

_CHUNK_SECONDS = 0.4
_GROWTH = 8
# A limit is kept if it is passed by 5 % or a second at most. A tenth of that is for what comes
# after training.
_LATE_SHARE = 0.045
_LATE_SECONDS = 0.9


class Clock:
    """The seconds of a run, against its limit.

    Args:
        began: when, on the monotonic clock; None for now.
        limit: seconds; None for no limit.
        last: seconds after which it is too late even for the first model; None for never.
    """

    def __init__(self, began: float | None, limit: float | None, last: float | None = None) -> None:
        self.began = time.monotonic() if began is None else began
        self.limit = limit
        self.last = last

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    @property
    def seconds_left(self) -> float:
        """Seconds to the limit; infinite without one."""
        return float("inf") if self.limit is None else self.limit - self.seconds

    @property
    def is_too_late(self) -> bool:
        """Whether the limit is passed by more than a promise allows."""
        return self.last is not None and self.seconds > self.last

    def share(self, share: float) -> "Clock":
        """A clock that goes on from here for a share of the time left."""
        if self.limit is None or share >= 1:
            return self
        return Clock(self.began, self.seconds + self.seconds_left * share, self.last)


def latest(limit: float) -> float:
    """Seconds after which training waits no longer even for the first model.

    Example:
        >>> latest(2.0), latest(100.0)
        (2.9, 104.5)
    """
    return max(limit * (1 + _LATE_SHARE), limit + _LATE_SECONDS)


class ChunkSize:
    """What one epoch of a program takes, and how many make up the next call.

    Attributes:
        seconds_per_epoch: what an epoch took in the last call; None before the first.
    """

    def __init__(self) -> None:
        self.seconds_per_epoch: float | None = None
        self._n_epochs = 1

    def next_size(self, clock: Clock) -> int:
        """Epochs of the next call, 0 if not even one fits into the time left."""
        if clock.seconds_left <= (self.seconds_per_epoch or 0):
            return 0
        wanted = self._n_epochs
        if self.seconds_per_epoch:
            seconds = min(_CHUNK_SECONDS, clock.seconds_left)
            wanted = min(wanted, int(seconds / self.seconds_per_epoch))
        return max(wanted, 1)

    def note(self, seconds: float, n_epochs: int) -> None:
        """Learn from a call."""
        if n_epochs:
            is_first = self.seconds_per_epoch is None
            self.seconds_per_epoch = seconds / n_epochs
            if not is_first:
                self._n_epochs *= _GROWTH
