"""How training went: the epochs of the heaviest network, and what early stopping spared it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from rightfit.model.model import Model

# As in the sentence that says why training stopped, and how it begins.
_RECENT_EPOCHS = 5
_BEGINNINGS = {
    "no ": "patience",
    "max_epochs": "max_epochs",
    "max_seconds": "max_seconds",
    "interrupted": "interrupted",
}
MOST_TABLE_ROWS = 40


@dataclasses.dataclass(frozen=True)
class Course:
    """The epochs of the heaviest network.

    Attributes:
        records: one for each epoch.
        best_epoch: the epoch whose weights were kept.
        rise: by how much the validation loss was higher at the last epoch than at the best one,
            relatively; None without validation rows.
        fall: mean relative fall of the loss per epoch over the last few epochs; None where there
            are too few, and of a target that is constant, where there is nothing to learn.
        reason: why it stopped: "patience", "max_epochs", "interrupted" …; "" where unknown.
    """

    records: tuple[dict[str, Any], ...]
    best_epoch: int
    rise: float | None
    fall: float | None
    reason: str

    @property
    def was_cut_short(self) -> bool:
        """Whether a limit or Ctrl-C, and not the validation rows, ended the training."""
        return self.reason in ("max_epochs", "max_seconds", "interrupted")


def course_of(model: Model) -> Course:
    """Follow the heaviest network through its epochs."""
    training = model.training
    heaviest = model.members[0].number
    records = tuple(r for r in training.history if r["member"] == heaviest)
    best = next((r for r in records if r["epoch"] == training.best_epoch), None)
    last = records[-1] if records else None
    rise = None
    if best and last and best["validation_loss"] and last["validation_loss"] is not None:
        rise = last["validation_loss"] / best["validation_loss"] - 1
    is_constant = len(model.target.constant) == len(model.target.scale)
    fall = None if is_constant else _fall(records)
    return Course(records, training.best_epoch, rise, fall, _reason(model, heaviest))


def loss_of(record: dict[str, Any]) -> float:
    """The validation loss of an epoch, or the training loss where nothing was held out."""
    found = record["validation_loss"]
    found = record["train_loss"] if found is None else found
    return float("nan") if found is None else float(found)


def some_of(epochs: Sequence[int], best: int, most: int = MOST_TABLE_ROWS) -> list[int]:
    """Choose places of epochs, `most` or a few more: evenly, with the best and the last one."""
    step = -(-len(epochs) // most)
    return [
        place
        for place, epoch in enumerate(epochs)
        if place % step == 0 or epoch in (best, epochs[-1])
    ]


def _fall(records: tuple[dict[str, Any], ...]) -> float | None:
    recent = [loss_of(record) for record in records[-_RECENT_EPOCHS - 1 :]]
    if len(recent) < 3 or not np.isfinite(recent).all() or recent[0] <= 0:
        return None
    return (1 - recent[-1] / recent[0]) / (len(recent) - 1)


def _reason(model: Model, heaviest: int) -> str:
    for member in model.training.members:
        if member["member"] == heaviest:
            return str(member["stop_reason"])
    said = model.training.stop_reason
    return next((rule for words, rule in _BEGINNINGS.items() if said.startswith(words)), "")
