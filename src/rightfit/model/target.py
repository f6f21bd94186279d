"""The target: from people's labels or numbers to what a network learns, and back."""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from rightfit.data.targets import encode_classes, numbers_of
from rightfit.errors import DataError, DataWarning, counted, warn_user

# A margin above the smallest number whose square is one.
_SMALLEST = 1e-140


@dataclasses.dataclass(frozen=True, eq=False)
class Target:
    """What is predicted.

    Attributes:
        name: of the target column; "" where there is none.
        classes: the classes in the order of the probabilities; None for numbers.
        center: mean of each number target over the training rows.
        scale: standard deviation of each number target over the training rows; 1 of a constant.
        is_matrix: whether numbers came as a matrix, so that predictions must be one too.
        constant: which number targets were the same in all training rows.
        shares: of the weight of the rows of the training, by class; None for numbers, where rows
            came in parts, and of a model saved before they were kept.
    """

    name: str
    classes: Shaped[np.ndarray, " class"] | None
    center: Float[np.ndarray, " output"]
    scale: Float[np.ndarray, " output"]
    is_matrix: bool = False
    constant: tuple[int, ...] = ()
    shares: Float[np.ndarray, " class"] | None = None

    @property
    def n_targets(self) -> int:
        """Number of classes, or of number columns."""
        return len(self.scale) if self.classes is None else len(self.classes)

    @property
    def unit(self) -> float:
        """The largest scale of those that are not constant; 1 where all are."""
        return float(np.delete(self.scale, self.constant).max(initial=0.0)) or 1.0

    @property
    def means(self) -> Float[np.ndarray, " output"]:
        """The mean of each number target, counted in its scale; 1 of a constant."""
        means: Float[np.ndarray, " output"] = self.center / self.scale
        means[list(self.constant)] = 1.0
        return means

    def encode(self, y: Any) -> Shaped[np.ndarray, "row ..."]:
        """Turn labels into int32 codes (-1 missing), or numbers into standardised float64.

        Raises:
            DataError: a label is not among the classes, or a number target has
                another number of columns.
        """
        if self.classes is not None:
            return encode_classes(y, self.classes)[0]
        numbers = _columns(numbers_of(y))
        if numbers.shape[1] != len(self.scale):
            raise DataError(
                f"The target has {counted(numbers.shape[1], 'column')}.",
                expected=f"The model was made for {len(self.scale)}.",
            )
        standardised: Float[np.ndarray, "row output"] = (numbers - self.center) / self.scale
        return standardised

    def decode(self, outputs: Float[np.ndarray, "row output"]) -> Shaped[np.ndarray, "row ..."]:
        """Turn standardised outputs into numbers in the target's own units, float64."""
        numbers = outputs.astype(np.float64) * self.scale + self.center
        return numbers if self.is_matrix else numbers[:, 0]


def is_missing(encoded: Shaped[np.ndarray, "row ..."]) -> Shaped[np.ndarray, " row"]:
    """Find the rows whose encoded target is missing: code -1, or a NaN in any column."""
    if np.issubdtype(encoded.dtype, np.integer):
        return encoded < 0
    return np.isnan(_columns(encoded)).any(axis=1)


def fit_classes(y: Any, name: str) -> Target:
    """Find the classes of a target, in sorted order."""
    _, classes = encode_classes(y, None)
    return Target(name, classes, np.zeros(1), np.ones(1))


def fit_known_classes(classes: Any, name: str) -> Target:
    """Make a target of classes that are known beforehand, sorted.

    Raises:
        DataError: there are fewer than two of them.
    """
    known = np.unique(np.asarray(classes))
    if len(known) < 2:
        raise DataError(
            f"Too few classes are announced: {known.tolist()!r}.",
            expected="A classifier needs two classes at least.",
            hint="announce all classes that will ever come",
        )
    return Target(name, known, np.zeros(1), np.ones(1))


def with_shares(
    target: Target, codes: Int[np.ndarray, " row"], weights: Float[np.ndarray, " row"]
) -> Target:
    """Measure the share of each class; rows of weight 0 do not count.

    Example:
        >>> target = fit_classes(["b", "a", None, "b"], "use")
        >>> with_shares(target, target.encode(["b", "a", None]), np.array([3.0, 1.0, 0.0])).shares
        array([0.25, 0.75])
    """
    live = weights > 0
    totals = np.bincount(codes[live], weights[live], minlength=target.n_targets)
    return dataclasses.replace(target, shares=totals / totals.sum())


def fit_numbers(y: Any, weights: Float[np.ndarray, " row"], name: str) -> Target:
    """Measure the weighted mean and standard deviation of number targets; NaN rows are left out.

    A constant target keeps the scale 1.

    Raises:
        DataError: no row has a target and a weight, or the squares of all are 0.
    """
    numbers = numbers_of(y)
    matrix = _columns(numbers)
    known = ~np.isnan(matrix).any(axis=1) & (weights > 0)
    if not known.any():
        raise nothing_to_train_on(len(known))
    matrix, weights = matrix[known], weights[known]
    _check_not_tiny(matrix)
    center = np.average(matrix, axis=0, weights=weights)
    deviation = np.sqrt(np.average((matrix - center) ** 2, axis=0, weights=weights))
    # Below rounding, what is left of a constant is noise.
    constant = deviation <= 1e-12 * np.maximum(np.abs(center), 1e-300)
    if constant.all() and len(matrix) > 1:
        warn_user(
            f"The target is the same in all {len(matrix)} rows: there is nothing to learn.",
            DataWarning,
        )
    # Nor is the mean of many tenths one tenth.
    center, scale = np.where(constant, matrix[0], center), np.where(constant, 1.0, deviation)
    places = tuple(np.flatnonzero(constant).tolist())
    return Target(name, None, center, scale, numbers.ndim == 2, places)


def _check_not_tiny(matrix: Float[np.ndarray, "row output"]) -> None:
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    if ((low < high) & (np.maximum(-low, high) < _SMALLEST)).any():
        raise DataError(
            f"No number of the target is as large as {_SMALLEST:g}.",
            expected="Their squares must be numbers above 0.",
            hint="give the target in a smaller unit",
        )


def nothing_to_train_on(n_rows: int) -> DataError:
    """Say that no row is left."""
    return DataError(
        f"None of the {n_rows} rows has a target and a weight above 0.",
        expected="At least one row with a target is needed.",
    )


def _columns(numbers: Float[np.ndarray, "row ..."]) -> Float[np.ndarray, "row output"]:
    return numbers[:, None] if numbers.ndim == 1 else numbers
