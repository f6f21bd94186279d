"""The order of the rows in each epoch, from a counter-based generator.

NumPy's Philox, keyed by seed and epoch: the order of an epoch does not depend on
how training is cut into chunks, on the platform, or on the release of JAX.
"""

import numpy as np
from jaxtyping import Int32

_SLOTS_PER_CHUNK = 1 << 22
_MOST_EPOCHS = 256


def most_epochs(n_slots: int) -> int:
    """Epochs whose orders one chunk holds: at most 16 MB of row numbers.

    Example:
        >>> most_epochs(1000), most_epochs(10_000_000)
        (256, 1)
    """
    return max(1, min(_MOST_EPOCHS, _SLOTS_PER_CHUNK // n_slots))


def row_orders(
    seed: int, first_epoch: int, n_epochs: int, n_rows: int, n_slots: int, n_room: int | None = None
) -> Int32[np.ndarray, "epoch slot"]:
    """Shuffle the row numbers anew for each of some consecutive epochs.

    Args:
        seed: equal seeds give equal orders.
        first_epoch: number of the first epoch, from 0.
        n_epochs: how many orders are wanted.
        n_rows: rows of the table.
        n_slots: length of an order; what is beyond `n_rows` is 0.
        n_room: orders that the array has room for, so that its shape stays the same;
            None for `most_epochs`.
    """
    orders = np.zeros((n_room or most_epochs(n_slots), n_slots), np.int32)
    for number in range(n_epochs):
        generator = np.random.Generator(np.random.Philox(key=[seed, first_epoch + number]))
        orders[number, :n_rows] = np.arange(n_rows, dtype=np.int32)
        generator.shuffle(orders[number, :n_rows])
    return orders
