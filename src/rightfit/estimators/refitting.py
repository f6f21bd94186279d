"""Refitting: when the choice is made, what is kept goes on for a while on all rows.

Source:
    `docs/decisions/0010-recipe.md`, "Refit", with what it gave on a dozen tables.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from rightfit.estimators.network_run import begin
from rightfit.model.prepare import Prepared
from rightfit.train.events import MemberStopped
from rightfit.train.joined_rows import join_rows
from rightfit.train.pack.run import Member, Run
from rightfit.train.plan import NEVER, Rows, State


def refit_run(
    share: float, run: Run, prepared: Prepared, stopped: Mapping[int, MemberStopped]
) -> Run:
    """Lay out how networks go on from their best weights, on the held-out rows too.

    The optimizer begins anew, and the learning rate where it was. Nothing watches: what the rows
    that are held out have said is known, and from now on they are trained on.

    Args:
        share: epochs of each network, for each one until its best.
        run: that has chosen their epochs.
        prepared: its rows, of which some were split off, or those of each fold by turns.
        stopped: the networks that shall go on, by their numbers.
    """
    members = tuple(
        _going_on(run, run.members[number], stopped[number].state, share) for number in stopped
    )
    return dataclasses.replace(
        run,
        members=members,
        training=_all_rows(prepared),
        validation=None,
        folds=(),
        parts=None,
        max_epochs=max(member.max_epochs or 0 for member in members),
        reserve=0.0,
        trials=tuple(range(len(members))),
        cull=False,
        snapshot_seconds=None,
        is_refit=True,
    )


def _all_rows(prepared: Prepared) -> Rows:
    """The training rows, of which each fold has held some out, or those and the validation rows."""
    if prepared.validation is None or prepared.validation_weight is None:
        return prepared.training
    return join_rows(prepared.training, prepared.validation, prepared.validation_weight)


def _going_on(run: Run, member: Member, state: State, share: float) -> Member:
    """A member that goes on from its best weights, for so many epochs and not one more."""
    best_epoch = int(state.best_epoch)
    n_rows = int(run.training.n_rows)
    if member.fold is not None:
        n_rows = len(run.folds[member.fold].training)
    knobs = member.knobs._replace(patience_epochs=np.int32(NEVER))
    knobs = knobs._replace(patience_growth=np.zeros_like(knobs.patience_growth))

    def first() -> State:
        step = best_epoch * -(-n_rows // member.plan.batch_size)
        fresh = begin(member.plan, state.best_network, knobs)
        return fresh._replace(epoch=np.int32(best_epoch), step=np.int32(step))

    n_epochs = math.ceil(share * best_epoch)
    return dataclasses.replace(member, knobs=knobs, begin=first, fold=None, max_epochs=n_epochs)
