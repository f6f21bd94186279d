"""Constraints as data: what a value must be, as a check, a sentence and a reader of text."""

import dataclasses
import math
import numbers
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol


class Constraint(Protocol):
    """What a value must be, in three forms: a check, a sentence, a reader of text."""

    @property
    def sentence(self) -> str:
        """The noun phrase that follows "must be"."""
        ...

    @property
    def wrong(self) -> tuple[object, ...]:
        """Values that the constraint refuses, for the tests of every parameter."""
        ...

    def accepts(self, value: object) -> bool:
        """Say whether the value is allowed."""
        ...

    def parse(self, text: str) -> object:
        """Read a value from a command line; raise `ValueError` if it cannot be read."""
        ...


Closed = Literal["left", "right", "both", "neither"]


@dataclasses.dataclass(frozen=True)
class Interval:
    """A number between two bounds."""

    kind: type[int] | type[float]
    low: float | None
    high: float | None
    closed: Closed

    @property
    def sentence(self) -> str:
        left = "[" if self.closed in ("left", "both") and self.low is not None else "("
        right = "]" if self.closed in ("right", "both") and self.high is not None else ")"
        low = "-inf" if self.low is None else self.kind(self.low)
        high = "inf" if self.high is None else self.kind(self.high)
        noun = "an int" if self.kind is int else "a float"
        return f"{noun} in the range {left}{low}, {high}{right}"

    @property
    def wrong(self) -> tuple[object, ...]:
        below = () if self.low is None else (self.low - 1,)
        above = () if self.high is None else (self.high + 1,)
        return (*(self.kind(bound) for bound in (*below, *above)), "a word", math.nan)

    def accepts(self, value: object) -> bool:
        number = numbers.Integral if self.kind is int else numbers.Real
        if not isinstance(value, number) or isinstance(value, bool):
            return False
        # Whole numbers may be larger than any float, so they are not converted.
        size: Any = value
        if size != size or size in (math.inf, -math.inf):
            return False
        if self.kind is float and isinstance(size, int) and abs(size) > sys.float_info.max:
            return False
        low = self.low is None or size > self.low
        high = self.high is None or size < self.high
        on_low = self.closed in ("left", "both") and size == self.low
        on_high = self.closed in ("right", "both") and size == self.high
        return bool((low or on_low) and (high or on_high))

    def parse(self, text: str) -> object:
        return self.kind(text)


@dataclasses.dataclass(frozen=True)
class OneOf:
    """One of a few names."""

    names: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"a str among {{{', '.join(repr(name) for name in self.names)}}}"

    @property
    def wrong(self) -> tuple[object, ...]:
        return ("no such name", 0.5)

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and value in self.names

    def parse(self, text: str) -> object:
        return text


@dataclasses.dataclass(frozen=True)
class Flag:
    """True or False."""

    sentence: ClassVar[str] = "an instance of 'bool'"
    wrong: ClassVar[tuple[object, ...]] = ("yes", 2)

    def accepts(self, value: object) -> bool:
        # NumPy's truth values are named by their module, so that NumPy need not be imported.
        kind = type(value)
        return isinstance(value, bool) or (kind.__module__, kind.__name__[:4]) == ("numpy", "bool")

    def parse(self, text: str) -> object:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return words[text.lower()] if text.lower() in words else text


@dataclasses.dataclass(frozen=True)
class Nothing:
    """None."""

    sentence: ClassVar[str] = "None"
    wrong: ClassVar[tuple[object, ...]] = (0.5,)

    def accepts(self, value: object) -> bool:
        return value is None

    def parse(self, text: str) -> object:
        if text.lower() != "none":
            raise ValueError(text)
        return None


@dataclasses.dataclass(frozen=True)
class InstanceOf:
    """An object of a class that cannot be written on a command line."""

    module: str
    name: str

    @property
    def sentence(self) -> str:
        return f"an instance of '{self.module}.{self.name}'"

    @property
    def wrong(self) -> tuple[object, ...]:
        return (object(),)

    def accepts(self, value: object) -> bool:
        return any(
            f"{kind.__module__}.{kind.__name__}".startswith(self.module)
            and kind.__name__ == self.name
            for kind in type(value).__mro__
        )

    def parse(self, text: str) -> object:
        raise ValueError(text)


@dataclasses.dataclass(frozen=True)
class TupleOf:
    """A tuple of values that all satisfy one constraint; as text, separated by commas.

    Attributes:
        item: what each value must be.
        item_name: what an item is, for messages: "hidden layer".
    """

    item: Constraint
    item_name: str = "item"

    @property
    def sentence(self) -> str:
        return f"a tuple, each item {self.item.sentence}"

    @property
    def wrong(self) -> tuple[object, ...]:
        return tuple((value,) for value in self.item.wrong)

    def accepts(self, value: object) -> bool:
        return isinstance(value, tuple) and all(self.item.accepts(item) for item in value)

    def parse(self, text: str) -> object:
        inner = text.strip().removeprefix("(").removesuffix(")")
        if inner.lower() == "none":
            return ()
        if any(bracket in inner for bracket in "()[]"):
            raise ValueError(text)
        return tuple(self.item.parse(part.strip()) for part in inner.split(",") if part.strip())


@dataclasses.dataclass(frozen=True)
class MappingOf:
    """A dict from names to values; on the command line, `name=value` separated by commas."""

    item: Constraint

    @property
    def sentence(self) -> str:
        return f"a dict from str, each value {self.item.sentence}"

    @property
    def wrong(self) -> tuple[object, ...]:
        return ({"a": self.item.wrong[0]}, "a word")

    def accepts(self, value: object) -> bool:
        return isinstance(value, Mapping) and all(
            isinstance(name, str) and self.item.accepts(item) for name, item in value.items()
        )

    def parse(self, text: str) -> object:
        pairs = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
        if any(not name for name, _, _ in pairs):
            raise ValueError(text)
        return {name.strip(): self.item.parse(value.strip()) for name, _, value in pairs}


@dataclasses.dataclass(frozen=True)
class Either:
    """A value that satisfies at least one of several constraints."""

    options: tuple[Constraint, ...]

    @property
    def sentence(self) -> str:
        *others, last = [option.sentence for option in self.options]
        return f"{', '.join(others)} or {last}" if others else last

    @property
    def wrong(self) -> tuple[object, ...]:
        candidates = [value for option in self.options for value in option.wrong]
        return tuple(value for value in candidates if not self.accepts(value))

    def accepts(self, value: object) -> bool:
        return any(option.accepts(value) for option in self.options)

    def parse(self, text: str) -> object:
        for option in self.options:
            try:
                value = option.parse(text)
            except ValueError:
                continue
            if option.accepts(value):
                return value
        raise ValueError(text)


@dataclasses.dataclass(frozen=True)
class ListOf:
    """A list that is not empty and repeats nothing; as text, with brackets around it or without."""

    item: Constraint

    @property
    def sentence(self) -> str:
        return f"a list, each item {self.item.sentence}"

    @property
    def wrong(self) -> tuple[object, ...]:
        return ([], *([value] for value in self.item.wrong))

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, list)
            and bool(value)
            and all(self.item.accepts(item) for item in value)
            and not repeated(value)
        )

    def parse(self, text: str) -> object:
        inner = text.strip()
        if inner.startswith("["):
            if not inner.endswith("]"):
                raise ValueError(text)
            inner = inner[1:-1]
        try:
            return [self._parse_item(part) for part in _split(inner)]
        except ValueError:
            raise ValueError(text) from None

    def _parse_item(self, text: str) -> object:
        if isinstance(self.item, TupleOf):
            # As in Python, 8 is no tuple; the check of all parameters shows the right spellings.
            is_tuple = text[0] == "(" or text.lower() == "none"
            return (self.item if is_tuple else self.item.item).parse(text)
        try:
            return self.item.parse(text)
        except ValueError:
            # Among the others, the check of all parameters names it.
            return text


@dataclasses.dataclass(frozen=True)
class Unsure:
    """A value, or a list of values to try each.

    On a command line brackets always make a list, and commas do where they do not
    already make the value: `0,0.5` is a list of numbers, `256,128` one tuple, and
    `(256,128),(512,)` a list of tuples.

    Attributes:
        one: what a value must be.
        beside: what may stand in place of values, but not in a list of them; None for nothing.
    """

    one: Constraint
    beside: Constraint | None = None

    @property
    def many(self) -> ListOf:
        """What a list must be."""
        return ListOf(self.one)

    @property
    def sentence(self) -> str:
        if self.beside is not None:
            return f"{self.one.sentence}, a list of such, or {self.beside.sentence}"
        return f"{self.one.sentence}, or a list of such"

    @property
    def wrong(self) -> tuple[object, ...]:
        # Lists have sentences of their own, which the tests of lists know.
        return self.one.wrong

    def accepts(self, value: object) -> bool:
        beside = self.beside is not None and self.beside.accepts(value)
        return beside or self.one.accepts(value) or self.many.accepts(value)

    def parse(self, text: str) -> object:
        if text.strip().startswith("["):
            return self.many.parse(text)
        if self.beside is not None and self.beside.accepts(text):
            return self.beside.parse(text)
        try:
            value = self.one.parse(text)
        except ValueError:
            if "," not in text:
                raise
            return self.many.parse(text)
        if isinstance(value, str) and "," in text:
            return self.many.parse(text)
        return value


def unsure(constraint: Constraint, beside: Constraint | None = None) -> Unsure:
    """Allow a value, or a list of such values, each of which is tried; or what else may be."""
    return Unsure(constraint, beside)


def repeated(items: Sequence[object]) -> list[object]:
    """The items that are there a second time."""
    return [item for place, item in enumerate(items) if item in items[:place]]


def _split(text: str) -> list[str]:
    """Split at the commas outside of parentheses; one at the end means nothing."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0:
            raise ValueError(text)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    *parts, last = [part.strip() for part in parts]
    parts += [last] if last else []
    if depth or not all(parts):
        raise ValueError(text)
    return parts


def either(*options: Constraint) -> Either:
    """Combine constraints: a value that satisfies one of them is allowed."""
    flat = [
        inner for one in options for inner in (one.options if isinstance(one, Either) else (one,))
    ]
    return Either(tuple(flat))


def at_least(low: int) -> Interval:
    """Allow whole numbers from `low` upwards."""
    return Interval(int, low, None, "left")


def between(low: float | None, high: float | None, closed: Closed = "left") -> Interval:
    """Allow numbers between two bounds, of which `closed` names the ones that belong."""
    return Interval(float, low, high, closed)
