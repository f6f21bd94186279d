"""Names of columns: those that a table lacks, and those that nobody has."""

from collections.abc import Collection

from rightfit.errors import DataError, counted, did_you_mean


def lacking(missing: list[str], extra: tuple[str, ...]) -> DataError:
    """Say which columns a table lacks, all of them."""
    return DataError(
        f"The table lacks {counted(len(missing), 'column')} that the model was trained on: "
        f"{', '.join(repr(name) for name in missing)}.",
        expected="Every column that training used is needed, under the same name.",
        hint=_nearest(missing, extra) or "add these columns; cells may be empty",
    )


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Add underscores to a name until nobody has it.

    Example:
        >>> free_name("label", ["age", "label"])
        'label_'
    """
    while wanted in taken:
        wanted += "_"
    return wanted


def _nearest(missing: list[str], extra: tuple[str, ...]) -> str:
    near = {name: did_you_mean(name, extra) for name in missing}
    return "; ".join(
        f"{name!r}: {words}" for name, words in near.items() if words.startswith("did you mean")
    )
