"""Constraints as data: one field carries its check, its sentence, its flag and its documentation.

A parameter is declared once, as a dataclass field made by `parameter`. What a
person reads when a value is wrong, what a flag on the command line accepts and
what the reference page says are all derived from that declaration.
"""

import dataclasses
import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from rightfit.errors import MAX_SHOWN, ParameterError, did_you_mean, shown


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
        low = self.low is None or size > self.low
        high = self.high is None or size < self.high
        on_low = self.closed in ("left", "both") and size == self.low
        on_high = self.closed in ("right", "both") and size == self.high
        return bool((low or on_low) and (high or on_high))

    def parse(self, text: str) -> object:
        return self.kind(text)


@dataclasses.dataclass(frozen=True)
class Choice:
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
            and not _repeated(value)
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
        if isinstance(self.item, TupleOf) and text[0] != "(" and text.lower() != "none":
            # As in Python, 8 is no tuple; the check of all parameters shows the right spellings.
            return self.item.item.parse(text)
        return self.item.parse(text)


@dataclasses.dataclass(frozen=True)
class Unsure:
    """A value, or a list of values to try each.

    On a command line brackets always make a list, and commas do where they do not
    already make the value: `0,0.5` is a list of numbers, `256,128` one tuple, and
    `(256,128),(512,)` a list of tuples.
    """

    one: Constraint

    @property
    def many(self) -> ListOf:
        """What a list must be."""
        return ListOf(self.one)

    @property
    def sentence(self) -> str:
        return f"{self.one.sentence}, or a list of such"

    @property
    def wrong(self) -> tuple[object, ...]:
        # Lists have sentences of their own, which the tests of lists know.
        return self.one.wrong

    def accepts(self, value: object) -> bool:
        return self.one.accepts(value) or self.many.accepts(value)

    def parse(self, text: str) -> object:
        if text.strip().startswith("["):
            return self.many.parse(text)
        try:
            value = self.one.parse(text)
        except ValueError:
            if "," not in text:
                raise
            return self.many.parse(text)
        if isinstance(value, str) and "," in text:
            return self.many.parse(text)
        return value


def unsure(constraint: Constraint) -> Unsure:
    """Allow a value, or a list of such values, each of which is tried."""
    return Unsure(constraint)


def _repeated(items: Sequence[object]) -> list[object]:
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


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A declared parameter: what its field's metadata says of it."""

    name: str
    default: Any
    constraint: Constraint
    description: str


def parameter(default: Any, constraint: Constraint, description: str) -> Any:
    """Declare a parameter as a dataclass field.

    Args:
        default: the value if none is given; must satisfy the constraint.
        constraint: what a value must be.
        description: one or two sentences: meaning, unit, and the effect of raising it.
    """
    metadata = {"constraint": constraint, "description": description}
    return dataclasses.field(default=default, metadata=metadata)


def declared_parameters(owner: Any) -> Iterator[Parameter]:
    """Yield the parameters that a dataclass, or an instance of one, declares, in their order."""
    for field in dataclasses.fields(owner):
        if "constraint" in field.metadata:
            yield Parameter(
                field.name,
                field.default,
                field.metadata["constraint"],
                field.metadata["description"],
            )


def check_parameters(instance: Any) -> None:
    """Check every declared parameter of an instance, and report all wrong ones at once.

    Raises:
        ParameterError: at least one value is outside its constraint.
    """
    caller = type(instance).__name__
    declared = list(declared_parameters(instance))
    problems = []
    hint = ""
    for each in declared:
        value = getattr(instance, each.name)
        if each.constraint.accepts(value):
            continue
        problems.append(
            f"The {each.name!r} parameter of {caller} {_problem(each.constraint, value)}"
        )
        hint = hint or _advice(each.constraint, value, declared)
    if problems:
        more = len(problems) - MAX_SHOWN
        lines = problems[:MAX_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise ParameterError("\n".join(lines), hint=hint)


def _problem(constraint: Constraint, value: object) -> str:
    """What is wrong with a value, as the end of a sentence that begins with the parameter."""
    must = f"must be {constraint.sentence}"
    if not isinstance(value, list):
        return f"{must}. Got {value!r} instead."
    if not isinstance(constraint, Unsure):
        return f"takes one value, not a list: it {must}. Got {value!r} instead."
    if not value:
        return f"is an empty list, which leaves nothing to try: it {must}."
    one = constraint.one
    if isinstance(one, TupleOf) and all(one.item.accepts(item) for item in value):
        return f"is ambiguous. {_both_spellings(value, one.item_name)}"
    wrong = [item for item in value if not one.accepts(item)]
    if wrong:
        return f"{must}. Got {wrong[0]!r} in {value!r} instead."
    return (
        f"lists {_repeated(value)[0]!r} more than once, but each value is tried once. "
        f"Got {value!r}."
    )


def _both_spellings(items: list[Any], item_name: str) -> str:
    """A list of what belongs into a tuple may mean one network or several."""
    n_items = len(items)
    one = f"{tuple(items)!r}, one network with {_count(n_items, item_name)}"
    if n_items == 1:
        return f"For {items!r} write {one}."
    several = f"{[(item,) for item in items]!r}, {n_items} networks to try"
    return f"For {items!r} write {one}, or {several}."


def _advice(constraint: Constraint, value: object, declared: Sequence[Parameter]) -> str:
    """What to do about a wrong value, if that is plain."""
    if isinstance(constraint, Unsure):
        return _advice_on_lists(constraint, value)
    if isinstance(value, list):
        names = [each.name for each in declared if isinstance(each.constraint, Unsure)]
        return f"a list is tried value by value for {shown(names)}" if names else ""
    return _nearest_choice(constraint, value)


def _advice_on_lists(constraint: Unsure, value: object) -> str:
    one = constraint.one
    if not isinstance(value, list):
        items = _as_list(value)
        if constraint.many.accepts(items):
            return f"write {items!r} to try each"
    elif isinstance(one, TupleOf) and all(one.item.accepts(item) for item in value):
        return ""
    candidates = value if isinstance(value, list) else [value]
    wrong = next((item for item in candidates if not one.accepts(item)), None)
    if isinstance(one, TupleOf) and one.item.accepts(wrong):
        return f"write {(wrong,)!r} for {_count(1, one.item_name)}"
    return _nearest_choice(one, wrong)


def _as_list(value: Any) -> Any:
    """What a tuple, a range or an array would be as a list; None for anything else."""
    if isinstance(value, tuple | range):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else None


def _count(n_items: int, name: str) -> str:
    return f"{n_items} {name}" if n_items == 1 else f"{n_items} {name}s"


def _nearest_choice(constraint: Constraint, value: object) -> str:
    options = constraint.options if isinstance(constraint, Either) else (constraint,)
    for option in options:
        if isinstance(option, Choice) and isinstance(value, str):
            return did_you_mean(value, option.names)
    return ""
