"""Collect complaints, then raise one error that says them all."""

from collections.abc import Sequence

from rightfit.errors import MAX_SHOWN, DataError


def raise_together(complaints: Sequence[str], *, expected: str, hint: str) -> None:
    """Raise one error for several columns; nothing if there is no complaint.

    Args:
        complaints: a sentence for each column; empty ones do not count.
        expected: what would have been right.
        hint: what to do now.

    Example:
        >>> raise_together(["", ""], expected="Numbers.", hint="clean these values")
    """
    said = [complaint for complaint in complaints if complaint]
    if said:
        lines = [*said[:MAX_SHOWN], f"{and_more(len(said), 'column').lstrip()}."]
        what = "\n".join(lines if len(said) > MAX_SHOWN else said)
        raise DataError(what, expected=expected, hint=hint)


def clean_or_category(names: Sequence[str]) -> str:
    """Give the hint for columns that hold words where numbers belong.

    Example:
        >>> clean_or_category(["price", "size"])
        "clean these values, or train with column_kinds={'price': 'category', 'size': 'category'}"
    """
    kinds = dict.fromkeys(names[:MAX_SHOWN], "category")
    return f"clean these values, or train with column_kinds={kinds!r}"


def and_more(n: int, noun: str = "") -> str:
    """Count what a list leaves out after its first five.

    Example:
        >>> and_more(7), and_more(7, "column"), and_more(5)
        (' and 2 more', ' and 2 more columns', '')
    """
    more = n - MAX_SHOWN
    plural = f" {noun}{'s' if more > 1 else ''}" if noun else ""
    return f" and {more} more{plural}" if more > 0 else ""
