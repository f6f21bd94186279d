from typing import Any

import numpy as np
import pytest

from rightfit import DataError, DataWarning
from rightfit.model.target import (
    Target,
    fit_classes,
    fit_known_classes,
    fit_numbers,
    is_missing,
)


def test_classes_become_codes_and_missing_ones_minus_one() -> None:
    target = fit_classes(["b", "a", None, "b"], "use")
    assert (target.name, target.n_targets) == ("use", 2)
    codes = target.encode(["a", None, "b"])
    assert codes.dtype == np.int32
    assert codes.tolist() == [0, -1, 1]
    assert is_missing(codes).tolist() == [False, True, False]


def test_known_classes_are_sorted_and_unique() -> None:
    assert fit_known_classes([3, 1, 2, 3], "").classes.tolist() == [1, 2, 3]  # type: ignore[union-attr]


@pytest.mark.parametrize("classes", [[], ["a"], ["a", "a"]])
def test_known_classes_must_be_two(classes: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        fit_known_classes(classes, "")
    assert str(caught.value) == (
        f"Too few classes are announced: {sorted(set(classes))}.\n"
        "A classifier needs two classes at least.\n"
        "hint: announce all classes that will ever come"
    )


def test_numbers_are_standardised_and_come_back() -> None:
    y = np.array([1.0, 5.0, np.nan, 9.0])
    target = fit_numbers(y, np.ones(4), "price")
    np.testing.assert_allclose(target.center, 5.0)
    np.testing.assert_allclose(target.scale, np.sqrt(32 / 3))
    encoded = target.encode(y)
    assert encoded.shape == (4, 1)
    assert is_missing(encoded).tolist() == [False, False, True, False]
    np.testing.assert_allclose(target.decode(encoded), y)


def test_numbers_are_measured_with_their_weights() -> None:
    y, weights = np.array([1.0, 5.0, 100.0]), np.array([1.0, 3.0, 0.0])
    target = fit_numbers(y, weights, "")
    repeated = fit_numbers(np.array([1.0, 5.0, 5.0, 5.0]), np.ones(4), "")
    assert target.center == repeated.center
    assert target.scale == pytest.approx(repeated.scale)


def test_several_numbers_have_a_centre_and_a_scale_each() -> None:
    y = np.array([[1.0, 10.0], [3.0, 30.0], [np.nan, 50.0]])
    target = fit_numbers(y, np.ones(3), "")
    assert target.n_targets == 2
    assert target.is_matrix
    assert target.center.tolist() == [2.0, 20.0]
    assert target.scale.tolist() == [1.0, 10.0]
    np.testing.assert_allclose(target.decode(target.encode(y)), y)


@pytest.mark.filterwarnings("ignore:The target is the same")
@pytest.mark.parametrize("constant", [0.0, 7.0, -1e9, 0.1, 1e-300])
def test_constant_numbers_keep_the_scale_one(constant: float) -> None:
    target = fit_numbers(np.full(1000, constant), np.ones(1000), "")
    assert target.scale.tolist() == [1.0]
    assert target.center.tolist() == [constant]
    assert target.constant == (0,)
    assert target.unit == 1.0


@pytest.mark.parametrize(("y", "weights"), [([np.nan, 1.0], [1.0, 0.0]), ([1.0, 2.0], [0.0, 0.0])])
def test_numbers_without_a_row_are_refused(y: Any, weights: Any) -> None:
    with pytest.raises(DataError) as caught:
        fit_numbers(np.array(y), np.array(weights), "")
    assert str(caught.value) == (
        "None of the 2 rows has a target and a weight above 0.\n"
        "At least one row with a target is needed."
    )


@pytest.mark.parametrize(
    ("n_given", "n_known", "said"), [(1, 2, "1 column"), (3, 2, "3 columns"), (2, 1, "2 columns")]
)
def test_another_number_of_columns_is_refused(n_given: int, n_known: int, said: str) -> None:
    target = Target("", None, np.zeros(n_known), np.ones(n_known), n_known > 1)
    with pytest.raises(DataError) as caught:
        target.encode(np.arange(4.0 * n_given).reshape(4, n_given).squeeze())
    assert str(caught.value) == f"The target has {said}.\nThe model was made for {n_known}."


def test_target_that_is_always_the_same_is_warned_of() -> None:
    with pytest.warns(DataWarning, match="The target is the same in all 3 rows"):
        target = fit_numbers(np.full(3, 7.0), np.ones(3), "y")
    assert (target.center[0], target.scale[0]) == (7.0, 1.0)


@pytest.mark.parametrize("size", [1e-320, 1e-170])
def test_target_whose_squares_are_nothing_is_refused(size: float) -> None:
    with pytest.raises(DataError, match=r"No number of the target is as large as 1e-140\."):
        fit_numbers(size * np.arange(3), np.ones(3), "y")
    assert fit_numbers(1e-139 * np.arange(3), np.ones(3), "y").scale > 0
