"""Starting weights whose variance fits the activation that follows them."""

import math
from typing import Literal

import numpy as np
from jaxtyping import Float32

Scheme = Literal["he", "lecun", "glorot", "zero"]


def initial_weights(
    scheme: Scheme, n_inputs: int, n_outputs: int, generator: np.random.Generator
) -> Float32[np.ndarray, "feature hidden"]:
    """Draw normal weights with mean 0 and the variance of the named scheme.

    He: 2/n_inputs, for rectified units, of which half are silent. LeCun:
    1/n_inputs, for self-normalising and output units. Glorot:
    2/(n_inputs + n_outputs), for units that are linear near zero. Zero: for
    outputs without hidden layers, which need no difference to begin with.

    Example:
        >>> weights = initial_weights("he", 200, 100, np.random.default_rng(0))
        >>> round(float(weights.var()), 2)
        0.01

    Source:
        He et al. (2015), equation 10; LeCun et al. (1998), section 4.6;
        Glorot and Bengio (2010), equation 12.
    """
    variance = {
        "he": 2 / max(n_inputs, 1),
        "lecun": 1 / max(n_inputs, 1),
        "glorot": 2 / max(n_inputs + n_outputs, 1),
        "zero": 0,
    }[scheme]
    drawn = generator.standard_normal((n_inputs, n_outputs), dtype=np.float32)
    return drawn * np.float32(math.sqrt(variance))
