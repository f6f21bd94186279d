"""Words as those that are known: a file, or a program, may have written them in another way."""

from collections.abc import Collection
from typing import Final

import polars as pl

from rightfit.data.text_types import TRUTH_VALUES

WHOLE: Final = r"^([+-]?[0-9]+)\.0+$"
DIGITS: Final = r"^[0-9]+$"


def as_known(words: pl.Series, known: Collection[str]) -> pl.Series:
    """Write each word that is not known as one that is, if it is the same but for its spelling.

    1.0 is 1, true is True, and 2134 has lost the zero of 02134. Each word is looked at alone, so
    that what it becomes does not depend on the others. 3.10 is not 3.1: it may be a version.

    Args:
        words: text.
        known: the words that are known.

    Example:
        >>> as_known(pl.Series(["1.0", "2", "3.10"]), ["1", "2", "3.1"]).to_list()
        ['1', '2', '3.10']
        >>> as_known(pl.Series(["2134", "10001"]), ["02134", "10001"]).to_list()
        ['02134', '10001']
    """
    there = list(known)
    new = words.filter(~words.is_in(there)).drop_nulls().unique()
    if not len(new):
        return words
    respelled = new.str.replace(WHOLE, "$1")
    widths = {len(word) for word in there}
    if len(widths) == 1 and all(map(str.isdigit, there)):
        is_code = respelled.str.contains(DIGITS)
        respelled = respelled.str.zfill(widths.pop()).zip_with(is_code, respelled)
    truths = {word.lower(): word for word in there if word.lower() in TRUTH_VALUES}
    lowered = respelled.str.to_lowercase()
    respelled = lowered.replace(truths).zip_with(lowered.is_in(list(truths)), respelled)
    found = respelled.is_in(there)
    return words.replace(new.filter(found), respelled.filter(found))
