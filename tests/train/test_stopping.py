from collections.abc import Sequence

import pytest

from rightfit.patience import Patience
from rightfit.train.events import EpochRecord, Reason
from rightfit.train.stopping import describe_stop

FALLING = [2 ** -(i / 10) for i in range(20)]
FLAT = [1.0] * 20
TOLD = {
    "falling": "the loss was still falling by 5.9 % an epoch, so more training would probably help",
    "flat": "the loss had almost stopped falling, so more training would help little",
    "past": "the best validation loss was 17 epochs before the end, so more training "
    "would probably not help",
    "few": "too few epochs to tell whether more training would help",
}


def history(losses: Sequence[float], *, validated: bool = True) -> list[EpochRecord]:
    return [
        EpochRecord(
            epoch=number,
            train_loss=loss,
            validation_loss=loss if validated else None,
            metric=0.5 if validated else None,
            learning_rate=0.1,
            seconds=number / 10,
        )
        for number, loss in enumerate(losses, start=1)
    ]


def told(
    reason: Reason,
    losses: Sequence[float],
    best_epoch: int,
    *,
    watched: str = "validation loss",
    max_seconds: float | None = None,
    validated: bool = True,
) -> str:
    return describe_stop(
        reason,
        history(losses, validated=validated),
        best_epoch,
        waited_epochs=16,
        patience=Patience(16),
        max_seconds=max_seconds,
        watched=watched,
    )


def test_patience_names_the_best_epoch() -> None:
    assert told("patience", FLAT, 4) == (
        "no better validation loss for 16 epochs (best: epoch 4 of 20); "
        "more training would probably not help"
    )
    # After the last one that counted there may be better ones by less than counts.
    assert told("patience", FLAT, 20) == (
        "no validation loss better by the tolerance for 16 epochs (best, by less: epoch 20 of 20); "
        "more training would probably not help"
    )
    assert told("patience", FLAT, 4, watched="validation roc_auc") == (
        "no better validation roc_auc for 16 epochs (best: epoch 4 of 20); "
        "more training would probably not help"
    )


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("max_epochs", "max_epochs reached (20)"),
        ("max_seconds", "max_seconds reached (1.5)"),
        ("interrupted", "interrupted after epoch 20"),
        ("not_finite", "the loss became not finite after epoch 20"),
    ],
)
@pytest.mark.parametrize(
    ("losses", "best_epoch", "outlook"),
    [(FALLING, 20, "falling"), (FLAT, 18, "flat"), (FLAT, 3, "past")],
)
def test_other_rules_say_whether_more_training_would_help(
    reason: Reason, rule: str, losses: list[float], best_epoch: int, outlook: str
) -> None:
    sentence = told(reason, losses, best_epoch, max_seconds=1.5)
    assert sentence == f"{rule}; {TOLD[outlook]}"


@pytest.mark.parametrize("n_epochs", [0, 1, 2])
def test_outlook_is_open_after_too_few_epochs(n_epochs: int) -> None:
    sentence = told("max_epochs", FALLING[:n_epochs], n_epochs)
    assert sentence == f"max_epochs reached ({n_epochs}); {TOLD['few']}"


def test_outlook_goes_by_the_training_loss_when_nothing_is_validated() -> None:
    sentence = told("max_epochs", FALLING, 20, validated=False, watched="training loss")
    assert sentence == f"max_epochs reached (20); {TOLD['falling']}"


def test_outlook_is_open_when_the_loss_has_reached_zero() -> None:
    assert told("max_epochs", [0.0] * 20, 20) == f"max_epochs reached (20); {TOLD['few']}"


def test_outlook_looks_at_the_last_epochs_alone() -> None:
    assert told("max_epochs", [100.0, *FLAT], 20) == f"max_epochs reached (21); {TOLD['flat']}"


def test_outlook_of_a_best_epoch_five_before_the_end_is_open() -> None:
    assert told("max_epochs", FLAT, 15) == f"max_epochs reached (20); {TOLD['flat']}"
    assert told("max_epochs", FLAT, 14) == (
        "max_epochs reached (20); the best validation loss was 6 epochs before the end, fewer than "
        "the patience of 16, so more training might help"
    )
