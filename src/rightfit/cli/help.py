"""The help pages: short enough for one screen, with an example near the top.

Written here and not by Typer, whose panels take two screens for `train`; and it
needs neither Rich nor anything else that is slow to import.
"""

import os
import shutil
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, final

import typer
from typer.core import TyperCommand, TyperGroup

from rightfit.cli.flags import default_text, flag_parameters
from rightfit.cli.wording import EXAMPLES, in_flags, sentence_of, spelling
from rightfit.parameters import Parameter

_MOST_COLUMNS = 100

# The parameters that people change first; `--help-all` has the others.
_COMMON = (
    "quality",
    "hidden_sizes",
    "activation",
    "dropout_rate",
    "l2",
    "learning_rate",
    "max_seconds",
    "members",
    "random_state",
)
_ALL = "--help-all"
_EXAMPLE_OF_A_LIST = "--dropout-rate 0,0.25,0.5"


@final
class Command(TyperCommand):
    """A command that shows our help page, as Click foresees it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(command_page(self, ctx.command_path))


@final
class Group(TyperGroup):
    """The commands together, with our help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(group_page(self, ctx.command_path))


def command_page(command: Any, path: str) -> str:
    """The help page of one command."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    declared = flag_parameters()
    options = [p for p in command.params if p not in arguments and p.name not in declared]
    required = [f"{p.opts[0]} {p.metavar}" for p in options if p.required]
    given = [p.metavar if p.required else f"[{p.metavar}]" for p in arguments]
    usage = " ".join([path, *given, *required, "[flags]"])
    sections = [
        _usage(usage),
        *(command.help or "").split("\n\n"),
        _section("Arguments", {p.metavar: p.help for p in arguments}),
        _section("Flags", {_typed(p): p.help for p in options} | {"--help": "Show this page."}),
    ]
    if len(options) + len(arguments) < len(command.params):
        sections += _parameters(declared)
    return _page(sections)


def group_page(group: Any, path: str) -> str:
    """The help page of all commands."""
    commands = {name: _first_line(command.help) for name, command in group.commands.items()}
    flags = {_typed(p): p.help for p in group.params} | {"--help": "Show this page."}
    return _page(
        [
            _usage(f"{path} COMMAND [flags]"),
            *(group.help or "").split("\n\n"),
            _section("Commands", commands),
            _section("Flags", flags),
            f"A command explains itself: {path} train --help",
        ]
    )


def parameter_page() -> str:
    """What every parameter means, may be, and is by default."""
    sections = [
        "Parameters of the network and its training, with their defaults.",
        _wrapped(
            f"Layers are separated by commas: --hidden-sizes {EXAMPLES['hidden_sizes']}; none is "
            f"no hidden layer. Values by name: --column-kinds {EXAMPLES['column_kinds']}"
        ),
        _wrapped(
            f"If unsure, give a list, and each of its values is tried: {_EXAMPLE_OF_A_LIST}. "
            'Where commas separate layers, write parentheses: --hidden-sizes "(256,128),(512,)". '
            'Brackets always make a list: --activation "[relu,gelu]"'
        ),
    ]
    flags = flag_parameters()
    for declared in flags.values():
        description = in_flags(declared.description, flags)
        text = f"{description} It must be {sentence_of(declared.constraint)}."
        head = f"{_bold(spelling(declared.name))} {default_text(declared)}"
        sections.append(f"{head}\n{_wrapped(text, indent=4)}")
    return _page(sections)


def show_parameters(wanted: bool) -> None:
    """Print the page of all parameters and stop, if somebody wants it."""
    if wanted:
        typer.echo(parameter_page(), nl=False)
        raise typer.Exit


def _parameters(declared: Mapping[str, Parameter]) -> list[str]:
    flags = {name: f"{spelling(name)} {default_text(declared[name])}" for name in _COMMON}
    start = _start(flags.values())
    common = {
        flags[name]: _brief(in_flags(declared[name].description, declared), _width() - start)
        for name in _COMMON
    }
    others = " ".join(spelling(name) for name in declared if name not in _COMMON)
    more = f"Also (see {_ALL}): {others}"
    head = f"Parameters with their defaults; a list tries each ({_EXAMPLE_OF_A_LIST})"
    return [_section(head, common) + "\n" + _wrapped(more, indent=2)]


def _typed(parameter: Any) -> str:
    name = parameter.opts[0]
    return name if parameter.is_flag else f"{name} {parameter.metavar}"


def _section(head: str, entries: Mapping[str, str]) -> str:
    if not entries:
        return ""
    start = _start(entries)
    lines = [_bold(f"{head}:")]
    for name, text in entries.items():
        first, *rest = textwrap.wrap(text, _width() - start, break_on_hyphens=False) or [""]
        lines.append(f"  {name.ljust(start - 2)}{first}")
        lines += [" " * start + line for line in rest]
    return "\n".join(lines)


def _start(names: Iterable[str]) -> int:
    """The column in which the texts of a section start."""
    return max(len(name) for name in names) + 4


def _brief(description: str, room: int) -> str:
    """The beginning of a description that says the most in one line."""
    text = description
    for mark in (". ", ": ", "; ", ", ", " ("):
        text = text if len(text) <= room else text.partition(mark)[0]
    return text.removesuffix(".") + "."


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _usage(usage: str) -> str:
    return f"{_bold('Usage:')} {usage}"


def _page(sections: Iterable[str]) -> str:
    return "\n\n".join(section.strip("\n") for section in sections if section) + "\n"


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.indent(
        textwrap.fill(text, _width() - indent, break_on_hyphens=False), " " * indent
    )


def _bold(text: str) -> str:
    # Click takes the codes out again where nobody sees them.
    return text if os.environ.get("NO_COLOR") else typer.style(text, bold=True)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _MOST_COLUMNS)
