"""From a table that was parted to a model with honest test scores."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from rightfit.errors import (
    ModelFileError,
    RightFitError,
    TrainingWarning,
    warn_user,
)
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.evaluation import constant_scores, evaluate
from rightfit.estimators.table_split import TableSplit
from rightfit.train.events import Event

# What the linear baseline takes over from the network; the rest is set to train it well.
_SHARED = (
    "column_kinds",
    "embedding_size",
    "loss",
    "max_one_hot",
    "max_seconds",
    "random_state",
    "scaling",
    "validation_fraction",
    "watch",
)


# A baseline that was cut short would flatter the network.
_FEWEST_SECONDS = 10.0


def linear_model(model: AbstractEstimator) -> AbstractEstimator:
    """The model without hidden layers: the baseline that a deep network must beat."""
    chosen = model.get_params()
    shared = {name: chosen[name] for name in _SHARED if name in chosen}
    return type(model)(hidden_sizes=(), learning_rate=1e-2, **shared)


def train_events(model: AbstractEstimator, split: TableSplit) -> Iterator[Event]:
    """Fit on the training rows, and yield the events."""
    groups, time = split.separation.groups, split.separation.time
    return model.iter_fit(split.train, split.train_target, groups=groups, time=time)


def fit_linear(model: AbstractEstimator, split: TableSplit) -> AbstractEstimator | None:
    """Train the linear baseline on the training rows.

    None without test rows, and where it would be the model itself; one that cannot be trained,
    or whose training is interrupted, is left out with a warning.
    """
    sizes = model.hidden_sizes
    has_hidden = any(sizes) if isinstance(sizes, list) else bool(sizes)
    return _trained_linear(model, split) if has_hidden and split.test is not None else None


def score_on_test(
    model: AbstractEstimator, split: TableSplit, linear: AbstractEstimator | None
) -> dict[str, dict[str, float]]:
    """Score the model and two baselines on the test rows.

    Args:
        model: the fitted model.
        split: the rows.
        linear: from `fit_linear`; None is left out.
    """
    if split.test is None:
        return {}
    scores = {"model": evaluate(model, split.test, split.test_target)}
    if linear is not None:
        scores["linear"] = evaluate(linear, split.test, split.test_target)
    fitted = model._fitted()
    scores["constant"] = constant_scores(fitted, split.train_target, split.test_target)
    return scores


def save_somewhere(model: AbstractEstimator, path: Path, *, overwrite: bool) -> None:
    """Save a model that was just trained; if its place fails, elsewhere, so that it is not lost.

    Raises:
        ModelFileError: the place failed. It says where the model lies now.
    """
    try:
        model.save(path, overwrite=overwrite)
    except (ModelFileError, OSError) as problem:
        refuge = Path(tempfile.mkdtemp(prefix="rightfit-")) / path.name
        try:
            model.save(refuge)
        except (ModelFileError, OSError):
            raise problem from None
        why = problem.what if isinstance(problem, ModelFileError) else f"{problem}."
        raise ModelFileError(
            why,
            expected=f"The model is not lost: it lies in '{refuge}'.",
            hint="move it to where you want it",
        ) from problem


def _seconds_for_linear(model: AbstractEstimator) -> float:
    """What the linear model may take: no more than the model took, but ten seconds at least."""
    limit = max(model._fitted().training.seconds, _FEWEST_SECONDS)
    return limit if model.max_seconds is None else min(limit, float(model.max_seconds))


def _refit_of(model: AbstractEstimator) -> float | None:
    """How long the linear model goes on with all rows: as long as the model did."""
    training = model._fitted().training
    if not training.n_refit_rows:
        return None
    refit: float = training.recipe["filled"].get("refit", model.refit)
    return refit


def _trained_linear(model: AbstractEstimator, split: TableSplit) -> AbstractEstimator | None:
    try:
        linear = linear_model(model).set_params(
            max_seconds=_seconds_for_linear(model), refit=_refit_of(model)
        )
        groups, time = split.separation.groups, split.separation.time
        return linear.fit(split.train, split.train_target, groups=groups, time=time)
    except KeyboardInterrupt:
        why = "interrupted"
    except RightFitError as error:
        why = error.what
    warn_user(f"The linear model is left out of the comparison: {why}", TrainingWarning)
    return None
