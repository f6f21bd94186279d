"""Values that JSON can hold."""

import math
from collections.abc import Mapping
from typing import Any


def without_infinities(value: Any) -> Any:
    """Make None of infinity and NaN, which JSON has not, in whatever is nested.

    Example:
        >>> without_infinities({"loss": [0.5, float("inf")], "layers": (8, float("nan"))})
        {'loss': [0.5, None], 'layers': (8, None)}
    """
    if isinstance(value, Mapping):
        return {name: without_infinities(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        items = [without_infinities(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return None if isinstance(value, float) and not math.isfinite(value) else value
