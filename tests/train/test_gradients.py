import dataclasses
import logging
from typing import Any

import jax
import numpy as np
import pytest

from rightfit.nn import ACTIVATIONS, Activation, Network, network
from rightfit.objectives import LOSSES, Task
from rightfit.train.gradients import ArrayCheck, array_names, compare_gradients
from rightfit.train.plan import Knobs, Rows
from tests.oracle.formulas import arrays_of, loss_and_gradient
from tests.train.runs import knobs_of, network_of, objective_of, plan_of, random_rows

pytestmark = pytest.mark.slow

CASES: list[tuple[Task, str]] = [
    (task, name)
    for task in ("binary", "multiclass", "regression")
    for name, loss in LOSSES.items()
    if task in loss.tasks
]
N_LEVELS = (4, 6)
WIDTHS = (0, 3)


def compared(
    task: Task = "regression",
    *,
    activations: tuple[str, ...] = ("relu",),
    loss: str | None = None,
    max_checked: int = 1000,
    rows: dict[str, Any] | None = None,
    **changes: Any,
) -> tuple[ArrayCheck, ...]:
    objective = objective_of(task)
    if loss is not None:
        objective = dataclasses.replace(objective, loss=loss)
    plan = plan_of(
        objective,
        dropout="dropout_rate" in changes,
        input_dropout="input_dropout_rate" in changes,
    )
    built = network_of(
        task,
        (4,) * len(activations),
        activations=activations,
        n_levels=N_LEVELS,
        embedding_widths=WIDTHS,
    )
    return compare_gradients(
        plan,
        built,
        random_rows(task, 9, n_levels=N_LEVELS, weighted=True, **(rows or {})),
        knobs_of(**changes),
        max_checked=max_checked,
        seed=0,
    )


def largest(checks: tuple[ArrayCheck, ...]) -> float:
    return max(check.largest_error for check in checks)


@pytest.mark.parametrize(("task", "loss"), CASES)
def test_gradients_agree_with_every_loss_through_every_activation(task: Task, loss: str) -> None:
    checks = compared(task, loss=loss, activations=tuple(ACTIVATIONS), l2=0.1)
    assert largest(checks) < 1e-6


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_agree_with_each_activation_alone(activation: str) -> None:
    assert largest(compared(activations=(activation,))) < 1e-6


def test_gradients_agree_with_dropout_on_inputs_and_hidden_layers() -> None:
    checks = compared(activations=("tanh", "relu"), dropout_rate=0.5, input_dropout_rate=0.2)
    assert largest(checks) < 1e-6


def test_gradients_agree_without_hidden_layers() -> None:
    assert largest(compared("binary", activations=())) < 1e-6


def test_checks_name_every_array_and_show_the_gradient() -> None:
    checks = compared(loss="squared_error", l2=0.25)
    names = ["categories.1.table", "layers.0.weight", "layers.0.bias"]
    names += ["layers.1.weight", "layers.1.bias"]
    assert [check.name for check in checks] == names
    built = network_of(n_levels=N_LEVELS, embedding_widths=WIDTHS)
    assert array_names(built) == names
    assert [check.n_parameters for check in checks] == [18, 36, 4, 4, 1]
    assert [check.n_checked for check in checks] == [18, 36, 4, 4, 1]
    rows = random_rows(n_rows=9, n_levels=N_LEVELS, weighted=True)
    _, gradient = loss_and_gradient(built, rows, "squared_error", l2=0.25)
    for check, slopes in zip(checks, gradient.listed(), strict=True):
        assert np.isclose(slopes, check.analytic, rtol=1e-6, atol=1e-12).any()
        assert check.numeric == pytest.approx(check.analytic, rel=1e-5, abs=1e-7)


def test_checks_draw_some_parameters_of_a_large_array() -> None:
    checks = compared(max_checked=5)
    assert [check.n_checked for check in checks] == [5, 5, 4, 4, 1]
    assert [check.n_parameters for check in checks] == [18, 36, 4, 4, 1]
    assert largest(checks) < 1e-6


def test_check_leaves_the_networks_type_alone() -> None:
    compared()
    assert network_of().dtype == np.float32
    assert jax.numpy.ones(1).dtype == np.float32


def test_second_check_of_one_shape_compiles_nothing(caplog: pytest.LogCaptureFixture) -> None:
    compared(l2=0.1)
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        compared(l2=0.2, rows={"seed": 5})
    assert not [text for text in caplog.messages if text.startswith("Compiling ")]


@jax.custom_vjp
def _wrong(x: jax.Array) -> jax.Array:
    return jax.numpy.tanh(x)


def _wrong_forward(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jax.numpy.tanh(x), x


def _wrong_backward(x: jax.Array, slope: jax.Array) -> tuple[jax.Array]:
    # One per cent too steep.
    return (slope * 1.01 * (1 - jax.numpy.tanh(x) ** 2),)


_wrong.defvjp(_wrong_forward, _wrong_backward)


def test_check_finds_an_activation_with_a_wrong_derivative(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {**ACTIVATIONS, "wrong": Activation(_wrong, "glorot")}
    monkeypatch.setattr(network, "ACTIVATIONS", known)
    checks = compared(activations=("wrong",))
    errors = {check.name: check.largest_error for check in checks}
    for name in ("categories.1.table", "layers.0.weight", "layers.0.bias"):
        assert errors[name] == pytest.approx(0.01, rel=0.05)
    # Beyond the activation everything is right.
    assert errors["layers.1.weight"] < 1e-6
    assert errors["layers.1.bias"] < 1e-6


def test_check_finds_a_slope_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Activation(lambda x: jax.lax.stop_gradient(jax.numpy.tanh(x)), "glorot")
    monkeypatch.setattr(network, "ACTIVATIONS", {**ACTIVATIONS, "stopped": stopped})
    checks = compared(activations=("stopped",))
    assert checks[1].name == "layers.0.weight"
    assert checks[1].largest_error == pytest.approx(1)
    assert checks[1].analytic == 0
    assert checks[1].numeric != 0


def test_check_is_of_arrays_alone() -> None:
    # What is static, such as the names of the activations, has no slope.
    built: Network = network_of(hidden_sizes=())
    rows: Rows = random_rows(n_rows=4)
    knobs: Knobs = knobs_of()
    checks = compare_gradients(plan_of(), built, rows, knobs, max_checked=10, seed=0)
    assert [check.name for check in checks] == ["layers.0.weight", "layers.0.bias"]
    assert len(arrays_of(built).listed()) == len(checks)
