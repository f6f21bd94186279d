"""The candidates of a choice, and how exact a mean over their rows is."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int, Shaped

from rightfit.objectives import Objective


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Predictions to choose among, on rows that no candidate was trained on.

    Attributes:
        predictions: probabilities of all classes (two for a binary task), or
            standardised numbers.
        targets: class codes, or standardised numbers `[row, output]`.
        weights: of the rows, 0 or more.
        objective: what is watched: its loss, or its metric with `watch_metric`.
        target_scale: what one unit of each standardised target is worth; for metrics.
        target_means: mean of each standardised target before it was, in its scale; for losses.
        simplicity: rank of each candidate; 0 is the simplest, the most regularised.
    """

    predictions: Float[np.ndarray, "candidate row prediction"]
    targets: Shaped[np.ndarray, "row ..."]
    weights: Float[np.ndarray, " row"]
    objective: Objective
    target_scale: Float[np.ndarray, " output"]
    target_means: Float[np.ndarray, " output"]
    simplicity: Int[np.ndarray, " candidate"]


def standard_error_of_mean(
    values: Float[np.ndarray, " row"], weights: Float[np.ndarray, " row"]
) -> float:
    """Standard error of a weighted mean over independent rows.

    √(n/(n−1) · Σw²(v−v̄)²) / Σw over the n rows that count. The scale of the weights does not
    matter, so a row of weight 2 is one row that counts double, not two rows.

    Returns:
        The standard error; NaN for fewer than two rows.
    """
    counted = weights > 0
    values, weights = values[counted], weights[counted]
    n = len(values)
    if n < 2:
        return float("nan")
    spread = np.sum((weights * (values - np.average(values, weights=weights))) ** 2)
    return float(np.sqrt(n / (n - 1) * spread) / np.sum(weights))
