"""What can be set in a lesson, declared once: check, sentence, form and address derive from it."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import polars as pl

from rightfit.constraints import (
    InstanceOf,
    Interval,
    Nothing,
    OneOf,
    TupleOf,
    at_least,
    between,
    either,
)
from rightfit.errors import DataError, ParameterError, did_you_mean
from rightfit.estimators.choice_names import ACTIVATION_NAMES, OPTIMIZER_NAMES
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.lesson.own_points import likely_target, pick_points
from rightfit.estimators.lesson.points import MADE_SETS, Points, make_points
from rightfit.estimators.regressor import Regressor
from rightfit.parameters import check_parameters, declared_parameters, parameter

OWN = "own"
MOST_LAYERS = 6
MOST_UNITS = 12
# Epochs that nobody reaches: a lesson goes on until it is paused.
ENDLESS = 10**6

# Along these a pack of networks is trained side by side, from the least regularised on.
PATHS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "l2": (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
        "dropout_rate": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
        "learning_rate": (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    }
)

# These change how training goes on; everything else begins it anew.
WHILE_IT_RUNS = frozenset(
    {"optimizer", "learning_rate", "batch_size", "l2", "dropout_rate", "patience_epochs"}
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that says what a lesson is: equal settings, equal curve."""

    data: str = parameter(
        "circle", OneOf((*MADE_SETS, OWN)), "The points: a made set, or your own table."
    )
    n_rows: int = parameter(400, Interval(int, 20, 2000, "both"), "How many points are made.")
    noise: float = parameter(
        0.1, between(0, 1, "both"), "How much chance there is in the made points."
    )
    data_seed: int = parameter(
        0, Interval(int, 0, 2**31 - 1, "both"), "Another number makes other points."
    )
    target: str = parameter(
        "", InstanceOf("builtins", "str"), "Of your table: the column to predict."
    )
    x: str = parameter(
        "", InstanceOf("builtins", "str"), "Of your table: the column of the first input."
    )
    y: str = parameter(
        "", InstanceOf("builtins", "str"), "Of your table: the column of the second input."
    )
    validation_fraction: float = parameter(
        0.3, Interval(float, 0, 0.9, "both"), "Share of the points that are never trained on."
    )
    hidden_sizes: tuple[int, ...] = parameter(
        (4, 2),
        TupleOf(Interval(int, 1, MOST_UNITS, "both"), "hidden layer"),
        "Units of each hidden layer; none is the linear model.",
    )
    activation: str = parameter("relu", OneOf(ACTIVATION_NAMES), "What a unit does to its sum.")
    optimizer: str = parameter(
        "adam", OneOf(OPTIMIZER_NAMES), "Rule that turns gradients into steps."
    )
    learning_rate: float = parameter(0.01, between(0, None, "neither"), "Size of a step.")
    batch_size: int = parameter(16, Interval(int, 1, 2000, "both"), "Rows of a mini-batch.")
    l2: float = parameter(0.0, between(0, None), "Penalty on large weights.")
    dropout_rate: float = parameter(
        0.0, between(0, 1), "Share of hidden activations silenced in each step."
    )
    patience_epochs: int | None = parameter(
        None,
        either(at_least(1), Nothing()),
        "Early stopping: epochs without a better validation loss before training stops.",
    )
    seed: int = parameter(0, Interval(int, 0, 2**31 - 1, "both"), "Of weights, split and order.")
    path: str = parameter("", OneOf(("", *PATHS)), "Train a pack of networks along this.")

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Read what a page sends, and check all of it.

        Raises:
            ParameterError: a name is not known, a value is outside its range, or there are too
                many layers.
        """
        known = [declared.name for declared in declared_parameters(cls)]
        for name in plain:
            if name not in known:
                raise ParameterError(
                    f"There is no setting {name!r}.", hint=did_you_mean(str(name), known)
                )
        values: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in plain.items()
        }
        settings = cls(**values)
        check_parameters(settings)
        if len(settings.hidden_sizes) > MOST_LAYERS:
            raise ParameterError(
                f"{len(settings.hidden_sizes)} hidden layers are too many to draw.",
                expected=f"A lesson has at most {MOST_LAYERS}.",
            )
        return settings

    @classmethod
    def read_what_fits(cls, plain: Mapping[str, Any]) -> tuple[Self, dict[str, ParameterError]]:
        """Read what a page sends; what is wrong is left at its default.

        Returns:
            The settings, and what is wrong with each of the others by its name.
        """
        problems = {}
        for name, value in plain.items():
            try:
                cls.read({name: value})
            except ParameterError as error:
                problems[name] = error
        return cls.read({n: v for n, v in plain.items() if n not in problems}), problems

    def points(self, own: pl.DataFrame | None) -> Points:
        """The rows of the lesson.

        Args:
            own: the table that `data="own"` means.

        Raises:
            DataError: the table cannot be used as it is asked for, or there is none.
        """
        if self.data != OWN:
            return make_points(self.data, n_rows=self.n_rows, noise=self.noise, seed=self.data_seed)
        if own is None:
            raise DataError(
                "There is no table of your own yet.", hint="choose a file, then its columns"
            )
        return pick_points(own, self.target or likely_target(own), self.x, self.y)

    def parameters(self, points: Points) -> dict[str, Any]:
        """The parameters of the estimator that does the same."""
        names = [declared.name for declared in declared_parameters(Hyperparameters)]
        chosen = {name: getattr(self, name) for name in names if hasattr(self, name)}
        if self.path:
            chosen[self.path] = list(PATHS[self.path])
        if points.column_kinds:
            chosen["column_kinds"] = dict(points.column_kinds)
        fixed = {"weight_decay": 0.0, "scaling": "standard", "precision": "float64"}
        return {**chosen, **fixed, "random_state": self.seed}

    def estimator(self, points: Points) -> Classifier | Regressor:
        """The estimator whose training the lesson shows.

        Raises:
            ParameterError: a pack has no rows to choose among its networks.
        """
        if self.path and not self.validation_fraction:
            raise ParameterError(
                "A pack needs points to choose among its networks, and none are kept for "
                "validation.",
                hint="keep some points for validation, or leave the pack",
            )
        kind = Classifier if points.has_classes else Regressor
        return kind(**self.parameters(points), max_epochs=ENDLESS)

    def goes_on_from(self, before: "Settings") -> bool:
        """Say whether the weights of a lesson can be kept when it is set like this."""
        names = {field.name for field in dataclasses.fields(self)} - WHILE_IT_RUNS
        same = all(getattr(self, name) == getattr(before, name) for name in names)
        return same and not self.path
