"""Words become numbers: categories their codes, truth values 1, 0 or ½."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from rightfit.data.categories import UNSEEN, Categories
from rightfit.data.encode import UNKNOWN_TRUTH
from rightfit.data.markers import BOOLEAN_WORDS, CATEGORY_MARKERS
from rightfit.data.spelling import letter_cases, spellings
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

    What the model takes for a level is one here: 3.0 for 3, TRUE for true, and 2134 for 02134
    among codes of five digits. Where the column was one of numbers, a level may also be spelled
    as Python writes it.

    Example:
        >>> column = Categories("rooms", ("3", "2.5"), False)
        >>> dict(code_table(column, "Float64"))
        {'3': 1, '2.5': 2, '3.0': 1}
        >>> dict(code_table(Categories("zip", ("02134", "10001"), False), "String"))
        {'02134': 1, '10001': 2, '02134.0': 1, '2134': 1, '2134.0': 1, '10001.0': 2}
    """
    table = {level: code for code, level in enumerate(column.levels, start=1)}
    if column.has_missing:
        table |= dict.fromkeys(CATEGORY_MARKERS, len(column.levels) + 1)
    respelled = (word for level in column.levels for word in spellings(level))
    new = list(dict.fromkeys(word for word in respelled if word not in table))
    codes = column.codes(pl.Series(new, dtype=pl.String)).tolist()
    table |= {word: code for word, code in zip(new, codes, strict=True) if code != UNSEEN}
    for code, level in enumerate(column.levels, start=1):
        for spelling in _of_python(level, dtype):
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
        spelling: value for word, value in BOOLEAN_WORDS.items() for spelling in letter_cases(word)
    }


def _of_python(level: str, dtype: str) -> Iterator[str]:
    if dtype.startswith(_WHOLE):
        yield f"{level}.0"
    elif dtype.startswith(_FRACTIONS):
        yield repr(float(level))
