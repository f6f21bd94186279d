"""The training loop: chunks of epochs in the compiled program, events out of it."""

from collections.abc import Generator

from rightfit.train.events import Event, MemberStopped, Reason, TrainingEnded, TrainingStarted
from rightfit.train.interruption import deferred_interrupt
from rightfit.train.pack.run import Run
from rightfit.train.pack.trained import Trained
from rightfit.train.pack.wave import Wave
from rightfit.train.pack.waves import waves_of
from rightfit.train.plan import NEVER

# The first of these that stopped a member is what training as a whole ended by.
_MOST_TELLING: tuple[Reason, ...] = (
    "interrupted",
    "max_seconds",
    "max_epochs",
    "patience",
    "culled",
    "not_finite",
)


def train(run: Run) -> Generator[Event, None, None]:
    """Train every member until a rule stops it, and yield what happens.

    The last event is always `TrainingEnded`; before it each member has its
    `MemberStopped`. A loss that is not finite sends a member back to its best weights
    with a quarter of the learning rate, at most three times; then it stops with the
    reason "not_finite".

    Args:
        run: what to do; its rows should lie on the device already.
    """
    clock = run.clock()
    yield _started(run)
    reasons: set[Reason] = set()
    n_left = len(run.members)
    trained = Trained(run)
    with deferred_interrupt() as interrupted:
        for numbers in waves_of(run):
            share = clock.share(len(numbers) / n_left)
            n_left -= len(numbers)
            for event in Wave(run, numbers, share, interrupted, trained).events():
                if isinstance(event, MemberStopped):
                    reasons.add(event.reason)
                yield event
    yield TrainingEnded(next(reason for reason in _MOST_TELLING if reason in reasons))


def _started(run: Run) -> TrainingStarted:
    n_held = 0 if run.validation is None else int(run.validation.n_rows)
    n_training = int(run.training.n_rows)
    if run.folds:
        n_held = max(len(fold.held_out) for fold in run.folds)
        n_training -= n_held
    return TrainingStarted(
        sum(member.shape.n_parameters for member in run.members),
        n_training,
        n_held,
        run.max_epochs,
        run.max_seconds,
        len(run.members),
        len(run.folds),
        _longest_patience(run),
        max(float(member.knobs.patience_growth) for member in run.members),
    )


def _longest_patience(run: Run) -> int | None:
    longest = max(int(member.knobs.patience_epochs) for member in run.members)
    return None if longest == NEVER else longest
