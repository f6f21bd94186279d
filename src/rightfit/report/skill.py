"""Skill: the share of guessing's loss that a predictor saves, and how it is said."""

import numpy as np
from jaxtyping import Float

from rightfit.report.numerals import percent

# Where guessing has next to no loss, multiples of it are no numbers that anybody could read.
LEAST_SKILL = -10.0
# Guessing that is right to rounding has no loss of which a share could be saved.
_NO_LOSS = 1e-12


def skill_of(
    loss: Float[np.ndarray, "..."], guessing: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Compute the share of guessing's loss that is saved: `LEAST_SKILL` at least.

    Example:
        >>> skill_of(np.array([0.0, 0.5, 1.0, 9e9]), np.ones(4)).tolist()
        [1.0, 0.5, 0.0, -10.0]
        >>> skill_of(np.zeros(1), np.zeros(1)).tolist()
        [0.0]
    """
    saved: Float[np.ndarray, ...] = (guessing - loss) / np.maximum(guessing, _NO_LOSS)
    return np.maximum(saved, LEAST_SKILL)


def skill_said(skill: float, digits: int = 1) -> str:
    """Write a skill in hundredths.

    Example:
        >>> skill_said(0.973), skill_said(-0.5), skill_said(LEAST_SKILL)
        ('97.3 %', '−50 %', 'less than −1000 %')
    """
    return f"less than {percent(LEAST_SKILL)}" if skill <= LEAST_SKILL else percent(skill, digits)
