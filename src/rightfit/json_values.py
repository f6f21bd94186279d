"""Values that JSON can hold, and what is made of them again."""

import math
import numbers
import reprlib
from collections.abc import Mapping
from inspect import formatannotation
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

_Kind = TypeVar("_Kind")
_NUMBERS = {int: numbers.Integral, float: numbers.Real}


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


def read_fields(kind: type[_Kind], fields: Mapping[str, Any]) -> _Kind:
    """Make a dataclass whose fields are plain values; its tuples may be lists, which JSON has.

    Raises:
        TypeError: a field is unknown, or one without a default is lacking.
        ValueError: a value is not of the type that its field has.

    Example:
        >>> import dataclasses
        >>> @dataclasses.dataclass
        ... class Layer:
        ...     sizes: tuple[int, ...]
        >>> read_fields(Layer, {"sizes": [8, 4]})
        Layer(sizes=(8, 4))
        >>> read_fields(Layer, {"sizes": [8, "4"]})
        Traceback (most recent call last):
        ...
        ValueError: 'sizes' is (8, '4') where tuple[int, ...] belongs
    """
    values = dict(fields)
    for name, type_ in get_type_hints(kind).items():
        if name not in values:
            continue
        if get_origin(type_) is tuple and isinstance(values[name], list):
            values[name] = tuple(values[name])
        if not _fits(values[name], type_):
            found, wanted = reprlib.repr(values[name]), formatannotation(type_)
            raise ValueError(f"{name!r} is {found} where {wanted} belongs")
    return kind(**values)


def _fits(value: Any, type_: Any) -> bool:
    """Say whether a value is of a type, of those that fields of plain values have."""
    origin, arguments = get_origin(type_) or type_, get_args(type_)
    if origin is Any:
        return True
    if origin is Literal:
        return value in arguments
    if origin in _NUMBERS:
        return isinstance(value, _NUMBERS[origin]) and not isinstance(value, bool)
    if origin in (list, tuple):
        return isinstance(value, origin) and all(_fits(item, arguments[0]) for item in value)
    return isinstance(value, origin)
