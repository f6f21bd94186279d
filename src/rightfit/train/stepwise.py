"""Train slowly: some steps of an epoch at a time, for those who want to watch each.

The steps are those of `train_epoch` and the end of an epoch is that of `advance`; only where a
call of the compiled program ends is another place.
"""

from functools import partial

import jax
from jaxtyping import Array, Float, Int

from rightfit.train.epoch import begin_progress, take_steps
from rightfit.train.plan import HeldOut, Knobs, Plan, Record, Rows, State
from rightfit.train.program import end_epoch


@partial(jax.jit, static_argnames="plan")
def run_steps(
    plan: Plan,
    state: State,
    knobs: Knobs,
    training: Rows,
    order: Int[Array, " slot"],
    first: Int[Array, ""],
    end: Int[Array, ""],
) -> tuple[State, Float[Array, ""]]:
    """Take the steps of an epoch from mini-batch `first` to before mini-batch `end`.

    Returns:
        The state after the steps, and the summed loss of their rows as they were met.
    """
    progress = take_steps(plan, begin_progress(state), knobs, training, order, first, end)
    return progress.state, progress.total


@partial(jax.jit, static_argnames="plan")
def finish_epoch(
    plan: Plan,
    state: State,
    knobs: Knobs,
    training: Rows,
    held_out: HeldOut | None,
    total: Float[Array, ""],
) -> tuple[State, Record]:
    """End an epoch whose steps are taken.

    Args:
        plan: what the program is compiled for.
        state: after the last step of the epoch.
        knobs: numbers of this run.
        training: rows that are trained on.
        held_out: rows that choose when to stop; None to watch the training loss.
        total: the summed loss of the epoch's rows as they were met.
    """
    return end_epoch(plan, state, knobs, training, held_out, total / training.n_rows)
