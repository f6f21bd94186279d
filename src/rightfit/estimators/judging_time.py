"""When it is time to say what the members of a pack come to together so far."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rightfit.train.clock import Clock

# What the first judgement may take: it compiles.
_FIRST_SECONDS = 3.0
# The pause after a judgement is so many times as long as it took.
_PAUSE_SHARE = 20


class JudgingTime:
    """Keeps judgements rare where they take long, and away from the end of a time limit."""

    def __init__(self) -> None:
        self._again_at = 0.0
        self._seconds = _FIRST_SECONDS

    def is_now(self, clock: Clock) -> bool:
        """Say whether the last judgement is long enough ago, and another one ends in time."""
        return time.monotonic() >= self._again_at and clock.seconds_left >= self._seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Note what a judgement takes."""
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self._seconds = ended - began
        # The first time compiles, so it says nothing of the next one.
        self._again_at = ended + (_PAUSE_SHARE * self._seconds if self._again_at else 0.0)
