"""Tables for people, from plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

_MOST_COLUMNS = 40
_NAMES = {"model": "this model", "linear": "linear model"}


def columns_sheet(schema: Sequence[Mapping[str, Any]]) -> Table:
    """How each column was recognised."""
    sheet = _sheet("column", "kind", "missing", "values", "note")
    for column in schema[:_MOST_COLUMNS]:
        missing = f"{column['missing_fraction']:.1%}" if column["missing_fraction"] else ""
        note = column["note"]
        sheet.add_row(column["name"], column["kind"], missing, f"{column['n_distinct']:,}", note)
    if len(schema) > _MOST_COLUMNS:
        sheet.add_row(f"and {len(schema) - _MOST_COLUMNS} more", "", "", "", "")
    return sheet


def scores_sheet(scores: Mapping[str, Mapping[str, float]]) -> Table:
    """Scores on the test rows, one line a model."""
    names = list(scores["model"])
    sheet = _sheet("on the test rows", *(name.replace("_", " ") for name in names))
    for who, values in scores.items():
        constant = "majority class" if "accuracy" in names else "mean"
        label = _NAMES.get(who, constant)
        cells = [f"{values[name]:.4g}" if name in values else "" for name in names]
        sheet.add_row(label, *cells, style="bold" if who == "model" else "")
    return sheet


def layers_sheet(layers: Sequence[Mapping[str, Any]]) -> Table:
    """The layers of a network with their parameter counts."""
    sheet = _sheet("layer", "inputs", "outputs", "activation", "parameters")
    for layer in layers:
        sheet.add_row(
            layer["name"],
            f"{layer['inputs']:,}",
            f"{layer['outputs']:,}",
            layer["activation"],
            f"{layer['parameters']:,}",
        )
    return sheet


def plain_sheet(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Any rows of text."""
    sheet = _sheet(*heads)
    for row in rows:
        sheet.add_row(*row)
    return sheet


def _sheet(*heads: str) -> Table:
    sheet = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        sheet.add_column(head, overflow="fold", justify="left" if number == 0 else "right")
    return sheet
