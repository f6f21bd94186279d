"""Digests of rows, which tell rows of the same values from others."""

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from rightfit.data.cells import Rows, positions
from rightfit.data.raw_numbers import RawNumbers

_N_BYTES = 16


def digest_rows(
    raw: RawNumbers, rows: Rows, others: Sequence[pl.Series], n_rows: int
) -> list[bytes]:
    """Digest the values of each row.

    Args:
        raw: what reads the numbers of a table.
        rows: the rows to read.
        others: columns of what is no number, of these rows.
        n_rows: how many rows the table has.

    Returns:
        16 bytes a row, the same for rows of the same values: a missing value is like another one,
        and 0 like -0.

    Example:
        >>> numbers = np.array([[1.0, np.nan], [1.0, np.nan], [2.0, 0.0]])
        >>> raw = RawNumbers(lambda rows: numbers[rows], 2)
        >>> len(set(digest_rows(raw, slice(None), [pl.Series(["a", "a", "b"])], 3)))
        2
    """
    n_taken = len(positions(rows, n_rows))
    columns = {str(place): column for place, column in enumerate(others)}
    words = (
        pl.DataFrame(columns).hash_rows().to_numpy() if columns else np.zeros(n_taken, np.uint64)
    )
    digests = []
    for place, values in raw.blocks(rows, n_taken):
        # One bit pattern for what is missing, and one for zero.
        exact = np.where(np.isnan(values), np.nan, values).astype(np.float64) + 0.0
        pairs = zip(exact, words[place], strict=True)
        digests += [_digest(row.tobytes() + word.tobytes()) for row, word in pairs]
    return digests


def _digest(values: bytes) -> bytes:
    return hashlib.blake2b(values, digest_size=_N_BYTES).digest()
