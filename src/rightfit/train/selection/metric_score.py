"""The metric of mixtures of candidates, with its sign turned where greater is better.

Predictions are kept as for losses: `[candidate, component, row]`; rows of weight 0 do not count.
"""

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Shaped
from numpy.typing import NDArray

from rightfit.objectives import METRICS
from rightfit.train.compilation import compiled
from rightfit.train.selection.candidates import Candidates, standard_error_of_mean

_BOOTSTRAP_DRAWS = 200
_BOOTSTRAP_KEY = 0x5EED
_BOOTSTRAP_ENTRIES = 1 << 22  # at a time: 32 MB


@partial(jax.jit, static_argnames="name")
def _measure(
    predictions: Float[Array, "component row"],
    targets: Shaped[Array, "row ..."],
    weights: Float[Array, " row"],
    name: str,
) -> Float[Array, ""]:
    return METRICS[name].measure(predictions.T, targets, weights)


@partial(jax.jit, static_argnames="name")
def _measure_rows(
    predictions: Float[Array, "component row"], targets: Shaped[Array, "row ..."], name: str
) -> Float[Array, " row"]:
    measure = METRICS[name].measure
    one = jnp.ones(1, predictions.dtype)
    return jax.vmap(lambda row, target: measure(row[None], target[None], one))(
        predictions.T, targets
    )


def _roc_auc(
    predictions: Float[np.ndarray, "component row"],
    targets: Shaped[np.ndarray, " row"],
    weightings: Float[np.ndarray, "weighting row"],
) -> Float[np.ndarray, " weighting"]:
    """The metric of that name, sorted once for many sets of weights, and faster than by JAX."""
    classes = [1] if len(predictions) == 2 else range(len(predictions))
    each = np.array([_roc_auc_of_scores(predictions[k], targets == k, weightings) for k in classes])
    defined = np.isfinite(each)
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(defined, each, 0), axis=0) / np.sum(defined, axis=0)


def _roc_auc_of_scores(
    scores: Float[np.ndarray, " row"],
    positive: Bool[np.ndarray, " row"],
    weightings: Float[np.ndarray, "weighting row"],
) -> Float[np.ndarray, " weighting"]:
    """Share of (positive, negative) pairs in the right order; ties count one half."""
    order = np.argsort(scores)
    scores, weightings = scores[order], weightings[:, order]
    starts = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    positives = np.add.reduceat(weightings * positive[order], starts, axis=1)
    negatives = np.add.reduceat(weightings * ~positive[order], starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    with np.errstate(invalid="ignore"):
        return np.sum(positives * below, axis=1) / (
            np.sum(positives, axis=1) * np.sum(negatives, axis=1)
        )


@dataclasses.dataclass(frozen=True)
class MetricScore:
    """The metric, with its sign turned where greater is better.

    Attributes:
        predictions: probabilities, or numbers in a unit that suits float32.
        targets: class codes, or numbers in that unit.
        metric: name of the metric.
        worth: what 1 of the metric in that unit is in the target's own.
    """

    predictions: Float[np.ndarray, "candidate component row"]
    targets: Shaped[np.ndarray, "row ..."]
    metric: str
    worth: float = 1.0

    @classmethod
    def of_candidates(cls, candidates: Candidates) -> "MetricScore":
        predictions, targets = candidates.predictions, candidates.targets
        metric, unit = candidates.objective.metric, 1.0
        if candidates.objective.task == "regression":
            unit = float(candidates.target_scale.max())
            scale = candidates.target_scale / unit
            predictions, targets = predictions * scale, (targets * scale).astype(np.float32)
        else:
            targets = targets.astype(np.int32)
        rows_last = np.ascontiguousarray(np.moveaxis(predictions, 1, 2))
        return cls(rows_last, targets, metric, unit ** METRICS[metric].unit_power)

    @property
    def sign(self) -> int:
        """What makes smaller values better."""
        return -1 if METRICS[self.metric].greater_is_better else 1

    @property
    def is_mean_over_rows(self) -> bool:
        """Whether each row has a value of its own, and the metric is the mean of these."""
        return METRICS[self.metric].is_mean_over_rows

    def row_values(self, mixture: Float[np.ndarray, "component row"]) -> NDArray[np.float64]:
        """The metric of each row alone, for metrics that are means over rows."""
        rows = compiled(_measure_rows, mixture.astype(np.float32), self.targets, self.metric)
        return self.sign * self.worth * np.asarray(rows, np.float64)

    def after(
        self,
        total: Float[np.ndarray, "component row"],
        n_drawn: int,
        weightings: Float[np.ndarray, "weighting row"],
    ) -> Float[np.ndarray, "weighting candidate"]:
        """As for losses: the metric after one more draw of each candidate."""
        mixtures = ((total + candidate) / (n_drawn + 1) for candidate in self.predictions)
        return np.stack([self._values(mixture, weightings) for mixture in mixtures], axis=1)

    def watched(
        self, mixture: Float[np.ndarray, "component row"], weights: Float[np.ndarray, " row"]
    ) -> float:
        """The metric of one mixture, smaller for better; NaN where it is not defined."""
        return float(self._values(mixture, weights[None])[0])

    def standard_error(
        self, mixture: Float[np.ndarray, "component row"], weights: Float[np.ndarray, " row"]
    ) -> float:
        """Standard error of the watched value: over rows, or from 200 seeded bootstrap draws."""
        if self.is_mean_over_rows:
            return standard_error_of_mean(self.row_values(mixture), weights)
        counted = np.flatnonzero(weights > 0)
        n = len(counted)
        if n < 2:
            return float("nan")
        generator = np.random.Generator(np.random.Philox(_BOOTSTRAP_KEY))
        step = max(1, _BOOTSTRAP_ENTRIES // n)
        values = np.empty(0)
        while len(values) < _BOOTSTRAP_DRAWS:
            n_draws = min(step, _BOOTSTRAP_DRAWS - len(values))
            weightings = np.zeros((n_draws, len(weights)))
            for line in weightings:
                times = np.bincount(generator.integers(n, size=n), minlength=n)
                line[counted] = weights[counted] * times
            values = np.append(values, self._values(mixture, weightings))
        defined = values[np.isfinite(values)]
        return float(np.std(defined, ddof=1)) if len(defined) > 1 else float("nan")

    def _values(
        self,
        mixture: Float[np.ndarray, "component row"],
        weightings: Float[np.ndarray, "weighting row"],
    ) -> Float[np.ndarray, " weighting"]:
        """The watched value for several sets of weights."""
        mixture = mixture.astype(np.float32)
        if self.metric == "roc_auc":
            return self.sign * _roc_auc(mixture, self.targets, weightings)
        values = [
            float(
                compiled(_measure, mixture, self.targets, weights.astype(np.float32), self.metric)
            )
            for weights in weightings
        ]
        return self.sign * self.worth * np.array(values)
