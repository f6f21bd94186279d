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
        has_stray_quotes: whether quotes stand within fields that do not begin with one, so that
            what seemed broken is not.
    """

    blank: Indices
    broken: list[tuple[int, int]]
    open_quote: int | None = None
    has_stray_quotes: bool = False


def header_fields(text: str, separator: str) -> list[str]:
    r"""Split the first line of a text; a name in quotes may hold a line break.

    Example:
        >>> header_fields('a,"b, c"\n1,2\n', ",")
        ['a', 'b, c']
    """
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])


def separator_of(first_line: str, default: str) -> str:
    """Choose the separator that the header uses; `default` if it uses none.

    Example:
        >>> separator_of("age;job;balance", ",")
        ';'
    """
    counts = {mark: len(header_fields(first_line, mark)) for mark in (default, *SEPARATORS)}
    return max(counts, key=lambda mark: counts[mark])


def survey(content: Bytes, separator: str, n_fields: int) -> Survey:
    r"""Find blank lines and rows with a wrong number of fields.

    Example:
        >>> survey(np.frombuffer(b"a,b\n1,2\n3\n4,5,6\n", np.uint8), ",", 2).broken
        [(3, 1), (4, 3)]
    """
    found = _count(content, ord(separator))
    lengths = np.diff(found.ends, prepend=-1) - 1
    blank = lengths == 0
    blank[lengths == 1] = content[found.ends[lengths == 1] - 1] == RETURN
    if n_fields == 1:
        blank[:] = False
    suspicious = (found.n_separators != n_fields - 1) & ~blank
    if not (suspicious.any() or found.ends_inside or found.has_stray_quotes):
        return Survey(np.flatnonzero(blank), [])
    rows = list(_rows(content, separator))
    broken = [(line, n) for line, n in rows if n not in (None, STRANGE, 0, n_fields)]
    open_quotes = [line for line, n in rows if n is None]
    is_right = not (broken or open_quotes or any(n == STRANGE for _, n in rows))
    open_quote = open_quotes[0] if open_quotes else None
    return Survey(np.flatnonzero(blank), broken, open_quote, is_right)


def requoted(raw: bytes, separator: str) -> bytes:
    r"""Write a file anew, so that fields with quotes in them are quoted, as Polars wants them.

    Example:
        >>> requoted(b'pipe,n\n5" wide,1\n', ",")
        b'pipe,n\n"5"" wide",1\n'
    """
    out = io.StringIO(newline="")
    reader = csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=separator)
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(reader)
    return out.getvalue().encode()


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


class _Counted(NamedTuple):
    """The separators of each line, the end of each, and what quotes do at the end and before."""

    n_separators: Indices
    ends: Indices
    ends_inside: bool
    has_stray_quotes: bool


def _count(content: Bytes, separator: int) -> _Counted:
    """Count the separators of each line and find its end, outside quotes."""
    counts, ends = [], []
    inside = is_stray = False
    before = 0
    for start in range(0, len(content), CHUNK_BYTES):
        chunk = content[start : start + CHUNK_BYTES]
        marks, newlines, inside, stray = _marks(chunk, separator, inside)
        is_stray |= stray
        if start + len(chunk) == len(content) and chunk[-1] != NEWLINE:
            newlines = np.append(newlines, len(chunk))
        so_far = np.searchsorted(marks, newlines) + before
        counts.append(np.diff(so_far, prepend=0))
        ends.append(newlines + start)
        before += len(marks) - int(so_far[-1] if len(so_far) else 0)
    return _Counted(np.concatenate(counts), np.concatenate(ends), inside, is_stray)


def _marks(chunk: Bytes, separator: int, inside: bool) -> tuple[Indices, Indices, bool, bool]:
    """Find separators and newlines outside quotes.

    Also say whether the chunk ends inside quotes, and whether one opens within a field.
    """
    is_separator, is_newline, is_quote = chunk == separator, chunk == NEWLINE, chunk == QUOTE
    is_stray = False
    if inside or is_quote.any():
        quoted = np.logical_xor.accumulate(is_quote) ^ inside
        opening = np.flatnonzero(is_quote[1:] & quoted[1:])
        is_stray = not np.isin(chunk[opening], (separator, NEWLINE, RETURN, QUOTE)).all()
        is_separator &= ~quoted
        is_newline &= ~quoted
        inside = bool(quoted[-1])
    return np.flatnonzero(is_separator), np.flatnonzero(is_newline), inside, is_stray
