"""What a fit may take: how its seconds and the free memory are shared out."""

# Of a pack's time limit, what choosing among the members may take: seconds, within shares.
_RESERVE_SECONDS = 1.0
_RESERVES = (0.03, 0.2)
# Of the memory that is free, what the members of a pack may take.
_MEMORY_SHARE = 0.5


def reserve(limit: float | None) -> float:
    """Give the share of a pack's time limit that is kept for choosing.

    Example:
        >>> [reserve(limit) for limit in (2.0, 10.0, 100.0)]
        [0.2, 0.1, 0.03]
    """
    least, most = _RESERVES
    return least if limit is None else min(max(_RESERVE_SECONDS / limit, least), most)


def memory_for_members(free: int | None) -> float | None:
    """Give the bytes that the members of a pack may take; None where nobody knows what is free."""
    return None if free is None else _MEMORY_SHARE * free
