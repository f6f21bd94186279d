"""Learning-rate schedules by name: a factor that depends on how far training is.

Progress runs from 0 at the first step to 1 at the end of `schedule_epochs`, so
that a schedule is the same function for every table and batch size. The cosine is that of
Loshchilov and Hutter (2017), "SGDR", without restarts.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

_END = 1.0

SCHEDULES: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "constant": optax.constant_schedule(1.0),
        # Falls to one hundredth, evenly in the logarithm.
        "exponential": optax.exponential_decay(1.0, _END, 0.01, end_value=0.01),
        # A tenth after one half, a hundredth after three quarters.
        "step": optax.piecewise_constant_schedule(1.0, {0.5: 0.1, 0.75: 0.1}),
        "cosine": optax.cosine_decay_schedule(1.0, _END),
    }
)


def learning_rate_factor(
    schedule: str, progress: Float[Array, ""], warmup: Float[Array, ""]
) -> Float[Array, ""]:
    """Compute what the learning rate is multiplied with.

    Args:
        schedule: one of the names in `SCHEDULES`.
        progress: share of the schedule that is over.
        warmup: share of the schedule in which the factor rises from 0, in a line,
            before the named schedule begins; 0 for none.
    """
    rising = progress / jnp.maximum(warmup, jnp.finfo(warmup.dtype).tiny)
    rest = (progress - warmup) / jnp.maximum(1 - warmup, jnp.finfo(warmup.dtype).tiny)
    factor = SCHEDULES[schedule](jnp.clip(rest, 0, _END))
    return jnp.where(progress < warmup, rising, factor)
