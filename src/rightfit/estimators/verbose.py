"""What `verbose=True` prints: a plain line for each stretch of epochs."""

import sys

from rightfit.train.events import (
    EpochsEnded,
    Event,
    LearningRateLowered,
    MemberStopped,
    RefitStarted,
)


def print_line(event: Event, *, one_of_many: bool) -> None:
    """Print a line on stderr for an event that is worth one.

    Args:
        event: of the training.
        one_of_many: whether lines name the member that they are about.
    """
    if isinstance(event, EpochsEnded):
        last = event.records[-1]
        loss = (
            "" if last.validation_loss is None else f"  validation loss {last.validation_loss:.5g}"
        )
        line = f"epoch {last.epoch}  train loss {last.train_loss:.5g}{loss}"
        line = f"{line}  best epoch {event.best_epoch}"
    elif isinstance(event, LearningRateLowered):
        line = f"learning rate lowered to {event.learning_rate:.3g}"
    elif isinstance(event, MemberStopped) and one_of_many:
        line = f"stopped in epoch {event.epoch}: {event.reason}"
    elif isinstance(event, RefitStarted):
        print(f"going on with all {event.n_rows:,} rows", file=sys.stderr)
        return
    else:
        return
    print(f"member {event.member}  {line}" if one_of_many else line, file=sys.stderr)
