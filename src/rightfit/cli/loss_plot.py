"""A small plot of the losses over the epochs, from characters of the terminal.

In braille each character has 2×4 dots; where the encoding knows no braille, plain ASCII has to do.
"""

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.text import Text

from rightfit.cli.console import can_show

_FEWEST_EPOCHS = 3
_FEWEST_COLUMNS = 40
_MOST_COLUMNS = 60
_ROWS = 8
# From this ratio of the highest to the lowest loss on, a linear axis would flatten the end.
_LOG_FROM = 10.0
# The bit of each dot of a braille character, row by row.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_STYLES = {"training": "yellow", "validation": "cyan"}

Dot = tuple[int, int]
Curve = Sequence[tuple[int, float]]


@dataclasses.dataclass(frozen=True)
class _Characters:
    """What a plot is drawn with.

    Attributes:
        across: dots of a character, from left to right.
        down: dots of a character, from top to bottom.
        lines: tick, wall, corner, floor, the kept epoch in the plot and below it.
        samples: what each curve looks like.
    """

    across: int
    down: int
    lines: str
    samples: Mapping[str, str]


_BRAILLE = _Characters(2, 4, "┤│└─┊▲", {"training": "⠐⠐⠐", "validation": "⠒⠒⠒"})
_ASCII = _Characters(1, 1, "+|+-:^", {"training": "...", "validation": "***"})


def loss_plot(
    history: Sequence[Mapping[str, Any]], members: Sequence[Mapping[str, Any]], best_epoch: int
) -> "LossPlot | None":
    """Make the plot of the network that counts most; None where there are too few epochs.

    Args:
        history: one mapping for each epoch, of every member.
        members: one mapping for each member of a pack; empty for a single network.
        best_epoch: the epoch whose weights were kept.

    Example:
        >>> epoch = {"member": 0, "epoch": 1, "train_loss": 0.5, "validation_loss": None}
        >>> loss_plot([epoch], [], best_epoch=1) is None
        True
    """
    heaviest = min(members, key=lambda row: (-row["weight"], row["member"]), default=None)
    number = 0 if heaviest is None else heaviest["member"]
    # After a restart, an epoch is there twice; the later one counts.
    epochs = {row["epoch"]: row for row in history if row["member"] == number}
    curves = {}
    for name, key in (("training", "train_loss"), ("validation", "validation_loss")):
        values = ((epoch, epochs[epoch][key]) for epoch in sorted(epochs))
        curve = [(e, float(v)) for e, v in values if v is not None and math.isfinite(v)]
        if len(curve) >= _FEWEST_EPOCHS:
            curves[name] = curve
    if not curves:
        return None
    return LossPlot(curves, best_epoch, None if heaviest is None else number)


def print_loss_plot(console: Console, plot: "LossPlot | None") -> None:
    """Print a plot, if somebody looks at a terminal that is wide enough."""
    if plot is None or not console.is_terminal or console.width < _FEWEST_COLUMNS:
        return
    columns = min(console.width, _MOST_COLUMNS)
    console.print()
    console.print(plot.drawn(columns, is_ascii=not _knows_braille(console)))


def _knows_braille(console: Console) -> bool:
    # The console of Linux without a desktop has a font of 512 characters.
    known = not console.legacy_windows and os.environ.get("TERM") != "linux"
    return known and can_show(console, "⣿" + _BRAILLE.lines)


@dataclasses.dataclass(frozen=True)
class LossPlot:
    """Training and validation loss over the epochs of one network.

    Attributes:
        curves: (epoch, loss) by name, "training" and "validation".
        kept: the epoch whose weights were kept.
        member: number of the network in its pack; None outside of a pack.
    """

    curves: Mapping[str, Curve]
    kept: int
    member: int | None = None

    def drawn(self, columns: int, *, is_ascii: bool = False) -> Text:
        """Draw it in so many columns."""
        made_of = _ASCII if is_ascii else _BRAILLE
        ticks = self._ticks()
        margin = max(map(len, ticks)) + 2
        first, last = self._epochs
        width = columns - margin
        at = round((self.kept - first) / (last - first) * (width - 1))
        at = min(max(at, 0), width - 1)
        text = Text(no_wrap=True, overflow="ignore")
        text.append(f"{self._heading()}\n")
        cells = self._cells(width, made_of)
        for row in range(_ROWS):
            label = {0: ticks[0], _ROWS // 2: ticks[1], _ROWS - 1: ticks[2]}.get(row, "")
            wall = made_of.lines[0] if label else made_of.lines[1]
            text.append(f"{label.rjust(margin - 2)} {wall}")
            for column in range(width):
                empty = made_of.lines[4] if column == at else " "
                text.append(*cells.get((column, row), (empty, "")))
            text.append("\n")
        corner, floor, below = (made_of.lines[index] for index in (2, 3, 5))
        text.append(f"{' ' * (margin - 1)}{corner}{floor * at}{below}{floor * (width - at - 1)}\n")
        text.append(f"{' ' * margin}{_epoch_line(first, self.kept, last, at, width, below)}\n")
        for name in reversed(list(self.curves)):
            text.append(made_of.samples[name], _STYLES[name]).append(f" {name}  ")
        text.rstrip()
        return text

    def _heading(self) -> str:
        whose = "" if self.member is None else f" of member {self.member}"
        return f"Loss{whose} by epoch{' (log axis)' if self._is_log else ''}"

    @cached_property
    def _is_log(self) -> bool:
        low, high = self._limits
        return low > 0 and high / low >= _LOG_FROM

    @cached_property
    def _limits(self) -> tuple[float, float]:
        losses = [loss for curve in self.curves.values() for _, loss in curve]
        return min(losses), max(losses)

    @cached_property
    def _epochs(self) -> tuple[int, int]:
        epochs = [epoch for curve in self.curves.values() for epoch, _ in curve]
        return min(epochs), max(epochs)

    def _ticks(self) -> tuple[str, str, str]:
        """The losses of the highest, the middle and the lowest row."""
        low, high = self._limits
        if low == high:
            return "", f"{high:.3g}", ""
        # The row in the middle lies a little below it.
        share = (_ROWS // 2) / (_ROWS - 1)
        if self._is_log:
            middle = math.exp(_between(math.log(high), math.log(low), share))
        else:
            middle = _between(high, low, share)
        return f"{high:.3g}", f"{middle:.3g}", f"{low:.3g}"

    def _cells(self, width: int, made_of: _Characters) -> dict[Dot, tuple[str, str]]:
        """The character and its style in each cell that a curve goes through."""
        cells: dict[Dot, tuple[str, str]] = {}
        bits: dict[Dot, int] = {}
        for name, curve in self.curves.items():
            # The curve of the training is dotted.
            step = 2 if name == "training" and made_of is _BRAILLE else 1
            for x, y in self._dots(curve, width * made_of.across, _ROWS * made_of.down)[::step]:
                cell = x // made_of.across, y // made_of.down
                bit = _BITS[y % made_of.down][x % made_of.across]
                bits[cell] = bits.get(cell, 0) | bit
                shown = chr(0x2800 + bits[cell]) if made_of is _BRAILLE else made_of.samples[name]
                cells[cell] = shown[0], _STYLES[name]
        return cells

    def _dots(self, curve: Curve, across: int, down: int) -> list[Dot]:
        """The dots of a curve from left to right; several epochs in one place become their mean."""
        first, last = self._epochs
        places: dict[int, list[float]] = {}
        for epoch, loss in curve:
            x = round((epoch - first) / (last - first) * (across - 1))
            places.setdefault(x, []).append(loss)
        corners = [(x, self._height(math.fsum(p) / len(p), down)) for x, p in places.items()]
        dots = corners[:1]
        for start, end in pairwise(corners):
            dots += _line(start, end)
        return dots

    def _height(self, loss: float, down: int) -> int:
        low, high = self._limits
        if self._is_log:
            loss, low, high = math.log(loss), math.log(low), math.log(high)
        share = (high - loss) / (high - low) if high > low else 0.5
        return min(max(round(share * (down - 1)), 0), down - 1)


def _line(start: Dot, end: Dot) -> list[Dot]:
    """The dots from a place, which is left out, to another one."""
    (x, y), (to_x, to_y) = start, end
    n = max(abs(to_x - x), abs(to_y - y))
    return [
        (round(_between(x, to_x, step / n)), round(_between(y, to_y, step / n)))
        for step in range(1, n + 1)
    ]


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _epoch_line(first: int, kept: int, last: int, at: int, width: int, below: str) -> str:
    """The numbers of the epochs: the first, the kept one near its place, and the last."""
    start, end, label = str(first), str(last), f"{below} kept: epoch {kept}"
    if len(f"{start} {label} {end}") > width:
        start = ""
    room = width - len(start) - len(end) - 2
    place = min(max(at - len(start) - 1, 0), max(room - len(label), 0))
    return f"{start} {(' ' * place + label).ljust(room)} {end}"
