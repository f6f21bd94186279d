"""The mean loss of mixtures of candidates, from predictions instead of a network's outputs.

Predictions are kept as `[candidate, component, row]`, rows last, where arithmetic over many rows
is fastest. Rows of weight 0 do not count, so one array serves every choice of rows.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from rightfit.objectives.losses import poisson_deviance
from rightfit.train.selection.candidates import Candidates, standard_error_of_mean

# Entries that are worked on at a time: they stay in the processor's cache.
_BLOCK = 1 << 15


Numbers = NDArray[np.floating]


def _log_loss(chosen: Numbers, targets: Numbers, _: Numbers) -> Numbers:
    # Only the probability of the true class is left: see `LossScore.of_candidates`.
    return -np.log(np.maximum(chosen, np.finfo(np.float32).tiny))


def _huber(numbers: Numbers, targets: Numbers, _: Numbers) -> Numbers:
    distance = np.abs(numbers - targets)
    return np.where(distance <= 1, 0.5 * distance**2, distance - 0.5)


_LOSSES: Mapping[str, Callable[[Numbers, Numbers, Numbers], Numbers]] = MappingProxyType(
    {
        "log_loss": _log_loss,
        "squared_error": lambda numbers, targets, _: np.square(numbers - targets),
        "absolute_error": lambda numbers, targets, _: np.abs(numbers - targets),
        "huber": _huber,
        "poisson": partial(poisson_deviance, xp=np),
    }
)
"""The losses of `rightfit.objectives`, from predictions instead of outputs, before the mean over
outputs."""


@dataclasses.dataclass(frozen=True)
class LossScore:
    """The mean loss of the rows.

    Attributes:
        predictions: of numbers, all of them; of classes, the probability of the true one.
        targets: standardised numbers; unused for classes.
        means: of the targets in their standard deviations; unused for classes.
        loss: name of the loss.
    """

    predictions: Float[np.ndarray, "candidate component row"]
    targets: Float[np.ndarray, "component row"]
    means: Float[np.ndarray, "component 1"]
    loss: str

    @classmethod
    def of_candidates(cls, candidates: Candidates) -> "LossScore":
        predictions, targets = candidates.predictions, candidates.targets
        loss = candidates.objective.loss
        if candidates.objective.task == "regression":
            rows_last = np.ascontiguousarray(np.moveaxis(predictions, 1, 2))
            means = candidates.target_means[:, None]
            kind = predictions.dtype
            return cls(rows_last, targets.T.astype(kind), means.astype(kind), loss)
        # A mixture's probability of the true class is the mixture of the probabilities of it.
        codes = targets.astype(np.intp)[None, :, None]
        chosen = np.take_along_axis(predictions, codes, axis=2)[:, None, :, 0]
        return cls(chosen, np.ones_like(chosen[0]), np.ones((1, 1)), loss)

    def row_values(self, mixture: Float[np.ndarray, "*many component row"]) -> NDArray[np.float64]:
        """The loss of each row."""
        with np.errstate(over="ignore"):
            losses = _LOSSES[self.loss](mixture, self.targets, self.means)
            return losses.mean(axis=-2, dtype=np.float64)

    def after(
        self,
        total: Float[np.ndarray, "component row"],
        n_drawn: int,
        weightings: Float[np.ndarray, "weighting row"],
    ) -> Float[np.ndarray, "weighting candidate"]:
        """Mean losses of the mixtures that one more draw of each candidate makes.

        Args:
            total: sum of the predictions that were drawn before.
            n_drawn: how many were.
            weightings: weights of the rows, one set a line.
        """
        shares = weightings / np.sum(weightings, axis=1, keepdims=True)
        values = np.empty((len(weightings), len(self.predictions)))
        total = total.astype(self.predictions.dtype)
        step = max(1, _BLOCK // total.size)
        for first in range(0, len(self.predictions), step):
            block = self.predictions[first : first + step] + total
            block /= n_drawn + 1
            # Not `@`: threads cost more than they save here, above all on a busy machine.
            values[:, first : first + step] = np.einsum("wr,cr->wc", shares, self.row_values(block))
        return values

    def watched(
        self, mixture: Float[np.ndarray, "component row"], weights: Float[np.ndarray, " row"]
    ) -> float:
        """The mean loss of one mixture."""
        return float(np.average(self.row_values(mixture), weights=weights))

    def standard_error(
        self, mixture: Float[np.ndarray, "component row"], weights: Float[np.ndarray, " row"]
    ) -> float:
        """Standard error of the watched value over rows; NaN for fewer than two rows."""
        return standard_error_of_mean(self.row_values(mixture), weights)
