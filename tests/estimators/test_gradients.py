from typing import Any

import numpy as np
import pytest

from rightfit import Classifier, DataError, Regressor, check_gradients
from rightfit.arrays import Features
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.choice_names import ACTIVATION_NAMES, NUMBER_LOSSES
from rightfit.estimators.gradients import some_rows
from rightfit.nn import network as network_module
from rightfit.nn.activations import ACTIVATIONS, Activation
from rightfit.train.plan import Rows
from tests.estimators.examples import N_ROWS, NUMBERS, THREE, TWO, X, mixed, small, target_for

pytestmark = pytest.mark.slow

LIMIT = 1e-6
PENALISED = {"l2": 0.1, "dropout_rate": 0.3, "input_dropout_rate": 0.1}
both = pytest.mark.parametrize("estimator", [Classifier, Regressor])


# What an activation does is the same for both kinds; the other tests check each of these.
@pytest.mark.parametrize(
    ("activation", "estimator"),
    [(name, (Classifier, Regressor)[place % 2]) for place, name in enumerate(ACTIVATION_NAMES)],
)
def test_gradient_is_right_for_every_activation_with_l2_and_dropout(
    activation: str, estimator: type[AbstractEstimator]
) -> None:
    model = small(estimator, activation=activation, **PENALISED)
    check = check_gradients(model, X, target_for(estimator))
    assert check.largest_error < LIMIT
    assert check.n_checked == check.n_parameters > 40
    assert check.n_rows == N_ROWS


@both
@pytest.mark.parametrize(
    "chosen",
    [{}, {"l2": 0.5}, {"dropout_rate": 0.5}, {"input_dropout_rate": 0.5}, {"hidden_sizes": ()}],
    ids=str,
)
def test_gradient_is_right_for_each_part_alone(
    estimator: type[AbstractEstimator], chosen: dict[str, Any]
) -> None:
    check = check_gradients(small(estimator, **chosen), X, target_for(estimator))
    assert check.largest_error < LIMIT


@both
def test_gradient_is_right_for_a_deep_network_of_several_activations(
    estimator: type[AbstractEstimator],
) -> None:
    model = small(
        estimator, hidden_sizes=(4, 3, 5), activation=("relu", "tanh", "gelu"), **PENALISED
    )
    assert check_gradients(model, X, target_for(estimator)).largest_error < LIMIT


@pytest.mark.parametrize("loss", NUMBER_LOSSES)
def test_gradient_is_right_for_every_loss_of_several_numbers(loss: str) -> None:
    y = np.stack([NUMBERS, X[:, 0]], axis=1)
    y -= y.min(axis=0)
    assert check_gradients(small(Regressor, loss=loss), X, y).largest_error < LIMIT


def test_gradient_is_right_for_two_classes() -> None:
    assert check_gradients(small(Classifier, **PENALISED), X, TWO).largest_error < LIMIT


@both
@pytest.mark.parametrize("fitted", [False, True])
def test_gradient_is_right_for_categories_of_both_forms(
    estimator: type[AbstractEstimator], fitted: bool
) -> None:
    model = small(estimator, max_one_hot=3, embedding_size=2, **PENALISED)
    y = target_for(estimator)
    if fitted:
        model.fit(mixed(), y)
    check = check_gradients(model, mixed(), y)
    names = [array.name for array in check.arrays]
    assert [name for name in names if name.startswith("categories")] == ["categories.1.table"]
    assert check.largest_error < LIMIT


def test_a_fitted_model_is_checked_at_its_weights_and_left_alone() -> None:
    model = small(Regressor).fit(X, NUMBERS)
    before = model.predict(X)
    fitted = check_gradients(model, X, NUMBERS)
    fresh = check_gradients(small(Regressor), X, NUMBERS)
    assert fitted.arrays[0].analytic != fresh.arrays[0].analytic
    np.testing.assert_array_equal(model.predict(X), before)
    assert len(model.history_) == 3
    assert model.validation_fraction is None


def test_an_estimator_that_is_not_fitted_stays_so() -> None:
    model = small(Regressor)
    check_gradients(model, X, NUMBERS)
    assert not hasattr(model, "n_parameters_")
    assert not hasattr(model, "schema_")


def test_a_fitted_model_may_be_checked_on_rows_with_fewer_classes() -> None:
    model = small(Classifier).fit(X, THREE)
    assert check_gradients(model, X[:2], [0, 1]).largest_error < LIMIT


def test_rows_and_parameters_may_be_limited() -> None:
    check = check_gradients(small(Regressor), X, NUMBERS, max_rows=7, max_parameters_per_array=5)
    assert check.n_rows == 7
    assert [array.n_checked for array in check.arrays] == [5, 5, 5, 1]
    assert [array.n_parameters for array in check.arrays] == [24, 8, 8, 1]
    assert (check.n_checked, check.n_parameters) == (16, 41)


def test_plain_values_hold_everything() -> None:
    check = check_gradients(small(Regressor), X, NUMBERS)
    plain = check.as_plain()
    assert plain["largest_error"] == check.largest_error
    assert plain["n_rows"] == N_ROWS
    assert [array["name"] for array in plain["arrays"]] == [a.name for a in check.arrays]


def test_check_is_summed_up_in_a_line() -> None:
    check = check_gradients(small(Regressor), X, NUMBERS, max_rows=1)
    assert str(check) == (
        f"Largest relative error {check.largest_error:.1e}, of 41 of 41 parameters over 1 row; "
        "a right gradient stays below 1e-06."
    )


def test_check_refuses_other_columns_than_the_model_has() -> None:
    with pytest.raises(DataError, match=r"^X has 2 features, but Regressor is expecting 3"):
        check_gradients(small(Regressor).fit(X, NUMBERS), X[:, :2], NUMBERS)


def test_a_wrong_derivative_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    import jax

    @jax.custom_jvp
    def nearly_square(x: Any) -> Any:
        return x * x

    nearly_square.defjvps(lambda slope, answer, x: 2.001 * x * slope)
    wrong = {**ACTIVATIONS, "tanh": Activation(nearly_square, "glorot")}
    monkeypatch.setattr(network_module, "ACTIVATIONS", wrong)
    # A width of its own: what is compiled is kept, and not traced again for another derivative.
    model = small(Regressor, hidden_sizes=(11,), activation="tanh")
    check = check_gradients(model, X, NUMBERS)
    # The slopes before the activation are wrong by a part in two thousand.
    assert 4e-4 < check.arrays[0].largest_error < 6e-4
    assert check.arrays[-1].largest_error < LIMIT


def test_some_rows_are_real_ones_without_padding() -> None:
    numbers = np.arange(12.0).reshape(6, 2)
    rows = Rows(
        Features(numbers, np.zeros((6, 0), np.int32)), np.arange(6), np.arange(6.0), np.int32(4)
    )
    first = some_rows(rows, slice(3))
    assert first.n_rows == 3
    np.testing.assert_array_equal(first.features.numbers, numbers[:3])
    np.testing.assert_array_equal(first.targets, [0, 1, 2])
    chosen = some_rows(rows, np.array([3, 1]))
    assert chosen.n_rows == 2
    np.testing.assert_array_equal(chosen.weights, [3, 1])
