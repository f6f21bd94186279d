"""A training run: which networks, on which rows, and for how long at most."""

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Int

from rightfit.nn import NetworkShape
from rightfit.train.clock import Clock, latest
from rightfit.train.plan import Knobs, Plan, Rows, State


@dataclasses.dataclass(frozen=True, eq=False)
class Member:
    """One network of a pack.

    Attributes:
        plan: what its program is compiled for; members of one plan and one network shape
            may share a call of the program.
        knobs: its numbers.
        shape: of its network.
        begin: makes the state before its first step.
        seed: of its row orders.
        fold: number of the fold that is held out from it; None to train on all rows.
        max_epochs: its epochs in this run, where that is fewer than those of the run.
    """

    plan: Plan
    knobs: Knobs
    shape: NetworkShape
    begin: Callable[[], State]
    seed: int
    fold: int | None = None
    max_epochs: int | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Fold:
    """A split of the training rows, which all folds share in memory.

    Attributes:
        training: numbers of the rows that are trained on.
        held_out: numbers of the rows that choose when to stop.
    """

    training: Int[np.ndarray, " training"]
    held_out: Int[np.ndarray, " held"]


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """What is trained, on what, and for how long at most.

    Attributes:
        members: the networks; one, or a pack.
        training: rows that are trained on.
        validation: rows that choose when to stop; None to watch the training loss, or where
            there are folds.
        folds: splits of the training rows that members name by their number.
        parts: `[row]` of the rows that are held out, or of the training rows with folds: parts for
            which the watched value is recorded apart, so that one can tell how much lower it is for
            having chosen the epoch; None for none.
        max_epochs: epochs of each member in this run at most.
        max_seconds: seconds of this run at most; None for no limit.
        began: reading of `time.monotonic` that the seconds count from; None for the start
            of the training.
        reserve: share of the seconds that is kept for what comes after training.
        trials: for each member, the number of its trial: members that differ only in seed or
            fold share one. Whole trials are culled.
        cull: stop hopeless trials early, by successive halving.
        memory: bytes that members may take at the same time, with all that they leave behind; more
            are trained in waves. None for no limit.
        snapshot_seconds: seconds between two looks at the best weights so far; None for none.
        width: members that share one call of the program; None to choose by the shape.
        is_refit: the members have been trained before, so that there is a model already: what is
            kept are the latest weights, which nothing watches, and the time limit waits for none.
    """

    members: tuple[Member, ...]
    training: Rows
    validation: Rows | None
    max_epochs: int
    max_seconds: float | None
    folds: tuple[Fold, ...] = ()
    parts: Int[np.ndarray, " row"] | None = None
    began: float | None = None
    reserve: float = 0.0
    trials: tuple[int, ...] = ()
    cull: bool = False
    memory: float | None = None
    snapshot_seconds: float | None = None
    width: int | None = None
    is_refit: bool = False

    @property
    def table_that_chooses(self) -> Rows | None:
        """The rows among which those are that choose: with folds the training rows."""
        return self.training if self.folds else self.validation

    def clock(self) -> Clock:
        """The seconds of the run, against its limit less what is kept for afterwards."""
        if self.max_seconds is None:
            return Clock(self.began, None)
        reserved = self.max_seconds * self.reserve
        return Clock(self.began, self.max_seconds - reserved, latest(self.max_seconds) - reserved)
