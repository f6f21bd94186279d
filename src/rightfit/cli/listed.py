"""Several names in one flag, with commas between them."""

from collections.abc import Collection, Sequence


def split_at_commas(typed: Sequence[str], known: Collection[str] = ()) -> list[str]:
    """Take texts apart at their commas, but for those that are a name as a whole.

    Args:
        typed: what was typed; a flag may be repeated.
        known: the names that there are.

    Example:
        >>> split_at_commas(["city, rooms", "a,b", "age"], ["a,b", "age"])
        ['city', 'rooms', 'a,b', 'age']
    """
    names: list[str] = []
    for text in typed:
        parts = [part.strip() for part in text.split(",")]
        names += [text] if text in known or len(parts) == 1 else filter(None, parts)
    return names
