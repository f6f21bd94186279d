"""Partial dependence: what the model predicts on average as one column changes."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float

from rightfit.arrays import Features
from rightfit.data.categories import as_levels
from rightfit.data.cells import take
from rightfit.data.kinds import NUMBER
from rightfit.model.model import Model
from rightfit.report.column_groups import ColumnGroup, column_groups
from rightfit.report.importance import seconds_a_block
from rightfit.report.labelled import LabelledRows, take_rows
from rightfit.report.numerals import shortened
from rightfit.shuffle import shuffled

MOST_COLUMNS = 6
MOST_CLASSES = 3
_MOST_STEPS = 13
_MOST_LEVELS = 8
_BUDGET_SECONDS = 0.5
_ROWS = (32, 192)
_BLOCK = 256
# The outermost values are often strange ones.
_ENDS = (0.02, 0.98)


@dataclasses.dataclass(frozen=True, eq=False)
class Dependence:
    """What is predicted along one column.

    Attributes:
        name: of the column.
        is_number: whether `places` are numbers that can be drawn to scale.
        places: values of the column, as numbers or shortened text.
        lines: `[line, place]`, mean predictions: probabilities, or numbers in their own unit.
        names: of the lines; one, empty, where there is nothing to tell apart.
        n_rows: how many test rows the means are over.
    """

    name: str
    is_number: bool
    places: tuple[Any, ...]
    lines: Float[np.ndarray, "line place"]
    names: tuple[str, ...]
    n_rows: int


def partial_dependence(
    model: Model, test: LabelledRows, names: Sequence[str]
) -> tuple[Dependence, ...]:
    """Put the same value of a column into a sample of rows, and average what is predicted.

    The values come from rows that have them, so that every kind of column can be walked along.

    Args:
        model: the fitted model.
        test: the rows.
        names: of the columns; the first six are taken.
    """
    groups = {group.name: group for group in column_groups(model.encoder)}
    n_blocks = _BUDGET_SECONDS / seconds_a_block(model)
    wanted = int(n_blocks * _BLOCK / (MOST_COLUMNS * _MOST_STEPS))
    n_rows = min(len(test), int(np.clip(wanted, *_ROWS)))
    sample = take_rows(test.features, shuffled(len(test), 4)[:n_rows])
    lines, line_names = _lines_shown(model, test)
    found = []
    for name in names[:MOST_COLUMNS]:
        is_number, places, donors = _places(model, test, name)
        if len(places) < 2:
            continue
        given = take_rows(test.features, np.array(donors))
        means = _walk(model, sample, given, groups[name])
        found.append(Dependence(name, is_number, places, means[:, lines].T, line_names, n_rows))
    return tuple(found)


def _walk(
    model: Model, sample: Features, donors: Features, group: ColumnGroup
) -> Float[np.ndarray, "place prediction"]:
    n_rows, n_places = len(sample.numbers), len(donors.numbers)
    numbers = np.tile(sample.numbers, (n_places, 1))
    codes = np.tile(sample.codes, (n_places, 1))
    numbers[:, list(group.numbers)] = np.repeat(donors.numbers[:, list(group.numbers)], n_rows, 0)
    codes[:, list(group.codes)] = np.repeat(donors.codes[:, list(group.codes)], n_rows, 0)
    predicted = model.predict_encoded(Features(numbers, codes))
    means: Float[np.ndarray, "place prediction"]
    means = predicted.reshape(n_places, n_rows, -1).mean(axis=1)
    return means if model.target.classes is not None else _in_own_unit(model, means)


def _in_own_unit(
    model: Model, means: Float[np.ndarray, "place output"]
) -> Float[np.ndarray, "place output"]:
    return means * model.target.scale + model.target.center


def _lines_shown(model: Model, test: LabelledRows) -> tuple[list[int], tuple[str, ...]]:
    """Which predictions are drawn: the second of two classes, or the most frequent of several."""
    classes = model.target.classes
    if classes is None:
        n_outputs = min(len(model.target.scale), MOST_CLASSES)
        several = [f"output {i + 1}" for i in range(n_outputs)]
        return list(range(n_outputs)), tuple(several) if n_outputs > 1 else ("",)
    if len(classes) == 2:
        return [1], ("",)
    counts = np.bincount(test.truth, minlength=len(classes))
    most = np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist()
    return most, tuple(shortened(classes[i], 24) for i in most)


def _places(model: Model, test: LabelledRows, name: str) -> tuple[bool, tuple[Any, ...], list[int]]:
    """Values to walk along, and for each a test row that has it."""
    kind = next(column.kind for column in model.schema.columns if column.name == name)
    if kind == NUMBER:
        values = test.table.numbers([name], test.rows)[:, 0].astype(np.float64)
        present = np.flatnonzero(np.isfinite(values))
        order = present[np.argsort(values[present], kind="stable")]
        if not len(order):
            return True, (), []
        at = np.linspace(*_ENDS, _MOST_STEPS) * (len(order) - 1)
        donors = order[np.unique(np.round(at).astype(int))]
        steps, first = np.unique(values[donors], return_index=True)
        return True, tuple(steps.tolist()), donors[first].tolist()
    return (False, *_levels(test, name))


def _levels(test: LabelledRows, name: str) -> tuple[tuple[str, ...], list[int]]:
    text = as_levels(take(test.table.column(name), test.rows))
    counted = (
        pl.DataFrame({"level": text, "row": np.arange(len(text))})
        .drop_nulls()
        .group_by("level", maintain_order=True)
        .agg(pl.len().alias("n"), pl.col("row").first())
        .sort("n", "level", descending=[True, False])
        .head(_MOST_LEVELS)
        # Dates and levels are read more easily in order.
        .sort("level")
    )
    return tuple(counted["level"].to_list()), counted["row"].to_list()
