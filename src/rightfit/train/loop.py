"""The training loop: chunks of epochs in the compiled program, events out of it."""

import dataclasses
import time
from collections.abc import Generator

import jax
import numpy as np

from rightfit.nn import count_parameters
from rightfit.train.compilation_cache import compiled
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    LearningRateLowered,
    Reason,
    TrainingEnded,
    TrainingStarted,
)
from rightfit.train.interruption import deferred_interrupt
from rightfit.train.orders import most_epochs, row_orders
from rightfit.train.plan import Knobs, Plan, Records, Rows, State
from rightfit.train.program import go_back, run_epochs

_CHUNK_SECONDS = 0.4
_GROWTH = 8
_MOST_RESTARTS = 3
_RESTART_FACTOR = 0.25


@dataclasses.dataclass(frozen=True)
class Run:
    """One training run: what is trained on, how, and for how long at most.

    Attributes:
        plan: what the program is compiled for.
        knobs: the run's numbers.
        training: rows that are trained on.
        validation: rows that choose when to stop; None to watch the training loss.
        max_epochs: epochs of this run at most.
        max_seconds: seconds of this run at most; None for no limit.
        seed: of the row orders.
    """

    plan: Plan
    knobs: Knobs
    training: Rows
    validation: Rows | None
    max_epochs: int
    max_seconds: float | None
    seed: int


def train(run: Run, state: State) -> Generator[Event, None, None]:
    """Train until a rule ends it, and yield what happens.

    The last event is always `TrainingEnded`. A loss that is not finite sends
    training back to its best weights with a quarter of the learning rate, at most
    three times; then it ends with the reason "not_finite".

    Args:
        run: what to do; its rows should lie on the device already.
        state: where to begin; its buffers are used up.
    """
    began = time.monotonic()
    yield _started(run, state)
    chunk = _Chunk(run, int(state.epoch), began)
    restarts = 0
    with deferred_interrupt() as interrupted:
        while True:
            state, records, failed_step = chunk.advance(state)
            if records:
                yield EpochsEnded(records, int(state.best_epoch))
            if failed_step >= 0 and restarts < _MOST_RESTARTS and not interrupted():
                restarts += 1
                state = chunk.restart(state)
                rate = float(chunk.knobs.learning_rate)
                yield LearningRateLowered(chunk.epoch + 1, failed_step + 1, rate)
                continue
            reason = chunk.reason_to_stop(state, failed_step, interrupted())
            if reason is not None:
                break
    yield TrainingEnded(
        reason, state, chunk.epoch + (failed_step >= 0), max(failed_step, int(state.step) - 1) + 1
    )


def _started(run: Run, state: State) -> TrainingStarted:
    n_validation = 0 if run.validation is None else int(run.validation.n_rows)
    return TrainingStarted(
        count_parameters(state.network),
        int(run.training.n_rows),
        n_validation,
        run.max_epochs,
        run.max_seconds,
    )


class _Chunk:
    """Decides how many epochs the next call of the program runs, and runs them."""

    def __init__(self, run: Run, first_epoch: int, began: float) -> None:
        self.run = run
        self.knobs = run.knobs
        self.epoch = first_epoch
        self.last_epoch = first_epoch + run.max_epochs
        self.began = began
        n_slots = run.training.weights.shape[0]
        self.n_slots = -(-n_slots // run.plan.batch_size) * run.plan.batch_size
        self.n_epochs = 1
        self.n_chunks = 0
        self.seconds_per_epoch: float | None = None

    def advance(self, state: State) -> tuple[State, tuple[EpochRecord, ...], int]:
        """Run the next chunk; return the state, the records, and the failed step or -1."""
        n_epochs = self._next_size()
        run = self.run
        orders = row_orders(run.seed, self.epoch, n_epochs, int(run.training.n_rows), self.n_slots)
        start = time.monotonic()
        state, records = compiled(
            run_epochs,
            run.plan,
            state,
            self.knobs,
            run.training,
            run.validation,
            orders,
            np.int32(n_epochs),
        )
        ended = int(state.epoch) - self.epoch
        now = time.monotonic()
        rows = self._records(records, ended, start - self.began, now - self.began)
        self.epoch += ended
        self._learn_speed(now - start, ended)
        return state, rows, int(state.failed_step)

    def restart(self, state: State) -> State:
        """Go back to the best weights with a lower learning rate."""
        lower = np.float32(self.knobs.learning_rate * _RESTART_FACTOR)
        self.knobs = self.knobs._replace(learning_rate=lower)
        return compiled(go_back, self.run.plan, state, self.knobs.momentum)

    def reason_to_stop(self, state: State, failed_step: int, interrupted: bool) -> Reason | None:
        """Name the rule that ends training now, if one does."""
        limit = self.run.max_seconds
        rules: tuple[tuple[Reason, bool], ...] = (
            ("not_finite", failed_step >= 0),
            ("interrupted", interrupted),
            ("patience", bool(state.stopped)),
            ("max_epochs", self.epoch >= self.last_epoch),
            ("max_seconds", limit is not None and self._seconds_left() <= 0),
        )
        return next((reason for reason, holds in rules if holds), None)

    def _seconds_left(self) -> float:
        limit = self.run.max_seconds
        if limit is None:
            return np.inf
        # Another epoch must fit: a limit is a promise.
        return limit - (time.monotonic() - self.began) - (self.seconds_per_epoch or 0) / 2

    def _next_size(self) -> int:
        wanted = self.n_epochs
        if self.seconds_per_epoch:
            seconds = min(_CHUNK_SECONDS, self._seconds_left())
            wanted = min(wanted, int(seconds / self.seconds_per_epoch))
        wanted = min(wanted, self.last_epoch - self.epoch, most_epochs(self.n_slots))
        return max(wanted, 1)

    def _learn_speed(self, seconds: float, ended: int) -> None:
        self.n_chunks += 1
        # The first call compiles, so its time says nothing; from the second on, chunks grow.
        if self.n_chunks > 1 and ended:
            self.seconds_per_epoch = seconds / ended
            self.n_epochs = min(self.n_epochs * _GROWTH, most_epochs(self.n_slots))

    def _records(
        self, records: Records, ended: int, start: float, end: float
    ) -> tuple[EpochRecord, ...]:
        columns = [np.asarray(column)[:ended].tolist() for column in jax.device_get(records)]
        seconds = np.linspace(start, end, ended + 1)[1:].tolist()
        with_validation = self.run.validation is not None
        return tuple(
            EpochRecord(
                self.epoch + number,
                train_loss,
                validation_loss if with_validation else None,
                metric if with_validation else None,
                rate,
                second,
            )
            for number, (train_loss, validation_loss, metric, rate, second) in enumerate(
                zip(*columns, seconds, strict=True), start=1
            )
        )
