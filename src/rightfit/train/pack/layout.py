"""How members are laid out: how many share a call of the program, and how many calls run at once.

Source:
    `benchmarks/layout.py`. On two cores, members of 10,000×20 → 64 → 64 trained one after
    another take 1, two at a time on a core each 1/1.6, and in calls of eight, two at a time,
    1/2.9 of the time; of 20,000×20 → 256 → 256, one at a time on each core is best.
"""

import os

import jax

from rightfit.train.plan import Plan

# Multiplications and additions of one step above which a CPU gains nothing from vectorising.
_MOST_OPERATIONS = 4e7
_WIDTH_ON_CPU = 8
_WIDTH_ON_ACCELERATOR = 64


def widest(plan: Plan, n_multiplications: int, n_members: int) -> int:
    """Choose how many members share one call of the program.

    Small networks on a CPU are vectorised, since a single one does not keep the vector
    units busy between two operations; large ones fall out of the cache together, so each
    has a call of its own. An accelerator wants them all.

    Args:
        plan: for the batch size.
        n_multiplications: of weights, that one row takes in one member.
        n_members: members with this plan and network shape.
    """
    devices = jax.local_devices()
    if devices[0].platform != "cpu":
        share = -(-n_members // len(devices))
        return bucket_of_members(min(share, _WIDTH_ON_ACCELERATOR))
    if 6.0 * n_multiplications * plan.batch_size > _MOST_OPERATIONS:
        return 1
    return bucket_of_members(min(n_members, _WIDTH_ON_CPU))


def bucket_of_members(n: int) -> int:
    """Round a number of members up to a power of two, so that few programs are compiled.

    Example:
        >>> [bucket_of_members(n) for n in (1, 2, 3, 6, 18)]
        [1, 2, 4, 8, 32]
    """
    return 1 << max(n - 1, 0).bit_length()


def n_at_once() -> int:
    """Calls of the program that run at the same time: one for each core, or each accelerator."""
    devices = jax.local_devices()
    if devices[0].platform != "cpu":
        return len(devices)
    return max(len(devices), n_cores())


def n_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
