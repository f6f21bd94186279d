from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.objectives import LOSSES, METRICS, Task

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
LOSS_CASES = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name, loss in LOSSES.items()
    for task in loss.tasks
]
METRIC_CASES = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name, metric in METRICS.items()
    for task in metric.tasks
]
EACH_LOSS = pytest.mark.parametrize(("name", "task"), LOSS_CASES)
EACH_METRIC = pytest.mark.parametrize(("name", "task"), METRIC_CASES)
BOTH_TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
N_ROWS = 24


class Example(NamedTuple):
    outputs: Any
    targets: Any
    truth: Any


def example(task: str, dtype: Any = np.float32) -> Example:
    """Outputs of a network, targets, and the outputs that would be exactly right."""
    generator = np.random.default_rng(0)
    if task == "regression":
        outputs, targets = generator.standard_normal((2, N_ROWS, 2)).astype(dtype)
        return Example(outputs, targets, targets)
    n_outputs = 1 if task == "binary" else 3
    codes = (np.arange(N_ROWS) % max(n_outputs, 2)).astype(np.int32)
    truth = 30.0 * (2 * codes[:, None] - 1 if task == "binary" else np.eye(3)[codes])
    outputs = generator.standard_normal((N_ROWS, n_outputs)).astype(dtype)
    return Example(outputs, codes, truth.astype(dtype))


def predictions(task: str, dtype: Any = np.float32) -> Example:
    """The same for metrics, which see probabilities."""
    if task == "regression":
        return example(task, dtype)
    n_classes = 2 if task == "binary" else 3
    codes = (np.arange(N_ROWS) % n_classes).astype(np.int32)
    drawn = np.random.default_rng(1).dirichlet(np.ones(n_classes), N_ROWS).astype(dtype)
    return Example(drawn, codes, np.eye(n_classes, dtype=dtype)[codes])


def loss_of(name: str) -> Callable[..., Any]:
    """A loss where the mean of the targets is six of their standard deviations."""

    def function(outputs: Any, targets: Any) -> Any:
        return LOSSES[name].function(outputs, targets, jnp.full(1, 6.0, outputs.dtype))

    return function


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    with jax.enable_x64(arguments[0].dtype == np.float64):
        return np.asarray(jax.jit(function)(*arguments))


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_loss_and_a_metric(task: Task) -> None:
    assert any(task in loss.tasks for loss in LOSSES.values())
    assert any(task in metric.tasks for metric in METRICS.values())


@pytest.mark.parametrize("thing", [*LOSSES.values(), *METRICS.values()])
def test_tasks_are_known_ones(thing: Any) -> None:
    assert thing.tasks
    assert set(thing.tasks) <= set(TASKS)


@EACH_LOSS
@BOTH_TYPES
def test_loss_is_one_number_a_row_of_the_type_of_the_outputs(
    name: str, task: Task, dtype: Any
) -> None:
    case = example(task, dtype)
    losses = run(loss_of(name), case.outputs, case.targets)
    assert losses.shape == (N_ROWS,)
    assert losses.dtype == dtype
    assert (losses >= 0).all()
    assert np.isfinite(losses).all()


@EACH_LOSS
def test_loss_is_the_same_without_jit(name: str, task: Task) -> None:
    case = jax.tree.map(jnp.asarray, example(task))
    plain = loss_of(name)(case.outputs, case.targets)
    jitted = jax.jit(loss_of(name))(case.outputs, case.targets)
    np.testing.assert_allclose(jitted, plain, rtol=1e-5)


@EACH_LOSS
def test_loss_has_its_minimum_at_the_truth(name: str, task: Task) -> None:
    case = example(task)
    function = loss_of(name)
    at_truth = run(function, case.truth, case.targets)
    np.testing.assert_allclose(at_truth, 0, atol=1e-6)
    assert (run(function, case.outputs, case.targets) > 0).all()
    # The nearer, the smaller.
    nearer = run(function, case.outputs + (case.truth - case.outputs) / 2, case.targets)
    assert (nearer < run(function, case.outputs, case.targets)).all()


@EACH_LOSS
@BOTH_TYPES
def test_loss_has_a_finite_gradient_that_leads_to_the_truth(
    name: str, task: Task, dtype: Any
) -> None:
    case = example(task, dtype)
    function = loss_of(name)
    slope = run(
        jax.grad(lambda outputs, targets: jnp.sum(function(outputs, targets))),
        case.outputs,
        case.targets,
    )
    assert slope.shape == case.outputs.shape
    assert slope.dtype == dtype
    assert np.isfinite(slope).all()
    moved = run(function, (case.outputs - 1e-3 * slope).astype(dtype), case.targets)
    assert moved.sum() < run(function, case.outputs, case.targets).sum()


@EACH_LOSS
def test_loss_has_a_finite_gradient_at_extreme_outputs(name: str, task: Task) -> None:
    case = example(task)
    function = loss_of(name)
    total = jax.grad(lambda outputs, targets: jnp.sum(function(outputs, targets)))
    for size in (0, 1e4, -1e4):
        assert np.isfinite(run(total, np.full_like(case.outputs, size), case.targets)).all()


@EACH_LOSS
def test_loss_of_a_row_does_not_depend_on_the_other_rows(name: str, task: Task) -> None:
    case = example(task)
    order = np.random.default_rng(2).permutation(N_ROWS)
    function = loss_of(name)
    turned = run(function, case.outputs[order], case.targets[order])
    np.testing.assert_allclose(turned, run(function, case.outputs, case.targets)[order], rtol=1e-6)


@EACH_METRIC
@BOTH_TYPES
def test_metric_is_one_finite_number_of_the_type_of_the_predictions(
    name: str, task: Task, dtype: Any
) -> None:
    case = predictions(task, dtype)
    value = run(METRICS[name].measure, case.outputs, case.targets, np.ones(N_ROWS, dtype))
    assert value.shape == ()
    assert value.dtype == dtype
    assert np.isfinite(value)


@EACH_METRIC
def test_metric_is_the_same_without_jit(name: str, task: Task) -> None:
    case = jax.tree.map(jnp.asarray, predictions(task))
    weights = jnp.ones(N_ROWS)
    plain = METRICS[name].measure(case.outputs, case.targets, weights)
    jitted = jax.jit(METRICS[name].measure)(case.outputs, case.targets, weights)
    np.testing.assert_allclose(jitted, plain, rtol=1e-5, atol=1e-6)


@EACH_METRIC
def test_metric_is_best_at_the_truth(name: str, task: Task) -> None:
    case = predictions(task)
    weights = np.ones(N_ROWS, np.float32)
    measure = METRICS[name].measure
    best = run(measure, case.truth, case.targets, weights)
    other = run(measure, case.outputs, case.targets, weights)
    assert best == pytest.approx(1 if METRICS[name].greater_is_better else 0, abs=1e-6)
    assert other < best if METRICS[name].greater_is_better else other > best


@EACH_METRIC
def test_metric_is_the_mean_of_its_rows_if_it_says_so(name: str, task: Task) -> None:
    case = predictions(task)
    measure = METRICS[name].measure
    weights = np.random.default_rng(3).uniform(0.5, 2, N_ROWS).astype(np.float32)
    rows = [
        run(measure, case.outputs[[row]], case.targets[[row]], np.ones(1, np.float32))
        for row in range(N_ROWS)
    ]
    is_mean = run(measure, case.outputs, case.targets, weights) == pytest.approx(
        float(np.average(rows, weights=weights)), rel=1e-5
    )
    assert is_mean == METRICS[name].is_mean_over_rows


@EACH_METRIC
def test_metric_does_not_depend_on_the_order_of_the_rows(name: str, task: Task) -> None:
    case = predictions(task)
    weights = np.random.default_rng(3).uniform(0.5, 2, N_ROWS).astype(np.float32)
    order = np.random.default_rng(4).permutation(N_ROWS)
    measure = METRICS[name].measure
    turned = run(measure, case.outputs[order], case.targets[order], weights[order])
    expected = run(measure, case.outputs, case.targets, weights)
    assert turned == pytest.approx(float(expected), rel=1e-5)


@EACH_METRIC
def test_metric_does_not_depend_on_the_unit_of_the_weights(name: str, task: Task) -> None:
    case = predictions(task)
    weights = np.random.default_rng(3).uniform(0.5, 2, N_ROWS).astype(np.float32)
    measure = METRICS[name].measure
    scaled = run(measure, case.outputs, case.targets, 8 * weights)
    expected = run(measure, case.outputs, case.targets, weights)
    assert scaled == pytest.approx(float(expected), rel=1e-5)
