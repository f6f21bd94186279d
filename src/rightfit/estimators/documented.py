"""The Args section of an estimator's docstring, from its declared parameters."""

import inspect
import textwrap
from typing import TypeVar

from rightfit.parameters import declared_parameters

T = TypeVar("T", bound=type)


def documented(estimator: T) -> T:
    """Put what the fields say of themselves in front of the docstring's Attributes."""
    lines = ["Args:"]
    for declared in declared_parameters(estimator):
        text = (
            f"{declared.name}: {declared.constraint.sentence}, default {declared.default!r}. "
            f"{declared.description}"
        )
        lines += textwrap.wrap(text, 92, initial_indent=" " * 4, subsequent_indent=" " * 8)
    # Python 3.13 takes the indentation out of docstrings, older ones leave it.
    text = inspect.cleandoc(estimator.__doc__ or "")
    head, attributes, rest = text.partition("Attributes:\n")
    estimator.__doc__ = head + "\n".join(lines) + "\n\n" + attributes + rest
    return estimator
