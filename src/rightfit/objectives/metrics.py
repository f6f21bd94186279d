"""Metrics by name, as functions of arrays that run inside the training program.

Each agrees with the scikit-learn metric of the same name, weights included.
Rows of weight 0 (padding) never count.
"""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

Measure = Callable[
    [Float[Array, "row prediction"], Shaped[Array, "row ..."], Float[Array, " row"]],
    Float[Array, ""],
]


@dataclasses.dataclass(frozen=True)
class Metric:
    """A measure of predictions and which way is better.

    Attributes:
        measure: predictions `[row, class]` (probabilities) or `[row, output]` (in the
            target's own units), targets, weights, to one number.
        greater_is_better: whether early stopping waits for a larger value.
        tasks: names of the tasks that may watch it.
        unit_power: the power of the target's unit that it is measured in.
        is_mean_over_rows: whether each row has a value of its own, and the metric is their mean.
    """

    measure: Measure
    greater_is_better: bool
    tasks: tuple[str, ...]
    unit_power: int = 0
    is_mean_over_rows: bool = False


def _average(values: Float[Array, " row"], weights: Float[Array, " row"]) -> Float[Array, ""]:
    return jnp.sum(values * weights) / jnp.sum(weights)


def _accuracy(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    return _average((jnp.argmax(predictions, axis=1) == targets).astype(weights.dtype), weights)


def _class_counts(
    predictions: Array, targets: Array, weights: Array
) -> tuple[Float[Array, " class"], Float[Array, " class"], Float[Array, " class"]]:
    """Weight of the hits, of the true rows and of the predicted rows, for each class."""
    n_classes = predictions.shape[1]
    true = jax.nn.one_hot(targets, n_classes) * weights[:, None]
    predicted = jax.nn.one_hot(jnp.argmax(predictions, axis=1), n_classes)
    hits = jnp.sum(true * predicted, axis=0)
    return hits, jnp.sum(true, axis=0), jnp.sum(predicted * weights[:, None], axis=0)


def _balanced_accuracy(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    hits, true, _ = _class_counts(predictions, targets, weights)
    present = true > 0
    recall = jnp.where(present, hits / jnp.where(present, true, 1), 0)
    return jnp.sum(recall) / jnp.sum(present)


def _f1_macro(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    hits, true, predicted = _class_counts(predictions, targets, weights)
    both = true + predicted
    present = both > 0
    return jnp.sum(jnp.where(present, 2 * hits / jnp.where(present, both, 1), 0)) / jnp.sum(present)


def _log_loss(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    chosen = jnp.take_along_axis(predictions, targets[:, None], axis=1)[:, 0]
    return _average(-jnp.log(jnp.maximum(chosen, jnp.finfo(chosen.dtype).tiny)), weights)


def _roc_auc_of_scores(scores: Array, positive: Array, weights: Array) -> Float[Array, ""]:
    """Share of (positive, negative) pairs in the right order; ties count one half."""
    order = jnp.argsort(scores)
    scores, positive, weights = scores[order], positive[order], weights[order]
    below = jnp.concatenate([jnp.zeros(1, weights.dtype), jnp.cumsum(weights * (1 - positive))])
    first = below[jnp.searchsorted(scores, scores, side="left")]
    last = below[jnp.searchsorted(scores, scores, side="right")]
    pairs = jnp.sum(weights * positive) * below[-1]
    return jnp.sum(weights * positive * (first + last) / 2) / pairs


def _roc_auc(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    """Two classes: of the second one. Several: the mean of each against the rest."""
    if predictions.shape[1] == 2:
        return _roc_auc_of_scores(predictions[:, 1], targets.astype(weights.dtype), weights)

    def against_the_rest(label: Array) -> Array:
        positive = (targets == label).astype(weights.dtype)
        return _roc_auc_of_scores(jnp.take(predictions, label, axis=1), positive, weights)

    # One after another, so that the program does not grow with the classes.
    return jnp.nanmean(jax.lax.map(against_the_rest, jnp.arange(predictions.shape[1])))


def _mean_squared_error(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    return _average(jnp.mean((predictions - targets) ** 2, axis=1), weights)


def _root_mean_squared_error(
    predictions: Array, targets: Array, weights: Array
) -> Float[Array, ""]:
    squares = jnp.sum((predictions - targets) ** 2 * weights[:, None], axis=0)
    return jnp.mean(jnp.sqrt(squares / jnp.sum(weights)))


def _mean_absolute_error(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    return _average(jnp.mean(jnp.abs(predictions - targets), axis=1), weights)


def _r2(predictions: Array, targets: Array, weights: Array) -> Float[Array, ""]:
    centre = jnp.sum(targets * weights[:, None], axis=0) / jnp.sum(weights)
    left = jnp.sum((predictions - targets) ** 2 * weights[:, None], axis=0)
    total = jnp.sum((targets - centre) ** 2 * weights[:, None], axis=0)
    # As in scikit-learn: where the targets are constant, 1 if all are met, else 0.
    constant = total == 0
    missed = jnp.where(constant, left > 0, left / jnp.where(constant, 1, total))
    return jnp.mean(1 - missed)


_CLASSES = ("binary", "multiclass")
_NUMBERS = ("regression",)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "accuracy": Metric(_accuracy, True, _CLASSES, is_mean_over_rows=True),
        "balanced_accuracy": Metric(_balanced_accuracy, True, _CLASSES),
        "f1_macro": Metric(_f1_macro, True, _CLASSES),
        "log_loss": Metric(_log_loss, False, _CLASSES, is_mean_over_rows=True),
        "roc_auc": Metric(_roc_auc, True, _CLASSES),
        "root_mean_squared_error": Metric(_root_mean_squared_error, False, _NUMBERS, 1),
        "mean_squared_error": Metric(
            _mean_squared_error, False, _NUMBERS, 2, is_mean_over_rows=True
        ),
        "mean_absolute_error": Metric(
            _mean_absolute_error, False, _NUMBERS, 1, is_mean_over_rows=True
        ),
        "r2": Metric(_r2, True, _NUMBERS),
    }
)


def metric_names(task: str) -> tuple[str, ...]:
    """Name the metrics that fit a task, in the order of the table."""
    return tuple(name for name, metric in METRICS.items() if task in metric.tasks)
