"""Complaints about columns that a table lacks, or has in another order."""

from rightfit.errors import DataError, counted, did_you_mean


def check_as_sklearn(missing: list[str], extra: tuple[str, ...], is_reordered: bool) -> None:
    """Raise what scikit-learn's own check of feature names would, save for extra columns."""
    lines = ["The feature names should match those that were passed during fit."]
    if missing and extra:
        lines += ["Feature names unseen at fit time:", *(f"- {name}" for name in sorted(extra))]
    if missing:
        lines.append("Feature names seen at fit time, yet now missing:")
        lines += [f"- {name}" for name in sorted(missing)]
    elif is_reordered:
        lines.append("Feature names must be in the same order as they were in fit.")
    if len(lines) > 1:
        raise DataError("\n".join(lines) + "\n", hint=_nearest(missing, extra))


def _nearest(missing: list[str], extra: tuple[str, ...]) -> str:
    near = {name: did_you_mean(name, extra) for name in missing}
    return "; ".join(
        f"{name!r}: {words}" for name, words in near.items() if words.startswith("did you mean")
    )


def lacking(missing: list[str], extra: tuple[str, ...]) -> DataError:
    """Say which columns a table lacks, all of them."""
    return DataError(
        f"The table lacks {counted(len(missing), 'column')} that the model was trained on: "
        f"{', '.join(repr(name) for name in missing)}.",
        expected="Every column that training used is needed, under the same name.",
        hint=_nearest(missing, extra) or "add these columns; cells may be empty",
    )
