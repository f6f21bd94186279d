"""Rows on which an exported file is compared with its model: made up from what training saw."""

from typing import Any, Final

import numpy as np
import polars as pl

from rightfit.data.bins import BinScaling
from rightfit.data.categories import Categories
from rightfit.data.column_names import free_name
from rightfit.data.dates import CLOCK, MICROSECONDS_A_DAY
from rightfit.data.numeric import DateColumn
from rightfit.data.scaling import Scaling
from rightfit.data.spelling import spellings
from rightfit.data.table import FrameTable, MatrixTable, Table
from rightfit.export.inputs import MATRIX, Input
from rightfit.model.model import Model

N_ROWS: Final = 300
MISSING_SHARE: Final = 0.1
# The dates that are easily got wrong: around 1970, leap days, turns of centuries.
_HARD: Final = (-1, 0, 951_868_799_999_999, 951_782_400_000_000, -2_203_977_600_000_000)
_LARGEST: Final = 1e300
_UNSEEN: Final = "never seen"
_1950_TO_2050: Final = (-7305, 29_220)


def made_rows(model: Model, inputs: tuple[Input, ...]) -> Table:
    """Make up rows with every column that the model reads.

    Numbers and dates spread as in training and somewhat further; categories take their levels, some
    of them in another spelling, and one that is unseen; of all columns a tenth is missing, and in
    the first row everything.
    """
    random = np.random.Generator(np.random.Philox(key=0))
    columns = _numbers(model, random) | _words(model, random)
    if inputs[0].kind == MATRIX:
        names = model.schema.names
        places = {name: place for place, name in enumerate(names)}
        array = np.zeros((N_ROWS, len(names)))
        for name, values in columns.items():
            array[:, places[name]] = values.fill_null(np.nan).to_numpy()
        return MatrixTable(array, names)
    unread = {name: pl.repeat(None, N_ROWS, eager=True) for name in model.schema.names}
    return FrameTable(pl.DataFrame(unread | columns))


def _numbers(model: Model, random: np.random.Generator) -> dict[str, pl.Series]:
    encoder = model.encoder
    columns = {}
    for place, name in enumerate(encoder.numeric.numbers):
        values = _spread(encoder.scaling, place, random)
        columns[name] = pl.Series(name, values).set(_missing(random), None)
    sources = dict(encoder.numeric.sources)
    for date in encoder.numeric.dates:
        moments = _moments(date, encoder.scaling, sources[date.name], random)
        columns[date.name] = (
            pl.Series(date.name, moments).cast(pl.Datetime("us")).set(_missing(random), None)
        )
    return columns


def _spread(
    scaling: Scaling | BinScaling, place: int, random: np.random.Generator
) -> np.ndarray[Any, Any]:
    if isinstance(scaling, BinScaling):
        edges = scaling.edges[place]
        beyond = edges[-1] / 10 - edges[0] / 10
        low, high = np.clip([edges[0] - beyond, edges[-1] + beyond], -_LARGEST, _LARGEST)
        values = random.uniform(low, high, N_ROWS)
        # On the edges themselves, where one bin ends and the next begins.
        values[::3] = random.choice(edges, len(values[::3]))
        return values
    factor = scaling.factor[place]
    width = 2 / max(factor, 2 / _LARGEST) if factor else 1.0
    values = scaling.fill[place] + width * random.standard_normal(N_ROWS)
    return values.clip(-_LARGEST, _LARGEST)


def _moments(
    date: DateColumn, scaling: Scaling | BinScaling, place: int, random: np.random.Generator
) -> np.ndarray[Any, Any]:
    if date.style == CLOCK:
        return random.integers(0, MICROSECONDS_A_DAY, N_ROWS)
    days = random.uniform(*_1950_TO_2050, N_ROWS)
    if date.parts[0] == "days":
        days = _spread(scaling, place, random).clip(-700_000, 2_900_000)
    moments = (days * MICROSECONDS_A_DAY).astype(np.int64)
    moments[-len(_HARD) :] = _HARD
    return moments


def _words(model: Model, random: np.random.Generator) -> dict[str, pl.Series]:
    columns = {}
    for column in model.encoder.categories:
        levels = _some_levels(column, random)
        columns[column.name] = pl.Series(column.name, levels).set(_missing(random), None)
    for boolean in model.encoder.booleans:
        truths = random.integers(0, 2, N_ROWS).astype(bool)
        columns[boolean.name] = pl.Series(boolean.name, truths).set(_missing(random), None)
    return columns


def _some_levels(column: Categories, random: np.random.Generator) -> list[str]:
    levels = [*column.levels, free_name(_UNSEEN, column.levels)]
    words = [levels[place] for place in random.integers(0, len(levels), N_ROWS).tolist()]
    for row in range(0, N_ROWS, 3):
        ways = [words[row], *spellings(words[row])]
        words[row] = ways[random.integers(0, len(ways))]
    return words


def _missing(random: np.random.Generator) -> pl.Series:
    missing = random.random(N_ROWS) < MISSING_SHARE
    missing[0] = True
    return pl.Series(missing)
