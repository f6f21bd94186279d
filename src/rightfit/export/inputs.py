"""The inputs of an exported model: what is handed in for each column that the model reads."""

import dataclasses
from typing import Any, Final, final

import numpy as np

from rightfit.data.dates import CLOCK
from rightfit.data.kinds import BOOLEAN, CATEGORY, DATETIME, NUMBER
from rightfit.errors import counted, shown
from rightfit.model.model import Model

# The kind of the one input that is all columns.
MATRIX: Final = "matrix"
# What a missing date is: NumPy's NaT, as a whole number.
NO_DATE: Final = int(np.iinfo(np.int64).min)
_TYPES: Final = {
    MATRIX: np.dtype(np.float64),
    NUMBER: np.dtype(np.float64),
    CATEGORY: np.dtype(np.str_),
    BOOLEAN: np.dtype(np.str_),
    DATETIME: np.dtype(np.int64),
}
TYPE_NAMES: Final = {"f": "float64", "U": "string", "i": "int64", "b": "bool", "O": "string"}


@final
@dataclasses.dataclass(frozen=True)
class Input:
    """One input.

    Attributes:
        name: of the input.
        columns: the columns of the table that it holds, side by side.
        kind: of these columns: number, category, boolean or datetime; or matrix.
        description: what its values are, and how a missing one is written.
    """

    name: str
    columns: tuple[str, ...]
    kind: str
    description: str

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values; text is text of any length."""
        return _TYPES[self.kind]

    @property
    def type_name(self) -> str:
        """The type of its values, in ONNX's words."""
        return TYPE_NAMES[self.dtype.kind]

    @property
    def shape(self) -> tuple[str, int]:
        """Any number of rows, and its columns."""
        return ("rows", len(self.columns))

    def as_plain(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "name": self.name,
            "type": self.type_name,
            "shape": list(self.shape),
            "kind": self.kind,
            "description": self.description,
        }


def inputs_of(model: Model) -> tuple[Input, ...]:
    """List the inputs of a model: one a column that it reads, or one matrix.

    Where the columns never had names and all are numbers, one input `X` holds all columns of the
    table, also those that the model does not read.
    """
    encoder = model.encoder
    read_numbers_only = all(column.kind == NUMBER for column in model.schema.used)
    if not model.has_names and read_numbers_only:
        names = model.schema.names
        text = f"{counted(len(names), 'column')} of numbers, in the order of the training"
        return (Input("X", names, MATRIX, f"{text}; missing: NaN"),)
    described = [
        *((name, NUMBER, "a number; missing: NaN") for name in encoder.numeric.numbers),
        *((date.name, DATETIME, _date(date.style)) for date in encoder.numeric.dates),
        *((boolean.name, BOOLEAN, _BOOLEAN) for boolean in encoder.booleans),
        *((column.name, CATEGORY, _category(column.levels)) for column in encoder.categories),
    ]
    places = {name: place for place, name in enumerate(model.schema.names)}
    in_order = sorted(described, key=lambda one: places[one[0]])
    return tuple(Input(name, (name,), kind, description) for name, kind, description in in_order)


_BOOLEAN = "true or false, as text; missing: empty text"


def _date(style: str) -> str:
    since = "midnight" if style == CLOCK else "1970-01-01 00:00:00"
    return f"microseconds since {since}, without a time zone or in UTC; missing: {NO_DATE}"


def _category(levels: tuple[str, ...]) -> str:
    words = f"one of {shown(levels)}" if levels else "anything"
    return f"a category as text, {words}; others: unseen; missing: empty text"
