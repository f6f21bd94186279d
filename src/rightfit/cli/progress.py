"""Progress on stderr: a live bar for who watches, a plain line now and then for a file."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rightfit import EpochsEnded, Event
from rightfit.cli.console import is_live
from rightfit.estimators.pace import Pace

_SECONDS_BETWEEN_LINES = 10.0
_BAR_WIDTH = 30


def show_progress(
    events: Iterable[Event], console: Console, patience_epochs: int | None
) -> Iterator[Event]:
    """Pass events on, and show on the way where training stands.

    The first event is passed on before anything is drawn, so that what its reader prints
    stands above the bar.
    """
    pace = Pace(patience_epochs)
    events = iter(events)
    for event in events:
        pace.note(event)
        yield event
        break
    yield from (_live if is_live(console) else _lines)(events, console, pace)


def losses(pace: Pace) -> str:
    """The losses of the last epoch in words.

    Example:
        >>> losses(Pace(patience_epochs=None))
        ''
    """
    last = pace.last
    if last is None:
        return ""
    held = "" if last.validation_loss is None else f", validation {last.validation_loss:.4g}"
    return f"loss: training {last.train_loss:.4g}{held}; best epoch {pace.best_epoch}"


def time_left(pace: Pace) -> str:
    """The time left in words; a lower bound as long as a better epoch would move the end."""
    seconds = pace.seconds_left
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{clock} left" + (" unless it gets better" if pace.may_go_on else "")


def _live(events: Iterable[Event], console: Console, pace: Pace) -> Iterator[Event]:
    def picture() -> RenderableType:
        return _picture(pace)

    with Live(get_renderable=picture, console=console, transient=True, refresh_per_second=8):
        for event in events:
            pace.note(event)
            yield event


def _picture(pace: Pace) -> RenderableType:
    if pace.last is None:
        bar = ProgressBar(total=None, width=_BAR_WIDTH)
        return _line(Text("compiling"), bar, Text(""))
    bar = ProgressBar(total=pace.end_epoch, completed=pace.last.epoch, width=_BAR_WIDTH)
    line = _line(Text(f"epoch {pace.last.epoch}"), bar, Text(time_left(pace)))
    return Group(line, Text(losses(pace)), Text("Ctrl-C stops and keeps the best", style="dim"))


def _line(*cells: RenderableType) -> Table:
    line = Table.grid(padding=(0, 2))
    line.add_row(*cells)
    return line


def _lines(events: Iterable[Event], console: Console, pace: Pace) -> Iterator[Event]:
    next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
    for event in events:
        pace.note(event)
        if isinstance(event, EpochsEnded) and time.monotonic() >= next_line:
            next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            left = time_left(pace)
            console.print(f"epoch {event.records[-1].epoch}, {losses(pace)}{left and '; ' + left}")
        yield event
