"""How members are laid out: how many share a call of the program, and how many calls run at once.

Source:
    `benchmarks/layout.py`. On two cores, members of 10,000×20 → 64 → 64 trained one after
    another take 1, two at a time on a core each 1/1.6, and in calls of eight, two at a time,
    1/2.9 of the time; of 20,000×20 → 256 → 256, one at a time on each core is best. With AVX-512
    the former take 1/2.2 and 1/1.9, and from 2.7e7 operations on one a core is best, by a third.
"""

import math
import os

import jax

from rightfit.train.plan import Plan

# Multiplications and additions of one step above which a CPU gains nothing from vectorising.
_MOST_OPERATIONS = 2e7
# What it takes to compile a program for fewer members, in the operations that are done meanwhile.
_OPERATIONS_OF_A_COMPILATION = 4e10
# Those of the epochs after which a block may become narrower: about a second's.
_OPERATIONS_BETWEEN_LOOKS = 2e10
_MOST_EPOCHS_BETWEEN_LOOKS = 256
_WIDTH_ON_CPU = 8
_WIDTH_ON_ACCELERATOR = 64


def widest(plan: Plan, n_multiplications: int, n_members: int) -> int:
    """Choose how many members share one call of the program.

    Small networks on a CPU are vectorised, since a single one does not keep the vector
    units busy between two operations; large ones fall out of the cache together, so each
    has a call of its own. An accelerator wants up to 64, and several as many each.

    Args:
        plan: for the batch size.
        n_multiplications: of weights, that one row takes in one member.
        n_members: members with this plan and network shape.
    """
    devices = jax.local_devices()
    if devices[0].platform != "cpu":
        share = -(-n_members // len(devices))
        return bucket_of_members(min(share, _WIDTH_ON_ACCELERATOR))
    if operations_of(n_multiplications, plan.batch_size) > _MOST_OPERATIONS:
        return 1
    return bucket_of_members(min(n_members, _WIDTH_ON_CPU))


def operations_of(n_multiplications: int, n_rows: int) -> float:
    """Count the operations of training one member with so many rows, forward and backward."""
    return 6.0 * n_multiplications * n_rows


def epochs_between_looks(operations: float) -> int:
    """Say after how many epochs a block may become narrower.

    A block's width changes the last bits of its members. So it may depend on counted epochs and
    operations, the same in every run, and never on seconds.

    Args:
        operations: of one epoch of all the block's places.

    Example:
        >>> epochs_between_looks(3e9), epochs_between_looks(1e6)
        (7, 256)
    """
    return min(math.ceil(_OPERATIONS_BETWEEN_LOOKS / operations), _MOST_EPOCHS_BETWEEN_LOOKS)


def narrower(width: int, n_members: int, idle_operations: float) -> int:
    """Choose the width of a block of which members have stopped: narrower where that pays.

    Args:
        width: what it is now.
        n_members: those that go on.
        idle_operations: what its places without a member have done already.

    Example:
        >>> narrower(8, 3, 1e9), narrower(8, 3, 1e11), narrower(8, 5, 1e11)
        (8, 4, 8)
    """
    if idle_operations < _OPERATIONS_OF_A_COMPILATION:
        return width
    return min(width, bucket_of_members(n_members))


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
