"""What a page must know of the settings, so that form and address derive from one declaration."""

from typing import Any

from rightfit.constraints import Interval, OneOf
from rightfit.estimators.lesson.settings import PATHS, WHILE_IT_RUNS, Settings
from rightfit.parameters import declared_parameters


def describe_settings() -> list[dict[str, Any]]:
    """Give one dict for each setting: name, default, description, and what it may be.

    Example:
        >>> next(each for each in describe_settings() if each["name"] == "noise")["high"]
        1
    """
    return [
        {
            "name": declared.name,
            "default": declared.default,
            "description": declared.description,
            "goes_on": declared.name in WHILE_IT_RUNS,
            **_limits(declared.constraint),
        }
        for declared in declared_parameters(Settings)
    ]


def describe_paths() -> dict[str, list[float]]:
    """Give the values along each path of a pack."""
    return {name: list(values) for name, values in PATHS.items()}


def _limits(constraint: Any) -> dict[str, Any]:
    if isinstance(constraint, OneOf):
        return {"choices": list(constraint.names)}
    if isinstance(constraint, Interval):
        return {"low": constraint.low, "high": constraint.high}
    return {}
