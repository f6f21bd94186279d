"""The one place where pictures made elsewhere enter the page, such as the two graphs.

Whoever has a function from a lesson to the text of an SVG names it here; the page then offers
it by that name, beside the mini-batch, and shows what it gives. Nothing else has to change.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any


def _two_graphs(lesson: Any) -> str:
    from rightfit.estimators.lesson.graphs import draw_lesson

    return draw_lesson(lesson)


DRAWINGS: Mapping[str, Callable[[Any], str]] = MappingProxyType({"The two graphs": _two_graphs})
