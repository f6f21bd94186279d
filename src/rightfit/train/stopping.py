"""Why training ended, in words, and whether more of it would probably help."""

from collections.abc import Sequence

from rightfit.errors import counted
from rightfit.patience import Patience
from rightfit.train.events import EpochRecord, Reason

_RECENT_EPOCHS = 5
_STILL_FALLING = 0.001


def describe_stop(
    reason: Reason,
    history: Sequence[EpochRecord],
    best_epoch: int,
    *,
    waited_epochs: int,
    patience: Patience,
    max_seconds: float | None,
    watched: str,
    lowered_to: float | None = None,
) -> str:
    """Say which rule ended training, and whether more would probably help.

    Args:
        reason: the rule.
        history: a record for each epoch.
        best_epoch: the epoch whose weights are kept.
        waited_epochs: epochs since the last one that counted as better.
        patience: the patience in force.
        max_seconds: the time limit in force.
        watched: what early stopping watched, such as "validation loss".
        lowered_to: the learning rate that training went on with after a loss that was not finite;
            None if there was none.
    """
    n_epochs = len(history)
    if reason == "patience":
        is_recent = n_epochs - best_epoch < waited_epochs
        better, best = f"better {watched}", "best"
        if is_recent:
            better, best = f"{watched} better by the tolerance", "best, by less"
        waited = counted(waited_epochs, "epoch")
        rule = f"no {better} for {waited} ({best}: epoch {best_epoch} of {n_epochs})"
        outlook = "more training would probably not help"
    else:
        rule = {
            "max_epochs": f"max_epochs reached ({n_epochs})",
            "max_seconds": f"max_seconds reached ({max_seconds:g})" if max_seconds else "",
            "interrupted": f"interrupted after epoch {n_epochs}",
            "not_finite": f"the loss became not finite after epoch {n_epochs}",
            "culled": f"culled after epoch {n_epochs}",
        }[reason]
        outlook = _outlook(history, best_epoch, watched, patience.after(best_epoch))
    if lowered_to is None:
        return f"{rule}; {outlook}"
    return f"{rule}; {outlook}; the learning rate was too high, and was lowered to {lowered_to:.3g}"


def describe_pack_stop(reasons: Sequence[Reason], best: str) -> str:
    """Say how the members of a pack ended.

    Args:
        reasons: of each member.
        best: how the best one ended, from `describe_stop`.
    """
    names: dict[Reason, str] = {
        "patience": "ran out of patience",
        "max_epochs": "reached max_epochs",
        "max_seconds": "ran out of time",
        "interrupted": "were interrupted",
        "not_finite": "diverged",
        "culled": "were culled",
    }
    counts = []
    for reason, words in names.items():
        if n_members := sum(each == reason for each in reasons):
            said = words.replace("were", "was") if n_members == 1 else words
            counts.append(f"{n_members} {said}")
    return f"of {len(reasons)} members {', '.join(counts)}; the best: {best}"


def _outlook(
    history: Sequence[EpochRecord], best_epoch: int, watched: str, patience_epochs: int | None
) -> str:
    since_best = len(history) - best_epoch
    if since_best > _RECENT_EPOCHS:
        if patience_epochs is not None and since_best < patience_epochs:
            return (
                f"the best {watched} was {since_best} epochs before the end, fewer than the "
                f"patience of {patience_epochs}, so more training might help"
            )
        return (
            f"the best {watched} was {since_best} epochs before the end, so more training "
            "would probably not help"
        )
    fall = _recent_fall(history)
    if fall is None:
        return "too few epochs to tell whether more training would help"
    if fall > _STILL_FALLING:
        return (
            f"the loss was still falling by {100 * fall:.2g} % an epoch, so more training "
            "would probably help"
        )
    return "the loss had almost stopped falling, so more training would help little"


def _recent_fall(history: Sequence[EpochRecord]) -> float | None:
    """Mean relative fall of the loss per epoch over the last few epochs."""
    losses = [r.train_loss if r.validation_loss is None else r.validation_loss for r in history]
    recent = losses[-_RECENT_EPOCHS - 1 :]
    if len(recent) < 3 or recent[0] <= 0:
        return None
    return float((1 - recent[-1] / recent[0]) / (len(recent) - 1))
