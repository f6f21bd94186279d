"""Flags from declared parameters: one flag a field, with its description and its check."""

import contextlib
import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

from rightfit.cli.wording import TypedWording, as_typed, example_of, spelling
from rightfit.constraints import Either, ListOf, MappingOf
from rightfit.errors import ParameterError
from rightfit.estimators.hyperparameters import ClassifierParameters, RegressorParameters
from rightfit.parameters import Parameter, check_parameters, declared_parameters

# What only makes sense in a program that calls fit more than once.
_NOT_FLAGS = frozenset({"warm_start", "verbose"})

_TASKS = {"Classifier": "classification", "Regressor": "regression"}

# Where the command line differs from Python: the same command gives the same model.
DEFAULTS = {"random_state": "0"}


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
    """Read what was typed, and the defaults of the command line, into an estimator's parameters.

    Raises:
        ParameterError: the estimator has no such parameters, or values cannot be used.
    """
    known = {declared.name: declared for declared in declared_parameters(estimator)}
    foreign = [f"{spelling(name)} does not apply" for name in typed if name not in known]
    if foreign:
        raise ParameterError(
            f"{' and '.join(foreign)} to {_TASKS[estimator.__name__]}.",
            hint="leave it out, or choose the other task with --task",
        )
    values = {name: _value(known[name], text) for name, text in (DEFAULTS | typed).items()}
    try:
        check_parameters(estimator(**values), TypedWording())
    except ParameterError as error:
        raise ParameterError(error.what, hint=_hint(error.hint, known, values, typed)) from None
    return values


def default_text(declared: Parameter) -> str:
    """A parameter's default, as one would type it."""
    return DEFAULTS.get(declared.name) or as_typed(declared.default)


def _hint(
    advice: str,
    known: Mapping[str, Parameter],
    values: Mapping[str, object],
    typed: Mapping[str, str],
) -> str:
    """What to do about wrong values: the advice of their check, then an example of the form."""
    unread = [
        example_of(known[name], text)
        for name, text in typed.items()
        if isinstance(values[name], str) and not known[name].constraint.accepts(values[name])
    ]
    hint = "; ".join([*filter(None, [advice]), *filter(None, unread)][:2])
    return hint or "rightfit train --help-all explains every parameter"


def _value(declared: Parameter, text: str) -> object:
    # What cannot be read stays text, which the check of all parameters refuses with the others.
    value: object = text
    with contextlib.suppress(ValueError):
        value = declared.constraint.parse(text)
    if isinstance(value, str) and not declared.constraint.accepts(value):
        # A list where there is none to be said is refused as one.
        for read in (_list, _mapping):
            with contextlib.suppress(ValueError):
                return read(declared, text)
    return value


def _mapping(declared: Parameter, text: str) -> object:
    """Names with values of which one is wrong, so that the check can say which."""
    constraint = declared.constraint
    options = constraint.options if isinstance(constraint, Either) else ()
    for option in options:
        if isinstance(option, MappingOf):
            return option.parse(text)
    raise ValueError(text)


def _list(declared: Parameter, text: str) -> object:
    if "," not in text and not text.strip().startswith("["):
        raise ValueError(text)
    several = ListOf(declared.constraint)
    values = several.parse(text)
    if not several.accepts(values):
        raise ValueError(text)
    return values


def _flag(declared: Parameter) -> inspect.Parameter:
    option = typer.Option(spelling(declared.name), metavar=default_text(declared))
    annotation = Annotated[str | None, option]
    return inspect.Parameter(
        declared.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )
