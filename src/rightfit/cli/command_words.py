"""What a sentence that is written for Python says on the command line."""

import ast
import re
import shlex

from rightfit.cli.flags import flag_parameters, spelling

# A name and a dict, a list of numbers or of words, an empty tuple, a word or a number.
_SET = re.compile(r"(?P<name>\w+)=(?P<value>\{'.*?'\}|\[[^][()]*\]|\(\)|'\w+'|\d[\d.e-]*(?<![.-]))")

_FOR_PYTHON = re.compile(r" \(in Python: [^)]*\)")


def on_command_line(text: str) -> str:
    """Say a hint for Python in words of the command line, ready to be pasted.

    Example:
        >>> on_command_line("train with column_kinds={'lot area': 'category'}")
        "train with --column-kinds 'lot area=category'"
        >>> on_command_line("use hidden_sizes=(), or dropout_rate=[0.1, 0.5]")
        'use --hidden-sizes none, or --dropout-rate 0.1,0.5'
    """
    return _SET.sub(_flag, _FOR_PYTHON.sub("", text))


def _flag(found: re.Match[str]) -> str:
    name = found["name"]
    if name not in flag_parameters():
        return found[0]
    return f"{spelling(name)} {shlex.quote(_value(ast.literal_eval(found['value'])))}"


def _value(given: object) -> str:
    if isinstance(given, dict):
        return ",".join(f"{name}={item}" for name, item in given.items())
    if isinstance(given, list):
        return ",".join(map(str, given))
    return "none" if given == () else str(given)
