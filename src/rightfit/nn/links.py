"""Links by name: what becomes of the last layer's numbers where targets are counts or amounts.

Both count in the mean of a target: they map the last layer's number to what is expected beyond the
mean, are about as large as it where it is small, and never fall to -1, which is nothing at all.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Link = Callable[[Float[Array, "..."]], Float[Array, "..."]]

# Source: McCullagh and Nelder (1989), "Generalized Linear Models", for the logarithm; Clevert,
# Unterthiner and Hochreiter (2016), "Fast and Accurate Deep Network Learning by Exponential Linear
# Units", for what is an exponential below the mean and a line above, so that a row far beyond all
# others is not taken for more than there is.
LINKS: Mapping[str, Link] = MappingProxyType({"log": jnp.expm1, "elu": jax.nn.elu})
