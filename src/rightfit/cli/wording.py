"""Parameters in words of the command line: how a value is typed, and what it must be."""

import ast
import contextlib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, final

from rightfit.constraints import (
    Constraint,
    Either,
    Flag,
    InstanceOf,
    Interval,
    ListOf,
    MappingOf,
    OneOf,
    TupleOf,
    Unsure,
)
from rightfit.errors import shown
from rightfit.parameters import Parameter

# Values whose form does not explain itself, each with two items.
EXAMPLES: Final = {
    "hidden_sizes": "256,128",
    "activation": "relu,gelu",
    "column_kinds": "zip=category,year=number",
}

_A_STRING: Final = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_AN_ITEM: Final = f"{_A_STRING}: {_A_STRING}"
_A_DICT: Final = rf"\{{{_AN_ITEM}(?:, {_AN_ITEM})*\}}"
_A_TUPLE: Final = r"\((?:\d+(?:, \d+)*,?)?\)"
_ALONE: Final = rf"{_A_DICT}|(?<!\w){_A_TUPLE}"
_QUOTED: Final = rf"(?<!\w){_A_STRING}(?!\w)"
_A_VALUE: Final = rf"{_A_DICT}|\[[^][()]*\]|{_A_TUPLE}|'[\w.+-]*'|[\w.+-]*\w"
_SEPARATORS: Final = re.compile(r"\s*[;/x×+]\s*|\s+")  # what people write for a comma


@final
class TypedWording:
    """Complaints of wrong parameters as one reads them who typed flags."""

    def parameter(self, name: str, owner: str) -> str:
        return spelling(name)

    def parameters(self, names: Iterable[str]) -> str:
        return shown(spelling(name) for name in names).replace("'", "")

    def sentence(self, constraint: Constraint) -> str:
        return sentence_of(constraint)

    def value(self, value: object) -> str:
        return repr(value) if isinstance(value, str) else shlex.quote(as_typed(value))


def spelling(name: str) -> str:
    """The flag of a parameter.

    Example:
        >>> spelling("hidden_sizes")
        '--hidden-sizes'
    """
    return "--" + name.replace("_", "-")


def as_typed(value: Any) -> str:
    """A parameter's value as one would type it.

    Example:
        >>> as_typed((256, 128)), as_typed(()), as_typed(None), as_typed({"zip": "category"})
        ('256,128', 'none', 'none', 'zip=category')
        >>> as_typed([(256, 128), (512,)]), as_typed([0.0, 0.5])
        ('[(256,128),(512,)]', '[0.0,0.5]')
    """
    if isinstance(value, Mapping):
        return ",".join(f"{name}={as_typed(item)}" for name, item in value.items())
    if isinstance(value, list):
        return f"[{','.join(map(_as_item, value))}]"
    if isinstance(value, tuple):
        return ",".join(map(as_typed, value)) or "none"
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def sentence_of(constraint: Constraint) -> str:
    """The noun phrase that follows "must be", of what is typed.

    Example:
        >>> from rightfit.constraints import Nothing, at_least, between, either
        >>> sentence_of(between(0, 1)), sentence_of(either(at_least(1), Nothing()))
        ('a number from 0 to below 1', 'a whole number of at least 1, or none')
        >>> sentence_of(MappingOf(OneOf(("number", "category"))))
        'NAME=VALUE, separated by commas, each VALUE number or category'
    """
    match constraint:
        case Interval():
            return _range(constraint)
        case OneOf(names):
            *others, last = names
            return f"{', '.join(others)} or {last}" if others else last
        case Flag():
            return "true or false"
        case TupleOf(item, noun):
            return f"none, or for each {noun} {sentence_of(item)}, separated by commas"
        case MappingOf(item):
            return f"NAME=VALUE, separated by commas, each VALUE {sentence_of(item)}"
        case Either(options):
            return _either(options)
        case Unsure(one, beside):
            other = "" if beside is None else f", or {sentence_of(beside)}"
            return f"{sentence_of(one)}, or a list of such{other}"
        case ListOf(item):
            return f"a list, each item {sentence_of(item)}"
    return "none"  # what cannot be typed has no phrase of its own


def in_flags(text: str, names: Iterable[str]) -> str:
    """Say a text about Python's parameters in words of the command line, ready to be pasted.

    Args:
        text: a hint or a description.
        names: of the parameters that are flags.

    Example:
        >>> in_flags("train with column_kinds={'lot area': 'category'}", ["column_kinds"])
        "train with --column-kinds 'lot area=category'"
        >>> in_flags("such as (256, 128); None for max_epochs", ["max_epochs"])
        'such as 256,128; none for --max-epochs'
    """
    names = list(names)
    # One word alone may be any word.
    several = "|".join(name for name in names if "_" in name) or "(?!)"
    parts = (_named(names), f"(?P<alone>{_ALONE})", f"(?P<quoted>{_QUOTED})")
    words = (rf"(?<![\w'-])(?P<several>{several})\b(?!')", r"\bNone\b")

    def said(found: re.Match[str]) -> str:
        if found["name"]:
            return _as_flag(found)
        if found["alone"]:
            value = ast.literal_eval(found[0])
            return as_typed(value) if _can_be_typed(value) else found[0]
        if found["quoted"]:
            return found[0]
        return spelling(found[0]) if found["several"] else "none"

    return re.sub("|".join(parts + words), said, text)


def values_in_flags(text: str, names: Iterable[str]) -> str:
    """Say the values of Python's parameters that a text names as they are typed.

    Example:
        >>> names = ["max_seconds", "hidden_sizes", "dropout_rate"]
        >>> values_in_flags("max_seconds=0.1 was over.", names)
        '--max-seconds 0.1 was over.'
        >>> values_in_flags("use hidden_sizes=(), or dropout_rate=[0.1, 0.5]", names)
        'use --hidden-sizes none, or --dropout-rate 0.1,0.5'
        >>> values_in_flags("use column_kinds={'a,b': 'ignored'}", ["column_kinds"])
        "use column_kinds={'a,b': 'ignored'} in Python"
    """
    return re.sub(_named(names), _as_flag, text)


def example_of(declared: Parameter, text: str) -> str:
    """What to type instead of a value that cannot be read: the nearest one, or an example.

    Args:
        declared: the parameter.
        text: what was typed.
    """
    for near in (_SEPARATORS.sub(",", text.strip()), text.replace(":", "=")):
        with contextlib.suppress(ValueError):
            if near != text and declared.constraint.accepts(declared.constraint.parse(near)):
                return f"did you mean {spelling(declared.name)} {shlex.quote(near)}?"
    example = EXAMPLES.get(declared.name)
    return f"for example {spelling(declared.name)} {example}" if example else ""


def _named(names: Iterable[str]) -> str:
    """The pattern of a parameter with its value, as Python has it."""
    return rf"(?<![\w'-])(?P<name>{'|'.join(names)})=(?P<value>{_A_VALUE})"


def _as_flag(found: re.Match[str]) -> str:
    value: Any = found["value"]
    with contextlib.suppress(ValueError, SyntaxError):
        value = ast.literal_eval(value)
    if not _can_be_typed(value):
        return f"{found[0]} in Python"
    typed = as_typed(value)
    if isinstance(value, list) and len(value) > 1 and "(" not in typed:
        typed = typed.strip("[]")  # commas say that it is a list
    return f"{spelling(found['name'])} {shlex.quote(typed)}"


def _can_be_typed(value: Any) -> bool:
    """Whether a dict's names survive that commas separate them, and that space around them goes."""
    names = value if isinstance(value, Mapping) else ()
    return not any("," in name or name != name.strip() or not name for name in names)


def _as_item(value: Any) -> str:
    """An item of a list: where commas make the item, it has parentheses."""
    if not isinstance(value, tuple) or not value:
        return as_typed(value)
    return f"({as_typed(value)}{',' if len(value) == 1 else ''})"


def _range(number: Interval) -> str:
    noun = "a whole number" if number.kind is int else "a number"
    if number.low is None:
        return noun
    takes_low = number.closed in ("left", "both")
    if number.high is None:
        return f"{noun} {'of at least' if takes_low else 'above'} {number.low:g}"
    to = "to" if number.closed in ("right", "both") else "to below"
    return f"{noun} {'from' if takes_low else 'above'} {number.low:g} {to} {number.high:.0f}"


def _either(options: Sequence[Constraint]) -> str:
    said = []
    for option in options:
        if isinstance(option, TupleOf) and option.item in options:
            said.append(f"for each {option.item_name} one of these, separated by commas")
        elif not isinstance(option, InstanceOf):
            said.append(sentence_of(option))
    return ", or ".join(said)
