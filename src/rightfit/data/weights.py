"""How much each row counts."""

from typing import Any

import numpy as np
from jaxtyping import Float

from rightfit.errors import DataError


def read_weights(sample_weight: Any, n_rows: int) -> Float[np.ndarray, " row"]:
    """Turn what people hand over into a weight for each row; None counts every row once.

    One number is the weight of every row, as in scikit-learn.

    Raises:
        DataError: they are no column of finite numbers of at least 0, or all are 0.

    Example:
        >>> read_weights(None, 2).tolist()
        [1.0, 1.0]
    """
    if sample_weight is None:
        return np.ones(n_rows)
    try:
        weights = np.asarray(sample_weight, dtype=np.float64)
        if np.ma.isMaskedArray(sample_weight):
            weights = np.where(np.ma.getmaskarray(sample_weight), np.nan, weights)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"The sample weights are not numbers: {error}.",
            expected="A weight must be a finite number of at least 0.",
        ) from None
    if weights.ndim == 0:
        weights = np.full(n_rows, weights)
    if weights.ndim != 1:
        raise DataError(
            f"Sample weights must be 1D array or scalar, got {weights.ndim}D array.",
            expected="One weight is needed for each row.",
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise DataError(
            "The sample weights hold negative, missing or infinite values.",
            expected="A weight must be a finite number of at least 0.",
        )
    if not weights.any():
        raise DataError(
            "The sample weights are all zero.", expected="At least one weight must be above 0."
        )
    largest = weights.max()
    # Only what they are to each other counts, and sums of their squares must be numbers above 0.
    return weights if 1e-100 < largest < 1e100 else weights / largest
