"""Sheets for people, from plain values."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rich.table import Table

from rightfit.data.kinds import ROW_NUMBERS, USED

_MOST_COLUMNS = 30
_NAMES = {"model": "this model", "linear": "linear model"}
_A_LAYER = re.compile(r"layers\.(\d+)\.(weight|bias)")
_OF_TEXT = frozenset({"kind", "note", "activation", "type", "shape"})
# Scores without a unit, of which one compares the digits after the point.
_UNITLESS = frozenset({"accuracy", "balanced_accuracy", "log_loss", "roc_auc", "r2"})


def columns_sheet(schema: Sequence[Mapping[str, Any]]) -> Table:
    """How each column was recognised; of very many, those that are not plain numbers."""
    shown = list(schema)
    if len(shown) > _MOST_COLUMNS:
        shown = [column for column in schema if not _is_plain(column)][:_MOST_COLUMNS]
    sheet = sheet_of("column", "kind", "missing", "values", "note")
    for column in shown:
        missing, values = _share(column["missing_fraction"]), f"{column['n_distinct']:,}"
        sheet.add_row(column["name"], column["kind"], missing, values, _note(column))
    more = len(schema) - len(shown)
    if more:
        rest = [column for column in schema if column not in shown]
        kind = "plain numbers" if all(map(_is_plain, rest)) else ""
        sheet.add_row(f"{'and ' if shown else ''}{more:,} {'more' if shown else ''}", kind)
    return sheet


def scores_sheet(head: str, scores: Mapping[str, Mapping[str, float]]) -> Table:
    """Scores, one line a model; the names of the scores are those of the first model."""
    names = list(scores["model"])
    sheet = sheet_of(head, *(name.replace("_", " ") for name in names))
    for column in sheet.columns:
        # Names of scores are long, and their numbers are short.
        column.no_wrap = False
    for who, values in scores.items():
        constant = "majority class" if "accuracy" in names else "mean"
        cells = [_score(name, values[name]) if name in values else "" for name in names]
        sheet.add_row(_NAMES.get(who, constant), *cells, style="bold" if who == "model" else "")
    return sheet


def layers_sheet(layers: Sequence[Mapping[str, Any]]) -> Table:
    """The layers of a network with their parameter counts, and the sum of these."""
    sheet = sheet_of("layer", "inputs", "outputs", "activation", "parameters")
    for layer in layers:
        copies, outputs = layer["copies"], f"{layer['outputs'] // layer['copies']:,}"
        outputs = outputs if copies == 1 else f"{copies} × {outputs}"
        counts = f"{layer['inputs']:,}", outputs, layer["activation"], f"{layer['parameters']:,}"
        sheet.add_row(layer["name"], *counts)
    if len(layers) > 1:
        total = sum(layer["parameters"] for layer in layers)
        sheet.add_row("in all", "", "", "", f"{total:,}", style="bold")
    return sheet


def gradients_sheet(arrays: Sequence[Any]) -> Table:
    """The worst slope of each array of parameters: as derived, and as measured."""
    sheet = sheet_of("array", "numbers", "compared", "worst error", "derived", "measured")
    last = max(int(found[1]) for check in arrays if (found := _A_LAYER.fullmatch(check.name)))
    for check in arrays:
        counts = [f"{check.n_parameters:,}", f"{check.n_checked:,}"]
        slopes = [f"{check.analytic:.5g}", f"{check.numeric:.5g}"]
        sheet.add_row(_array_name(check.name, last), *counts, f"{check.largest_error:.1e}", *slopes)
    return sheet


def tensors_sheet(head: str, tensors: Sequence[Mapping[str, Any]]) -> Table:
    """What goes into an exported model or comes out of it; of very many, the first ones."""
    sheet = sheet_of(head, "type", "shape", "note")
    for tensor in tensors[:_MOST_COLUMNS]:
        shape = f"[{', '.join(map(str, tensor['shape']))}]"
        sheet.add_row(tensor["name"], tensor["type"], shape, tensor["description"])
    more = len(tensors) - _MOST_COLUMNS
    if more > 0:
        sheet.add_row(f"and {more:,} more")
    return sheet


def sheet_of(*heads: str) -> Table:
    """An empty sheet: text on the left, numbers on the right."""
    sheet = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        is_text = head in _OF_TEXT or head == heads[0]
        justify: Literal["left", "right"] = "left" if is_text else "right"
        sheet.add_column(head, overflow="fold", justify=justify, no_wrap=not is_text)
    return sheet


def _is_plain(column: Mapping[str, Any]) -> bool:
    return column["kind"] == "number" and not column["missing_fraction"] and not column["note"]


def _array_name(name: str, last: int) -> str:
    """What the sheet of the layers calls an array of parameters.

    Example:
        >>> [_array_name(name, 1) for name in ("layers.0.weight", "layers.1.bias", "factors")]
        ['hidden 1, weights', 'output, biases', 'input factors']
    """
    found = _A_LAYER.fullmatch(name)
    if found is None:
        return "input factors" if name == "factors" else name
    layer = "output" if int(found[1]) == last else f"hidden {int(found[1]) + 1}"
    return f"{layer}, {'biases' if found[2] == 'bias' else 'weights'}"


def _note(column: Mapping[str, Any]) -> str:
    """What is notable of a column, and what becomes of it where that is a surprise."""
    note = column["note"]
    if column["kind"] not in USED:
        return f"left out: {note}" if note else "left out"
    if note == ROW_NUMBERS:
        flag = shlex.quote(f"{column['name']}=ignored")
        return f"{note}: used; leave it out with --column-kinds {flag}"
    return str(note)


def _share(fraction: float) -> str:
    text = f"{fraction:.1%}"
    return "" if fraction == 0 else "<0.1%" if text == "0.0%" else text


def _score(name: str, value: float) -> str:
    if name in _UNITLESS:
        return f"{value:.4f}"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else f"{value:#.4g}"
