"""Words become numbers: categories their codes, truth values 1, 0 or ½."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Final

from rightfit.data.categories import UNSEEN, Categories
from rightfit.data.encode import UNKNOWN_TRUTH
from rightfit.data.markers import BOOLEAN_WORDS, CATEGORY_MARKERS
from rightfit.export.nodes import ML, Nodes

_WHOLE: Final = ("Int", "UInt")
_FRACTIONS: Final = ("Float", "Decimal")


def add_codes(nodes: Nodes, words: str, column: Categories, dtype: str) -> str:
    """Add the look-up of a column's levels.

    Args:
        nodes: the graph.
        words: `[row, 1]`, text.
        column: the levels.
        dtype: the type that the column had in training.

    Returns:
        `[row, 1]` int64: the code of each level; 0 for what is unseen.
    """
    codes = code_table(column, dtype)
    return nodes.add(
        "LabelEncoder",
        words,
        domain=ML,
        keys_strings=list(codes),
        values_int64s=list(codes.values()),
        default_int64=UNSEEN,
    )


def add_truth_values(nodes: Nodes, words: str) -> str:
    """Add the look-up of truth values.

    Args:
        nodes: the graph.
        words: `[row, 1]`, text.

    Returns:
        `[row, 1]` float32: 1, 0, or ½ where the value is missing or no truth value.
    """
    truths = truth_table()
    return nodes.add(
        "LabelEncoder",
        words,
        domain=ML,
        keys_strings=list(truths),
        values_floats=list(truths.values()),
        default_float=UNKNOWN_TRUTH,
    )


def code_table(column: Categories, dtype: str) -> Mapping[str, int]:
    """Say which code each spelling of a level has.

    Where the column was one of numbers or truth values, a level may be spelled as programs
    write it: 3 or 3.0, true or True.

    Example:
        >>> column = Categories("rooms", ("3", "2.5"), False)
        >>> dict(code_table(column, "Float64"))
        {'3': 1, '2.5': 2, '3.0': 1}
        >>> dict(code_table(column, "String"))
        {'3': 1, '2.5': 2}
    """
    table = {level: code for code, level in enumerate(column.levels, start=1)}
    if column.has_missing:
        table |= dict.fromkeys(CATEGORY_MARKERS, len(column.levels) + 1)
    for code, level in enumerate(column.levels, start=1):
        for spelling in _spellings(level, dtype):
            table.setdefault(spelling, code)
    return table


def truth_table() -> Mapping[str, float]:
    """Say which number each truth value is, in capital and in small letters.

    Example:
        >>> table = truth_table()
        >>> table["True"], table["nO"], table["0"]
        (1.0, 0.0, 0.0)
    """
    return {
        "".join(letters): value
        for word, value in BOOLEAN_WORDS.items()
        for letters in itertools.product(*(sorted({c, c.upper()}) for c in word))
    }


def _spellings(level: str, dtype: str) -> Iterator[str]:
    if dtype == "Boolean":
        yield level.capitalize()
    elif dtype.startswith(_WHOLE):
        yield f"{level}.0"
    elif dtype.startswith(_FRACTIONS):
        yield repr(float(level))
