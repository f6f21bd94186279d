"""The one place where pictures made elsewhere enter the page, such as the two graphs.

Whoever has a function from a lesson to the text of an SVG names it here; the page then offers
it by that name, beside the mini-batch, and shows what it gives. Nothing else has to change.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

DRAWINGS: Mapping[str, Callable[[Any], str]] = MappingProxyType({})
