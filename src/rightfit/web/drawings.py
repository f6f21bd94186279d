"""The one place where pictures made elsewhere enter the page, such as the two graphs.

Whoever has a function from a lesson to a drawing names it here; the page then offers it by
that name, beside the mini-batch, and shows what it gives. Nothing else has to change.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A table beside a drawing; the first cell of a row names it."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A picture of a lesson, and what it shows for whoever cannot see it.

    Attributes:
        svg: the picture.
        data: what is in it, as a table.
        said: a finding that belongs to it, in a sentence; "" for none.
        finding: the numbers of that sentence; None for none.
    """

    svg: str
    data: Sheet
    said: str = ""
    finding: Sheet | None = None


_CHECKED = "The gradient check: of each array the number with the largest error"


def _two_graphs(lesson: Any, member: int) -> Drawing:
    from rightfit.estimators.lesson.graphs import draw_lesson
    from rightfit.report import two_graphs as words

    graph = draw_lesson(lesson, member)
    operations, checked = words.operation_rows(graph), words.gradient_rows(graph.check)
    return Drawing(
        graph.svg,
        Sheet("The operations of the two graphs", words.OPERATION_HEADER, operations),
        words.gradients_said(graph),
        Sheet(_CHECKED, words.GRADIENT_HEADER, checked),
    )


DRAWINGS: Mapping[str, Callable[[Any, int], Drawing]] = MappingProxyType(
    {"The two graphs": _two_graphs}
)
"""A name, and a function from a lesson and the member that is shown to a drawing."""
