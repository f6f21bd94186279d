"""Packs that do not fit into memory are trained in waves, decided before they start."""

from collections.abc import Sequence

from rightfit.train.pack.run import Member

# Copies of the weights: current, best, average, gradient, two moments, and an update under way.
_COPIES = 8
# Kept on the way back, for each activation: itself, its slope and its dropout bits.
_ARRAYS_PER_ACTIVATION = 3
_BYTES = 8


def waves(members: Sequence[Member], memory: float | None) -> list[list[int]]:
    """Group members, in their order, so that each group fits into memory.

    Args:
        members: of the pack.
        memory: bytes that all members of a wave may take together; None for no limit.

    Returns:
        For each wave the numbers of its members; a member that does not fit alone is a wave
        of its own.

    Example:
        >>> waves([], None)
        []
    """
    groups: list[list[int]] = []
    left = 0.0
    for number, member in enumerate(members):
        needed = bytes_of(member)
        if not groups or (memory is not None and needed > left):
            groups.append([])
            left = float("inf") if memory is None else memory
        groups[-1].append(number)
        left -= needed
    return groups


def bytes_of(member: Member) -> int:
    """Estimate what a member takes while it is trained; an upper bound for float32."""
    shape = member.shape
    rows = member.plan.batch_size * shape.n_copies
    activations = rows * (shape.n_features + sum(shape.hidden_sizes))
    return _BYTES * (_COPIES * shape.n_parameters + _ARRAYS_PER_ACTIVATION * activations)
