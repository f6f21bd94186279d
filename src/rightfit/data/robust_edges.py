"""The edges of bins, scaled by quartiles: what takes numbers out of their bins again."""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from rightfit.data.bins import BinScaling, even_places
from rightfit.data.scaling import scaling_by_quartiles
from rightfit.data.spread import MOST_SAMPLED_ROWS


def robust_edges(
    scaling: BinScaling, numbers: Float[np.ndarray, "row number"]
) -> NDArray[np.float64]:
    """Scale the edges of bins by median and quartiles, as `robust` scales numbers.

    Args:
        scaling: the bins.
        numbers: the training rows, scaled by them; others may stand behind these numbers. At most
            20,000 rows, evenly spread, are looked at.

    Returns:
        The edges of each column, side by side: one more than it has bins.

    Example:
        >>> bins = BinScaling((np.array([0.0, 1, 2, 4, 8]),), np.zeros(1), np.zeros(1, bool))
        >>> robust_edges(bins, even_places(5)[:, None]).round(2).tolist()
        [-0.65, -0.33, 0.0, 0.65, 1.66]
    """
    sampled = numbers[:: -(-len(numbers) // MOST_SAMPLED_ROWS)]
    found = []
    for column, edges in enumerate(scaling.edges):
        # A constant column has one edge and one bin.
        own = edges if len(edges) > 1 else np.repeat(edges, 2)
        places = np.quantile(sampled[:, column], (0.25, 0.5, 0.75))
        lower, median, upper = np.interp(places, even_places(len(own)), own)[:, None]
        half = np.array([own[-1] / 2 - own[0] / 2])
        robust = scaling_by_quartiles(lower, median, upper, half, np.zeros(1, bool))
        scaled = np.empty((len(own), 1), np.float32)
        robust.apply(own[:, None], scaled)
        found.append(scaled[:, 0])
    return np.concatenate(found)
