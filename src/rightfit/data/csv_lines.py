"""Survey the lines of a delimited file: which are blank, which are broken.

Polars fills short rows with nulls without a word and reads a blank line as a
row, so the file is surveyed first: vectorised over its bytes, and by the
`csv` module only where that finds something wrong.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SEPARATORS: Final = (",", ";", "\t", "|")
CHUNK_BYTES: Final = 1 << 24
STRANGE: Final = -1
NEWLINE, RETURN, QUOTE = b'\n\r"'

Bytes = NDArray[np.uint8]
Indices = NDArray[np.intp]


class Survey(NamedTuple):
    """What the lines of a file hold; line breaks inside quotes do not count.

    Attributes:
        blank: positions of the lines without any character, counted from 0.
        broken: line number (from 1, as an editor shows it) and number of fields of each row
            that has not as many fields as expected.
        open_quote: the line number of a quote that is never closed; None if there is none.
        quotes_are_text: whether quotes stand within fields and begin none, so that none of them
            means anything.
        mixes_quotes: whether fields that begin with a quote stand beside quotes within fields
            that hide a separator or the end of a line from whoever counts quotes.
    """

    blank: Indices
    broken: list[tuple[int, int]]
    open_quote: int | None = None
    quotes_are_text: bool = False
    mixes_quotes: bool = False


def header_fields(text: str, separator: str) -> list[str]:
    r"""Split the first line of a text; a name in quotes may hold a line break.

    Example:
        >>> header_fields('a,"b, c"\n1,2\n', ",")
        ['a', 'b, c']
    """
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        # A quote that is never closed makes one field of more than a reader takes.
        return text.partition("\n")[0].split(separator)


def separator_of(text: str, default: str) -> str:
    """Choose the separator that the header of a text uses; `default` if it uses none.

    Example:
        >>> separator_of("age;job;balance", ",")
        ';'
    """
    counts = {mark: len(header_fields(text, mark)) for mark in (default, *SEPARATORS)}
    return max(counts, key=lambda mark: counts[mark])


def survey(content: Bytes, separator: str, n_fields: int) -> Survey:
    r"""Find blank lines and rows with a wrong number of fields.

    Example:
        >>> survey(np.frombuffer(b"a,b\n1,2\n3\n4,5,6\n", np.uint8), ",", 2).broken
        [(3, 1), (4, 3)]
    """
    found = _count(content, ord(separator))
    are_text = found.quotes.are_within and not found.quotes.begin_fields
    if are_text:
        found = _count(content, ord(separator), quotes_are_text=True)
    lengths = np.diff(found.ends, prepend=-1) - 1
    blank = lengths == 0
    blank[lengths == 1] = content[found.ends[lengths == 1] - 1] == RETURN
    if n_fields == 1:
        blank[:] = False
    suspicious = (found.n_separators != n_fields - 1) & ~blank
    if not (suspicious.any() or found.quotes.end_inside or found.quotes.are_within):
        return Survey(np.flatnonzero(blank), [], None, are_text)
    odd = [(line, n) for line, n in _rows(content, separator) if n not in (0, n_fields)]
    broken = [(line, n) for line, n in odd if n not in (None, STRANGE)]
    open_quote = next((line for line, n in odd if n is None), None)
    return Survey(np.flatnonzero(blank), broken, open_quote, are_text, not (odd or are_text))


def requoted(raw: bytes, separator: str) -> bytes:
    r"""Write a file anew, so that fields with quotes in them are quoted, as Polars wants them.

    Example:
        >>> requoted(b'pipe,n\n5" wide,1\n', ",")
        b'pipe,n\n"5"" wide",1\n'
    """
    out = io.BytesIO()
    text = io.TextIOWrapper(out, "utf-8", newline="")
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(raw), "utf-8", newline=""), delimiter=separator)
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(reader)
    text.flush()
    return out.getvalue()


def _rows(content: Bytes, separator: str) -> Iterator[tuple[int, int | None]]:
    """Give the first line and the number of fields of each row; None for a quote left open.

    `STRANGE` stands for a row with text after a quote that closes a field.
    """
    text = io.TextIOWrapper(io.BytesIO(content.tobytes()), "utf-8", newline="")
    reader = csv.reader(text, delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Polars judges text after a quote that closes a field.
            yield line, None if "unexpected end" in str(error) else STRANGE
        else:
            yield line, len(fields)
        line = reader.line_num + 1


class _Quotes(NamedTuple):
    """What the quotes of a stretch of text do.

    Attributes:
        end_inside: whether it ends between two quotes.
        begin_fields: whether one is the first character of a field.
        stand_within: whether one that is not doubled opens elsewhere.
        hide_marks: whether a separator or the end of a line is, or may be, between two that do not
            begin a field.
    """

    end_inside: bool
    begin_fields: bool = False
    stand_within: bool = False
    hide_marks: bool = False

    def and_then(self, later: "_Quotes") -> "_Quotes":
        """Say what the quotes do of this stretch and of one that follows it."""
        return _Quotes(later.end_inside, *(a | b for a, b in zip(self[1:], later[1:], strict=True)))

    @property
    def are_within(self) -> bool:
        """Whether quotes within fields hide what ends fields from whoever counts quotes."""
        return self.stand_within and self.hide_marks


class _Counted(NamedTuple):
    """The separators of each line, the end of each, and what quotes do."""

    n_separators: Indices
    ends: Indices
    quotes: _Quotes


def _count(content: Bytes, separator: int, *, quotes_are_text: bool = False) -> _Counted:
    """Count the separators of each line and find its end, outside quotes."""
    counts, ends = [], []
    quotes = _Quotes(end_inside=False)
    before = 0
    for start in range(0, len(content), CHUNK_BYTES):
        chunk = content[start : start + CHUNK_BYTES]
        is_quote = (chunk == QUOTE) & (not quotes_are_text)
        last = int(content[start - 1]) if start else NEWLINE
        marks, newlines, here = _marks(chunk, separator, is_quote, quotes.end_inside, last)
        quotes = quotes.and_then(here)
        if start + len(chunk) == len(content) and chunk[-1] != NEWLINE:
            newlines = np.append(newlines, len(chunk))
        so_far = np.searchsorted(marks, newlines) + before
        counts.append(np.diff(so_far, prepend=0))
        ends.append(newlines + start)
        before += len(marks) - int(so_far[-1] if len(so_far) else 0)
    return _Counted(np.concatenate(counts), np.concatenate(ends), quotes)


def _marks(
    chunk: Bytes, separator: int, is_quote: NDArray[np.bool_], inside: bool, last: int
) -> tuple[Indices, Indices, _Quotes]:
    """Find separators and newlines outside quotes, and what the quotes do.

    Args:
        chunk: a stretch of the file.
        separator: what separates fields.
        is_quote: where a quote stands that is one.
        inside: whether the chunk begins inside quotes.
        last: the byte before the chunk.
    """
    is_separator, is_newline = chunk == separator, chunk == NEWLINE
    quotes = _Quotes(inside)
    if inside or is_quote.any():
        all_marks = np.flatnonzero(is_separator | is_newline)
        quotes = _judged(chunk, separator, np.flatnonzero(is_quote), all_marks, inside, last)
        quoted = np.logical_xor.accumulate(is_quote) ^ inside
        is_separator &= ~quoted
        is_newline &= ~quoted
    return np.flatnonzero(is_separator), np.flatnonzero(is_newline), quotes


def _judged(
    chunk: Bytes, separator: int, quotes: Indices, marks: Indices, inside: bool, last: int
) -> _Quotes:
    """Say what quotes do.

    Two quotes within one field, as in `say "hi" there`, mislead nobody, whether they are counted
    or not; `5" pipe` does. A quote after a quote is doubled, in a field that has begun before.

    Args:
        chunk: a stretch of the file.
        separator: what separates fields.
        quotes: where the quotes are.
        marks: where separators and newlines are, also those between quotes.
        inside: whether the chunk begins inside quotes.
        last: the byte before the chunk.
    """
    before = np.where(quotes > 0, chunk[quotes - 1], last)
    begins = np.isin(before, (separator, NEWLINE, RETURN))
    within = np.flatnonzero(~begins)
    opening = within[within % 2 == inside]
    # What follows the last quote may go on in the next chunk.
    is_last = opening == len(quotes) - 1
    closing = quotes[np.where(is_last, opening, opening + 1)]
    hides = np.searchsorted(marks, quotes[opening]) < np.searchsorted(marks, closing)
    return _Quotes(
        end_inside=bool(len(quotes) % 2) ^ inside,
        begin_fields=bool(begins.any()),
        stand_within=bool((before[opening] != QUOTE).any()),
        hide_marks=bool((hides | is_last).any()),
    )
