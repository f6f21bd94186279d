from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.train.schedules import SCHEDULES, learning_rate_factor

# The factor at each share of the schedule, by hand.
FACTORS: dict[str, dict[float, float]] = {
    "constant": {0.0: 1, 0.25: 1, 0.5: 1, 1.0: 1, 3.0: 1},
    "exponential": {0.0: 1, 0.25: 10**-0.5, 0.5: 0.1, 0.75: 10**-1.5, 1.0: 0.01, 3.0: 0.01},
    "step": {0.0: 1, 0.49: 1, 0.51: 0.1, 0.74: 0.1, 0.76: 0.01, 1.0: 0.01, 3.0: 0.01},
    "cosine": {0.0: 1, 0.25: 0.5 + 0.5**1.5, 0.5: 0.5, 0.75: 0.5 - 0.5**1.5, 1.0: 0, 3.0: 0},
}


def factors(schedule: str, progress: list[float], warmup: float = 0.0) -> NDArray[Any]:
    each = jax.jit(
        jax.vmap(lambda share: learning_rate_factor(schedule, share, jnp.float32(warmup)))
    )
    return np.asarray(each(np.array(progress, np.float32)))


def test_every_schedule_is_known_by_hand() -> None:
    assert set(FACTORS) == set(SCHEDULES)


@pytest.mark.parametrize("schedule", FACTORS)
def test_factor_at_start_middle_and_end(schedule: str) -> None:
    known = FACTORS[schedule]
    np.testing.assert_allclose(
        factors(schedule, list(known)), list(known.values()), rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("schedule", FACTORS)
def test_warmup_rises_in_a_line_and_then_the_schedule_begins(schedule: str) -> None:
    rising = factors(schedule, [0.0, 0.05, 0.1, 0.15], warmup=0.2)
    np.testing.assert_allclose(rising, [0, 0.25, 0.5, 0.75], rtol=1e-6)
    known = FACTORS[schedule]
    shares = [min(share, 1) * 0.8 + 0.2 for share in known if share not in (0.49, 0.51)]
    expected = [value for share, value in known.items() if share not in (0.49, 0.51)]
    np.testing.assert_allclose(
        factors(schedule, shares, warmup=0.2), expected, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("schedule", FACTORS)
def test_warmup_of_the_whole_schedule_rises_to_the_end(schedule: str) -> None:
    rising = factors(schedule, [0.0, 0.5, 0.99], warmup=1.0)
    np.testing.assert_allclose(rising, [0, 0.5, 0.99], rtol=1e-6)
    assert np.isfinite(factors(schedule, [1.0, 2.0], warmup=1.0)).all()


@pytest.mark.parametrize("schedule", FACTORS)
def test_factor_never_rises_after_warmup_and_stays_between_zero_and_one(schedule: str) -> None:
    after = factors(schedule, np.linspace(0.1, 1.5, 60).tolist(), warmup=0.1)
    assert (np.diff(after) <= 1e-7).all()
    assert (after >= 0).all()
    assert (after <= 1).all()
