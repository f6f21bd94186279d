"""Parameters: one field carries its check, its sentence, its flag and its documentation.

A parameter is declared once, as a dataclass field made by `parameter`. What a
person reads when a value is wrong, what a flag on the command line accepts and
what the reference page says are all derived from that declaration.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, final

from rightfit.constraints import (
    Constraint,
    Either,
    MappingOf,
    OneOf,
    TupleOf,
    Unsure,
    repeated,
)
from rightfit.errors import ParameterError, counted, did_you_mean, one_a_line, shown


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


class Wording(Protocol):
    """How a complaint names parameters and values, in the language of whoever reads it."""

    def parameter(self, name: str, owner: str) -> str:
        """Name a parameter at the beginning of a sentence."""
        ...

    def parameters(self, names: Iterable[str]) -> str:
        """List parameters."""
        ...

    def sentence(self, constraint: Constraint) -> str:
        """The noun phrase that follows "must be"."""
        ...

    def value(self, value: object) -> str:
        """A value as one would write it."""
        ...


@final
class PythonWording:
    """Complaints as one reads them who wrote Python."""

    def parameter(self, name: str, owner: str) -> str:
        return f"The {name!r} parameter of {owner}"

    def parameters(self, names: Iterable[str]) -> str:
        return shown(names)

    def sentence(self, constraint: Constraint) -> str:
        return constraint.sentence

    def value(self, value: object) -> str:
        return repr(value)


_IN_PYTHON: Final = PythonWording()


def check_parameters(instance: Any, wording: Wording = _IN_PYTHON) -> None:
    """Check every declared parameter of an instance, and report all wrong ones at once.

    Args:
        instance: of a dataclass with declared parameters.
        wording: of the complaint.

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
        name = wording.parameter(each.name, caller)
        problems.append(f"{name} {_problem(each.constraint, value, wording)}")
        hint = hint or _advice(each.constraint, value, declared, wording)
    if problems:
        raise ParameterError(one_a_line(problems), hint=hint)


def _problem(constraint: Constraint, value: object, wording: Wording) -> str:
    """What is wrong with a value, as the end of a sentence that begins with the parameter."""
    must, got = f"must be {wording.sentence(constraint)}", wording.value(value)
    if not isinstance(value, list):
        return f"{must}. Got {got} instead."
    if not isinstance(constraint, Unsure):
        return f"takes one value, not a list: it {must}. Got {got} instead."
    if not value:
        return f"is an empty list, which leaves nothing to try: it {must}."
    one = constraint.one
    if isinstance(one, TupleOf) and all(one.item.accepts(item) for item in value):
        return f"is ambiguous. {_both_spellings(value, one.item_name, wording)}"
    wrong = [item for item in value if not one.accepts(item)]
    if wrong:
        return f"{must}. Got {wording.value(wrong[0])} in {got} instead."
    twice = wording.value(repeated(value)[0])
    return f"lists {twice} more than once, but each value is tried once. Got {got}."


def _both_spellings(items: list[Any], item_name: str, wording: Wording) -> str:
    """A list of what belongs into a tuple may mean one network or several."""
    n_items, said = len(items), wording.value
    one = f"{said(tuple(items))}, one network with {counted(n_items, item_name)}"
    if n_items == 1:
        return f"For {said(items)} write {one}."
    several = f"{said([(item,) for item in items])}, {n_items} networks to try"
    return f"For {said(items)} write {one}, or {several}."


def _advice(
    constraint: Constraint, value: object, declared: Sequence[Parameter], wording: Wording
) -> str:
    """What to do about a wrong value, if that is plain."""
    if isinstance(constraint, Unsure):
        return _advice_on_lists(constraint, value, wording)
    if isinstance(value, list):
        names = [each.name for each in declared if isinstance(each.constraint, Unsure)]
        several = wording.parameters(names)
        return f"a list is tried value by value for {several}" if names else ""
    return _nearest_choice(constraint, value)


def _advice_on_lists(constraint: Unsure, value: object, wording: Wording) -> str:
    one = constraint.one
    if not isinstance(value, list):
        items = _as_list(value)
        if constraint.many.accepts(items):
            return f"write {wording.value(items)} to try each"
    elif isinstance(one, TupleOf) and all(one.item.accepts(item) for item in value):
        return ""
    candidates = value if isinstance(value, list) else [value]
    wrong = next((item for item in candidates if not one.accepts(item)), None)
    if isinstance(one, TupleOf) and one.item.accepts(wrong):
        return f"write {wording.value((wrong,))} for {counted(1, one.item_name)}"
    return _nearest_choice(one, wrong)


def _as_list(value: Any) -> Any:
    """What a tuple, a range or an array would be as a list; None for anything else."""
    if isinstance(value, tuple | range):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else None


def _nearest_choice(constraint: Constraint, value: object) -> str:
    options = constraint.options if isinstance(constraint, Either) else (constraint,)
    for option in options:
        if isinstance(option, OneOf) and isinstance(value, str):
            return did_you_mean(value, option.names)
        if isinstance(option, MappingOf) and isinstance(value, Mapping):
            wrong = (item for item in value.values() if not option.item.accepts(item))
            return _nearest_choice(option.item, next(wrong, None))
    return ""
