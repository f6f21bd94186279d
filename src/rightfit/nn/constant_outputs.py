"""Networks of which some outputs are 0 whatever the inputs."""

import dataclasses
from collections.abc import Sequence

import equinox as eqx
import numpy as np

from rightfit.nn.linear import Linear
from rightfit.nn.network import Network


def with_zeros(network: Network, outputs: Sequence[int]) -> Network:
    """Give a network whose last layer gives 0 for some outputs.

    Of a target that never changes, training leaves a little noise in place of 0.

    Args:
        network: a trained network.
        outputs: which ones.

    Example:
        >>> from rightfit.nn import NetworkShape, build_network
        >>> shape = NetworkShape(1, (), (), (2,), ("relu",), 3)
        >>> network = build_network(shape, np.random.default_rng(0))
        >>> with_zeros(network, [1]).layers[-1].weight.any(axis=0).tolist()
        [True, False, True]
    """
    if not outputs:
        return network
    last = network.layers[-1]
    weight, bias = np.array(last.weight), np.array(last.bias)
    # Copies have their outputs one after another.
    firsts = range(0, len(bias), len(bias) // network.n_copies)
    of_copies = [first + output for first in firsts for output in outputs]
    weight[:, of_copies] = 0
    bias[of_copies] = 0
    zeroed: Linear = dataclasses.replace(last, weight=weight, bias=bias)
    changed: Network = eqx.tree_at(lambda network: network.layers[-1], network, zeroed)
    return changed
