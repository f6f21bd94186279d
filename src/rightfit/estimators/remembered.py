"""Facts of its making that a model carries along."""

from typing import Any

from rightfit.estimators.base import AbstractEstimator


def remember(model: AbstractEstimator, **facts: Any) -> None:
    """Put facts about the training, such as its test scores, into the model."""
    model._fitted().training.extra.update(facts)


def recall(model: AbstractEstimator, fact: str) -> Any:
    """Give a fact that was put into the model; None if there is none."""
    return model._fitted().training.extra.get(fact)
