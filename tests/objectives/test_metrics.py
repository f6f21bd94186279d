import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import hypothesis
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import jax
import numpy as np
import pytest
import sklearn.metrics
from numpy.typing import NDArray

from rightfit.objectives import METRICS, metric_names

N_ROWS = 20
N_SLOTS = 24
Numbers = NDArray[Any]
Case = tuple[Numbers, Numbers, Numbers]


def _f1_macro(targets: Any, predicted: Any, sample_weight: Any) -> float:
    return float(
        sklearn.metrics.f1_score(targets, predicted, average="macro", sample_weight=sample_weight)
    )


def _of_codes(measure: Callable[..., float]) -> Callable[..., float]:
    return lambda targets, predictions, weights: measure(
        targets, predictions.argmax(axis=1), sample_weight=weights
    )


def _roc_auc(targets: Any, predictions: Any, weights: Any) -> float:
    scores = predictions[:, 1] if predictions.shape[1] == 2 else predictions
    return float(
        sklearn.metrics.roc_auc_score(targets, scores, sample_weight=weights, multi_class="ovr")
    )


def _of_numbers(measure: Callable[..., float]) -> Callable[..., float]:
    return lambda targets, predictions, weights: measure(
        targets, predictions, sample_weight=weights
    )


SKLEARN: dict[str, Callable[..., float]] = {
    "accuracy": _of_codes(sklearn.metrics.accuracy_score),
    "balanced_accuracy": _of_codes(sklearn.metrics.balanced_accuracy_score),
    "f1_macro": _of_codes(_f1_macro),
    "log_loss": lambda targets, predictions, weights: sklearn.metrics.log_loss(
        targets, predictions, sample_weight=weights, labels=range(predictions.shape[1])
    ),
    "roc_auc": _roc_auc,
    "root_mean_squared_error": _of_numbers(sklearn.metrics.root_mean_squared_error),
    "mean_squared_error": _of_numbers(sklearn.metrics.mean_squared_error),
    "mean_absolute_error": _of_numbers(sklearn.metrics.mean_absolute_error),
    "r2": _of_numbers(sklearn.metrics.r2_score),
}


@cache
def _compiled(name: str) -> Callable[..., Any]:
    return jax.jit(METRICS[name].measure)


def ours(
    name: str, predictions: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]
) -> float:
    return float(_compiled(name)(predictions, targets, weights))


def theirs(
    name: str, predictions: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]
) -> float:
    counted = weights > 0
    exact = predictions[counted].astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(SKLEARN[name](targets[counted], exact, weights[counted]))


def _weights(draw: st.DrawFn) -> NDArray[np.float32]:
    weights = np.zeros(N_SLOTS, np.float32)
    # Whole numbers, halves and thirds; the last slots are padding.
    sizes = st.sampled_from([1.0, 2.0, 5.0, 0.5, 1 / 3])
    weights[:N_ROWS] = draw(st.lists(sizes, min_size=N_ROWS, max_size=N_ROWS))
    return weights


@st.composite
def class_cases(draw: st.DrawFn, n_classes: int) -> Case:
    """Probabilities from a coarse grid, so that ties are frequent, and every class present."""
    counts = draw(hnp.arrays(np.int64, (N_SLOTS, n_classes), elements=st.integers(1, 4)))
    predictions = (counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)
    codes = draw(hnp.arrays(np.int32, N_SLOTS, elements=st.integers(0, n_classes - 1)))
    codes[:n_classes] = np.arange(n_classes)
    return predictions, codes, _weights(draw)


@st.composite
def number_cases(draw: st.DrawFn, n_outputs: int) -> Case:
    grid = st.integers(-20, 20).map(lambda n: n / 4)
    shape = (N_SLOTS, n_outputs)
    predictions = draw(hnp.arrays(np.float32, shape, elements=grid))
    targets = draw(hnp.arrays(np.float32, shape, elements=grid))
    return predictions, targets, _weights(draw)


def test_every_metric_is_compared_with_sklearn() -> None:
    assert set(SKLEARN) == set(METRICS)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", metric_names("multiclass"))
def test_metric_of_classes_equals_sklearn(name: str, n_classes: int) -> None:
    @hypothesis.given(case=class_cases(n_classes))
    @hypothesis.settings(max_examples=15)
    def equal(case: Case) -> None:
        assert ours(name, *case) == pytest.approx(theirs(name, *case), rel=1e-5, abs=1e-6)

    equal()


@pytest.mark.parametrize("n_outputs", [1, 2])
@pytest.mark.parametrize("name", metric_names("regression"))
def test_metric_of_numbers_equals_sklearn(name: str, n_outputs: int) -> None:
    @hypothesis.given(case=number_cases(n_outputs))
    @hypothesis.settings(max_examples=15)
    def equal(case: Case) -> None:
        assert ours(name, *case) == pytest.approx(theirs(name, *case), rel=1e-4, abs=1e-5)

    equal()


@pytest.mark.parametrize("name", METRICS)
def test_padding_does_not_count(name: str) -> None:
    generator = np.random.default_rng(0)
    if "regression" in METRICS[name].tasks:
        predictions = generator.standard_normal((N_SLOTS, 1)).astype(np.float32)
        targets: NDArray[Any] = generator.standard_normal((N_SLOTS, 1)).astype(np.float32)
    else:
        predictions = generator.dirichlet(np.ones(3), N_SLOTS).astype(np.float32)
        targets = (np.arange(N_SLOTS) % 3).astype(np.int32)
    weights = np.where(np.arange(N_SLOTS) < N_ROWS, 1, 0).astype(np.float32)
    before = ours(name, predictions, targets, weights)
    predictions[N_ROWS:] = predictions[N_ROWS:][:, ::-1] * 0.5
    targets[N_ROWS:] = 0
    assert ours(name, predictions, targets, weights) == before


@pytest.mark.parametrize("name", METRICS)
def test_row_of_weight_two_counts_as_two_rows(name: str) -> None:
    generator = np.random.default_rng(1)
    n = 12
    if "regression" in METRICS[name].tasks:
        predictions = generator.standard_normal((n, 1)).astype(np.float32)
        targets: NDArray[Any] = generator.standard_normal((n, 1)).astype(np.float32)
    else:
        predictions = generator.dirichlet(np.ones(3), n).astype(np.float32)
        targets = (np.arange(n) % 3).astype(np.int32)
    twice = np.concatenate([predictions, predictions]), np.concatenate([targets, targets])
    half = np.concatenate([np.ones(n), np.arange(n) % 2]).astype(np.float32)
    weights = np.concatenate([1 + np.arange(n) % 2, np.zeros(n)]).astype(np.float32)
    assert ours(name, *twice, half) == pytest.approx(ours(name, *twice, weights), rel=1e-6)


@pytest.mark.parametrize("name", METRICS)
def test_better_predictions_move_the_metric_the_declared_way(name: str) -> None:
    generator = np.random.default_rng(2)
    if "regression" in METRICS[name].tasks:
        targets: NDArray[Any] = generator.standard_normal((N_SLOTS, 1)).astype(np.float32)
        truth = targets
    else:
        targets = (np.arange(N_SLOTS) % 3).astype(np.int32)
        truth = np.eye(3, dtype=np.float32)[targets]
    noise = generator.dirichlet(np.ones(truth.shape[1]), N_SLOTS).astype(np.float32)
    weights = np.ones(N_SLOTS, np.float32)
    better, worse = (
        ours(name, (1 - share) * truth + share * noise, targets, weights) for share in (0.05, 1.0)
    )
    assert (better > worse) is METRICS[name].greater_is_better


@pytest.mark.parametrize("miss", [0.0, 1.0, 100.0])
def test_r2_is_finite_when_the_targets_are_constant(miss: float) -> None:
    targets = np.full((N_SLOTS, 1), 2, np.float32)
    case = targets + np.float32(miss), targets, np.ones(N_SLOTS, np.float32)
    assert ours("r2", *case) == theirs("r2", *case) == (1.0 if miss == 0 else 0.0)


def test_roc_auc_is_undefined_as_in_sklearn_when_one_class_is_missing() -> None:
    predictions = np.tile(np.array([[0.3, 0.7]], np.float32), (N_SLOTS, 1))
    case = predictions, np.ones(N_SLOTS, np.int32), np.ones(N_SLOTS, np.float32)
    assert np.isnan(ours("roc_auc", *case))


def test_roc_auc_of_several_classes_leaves_out_a_class_without_rows() -> None:
    generator = np.random.default_rng(3)
    two = generator.dirichlet(np.ones(2), N_SLOTS).astype(np.float32)
    codes = (np.arange(N_SLOTS) % 2).astype(np.int32)
    weights = np.ones(N_SLOTS, np.float32)
    three = np.concatenate([two, np.zeros((N_SLOTS, 1), np.float32)], axis=1)
    assert ours("roc_auc", three, codes, weights) == pytest.approx(
        ours("roc_auc", two, codes, weights), rel=1e-6
    )


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1_macro", "log_loss"])
@pytest.mark.parametrize("truth", [[0, 1], [0, 2], [0]])
def test_class_without_true_rows_counts_as_in_sklearn(name: str, truth: list[int]) -> None:
    generator = np.random.default_rng(4)
    predictions = generator.dirichlet(np.ones(4), N_SLOTS).astype(np.float32)
    # The last class is neither true nor predicted.
    predictions[:, 3] = 0
    predictions /= predictions.sum(axis=1, keepdims=True)
    codes = np.array(truth, np.int32)[np.arange(N_SLOTS) % len(truth)]
    case = predictions, codes, np.ones(N_SLOTS, np.float32)
    assert ours(name, *case) == pytest.approx(theirs(name, *case), rel=1e-5)


def test_roc_auc_counts_ties_one_half() -> None:
    scores = np.array([0.2, 0.5, 0.5, 0.9], np.float32)
    predictions = np.stack([1 - scores, scores], axis=1)
    codes = np.array([0, 1, 0, 1], np.int32)
    # Of four pairs, three are in order and one is tied.
    assert ours("roc_auc", predictions, codes, np.ones(4, np.float32)) == pytest.approx(3.5 / 4)


def test_log_loss_is_finite_when_the_true_class_has_no_chance() -> None:
    predictions = np.array([[0, 1], [0, 1]], np.float32)
    loss = ours("log_loss", predictions, np.array([0, 1], np.int32), np.ones(2, np.float32))
    assert 40 < loss < 50


@pytest.mark.parametrize(
    ("task", "first"),
    [("binary", "accuracy"), ("multiclass", "accuracy"), ("regression", "root_mean_squared_error")],
)
def test_metric_names_are_those_of_the_task(task: str, first: str) -> None:
    names = metric_names(task)
    assert names[0] == first
    assert set(names) == {name for name, metric in METRICS.items() if task in metric.tasks}


def test_metric_names_are_none_when_the_task_is_unknown() -> None:
    assert metric_names("ranking") == ()


@pytest.mark.parametrize("name", metric_names("multiclass"))
def test_program_does_not_grow_with_the_classes(name: str) -> None:
    def size(n_classes: int) -> int:
        case = np.ones((N_SLOTS, n_classes)), np.zeros(N_SLOTS, np.int32), np.ones(N_SLOTS)
        return len(jax.make_jaxpr(METRICS[name].measure)(*case).jaxpr.eqns)

    assert size(40) == size(3)
