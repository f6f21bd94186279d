import jax
import numpy as np
import pytest

from rightfit.objectives import METRICS, Objective, Task
from tests.oracle.formulas import predictions_of
from tests.train.runs import objective_of

TASKS: list[Task] = ["binary", "multiclass", "regression"]


@pytest.mark.parametrize(
    ("task", "n_targets", "n_outputs"),
    [("binary", 2, 1), ("multiclass", 3, 3), ("regression", 1, 1), ("regression", 4, 4)],
)
def test_n_outputs_is_one_logit_for_two_classes(task: Task, n_targets: int, n_outputs: int) -> None:
    assert objective_of(task).n_outputs(n_targets) == n_outputs


@pytest.mark.parametrize("task", TASKS)
def test_predictions_equal_the_formula(task: Task) -> None:
    n_outputs = 1 if task == "binary" else 3
    outputs = np.random.default_rng(0).normal(scale=3, size=(20, n_outputs)).astype(np.float32)
    predictions = np.asarray(jax.jit(objective_of(task).predictions)(outputs))
    expected = predictions_of(outputs.astype(np.float64), task)
    np.testing.assert_allclose(predictions, expected, rtol=1e-5, atol=1e-7)
    if task != "regression":
        np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-6)


def test_predictions_of_two_classes_keep_small_probabilities() -> None:
    outputs = np.array([[80.0], [-80.0]], np.float32)
    predictions = np.asarray(objective_of("binary").predictions(jax.numpy.asarray(outputs)))
    np.testing.assert_allclose(predictions[0], [np.exp(-80), 1], rtol=1e-5)
    np.testing.assert_allclose(predictions[1], [1, np.exp(-80)], rtol=1e-5)


@pytest.mark.parametrize(
    ("metric", "factor"),
    [
        ("root_mean_squared_error", 5),
        ("mean_squared_error", 25),
        ("mean_absolute_error", 5),
        ("r2", 1),
    ],
)
def test_measure_is_in_the_units_of_the_target(metric: str, factor: float) -> None:
    generator = np.random.default_rng(1)
    outputs, targets = generator.standard_normal((2, 20, 1)).astype(np.float32)
    weights = np.ones(20, np.float32)
    measure = jax.jit(objective_of(metric=metric).measure)
    plain = float(measure(outputs, targets, weights, np.ones(1, np.float32)))
    scaled = float(measure(outputs, targets, weights, np.full(1, 5, np.float32)))
    assert scaled == pytest.approx(factor * plain, rel=1e-5)


def test_measure_gives_each_output_its_own_scale() -> None:
    outputs = np.zeros((4, 2), np.float32)
    targets = np.ones((4, 2), np.float32)
    measure = jax.jit(objective_of(metric="mean_absolute_error").measure)
    scale = np.array([2, 10], np.float32)
    assert float(measure(outputs, targets, np.ones(4, np.float32), scale)) == pytest.approx(6)


@pytest.mark.parametrize("name", METRICS)
def test_watched_is_smaller_when_the_metric_is_better(name: str) -> None:
    task: Task = METRICS[name].tasks[0]  # type: ignore[assignment]
    watching = objective_of(task, metric=name, watch_metric=True)
    better, worse = (0.9, 0.1) if METRICS[name].greater_is_better else (0.1, 0.9)
    loss = jax.numpy.float32(7)
    one, other = (watching.watched(loss, jax.numpy.float32(value)) for value in (better, worse))
    assert float(one) < float(other)
    assert float(objective_of(task, metric=name).watched(loss, jax.numpy.float32(better))) == 7


def test_objective_can_key_a_compiled_program() -> None:
    # Plans are static arguments of jit, so equal ones must be one key.
    assert len({objective_of(), objective_of(), objective_of("binary")}) == 2
    assert Objective("binary", "log_loss", "roc_auc", True) != Objective(
        "binary", "log_loss", "roc_auc"
    )
