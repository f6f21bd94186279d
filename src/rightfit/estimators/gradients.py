"""The gradient check that people call."""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import Int
from sklearn.base import clone

from rightfit.errors import ParameterError, counted
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.grid import combinations
from rightfit.estimators.hyperparameters import member_parameters
from rightfit.estimators.trials import is_pack
from rightfit.nn import Network
from rightfit.train.gradients import ArrayCheck, compare_gradients
from rightfit.train.plan import Knobs, Plan, Rows

_STEP = 0.01


@dataclasses.dataclass(frozen=True)
class GradientCheck:
    """How well the derived gradient agrees with central differences.

    Attributes:
        arrays: one comparison for each array of weights or biases.
        n_rows: rows that the loss was taken over.
    """

    arrays: tuple[ArrayCheck, ...]
    n_rows: int

    @property
    def largest_error(self) -> float:
        """The worst relative error of all parameters that were compared."""
        return max(check.largest_error for check in self.arrays)

    @property
    def n_checked(self) -> int:
        """How many parameters were compared."""
        return sum(check.n_checked for check in self.arrays)

    @property
    def n_parameters(self) -> int:
        """How many parameters there are."""
        return sum(check.n_parameters for check in self.arrays)

    def __str__(self) -> str:
        """Sum it up in a line."""
        return (
            f"Largest relative error {self.largest_error:.1e}, of {self.n_checked:,} of "
            f"{self.n_parameters:,} parameters over {counted(self.n_rows, 'row')}; "
            "a right gradient stays below 1e-06."
        )

    def as_plain(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return {"largest_error": self.largest_error, **dataclasses.asdict(self)}


def check_gradients(
    model: AbstractEstimator,
    X: Any,
    y: Any,
    *,
    max_rows: int = 64,
    max_parameters_per_array: int = 2000,
    random_state: int = 0,
) -> GradientCheck:
    """Compare the derived gradient with central differences in float64, parameter by parameter.

    The loss is the one the model is trained with, L2 and dropout included. A fitted model
    is checked at its weights (a pack at those of its heaviest member); one that is not, at the
    starting weights it would get for these rows; one that the recipe will fill in, as two plain
    hidden layers. Weights and biases of exactly 0 are moved a
    little: there a rectified unit may sit on its kink, where it has no slope.

    Args:
        model: a Classifier or Regressor, fitted or not.
        X: `[row, column]`.
        y: `[row]`.
        max_rows: rows that the loss is taken over, at most.
        max_parameters_per_array: compare at most so many numbers of one array of weights,
            drawn at random.
        random_state: seed of that draw.

    Returns:
        The comparison; `largest_error` of at most 1e-6 is what a right gradient gives.

    Example:
        >>> import rightfit
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> check = check_gradients(rightfit.Classifier(hidden_sizes=(8,), random_state=0), X, y)
        >>> check.n_parameters, check.largest_error < 1e-6
        (67, True)
    """
    subject = subject_of(model, X, y, max_rows)
    return compare(subject, max_parameters_per_array, random_state)


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """One network with rows, as a training step sees them.

    Attributes:
        plan: what its training program is compiled for.
        network: the network.
        rows: encoded rows with targets.
        knobs: the numbers of its training.
    """

    plan: Plan
    network: Network
    rows: Rows
    knobs: Knobs


def subject_of(model: AbstractEstimator, X: Any, y: Any, max_rows: int) -> Subject:
    """The network of an estimator, of a pack the heaviest, with the first rows of a table."""
    alone = one_network(model)
    alone.set_params(validation_fraction=0.0, warm_start=True)
    if hasattr(model, "_model"):
        alone._model = model._model
    fitting = alone._begin(X, y)
    (member,) = fitting.run().members
    if hasattr(model, "_model") and model._model.shape != member.shape:
        raise ParameterError(
            "The parameters describe a network with other layers than the fitted one.",
            hint="fit it anew with these parameters first",
        )
    training = fitting.prepared.training
    rows = some_rows(training, slice(min(int(training.n_rows), max_rows)))
    return Subject(member.plan, member.begin().network, rows, member.knobs)


def some_rows(rows: Rows, chosen: Int[np.ndarray, " chosen"] | slice) -> Rows:
    """Some real rows, without padding, for a look at the network that need not see them all."""
    # As NumPy arrays: to take them out of JAX's would compile a program for each side.
    features, targets, weights = jax.tree.map(
        lambda side: np.asarray(side)[chosen], (rows.features, rows.targets, rows.weights)
    )
    return Rows(features, targets, weights, np.int32(len(weights)))


def one_network(model: AbstractEstimator) -> AbstractEstimator:
    """An estimator that is not fitted, for one network; of a pack, for the heaviest."""
    alone: AbstractEstimator = clone(model)
    return alone.set_params(**_of_heaviest(model))


def compare(
    subject: Subject, max_parameters_per_array: int = 2000, random_state: int = 0
) -> GradientCheck:
    """Compare the two gradients at a network, a little off its kinks."""
    checks = compare_gradients(
        subject.plan,
        _off_kinks(subject.network, random_state),
        subject.rows,
        subject.knobs,
        max_checked=max_parameters_per_array,
        seed=int(np.uint32(random_state)),
    )
    return GradientCheck(checks, int(subject.rows.n_rows))


def _of_heaviest(model: AbstractEstimator) -> dict[str, Any]:
    """The parameters of one network: of a pack the heaviest, or the first if it is not fitted."""
    alone = {"members": None, "n_seeds": 1, "n_folds": None, "refit": None}
    if not hasattr(model, "_model"):
        return {**(combinations(model).members[0] if is_pack(model) else {}), **alone}
    fitted = model._model
    recipe, own = fitted.training.recipe, {}
    if fitted.training.members:
        heaviest = fitted.training.members[fitted.members[0].number]
        own = {name: heaviest[name] for name in member_parameters(model) if name in heaviest}
    return {**recipe.get("filled", {}), **recipe.get("drawn", {}), **own, **alone}


def _off_kinks(network: Network, seed: int) -> Network:
    generator = np.random.Generator(np.random.Philox(seed))

    def moved(leaf: Any) -> Any:
        values = np.asarray(leaf)
        step = _STEP * generator.standard_normal(values.shape)
        return np.where(values == 0, step.astype(values.dtype), values)

    return jax.tree.map(moved, network)
