"""What a sentence that is written for Python says on the command line."""

import re
from typing import Final

from rightfit.cli.flags import flag_parameters
from rightfit.cli.wording import in_flags

_FOR_PYTHON: Final = re.compile(r" \(in Python: [^)]*\)")

_TASKS: Final = {"train a classifier": "classification", "train a regressor": "regression"}


def on_command_line(text: str) -> str:
    """Say a hint for Python in words of the command line, ready to be pasted.

    Example:
        >>> on_command_line("clean these values, or train a classifier")
        'clean these values, or train with --task classification'
        >>> on_command_line("use hidden_sizes=(), or lower learning_rate")
        'use --hidden-sizes none, or lower --learning-rate'
    """
    for words, task in _TASKS.items():
        text = text.replace(words, f"train with --task {task}")
    return in_flags(_FOR_PYTHON.sub("", text), flag_parameters())
