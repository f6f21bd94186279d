"""Refitting: when the choice is made, what is kept goes on for a while on all rows.

Source:
    `docs/decisions/0010-recipe.md`, "Going on with all rows", with what it gave on many tables.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np

from rightfit.errors import TrainingWarning, counted, warn_user
from rightfit.estimators.network_run import begin
from rightfit.nn import Network
from rightfit.train.clock import Clock
from rightfit.train.events import LearningRateLowered, MemberStopped, TrainingEnded
from rightfit.train.loop import train
from rightfit.train.pack.run import Member, Run
from rightfit.train.pack.waves import bytes_left_behind
from rightfit.train.plan import NEVER, Rows, State


@dataclasses.dataclass(frozen=True)
class Refit:
    """What came of going on.

    Attributes:
        networks: those that have gone on, by their numbers in the pack.
        n_rows: that they were trained on; 0 where none has gone on.
        seconds: that it took.
    """

    networks: Mapping[int, Network]
    n_rows: int
    seconds: float


def refit_run(
    share: float,
    run: Run,
    all_rows: Rows,
    stopped: Mapping[int, MemberStopped],
    learning_rates: Mapping[int, float],
) -> Run:
    """Lay out how networks go on from their best weights, on the held-out rows too.

    The optimizer begins anew. The learning rate is what it was, and schedules go through the last
    epochs before the best once more. The rows that were held out are scored as before, so that the
    same programs run where as many networks share a call, but nothing goes by them any more.

    Args:
        share: epochs of each network, for each one until its best.
        run: that has chosen their epochs.
        all_rows: what they are trained on now, in a table of the same size as before.
        stopped: the networks that shall go on, by their numbers.
        learning_rates: of those whose loss was not finite, so that it was lowered.
    """
    members = tuple(
        _going_on(
            run, run.members[number], stopped[number].state, share, learning_rates.get(number)
        )
        for number in stopped
    )
    memory = None if run.memory is None else run.memory - bytes_left_behind(run)
    every = np.arange(int(all_rows.n_rows), dtype=np.int32)
    return dataclasses.replace(
        run,
        members=members,
        training=all_rows,
        folds=tuple(dataclasses.replace(fold, training=every) for fold in run.folds),
        max_epochs=max(member.max_epochs or 0 for member in members),
        trials=(),
        cull=False,
        memory=memory,
        snapshot_seconds=None,
        is_refit=True,
    )


def _going_on(
    run: Run, member: Member, state: State, share: float, learning_rate: float | None
) -> Member:
    """A member that goes on from its best weights, for so many epochs and not one more."""
    best_epoch = int(state.best_epoch)
    n_epochs = math.ceil(share * best_epoch)
    n_rows = int(run.training.n_rows)
    if member.fold is not None:
        n_rows = len(run.folds[member.fold].training)
    knobs = member.knobs._replace(
        patience_epochs=np.int32(NEVER),
        patience_growth=np.zeros_like(member.knobs.patience_growth),
    )
    if learning_rate is not None:
        knobs = knobs._replace(learning_rate=knobs.learning_rate.dtype.type(learning_rate))
    is_scheduled = {member.plan.schedule, member.plan.dropout_schedule} != {"constant"}
    # At its end, a schedule would leave nothing to learn with.
    epoch = max(best_epoch - n_epochs, 0) if is_scheduled else best_epoch

    def first() -> State:
        step = epoch * -(-n_rows // member.plan.batch_size)
        fresh = begin(member.plan, state.best_network, knobs)
        return fresh._replace(epoch=np.int32(best_epoch), step=np.int32(step))

    return dataclasses.replace(member, knobs=knobs, begin=first, max_epochs=n_epochs)


def go_on(run: Run, numbers: Sequence[int]) -> Refit:
    """Train once more.

    A network whose loss is not finite is left out, as nothing would say what it is worth
    afterwards; where time or Ctrl-C ends training before all have come to their end, all are.

    Args:
        run: from `refit_run`.
        numbers: of its members, in the pack that they were chosen from.
    """
    clock = Clock(None, None)
    networks: dict[int, Network] = {}
    unsound: set[int] = set()
    for event in train(run):
        if isinstance(event, LearningRateLowered):
            unsound.add(event.member)
        elif isinstance(event, MemberStopped):
            networks[event.member] = event.state.judged_network
        elif isinstance(event, TrainingEnded) and event.reason in ("max_seconds", "interrupted"):
            if event.reason == "max_seconds":
                warn_of_stay(f"max_seconds={run.max_seconds:g} ran out")
            return Refit({}, 0, clock.seconds)
    if unsound:
        warn_of_stay(f"The loss of {counted(len(unsound), 'network')} was not finite")
    sound = {numbers[member]: net for member, net in networks.items() if member not in unsound}
    return Refit(sound, int(run.training.n_rows) if sound else 0, clock.seconds)


def warn_of_stay(why: str) -> None:
    """Say why networks are what they were before they went on."""
    warn_user(
        f"{why} while the networks went on with all rows: they stay as they were chosen.",
        TrainingWarning,
    )


NO_REFIT = Refit({}, 0, 0.0)
