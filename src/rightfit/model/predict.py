"""The forward pass over any number of rows, in blocks of one shape.

One shape means one compiled program, and that a row's prediction does not depend
on the rows beside it.
"""

import jax
import numpy as np
from jaxtyping import Array, Float

from rightfit.arrays import Features
from rightfit.nn import Network
from rightfit.train.compilation_cache import compiled

_BLOCK = 256


@jax.jit
def _forward(network: Network, features: Features) -> Float[Array, "row output"]:
    return network(features)


def network_outputs(network: Network, features: Features) -> Float[np.ndarray, "row output"]:
    """Compute the network's outputs for encoded rows."""
    n_rows = len(features.numbers)
    features = Features(features.numbers.astype(network.dtype, copy=False), features.codes)
    blocks = []
    for first in range(0, n_rows, _BLOCK):
        block = Features(*(_padded(side[first : first + _BLOCK]) for side in features))
        blocks.append(compiled(_forward, network, block))
    return np.concatenate([np.asarray(block) for block in blocks])[:n_rows]


def _padded(rows: np.ndarray) -> np.ndarray:
    missing = _BLOCK - len(rows)
    return np.pad(rows, ((0, missing), (0, 0))) if missing else rows
