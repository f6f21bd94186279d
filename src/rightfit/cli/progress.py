"""Progress on stderr: a live bar for who watches, a plain line now and then for a file."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rightfit import EpochsEnded, Event, RefitStarted
from rightfit.cli.console import is_live
from rightfit.estimators.pace import Pace

# In a file, lines come the more rarely the longer it takes: 28 in ten minutes, then one a minute.
_FEWEST_SECONDS_BETWEEN_LINES = 10.0
_MOST_SECONDS_BETWEEN_LINES = 60.0
_SHARE_BETWEEN_LINES = 0.1
_BAR_WIDTH = 30
# A line of a pack has more to say, and a terminal has 80 columns.
_PACK_BAR_WIDTH = 16


def show_progress(events: Iterable[Event], console: Console) -> Iterator[Event]:
    """Pass events on, and show on the way where training stands.

    The first event is passed on before anything is drawn, so that what its reader prints
    stands above the bar.
    """
    pace = Pace()
    events = iter(events)
    for event in events:
        pace.note(event)
        yield event
        break
    yield from (_live if is_live(console) else _lines)(events, console, pace)


def stand(pace: Pace) -> str:
    """How far one network has come, or how many of a pack are still trained."""
    if pace.refit is not None:
        return f"going on with all {pace.refit.n_rows:,} rows"
    if pace.n_members > 1:
        if not pace.n_running:
            return f"choosing among {pace.n_members} members"
        return f"{pace.n_running} of {pace.n_members} members running"
    return "" if pace.last is None else f"epoch {pace.last.epoch}"


def losses(pace: Pace) -> str:
    """The losses of the last epoch in words; of a pack, the best one.

    Example:
        >>> losses(Pace())
        ''
    """
    last, best = pace.last, pace.best
    if last is None:
        return ""
    if pace.n_members > 1:
        # Of a pack, nobody follows the losses of each member.
        if best is None:
            return ""
        # A member sees the rows of its own fold, all together see those of every fold.
        fold, folds = (", one fold", ", all folds") if pace.n_folds else ("", "")
        said = f"best loss {best.loss:.4g} (member {best.member}, epoch {best.epoch}{fold})"
        judged = pace.together
        if judged is None:
            return said
        name = judged.name.replace("_", " ")
        return f"{said}; {judged.n_members} together{folds}: {name} {judged.watched:.4g}"
    held = "" if last.validation_loss is None else f", validation {last.validation_loss:.4g}"
    return f"loss: training {last.train_loss:.4g}{held}; best epoch {pace.best_epoch}"


def time_left(pace: Pace) -> str:
    """The time left in words; a lower bound as long as a better epoch would move the end."""
    seconds = pace.seconds_left
    if seconds is None or not pace.n_running:
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
    line = _line(Text(stand(pace)), _bar(pace), Text(time_left(pace)))
    return Group(line, Text(losses(pace)), Text("Ctrl-C stops and keeps the best", style="dim"))


def _bar(pace: Pace) -> ProgressBar:
    assert pace.last is not None
    if pace.n_members == 1 and pace.refit is None:
        return ProgressBar(total=pace.end_epoch, completed=pace.last.epoch, width=_BAR_WIDTH)
    # While members are chosen, nobody knows how long it takes.
    total = pace.epochs_done + pace.epochs_left if pace.n_running else None
    return ProgressBar(total=total, completed=pace.epochs_done, width=_PACK_BAR_WIDTH)


def _line(*cells: RenderableType) -> Table:
    line = Table.grid(padding=(0, 2))
    line.add_row(*cells)
    return line


def _lines(events: Iterable[Event], console: Console, pace: Pace) -> Iterator[Event]:
    start = time.monotonic()
    next_line = start + _FEWEST_SECONDS_BETWEEN_LINES
    for event in events:
        pace.note(event)
        now = time.monotonic()
        if isinstance(event, EpochsEnded | RefitStarted) and now >= next_line:
            next_line = now + _seconds_to_next_line(now - start)
            said = ", ".join(filter(None, (stand(pace), losses(pace))))
            left = time_left(pace)
            console.print(f"{said}{left and '; ' + left}")
        yield event


def _seconds_to_next_line(elapsed: float) -> float:
    seconds = max(_FEWEST_SECONDS_BETWEEN_LINES, _SHARE_BETWEEN_LINES * elapsed)
    return min(seconds, _MOST_SECONDS_BETWEEN_LINES)
