"""Collect complaints, then raise one error that says them all."""

from collections.abc import Mapping, Sequence

from rightfit.errors import MAX_SHOWN, DataError, and_more


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


def clean_or_override(kinds: Mapping[str, str]) -> str:
    """Give the hint for columns that cannot be used as what they look like.

    Args:
        kinds: what each column could be instead.

    Example:
        >>> clean_or_override({"price": "category"})
        "clean these values, or train with column_kinds={'price': 'category'}"
    """
    some = dict(list(kinds.items())[:MAX_SHOWN])
    return f"clean these values, or train with column_kinds={some!r}"
