"""Progress on stderr: a live bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rightfit import EpochsEnded, Event, LearningRateLowered, TrainingStarted

_SECONDS_BETWEEN_LINES = 10.0


def show_progress(
    events: Iterable[Event], console: Console, patience_epochs: int | None
) -> Iterator[Event]:
    """Pass events on, and show them on the way."""
    shown = (
        _live(events, console, patience_epochs) if console.is_terminal else _lines(events, console)
    )
    yield from shown


def _live(
    events: Iterable[Event], console: Console, patience_epochs: int | None
) -> Iterator[Event]:
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[losses]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left at most"),
        console=console,
        transient=True,
    )
    with progress:
        task = progress.add_task("compiling", total=None, losses="")
        max_epochs = 0
        for event in events:
            if isinstance(event, TrainingStarted):
                max_epochs = event.max_epochs
            elif isinstance(event, EpochsEnded):
                _advance(progress, task, event, max_epochs, patience_epochs)
            yield event


def _advance(
    progress: Progress, task: TaskID, event: EpochsEnded, max_epochs: int, patience: int | None
) -> None:
    last = event.records[-1]
    # Nothing better from here on would end it at the best epoch plus the patience.
    end = max_epochs if patience is None else min(max_epochs, event.best_epoch + patience)
    progress.update(
        task,
        description=f"epoch {last.epoch}",
        completed=last.epoch,
        total=max(end, last.epoch),
        losses=_losses(event),
    )


def _lines(events: Iterable[Event], console: Console) -> Iterator[Event]:
    next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
    for event in events:
        if isinstance(event, EpochsEnded) and time.monotonic() >= next_line:
            next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            console.print(f"epoch {event.records[-1].epoch}  {_losses(event)}", highlight=False)
        elif isinstance(event, LearningRateLowered):
            console.print(f"learning rate lowered to {event.learning_rate:.3g}", highlight=False)
        yield event


def _losses(event: EpochsEnded) -> str:
    last = event.records[-1]
    loss = "" if last.validation_loss is None else f"  validation {last.validation_loss:.4f}"
    return f"train {last.train_loss:.4f}{loss}  best epoch {event.best_epoch}"
