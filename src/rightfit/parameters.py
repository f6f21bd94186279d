"""Parameters: one field carries its check, its sentence, its flag and its documentation.

A parameter is declared once, as a dataclass field made by `parameter`. What a
person reads when a value is wrong, what a flag on the command line accepts and
what the reference page says are all derived from that declaration.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from rightfit.constraints import Choice, Constraint, Either, TupleOf, Unsure, repeated
from rightfit.errors import MAX_SHOWN, ParameterError, counted, did_you_mean, shown


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
        f"lists {repeated(value)[0]!r} more than once, but each value is tried once. Got {value!r}."
    )


def _both_spellings(items: list[Any], item_name: str) -> str:
    """A list of what belongs into a tuple may mean one network or several."""
    n_items = len(items)
    one = f"{tuple(items)!r}, one network with {counted(n_items, item_name)}"
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
        return f"write {(wrong,)!r} for {counted(1, one.item_name)}"
    return _nearest_choice(one, wrong)


def _as_list(value: Any) -> Any:
    """What a tuple, a range or an array would be as a list; None for anything else."""
    if isinstance(value, tuple | range):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else None


def _nearest_choice(constraint: Constraint, value: object) -> str:
    options = constraint.options if isinstance(constraint, Either) else (constraint,)
    for option in options:
        if isinstance(option, Choice) and isinstance(value, str):
            return did_you_mean(value, option.names)
    return ""
