"""The error tree and the one form of every message.

A message says, in this order, what happened (with the value and its place in
the user's words), what was expected, and what to do.
"""

import sys
import warnings
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

MAX_SHOWN = 5

_HOUSE = __name__.partition(".")[0]


class RightFitError(Exception):
    """Base of every error that RightFit raises for a user's mistake.

    Args:
        what: what happened, with the value and the place (file, column, row).
        expected: what would have been right; may be empty.
        hint: what to do now; may be empty.

    Example:
        >>> print(RightFitError("It rains.", expected="Sun.", hint="wait"))
        It rains.
        Sun.
        hint: wait
    """

    def __init__(self, what: str, *, expected: str = "", hint: str = "") -> None:
        self.what = what
        self.expected = expected
        self.hint = hint
        lines = [what, expected, f"hint: {hint}" if hint else ""]
        super().__init__("\n".join(line for line in lines if line))

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling between worker processes."""
        return _rebuild, (type(self), self.what, self.expected, self.hint)


def _rebuild(kind: type[RightFitError], what: str, expected: str, hint: str) -> RightFitError:
    return kind(what, expected=expected, hint=hint)


class ParameterError(RightFitError, ValueError, TypeError):
    """A parameter has a value outside its constraint."""


class DataError(RightFitError, ValueError):
    """A table, a column or a value cannot be used as it is."""


class TableFileError(DataError, OSError):
    """A table's file is missing, or cannot be read or written."""


class ModelFileError(RightFitError, ValueError, OSError):
    """A model folder is missing, damaged, of a newer format, or in the way."""


class TrainingError(RightFitError, ArithmeticError):
    """Training could not reach a usable network."""


class DataWarning(UserWarning):
    """Something in the data that a careful reader would want to know."""


class TrainingWarning(UserWarning):
    """Something in training that a careful reader would want to know."""


def warn_user(text: str, category: type[Warning]) -> None:
    """Warn of something, and point at the line of the user's own code that led to it.

    Example:
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     warn_user("It may rain.", DataWarning)
        >>> print(caught[0].message)
        It may rain.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == _HOUSE:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)


def counted(n: int, noun: str) -> str:
    """Put a number before a noun.

    Example:
        >>> counted(1, "row"), counted(1200, "class")
        ('1 row', '1,200 classes')
    """
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun}{'es' if noun.endswith('s') else 's'}"


def and_more(n: int, noun: str = "") -> str:
    """Count what a list leaves out after its first five.

    Example:
        >>> and_more(7), and_more(7, "column"), and_more(5)
        (' and 2 more', ' and 2 more columns', '')
    """
    more = n - MAX_SHOWN
    plural = f" {noun}{'s' if more > 1 else ''}" if noun else ""
    return f" and {more} more{plural}" if more > 0 else ""


def shown(items: Iterable[object]) -> str:
    """List the first five items, quoted, and the number of the others.

    Example:
        >>> shown("abcdefg")
        "'a', 'b', 'c', 'd', 'e' and 2 more"
    """
    everything = list(items)
    text = ", ".join(repr(item) for item in everything[:MAX_SHOWN])
    return text + and_more(len(everything))


def one_a_line(problems: Sequence[str]) -> str:
    """Put the first five of several problems on lines of their own, and the number of the others.

    Example:
        >>> print(one_a_line(["a is missing.", "b is missing."]))
        a is missing.
        b is missing.
    """
    more = and_more(len(problems)).lstrip()
    return "\n".join([*problems[:MAX_SHOWN], *([more] if more else [])])


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Suggest the known name nearest to an unknown one, or list what is known.

    Example:
        >>> did_you_mean("prise", ["price", "size"])
        "did you mean 'price'?"
        >>> did_you_mean("xyz", ["price", "size"])
        "there are: 'price', 'size'"
    """
    lowered = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    if near:
        return f"did you mean {lowered[near[0]]!r}?"
    return f"there are: {shown(known)}"
