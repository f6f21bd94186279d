"""Refitting: when the choice is made, what is kept goes on for a while on all rows.

Source:
    `docs/decisions/0010-recipe.md`, "Going on with all rows", with what it gave on many tables.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from rightfit.estimators.network_run import begin
from rightfit.train.events import MemberStopped
from rightfit.train.pack.run import Member, Run
from rightfit.train.plan import NEVER, Rows, State


def refit_run(share: float, run: Run, all_rows: Rows, stopped: Mapping[int, MemberStopped]) -> Run:
    """Lay out how networks go on from their best weights, on the held-out rows too.

    The optimizer begins anew, and the learning rate where it was. The rows that were held out are
    scored as before, so that the same programs run, but nothing goes by them any more.

    Args:
        share: epochs of each network, for each one until its best.
        run: that has chosen their epochs.
        all_rows: what they are trained on now, in a table of the same size as before.
        stopped: the networks that shall go on, by their numbers.
    """
    members = tuple(
        _going_on(run, run.members[number], stopped[number].state, share) for number in stopped
    )
    every = np.arange(int(all_rows.n_rows), dtype=np.int32)
    return dataclasses.replace(
        run,
        members=members,
        training=all_rows,
        folds=tuple(dataclasses.replace(fold, training=every) for fold in run.folds),
        max_epochs=max(member.max_epochs or 0 for member in members),
        trials=tuple(range(len(members))),
        cull=False,
        snapshot_seconds=None,
        is_refit=True,
    )


def _going_on(run: Run, member: Member, state: State, share: float) -> Member:
    """A member that goes on from its best weights, for so many epochs and not one more."""
    best_epoch = int(state.best_epoch)
    n_rows = int(run.training.n_rows)
    if member.fold is not None:
        n_rows = len(run.folds[member.fold].training)
    knobs = member.knobs._replace(
        patience_epochs=np.int32(NEVER),
        patience_growth=np.zeros_like(member.knobs.patience_growth),
    )

    def first() -> State:
        step = best_epoch * -(-n_rows // member.plan.batch_size)
        fresh = begin(member.plan, state.best_network, knobs)
        return fresh._replace(epoch=np.int32(best_epoch), step=np.int32(step))

    n_epochs = math.ceil(share * best_epoch)
    return dataclasses.replace(member, knobs=knobs, begin=first, max_epochs=n_epochs)
