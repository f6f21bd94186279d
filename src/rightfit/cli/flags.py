"""Flags from declared parameters: one flag a field, with its description and its check."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from rightfit.errors import ParameterError
from rightfit.estimators.hyperparameters import ClassifierParameters, RegressorParameters
from rightfit.parameters import Parameter, declared_parameters

# What only makes sense in a program that calls fit more than once.
_NOT_FLAGS = frozenset({"warm_start", "verbose"})

_PANEL = "Parameters of the network and its training"


def flag_parameters() -> dict[str, Parameter]:
    """Every parameter that is a flag, by name; a flag that only one estimator has is there too."""
    both = [*declared_parameters(RegressorParameters), *declared_parameters(ClassifierParameters)]
    return {declared.name: declared for declared in both if declared.name not in _NOT_FLAGS}


def with_parameter_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one flag for each parameter; it receives those that were typed as a dict."""
    flags = flag_parameters()
    own = inspect.signature(command).parameters
    signature = [own[name] for name in own if name != "typed"]
    signature += [_flag(declared) for declared in flags.values()]

    @wraps(command)
    def run(**given: Any) -> None:
        typed = {name: given.pop(name) for name in flags}
        command(**given, typed={name: text for name, text in typed.items() if text is not None})

    run.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in signature}
    return run


def parse_flags(typed: dict[str, str], estimator: type[Any]) -> dict[str, Any]:
    """Read what was typed into the values that an estimator takes.

    Raises:
        ParameterError: a text cannot be read, or the estimator has no such parameter.
    """
    known = {declared.name: declared for declared in declared_parameters(estimator)}
    values, problems = {}, []
    for name, text in typed.items():
        if name not in known:
            problems.append(f"{_spelling(name)} does not apply to a {estimator.__name__}.")
            continue
        try:
            values[name] = known[name].constraint.parse(text)
        except ValueError:
            problems.append(
                f"The {name!r} parameter of {estimator.__name__} must be "
                f"{known[name].constraint.sentence}. Got {text!r} instead."
            )
    if problems:
        raise ParameterError("\n".join(problems), hint="see rightfit train --help")
    return values


def _flag(declared: Parameter) -> inspect.Parameter:
    option = typer.Option(
        _spelling(declared.name),
        help=f"{declared.description} Default: {_shown(declared.default)}.",
        metavar="VALUE",
        rich_help_panel=_PANEL,
        show_default=False,
    )
    annotation = Annotated[str | None, option]
    return inspect.Parameter(
        declared.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _spelling(name: str) -> str:
    return "--" + name.replace("_", "-")


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(str(item) for item in default)
    return str(default)
