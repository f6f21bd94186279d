"""The Args and Attributes of an estimator's docstring: what it declares and what it inherits."""

import inspect
import textwrap
from typing import TypeVar

from rightfit.parameters import declared_parameters

T = TypeVar("T", bound=type)


def documented(estimator: T) -> T:
    """Put what the fields say of themselves, and all Attributes, in front of the Example."""
    lines = ["Args:"]
    for declared in declared_parameters(estimator):
        text = (
            f"{declared.name}: {declared.constraint.sentence}, default {declared.default!r}. "
            f"{declared.description}"
        )
        lines += textwrap.wrap(text, 92, initial_indent=" " * 4, subsequent_indent=" " * 8)
    lines += ["", "Attributes:", *_attributes(estimator)]
    head, example, rest = _text(estimator).partition("Example:\n")
    head = head.partition("Attributes:\n")[0]
    estimator.__doc__ = head + "\n".join(lines) + "\n\n" + example + rest
    return estimator


def _attributes(estimator: type) -> list[str]:
    """The lines about its own fitted attributes, then about those of its bases in this house."""
    house = __name__.partition(".")[0]
    lines = []
    for each in estimator.__mro__:
        if each.__module__.partition(".")[0] == house:
            section = _text(each).partition("Attributes:\n")[2]
            lines += section.partition("\n\n")[0].splitlines()
    return lines


def _text(documented_class: type) -> str:
    # Python 3.13 takes the indentation out of docstrings, older ones leave it.
    return inspect.cleandoc(vars(documented_class).get("__doc__") or "")
