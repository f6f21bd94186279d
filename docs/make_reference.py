"""Write the reference from the docstrings: python docs/make_reference.py.

The parameters come from where they are declared, `estimators/hyperparameters.py`, and the commands
from what `rightfit --help` knows of them.
"""

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer

import rightfit
from rightfit.cli.app import app
from rightfit.cli.flags import flag_parameters
from rightfit.estimators.hyperparameters import (
    ClassifierParameters,
    Hyperparameters,
    RegressorParameters,
    member_parameters,
)
from rightfit.parameters import Parameter, declared_parameters

REFERENCE = Path(__file__).parent / "reference"
BY = "<!-- Written by docs/make_reference.py; change the docstrings, and run it. -->"
ESTIMATORS = ("Classifier", "Regressor")
# The functions, and what they give.
FUNCTIONS = (
    "load",
    "check_gradients",
    "GradientCheck",
    "draw_graph",
    "NetworkGraph",
    "make_report",
    "Report",
    "Export",
)
SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises", "Example", "Source")
METHODS = (
    "fit",
    "iter_fit",
    "partial_fit",
    "predict",
    "predict_proba",
    "predict_log_proba",
    "report",
    "describe",
    "save",
    "export",
)


def reference() -> Mapping[str, str]:
    """The text of each page, by the name of its file."""
    pages = {
        "parameters.md": _parameters(),
        "estimators.md": _estimators(),
        "commands.md": _commands(),
        "functions.md": _page("Functions", "What works on estimators and models.", FUNCTIONS),
        "events.md": _page(
            "Events and errors",
            "`iter_fit` yields events, each a frozen dataclass; what can go wrong has one tree of "
            "errors.",
            [name for name in rightfit.__all__ if name not in (*ESTIMATORS, *FUNCTIONS)],
        ),
    }
    return MappingProxyType({name: f"{text.rstrip()}\n" for name, text in pages.items()})


def _parameters() -> str:
    member = set(member_parameters(ClassifierParameters)) | set(
        member_parameters(RegressorParameters)
    )
    lines = [
        "# Parameters",
        BY,
        "Every parameter of `Classifier` and `Regressor`; on the command line each is a flag "
        "(`--dropout-rate 0.25`). Where the table says *list*, a list of values means "
        '"try each" ([packs](../concepts/packs.md)).',
    ]
    shared = list(declared_parameters(Hyperparameters))
    names = {each.name for each in shared}
    parts = {
        "Of both": shared,
        "Of Classifier": _further(ClassifierParameters, names),
        "Of Regressor": _further(RegressorParameters, names),
    }
    for title, declared in parts.items():
        lines.append(f"## {title}")
        for each in declared:
            lines += [
                f"### `{each.name}`",
                _sentence(each, member),
                _escaped(each.description),
            ]
    return "\n\n".join(lines)


def _further(owner: type[Hyperparameters], names: set[str]) -> list[Parameter]:
    return [each for each in declared_parameters(owner) if each.name not in names]


def _sentence(each: Parameter, member: set[str]) -> str:
    lists = "; *list*" if each.name in member else ""
    return f"Default `{each.default!r}`{lists}. Must be {_escaped(each.constraint.sentence)}."


def _estimators() -> str:
    lines = [
        "# Estimators",
        BY,
        "Their parameters have a [page of their own](parameters.md).",
    ]
    for name in ESTIMATORS:
        estimator = getattr(rightfit, name)
        lines += [f"## `{name}`", *_docstring(estimator, leave_out=("Args",))]
        for method in METHODS:
            if hasattr(estimator, method):
                lines += _callable(f"{name}.{method}", getattr(estimator, method), "###")
    return "\n\n".join(lines)


def _commands() -> str:
    lines = [
        "# Commands",
        BY,
        "Results go to stdout; progress, notes and errors to stderr. `--debug` anywhere shows the "
        "traceback of an error. The exit code is 0, 1 for what went wrong, 2 for a command that "
        "cannot be understood, 130 where Ctrl-C left nothing to keep (`train` keeps what it has, "
        "and ends with 0).",
    ]
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        text, _, example = inspect.cleandoc(command.help).partition("Example: ")
        example, _, rest = example.partition("\n\n")
        lines += [f"## `rightfit {name}`", _escaped(text.strip())]
        lines += [f"```sh\n{' '.join(example.split())}\n```"] if example else []
        lines += [_escaped(rest)] if rest else []
        lines += _arguments(command)
    return "\n\n".join(lines)


def _arguments(command: Any) -> list[str]:
    """The arguments and options of a command; those that are parameters have their own page."""
    parameters = flag_parameters()
    items = [
        f"- `{_typed_as(each)}`: {_escaped(each.help or '')}"
        for each in command.params
        if each.name not in parameters and not getattr(each, "hidden", False)
    ]
    more = [
        f"Every [parameter](parameters.md) is an option too: `{command.name} --help` lists them."
    ]
    has_parameters = any(each.name in parameters for each in command.params)
    return ["\n".join(items), *(more if has_parameters else [])]


def _typed_as(each: Any) -> str:
    if each.param_type_name == "argument":
        return str(each.metavar or each.name).upper()
    value = "" if each.is_flag else f" {each.metavar or each.type.name.upper()}"
    return f"{each.opts[0]}{value}"


def _page(title: str, introduction: str, names: Any) -> str:
    lines = [f"# {title}", BY, introduction]
    for name in names:
        found = getattr(rightfit, name, None)
        if inspect.isfunction(found):
            lines += _callable(name, found, "##")
        elif inspect.isclass(found):
            lines += [f"## `{name}`", *_docstring(found)]
            for method, member in _own_members(found):
                lines += [f"### `{name}.{method}`", *_docstring(member)]
        else:
            lines += [f"## `{name}`", f"One of {_escaped(_union(found))}."]
    return "\n\n".join(lines)


def _own_members(found: type) -> Iterator[tuple[str, Any]]:
    """The documented public methods and properties that a class defines itself."""
    if issubclass(found, Exception):
        return
    fields = {field.name for field in dataclasses.fields(found)}
    for name, member in vars(found).items():
        if not name.startswith("_") and name not in fields and inspect.getdoc(member):
            yield name, member


def _union(found: Any) -> str:
    return ", ".join(each.__name__ for each in found.__args__)


def _callable(name: str, found: Any, mark: str) -> list[str]:
    signature = inspect.signature(found)
    arguments = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in signature.parameters.values()
        if each.name != "self"
    ]
    bare = signature.replace(parameters=arguments, return_annotation=inspect.Signature.empty)
    return [f"{mark} `{name}`", f"```python\n{name}{bare}\n```", *_docstring(found)]


def _docstring(found: Any, leave_out: tuple[str, ...] = ()) -> list[str]:
    text = inspect.getdoc(found) or ""
    pieces = re.split(rf"^({'|'.join(SECTIONS)}):\n", text, flags=re.MULTILINE)
    lines = [_escaped(pieces[0].strip())]
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if title in leave_out:
            continue
        body = textwrap.dedent(body).strip("\n")
        lines.append(f"**{title}**")
        if title == "Example":
            lines.append(f"```pycon\n{body.strip()}\n```")
        elif title in ("Args", "Attributes", "Raises"):
            lines.append(_items(body))
        else:
            lines.append(_escaped(body))
    return lines


def _items(body: str) -> str:
    """`name: text` over indented lines, as a list."""
    items: list[str] = []
    for line in body.splitlines():
        if line.startswith(" ") and items:
            items[-1] += f" {line.strip()}"
        elif line.strip():
            name, _, rest = line.partition(": ")
            items.append(f"- `{name}`: {_escaped(rest)}" if rest else f"- {_escaped(name)}")
    return "\n".join(items)


def _escaped(text: str) -> str:
    """Text in which Markdown sees no emphasis, links or tags, apart from what is code."""
    parts = re.split(r"(``?[^`]+``?)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_<\[\]])", r"\\\1", part) for part in parts
    )


def main() -> None:
    """Write all pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in reference().items():
        (REFERENCE / name).write_text(text)


if __name__ == "__main__":
    main()
