"""How strongly encoded numbers go with the target, for a choice among very many columns."""

from typing import Any

import numpy as np
from jaxtyping import Float

from rightfit.model.model import Model
from rightfit.report.labelled import LabelledRows


def association(
    model: Model, training: LabelledRows, rows: Any = slice(None)
) -> Float[np.ndarray, " number"]:
    """Size of the correlation of each encoded number with the target, up to a factor.

    Of several classes or outputs it is that with the one that it goes with the most.
    """
    numbers = training.features.numbers[rows]
    truth = training.truth[rows]
    if model.target.classes is not None:
        truth = np.eye(len(model.target.classes))[truth]
    centred = truth - truth.mean(axis=0)
    moved = numbers - numbers.mean(axis=0)
    together = np.abs(moved.T @ centred) / (moved.std(axis=0)[:, None] + 1e-9)
    strongest: Float[np.ndarray, " number"] = together.max(axis=1)
    return strongest
