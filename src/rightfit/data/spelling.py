"""Words as those that are known: a file, or a program, may have written them in another way."""

import itertools
import re
from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from rightfit.data.text_types import TRUTH_VALUES

WHOLE: Final = r"^([+-]?[0-9]+)\.0+$"
DIGITS: Final = r"^[0-9]+$"
LOST: Final = r"^0+(?=[0-9]+$)"


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
    new = words.filter(~words.is_in(there))
    if not len(new):
        return words
    new = new.drop_nulls().unique()
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


def spellings(word: str) -> Iterator[str]:
    """Give other ways to write a known word, of which `as_known` may make it again.

    Of the zeros behind a point only the first is given: 1.0 of 1, and not 1.00.

    Example:
        >>> list(spellings("007"))
        ['007.0', '07', '07.0', '7', '7.0']
        >>> "TRUE" in spellings("true"), list(spellings("word"))
        (True, [])
    """
    if re.match(WHOLE, f"{word}.0"):
        yield f"{word}.0"
    zeros = re.match(LOST, word)
    for start in range(1, zeros.end() + 1 if zeros else 0):
        yield from (word[start:], f"{word[start:]}.0")
    if word.lower() in TRUTH_VALUES:
        yield from letter_cases(word.lower())


def letter_cases(word: str) -> Iterator[str]:
    """Give a word in capital and in small letters.

    Example:
        >>> list(letter_cases("no"))
        ['NO', 'No', 'nO', 'no']
    """
    return map("".join, itertools.product(*(sorted({c, c.upper()}) for c in word)))
