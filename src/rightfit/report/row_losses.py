"""What each row costs, and what a person compares first, for any predictor of the target."""

import numpy as np
from jaxtyping import Float, Int, Shaped

from rightfit.model.model import Model

_SMALLEST = np.finfo(np.float64).eps


def row_losses(
    model: Model, truth: Shaped[np.ndarray, "row ..."], predictions: Float[np.ndarray, "row k"]
) -> Float[np.ndarray, " row"]:
    """The log loss of each row, or its squared error in units of the target's deviation."""
    if model.target.classes is None:
        squares: Float[np.ndarray, " row"] = ((truth - predictions) ** 2).mean(axis=1)
        return squares
    chosen = predictions[np.arange(len(truth)), truth]
    # As scikit-learn's log_loss does it.
    return -np.log(np.clip(chosen, _SMALLEST, 1 - _SMALLEST))


def row_scores(
    model: Model, truth: Shaped[np.ndarray, "row ..."], predictions: Float[np.ndarray, "row k"]
) -> Float[np.ndarray, "row part"]:
    """What the main score is made of: whether a class is right, or squared errors by output."""
    if model.target.classes is None:
        errors: Float[np.ndarray, "row part"] = ((truth - predictions) * model.target.scale) ** 2
        return errors
    return (predictions.argmax(axis=1) == truth)[:, None].astype(np.float64)


def main_score(model: Model, means: Float[np.ndarray, "... part"]) -> Float[np.ndarray, "..."]:
    """The main score from the means of `row_scores`: accuracy, or root mean squared error."""
    if model.target.classes is None:
        roots: Float[np.ndarray, ...] = np.sqrt(means).mean(axis=-1)
        return roots
    return means[..., 0]


def class_shares(
    truth: Int[np.ndarray, " row"],
    n_classes: int,
    weights: Float[np.ndarray, " row"] | None = None,
) -> Float[np.ndarray, " class"]:
    """The share of each class, by weight or in rows."""
    counts = np.bincount(truth, weights, minlength=n_classes)
    return counts / max(counts.sum(), 1)
