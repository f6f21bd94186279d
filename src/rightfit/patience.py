"""Patience: how long training waits for a better epoch."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Patience:
    """What was said of the patience.

    Attributes:
        epochs: without a better one after which training stops; None for no limit.
        growth: epochs of it for each epoch until the last one that was better by the tolerance,
            where that is more.

    Example:
        >>> patience = Patience(10, growth=0.5)
        >>> patience.after(8), patience.after(100)
        (10, 50)
    """

    epochs: int | None
    growth: float = 0.0

    def after(self, best_epoch: int) -> int | None:
        """How many epochs are waited for after the best one so far; None for no limit."""
        if self.epochs is None:
            return None
        return max(self.epochs, math.ceil(self.growth * best_epoch))
