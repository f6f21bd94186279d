import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.objectives import LOSSES, METRICS, Objective, Task, metric_names
from rightfit.train.selection.candidates import standard_error_of_mean
from rightfit.train.selection.choose import Candidates, Combine, assign_parts, choose
from rightfit.train.selection.loss_score import LossScore
from rightfit.train.selection.metric_score import MetricScore

COMBINES: tuple[Combine, ...] = ("ensemble", "best", "simplest")
NUMBERS = Objective("regression", "squared_error", "r2")
CLASSES = Objective("binary", "log_loss", "accuracy")
SEVERAL = Objective("multiclass", "log_loss", "accuracy")
Numbers = NDArray[Any]


def _candidates(
    predictions: Numbers,
    targets: Numbers,
    objective: Objective,
    *,
    weights: Numbers | None = None,
    simplicity: Numbers | None = None,
    scale: float = 1.0,
) -> Candidates:
    n_candidates, n_rows, n_predictions = predictions.shape
    return Candidates(
        predictions=predictions,
        targets=targets,
        weights=np.ones(n_rows) if weights is None else weights,
        objective=objective,
        target_scale=np.full(n_predictions, scale),
        target_means=np.full(n_predictions, 8.0),
        simplicity=np.arange(n_candidates) if simplicity is None else simplicity,
    )


def _random(
    objective: Objective = NUMBERS,
    n_candidates: int = 6,
    n_rows: int = 60,
    seed: int = 0,
    signal: float = 1.0,
    *,
    weighted: bool = False,
) -> Candidates:
    """Candidates that know something about the targets, each with errors of its own."""
    generator = np.random.default_rng(seed)
    targets: Numbers
    if objective.task == "regression":
        targets = generator.normal(size=(n_rows, 2))
        spread = generator.uniform(0.5, 1.5, (n_candidates, 1, 1))
        noise = generator.normal(size=(n_candidates, n_rows, 2))
        predictions = signal * targets + spread * noise
    else:
        n_classes = 2 if objective.task == "binary" else 3
        targets = generator.integers(n_classes, size=n_rows)
        logits = generator.normal(size=(n_candidates, n_rows, n_classes))
        exponentials = np.exp(logits + signal * np.eye(n_classes)[targets])
        predictions = exponentials / exponentials.sum(axis=2, keepdims=True)
    weights = generator.integers(0, 4, n_rows).astype(float) if weighted else None
    return _candidates(predictions, targets, objective, weights=weights)


def _parts(candidates: Candidates, seed: int = 0) -> Numbers:
    classes = None if candidates.objective.task == "regression" else candidates.targets
    return assign_parts(candidates.weights, seed, classes)


def _take_rows(candidates: Candidates, rows: Numbers) -> Candidates:
    return dataclasses.replace(
        candidates,
        predictions=candidates.predictions[:, rows],
        targets=candidates.targets[rows],
        weights=candidates.weights[rows],
    )


def _row_losses(candidates: Candidates, mixture: Numbers) -> Numbers:
    """The oracle: the losses that training minimises, from outputs."""
    outputs = mixture
    if candidates.objective.task != "regression":
        outputs = np.log(mixture)
        if candidates.objective.task == "binary":
            outputs = outputs[:, 1:] - outputs[:, :1]
    losses = LOSSES[candidates.objective.loss].function(
        jnp.asarray(outputs, np.float32),
        jnp.asarray(candidates.targets),
        jnp.asarray(candidates.target_means),
    )
    return np.asarray(losses, float)


def _watched(candidates: Candidates, weights: Numbers) -> float:
    mixture = np.tensordot(weights, candidates.predictions, 1)
    return float(np.average(_row_losses(candidates, mixture), weights=candidates.weights))


def _single(candidates: Candidates) -> list[float]:
    return [_watched(candidates, one) for one in np.eye(len(candidates.predictions))]


OBJECTIVES = [
    *[Objective("regression", loss, "r2") for loss in LOSSES if loss != "log_loss"],
    CLASSES,
    SEVERAL,
]


def _name(value: Any) -> str | None:
    return f"{value.task}-{value.loss}" if isinstance(value, Objective) else None


def test_ensemble_finds_the_known_best_mixture() -> None:
    generator = np.random.default_rng(0)
    targets, error = generator.normal(size=(50, 1)), generator.normal(size=(50, 1))
    # A quarter of the first and three quarters of the third meet the targets exactly.
    predictions = np.stack([targets + 3 * error, targets + 7 * error, targets - error])
    candidates = _candidates(predictions, targets, NUMBERS)
    choice = choose(candidates, "ensemble", parts=_parts(candidates))
    np.testing.assert_allclose(choice.weights, [0.25, 0, 0.75])
    assert choice.watched == pytest.approx(0, abs=1e-12)
    assert choice.estimate == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
@pytest.mark.parametrize("combine", COMBINES)
def test_watched_is_the_mean_loss_of_the_choice(objective: Objective, combine: Combine) -> None:
    candidates = _random(objective, weighted=True)
    choice = choose(candidates, combine, parts=_parts(candidates))
    assert choice.watched == pytest.approx(_watched(candidates, choice.weights), rel=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
@pytest.mark.parametrize("seed", range(5))
def test_best_takes_the_lowest_and_ensemble_is_never_worse(objective: Objective, seed: int) -> None:
    candidates = _random(objective, seed=seed)
    parts = _parts(candidates)
    single = _single(candidates)
    best = choose(candidates, "best", parts=parts)
    assert best.weights[np.argmin(single)] == 1
    assert choose(candidates, "ensemble", parts=parts).watched <= best.watched


@pytest.mark.parametrize("max_draws", [1, 2, 7, 32])
@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_ensemble_weights_are_shares_of_at_most_max_draws(
    objective: Objective, max_draws: int
) -> None:
    candidates = _random(objective, n_candidates=40, n_rows=300)
    choice = choose(candidates, "ensemble", max_draws=max_draws, parts=_parts(candidates))
    assert choice.weights.sum() == pytest.approx(1)
    assert (choice.weights >= 0).all()
    assert any(
        np.allclose(choice.weights * n, np.round(choice.weights * n))
        for n in range(1, max_draws + 1)
    )


def test_ensemble_goes_on_through_draws_that_do_not_help_yet() -> None:
    generator = np.random.default_rng(0)
    targets, error = generator.normal(size=(50, 1)), generator.normal(size=(50, 1))
    # Five to one is perfect, but one to one and two to one are no better than the first alone.
    predictions = np.stack([targets + error, targets - 5 * error])
    candidates = _candidates(predictions, targets, NUMBERS)
    weights = choose(candidates, "ensemble", parts=_parts(candidates)).weights
    np.testing.assert_allclose(weights, [5 / 6, 1 / 6])


def test_ensemble_leaves_the_best_alone_where_nothing_helps() -> None:
    generator = np.random.default_rng(0)
    targets = generator.normal(size=(50, 1))
    errors = 0.1 * np.abs(generator.normal(size=(50, 1)))
    predictions = np.stack([targets + k * errors for k in (3, 1, 2)])
    candidates = _candidates(predictions, targets, NUMBERS)
    weights = choose(candidates, "ensemble", parts=_parts(candidates)).weights
    assert weights.tolist() == [0, 1, 0]


def _one_standard_error(distance: float) -> Candidates:
    """Two candidates, of which the simpler one's loss is so many standard errors higher."""
    generator = np.random.default_rng(0)
    targets = generator.normal(size=(40, 1))
    losses = generator.uniform(0.5, 1.5, (40, 1))
    error = losses.std(ddof=1) / np.sqrt(40)
    # Rows are paired: the difference of the losses does not vary at all.
    predictions = np.stack([targets + losses, targets + losses + distance * error])
    objective = Objective("regression", "absolute_error", "r2")
    return _candidates(predictions, targets, objective, simplicity=np.array([1, 0]))


@pytest.mark.parametrize(("distance", "weights"), [(0.99, [0, 1]), (1.01, [1, 0])])
def test_simplest_is_within_one_standard_error_of_the_best(
    distance: float, weights: list[float]
) -> None:
    candidates = _one_standard_error(distance)
    choice = choose(candidates, "simplest", parts=_parts(candidates))
    assert choice.weights.tolist() == weights


def test_simplest_takes_the_better_of_two_that_are_equally_simple() -> None:
    candidates = _one_standard_error(0.99)
    again = candidates.predictions[1:] - 1e-3
    candidates = dataclasses.replace(
        candidates,
        predictions=np.concatenate([candidates.predictions, again]),
        simplicity=np.array([1, 0, 0]),
    )
    choice = choose(candidates, "simplest", parts=_parts(candidates))
    assert choice.weights.tolist() == [0, 0, 1]


@pytest.mark.parametrize("combine", COMBINES)
def test_choice_goes_to_the_simpler_then_the_earlier_of_equals(combine: Combine) -> None:
    one = _random(n_candidates=1)
    candidates = dataclasses.replace(
        one, predictions=np.repeat(one.predictions, 4, axis=0), simplicity=np.array([2, 1, 1, 3])
    )
    choice = choose(candidates, combine, parts=_parts(candidates))
    assert choice.weights.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("objective", [NUMBERS, SEVERAL], ids=_name)
@pytest.mark.parametrize("combine", ["ensemble", "best"])
def test_weights_of_rows_are_as_repetition_of_rows(objective: Objective, combine: Combine) -> None:
    candidates = _random(objective, weighted=True)
    times = candidates.weights.astype(int)
    assert {0, 1, 2, 3} == set(times.tolist())
    rows = np.repeat(np.arange(len(times)), times)
    repeated = dataclasses.replace(_take_rows(candidates, rows), weights=np.ones(len(rows)))
    parts = _parts(candidates)
    first = choose(candidates, combine, parts=parts)
    second = choose(repeated, combine, parts=parts[rows])
    np.testing.assert_allclose(first.weights, second.weights)
    assert first.watched == pytest.approx(second.watched)
    assert first.estimate == pytest.approx(second.estimate)


@pytest.mark.parametrize("combine", COMBINES)
def test_scale_of_the_weights_and_rows_of_weight_zero_do_not_matter(combine: Combine) -> None:
    candidates = _random(weighted=True)
    parts = _parts(candidates)
    counted = candidates.weights > 0
    smaller = _take_rows(candidates, counted)
    smaller = dataclasses.replace(smaller, weights=0.1 * smaller.weights)
    first = choose(candidates, combine, parts=parts)
    second = choose(smaller, combine, parts=parts[counted])
    np.testing.assert_allclose(first.weights, second.weights)
    assert first.estimate == pytest.approx(second.estimate)
    assert first.standard_error == pytest.approx(second.standard_error)


@pytest.mark.parametrize(
    "objective",
    [*OBJECTIVES, Objective("binary", "log_loss", "roc_auc", watch_metric=True)],
    ids=_name,
)
@pytest.mark.parametrize("combine", COMBINES)
def test_order_of_the_candidates_does_not_matter(objective: Objective, combine: Combine) -> None:
    candidates = _random(objective, n_candidates=9)
    order = np.random.default_rng(0).permutation(9)
    shuffled = dataclasses.replace(
        candidates,
        predictions=candidates.predictions[order],
        simplicity=candidates.simplicity[order],
    )
    parts = _parts(candidates)
    first, second = (choose(each, combine, parts=parts) for each in (candidates, shuffled))
    np.testing.assert_allclose(first.weights[order], second.weights)
    assert first.estimate == pytest.approx(second.estimate)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
@pytest.mark.parametrize("combine", COMBINES)
def test_estimate_is_of_choices_that_did_not_see_the_row(
    objective: Objective, combine: Combine
) -> None:
    candidates = _random(objective, weighted=True)
    parts = _parts(candidates)
    stitched = np.zeros(candidates.predictions.shape[1:])
    for part in np.unique(parts):
        others = _take_rows(candidates, parts != part)
        weights = choose(others, combine, parts=_parts(others)).weights
        held = parts == part
        stitched[held] = np.tensordot(weights, candidates.predictions[:, held], 1)
    choice = choose(candidates, combine, parts=parts)
    losses = _row_losses(candidates, stitched)
    counted = candidates.weights
    assert choice.estimate == pytest.approx(np.average(losses, weights=counted), rel=1e-5)
    assert choice.standard_error == pytest.approx(standard_error_of_mean(losses, counted), rel=1e-4)


def _noise(task: Task, n_rows: int, generator: np.random.Generator) -> Candidates:
    """Ten candidates that know nothing of the targets, all equally bad."""
    if task == "regression":
        predictions = 0.5 * generator.normal(size=(10, n_rows, 1))
        return _candidates(predictions, generator.normal(size=(n_rows, 1)), NUMBERS)
    second = generator.uniform(0.2, 0.8, (10, n_rows))
    predictions = np.stack([1 - second, second], axis=2)
    return _candidates(predictions, generator.integers(2, size=n_rows), CLASSES)


def _risk(choice_weights: Numbers, fresh: Candidates) -> float:
    """The loss on rows that nothing chose, averaged over their targets."""
    mixture = np.tensordot(choice_weights, fresh.predictions, 1)
    if fresh.objective.task == "regression":
        return 1 + float(np.mean(mixture**2))
    return -float(np.mean(np.log(mixture)))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["regression", "binary"])
@pytest.mark.parametrize("combine", COMBINES)
def test_estimate_is_unbiased_and_watched_is_optimistic_on_noise(
    task: Task, combine: Combine
) -> None:
    generator = np.random.default_rng(0)
    naive, crossed = [], []
    for seed in range(120 if combine == "ensemble" else 300):
        candidates = _noise(task, 50, generator)
        choice = choose(candidates, combine, parts=_parts(candidates, seed))
        # The estimate is of choices on four fifths of the rows: as many choose here.
        others = _noise(task, 40, generator)
        weights = choose(others, combine, parts=np.zeros(40, int)).weights
        risk = _risk(weights, _noise(task, 200, generator))
        naive.append(choice.watched - risk)
        crossed.append(choice.estimate - risk)
    error = np.std(crossed) / np.sqrt(len(crossed))
    assert abs(np.mean(crossed)) < 3 * error
    assert np.mean(naive) < -5 * error


@pytest.mark.parametrize("combine", COMBINES)
@pytest.mark.parametrize(
    ("task", "metric"),
    [
        *[("binary", name) for name in metric_names("binary")],
        *[("multiclass", "accuracy"), ("multiclass", "roc_auc")],
        *[("regression", name) for name in metric_names("regression")],
    ],
)
def test_metric_is_watched_instead_of_the_loss(task: Task, metric: str, combine: Combine) -> None:
    loss = "squared_error" if task == "regression" else "log_loss"
    objective = Objective(task, loss, metric, watch_metric=True)
    candidates = dataclasses.replace(
        _random(objective), target_scale=np.array([3.0, 0.5]), target_means=np.full(2, 8.0)
    )
    choice = choose(candidates, combine, parts=_parts(candidates))
    scale = np.array([3.0, 0.5]) if task == "regression" else np.ones(1)
    mixture = np.tensordot(choice.weights, candidates.predictions, 1) * scale
    targets = candidates.targets * scale if task == "regression" else candidates.targets
    measured = METRICS[metric].measure(
        jnp.asarray(mixture, np.float32), jnp.asarray(targets), jnp.asarray(candidates.weights)
    )
    sign = -1 if METRICS[metric].greater_is_better else 1
    assert choice.watched == pytest.approx(sign * float(measured), rel=1e-5)
    assert np.isfinite(choice.estimate)
    is_mean = metric in ("accuracy", "log_loss", "mean_squared_error", "mean_absolute_error")
    assert np.isfinite(choice.standard_error) == is_mean


def test_ensemble_of_a_metric_is_better_than_the_best() -> None:
    for metric in ("accuracy", "roc_auc"):
        objective = Objective("binary", "log_loss", metric, watch_metric=True)
        candidates = _random(objective, n_candidates=8, n_rows=200)
        parts = _parts(candidates)
        ensemble, best = (choose(candidates, combine, parts=parts) for combine in COMBINES[:2])
        assert ensemble.watched < best.watched
        assert ensemble.estimate < best.estimate


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_roc_auc_is_the_metric_of_that_name_with_ties_and_weights(task: Task) -> None:
    objective = Objective(task, "log_loss", "roc_auc", watch_metric=True)
    candidates = _random(objective, n_rows=80, weighted=True)
    candidates = dataclasses.replace(candidates, predictions=np.round(candidates.predictions, 1))
    score = MetricScore.of_candidates(candidates)
    for prediction in candidates.predictions:
        expected = METRICS["roc_auc"].measure(
            jnp.asarray(prediction, np.float32),
            jnp.asarray(candidates.targets),
            jnp.asarray(candidates.weights),
        )
        assert score.watched(prediction.T, candidates.weights) == pytest.approx(
            -float(expected), rel=1e-5
        )


def test_bootstrap_agrees_with_the_formula_where_there_is_one() -> None:
    # The root of a mean square: by the delta rule its standard error is that of the mean
    # square over twice the root.
    objective = Objective("regression", "squared_error", "root_mean_squared_error", True)
    candidates = _random(objective, n_rows=400)
    candidates = dataclasses.replace(
        candidates,
        predictions=candidates.predictions[:, :, :1],
        targets=candidates.targets[:, :1],
        target_scale=np.ones(1),
        target_means=np.full(1, 8.0),
    )
    score = MetricScore.of_candidates(candidates)
    mean = LossScore.of_candidates(candidates)
    mixture, weights = score.predictions[0], candidates.weights
    root = score.watched(mixture, weights)
    expected = mean.standard_error(mixture, weights) / (2 * root)
    assert score.standard_error(mixture, weights) == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("combine", COMBINES)
def test_one_candidate_is_chosen_and_its_estimate_is_what_it_watches(combine: Combine) -> None:
    candidates = _random(n_candidates=1)
    choice = choose(candidates, combine, parts=_parts(candidates))
    assert choice.weights.tolist() == [1]
    assert choice.estimate == pytest.approx(choice.watched)


@pytest.mark.parametrize("n_rows", range(2, 11))
@pytest.mark.parametrize("combine", COMBINES)
@pytest.mark.parametrize(
    "objective",
    [NUMBERS, CLASSES, Objective("binary", "log_loss", "roc_auc", watch_metric=True)],
    ids=_name,
)
def test_few_rows_are_enough_to_choose(objective: Objective, combine: Combine, n_rows: int) -> None:
    candidates = _random(objective, n_rows=n_rows)
    choice = choose(candidates, combine, parts=_parts(candidates))
    assert choice.weights.sum() == pytest.approx(1)
    if not objective.watch_metric:
        assert np.isfinite([choice.watched, choice.estimate, choice.standard_error]).all()


@pytest.mark.parametrize("combine", COMBINES)
def test_one_row_chooses_without_an_estimate(combine: Combine) -> None:
    candidates = _random(n_rows=1)
    choice = choose(candidates, combine, parts=_parts(candidates))
    assert choice.weights.max() == 1 or combine == "ensemble"
    assert np.isfinite(choice.watched)
    assert np.isnan(choice.estimate)
    assert np.isnan(choice.standard_error)


def test_simplest_of_all_is_taken_where_the_metric_is_not_defined() -> None:
    objective = Objective("binary", "log_loss", "roc_auc", watch_metric=True)
    candidates = _random(objective, n_candidates=3)
    candidates = dataclasses.replace(
        candidates, targets=np.zeros(60, np.int64), simplicity=np.array([1, 0, 2])
    )
    for combine in COMBINES:
        choice = choose(candidates, combine, parts=_parts(candidates))
        assert choice.weights.tolist() == [0, 1, 0]
        assert np.isnan(choice.watched)


@pytest.mark.parametrize(
    "objective",
    [NUMBERS, CLASSES, Objective("binary", "log_loss", "accuracy", watch_metric=True)],
    ids=_name,
)
@pytest.mark.parametrize("combine", COMBINES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_candidate_that_is_not_finite_is_never_chosen(
    objective: Objective, combine: Combine, bad: float
) -> None:
    candidates = _random(objective)
    parts = _parts(candidates)
    best = int(np.argmax(choose(candidates, combine, parts=parts).weights))
    predictions = candidates.predictions.copy()
    predictions[best, 3, 0] = bad
    broken = dataclasses.replace(candidates, predictions=predictions)
    others = np.delete(np.arange(6), best)
    without = dataclasses.replace(
        candidates,
        predictions=candidates.predictions[others],
        simplicity=candidates.simplicity[others],
    )
    first, second = choose(broken, combine, parts=parts), choose(without, combine, parts=parts)
    assert first.weights[best] == 0
    np.testing.assert_allclose(first.weights[others], second.weights)
    assert first.estimate == second.estimate


def test_choose_complains_if_no_candidate_is_finite() -> None:
    candidates = _random()
    broken = dataclasses.replace(candidates, predictions=candidates.predictions * np.nan)
    with pytest.raises(ValueError, match="each of the 6 predicts a number that is not finite"):
        choose(broken, "best", parts=_parts(candidates))


def test_choose_complains_if_no_row_counts() -> None:
    candidates = dataclasses.replace(_random(), weights=np.zeros(60))
    with pytest.raises(ValueError, match="weights of all rows are 0"):
        choose(candidates, "best", parts=_parts(candidates))


def test_probability_of_zero_costs_much_and_nothing_warns() -> None:
    certain = np.array([[[1.0, 0.0], [1.0, 0.0]], [[0.5, 0.5], [0.5, 0.5]]])
    candidates = _candidates(certain, np.array([0, 1]), CLASSES)
    choice = choose(candidates, "best", parts=_parts(candidates))
    assert choice.weights.tolist() == [0, 1]


def test_huge_predictions_are_worse_than_any_other_and_nothing_warns() -> None:
    predictions = np.array([[[1e30], [-1e30]], [[9.0], [9.0]]], np.float32)
    candidates = _candidates(predictions, np.zeros((2, 1)), NUMBERS)
    choice = choose(candidates, "ensemble", parts=_parts(candidates))
    assert choice.weights.tolist() == [0, 1]


def test_standard_error_of_mean_is_the_textbooks_for_equal_weights() -> None:
    values = np.random.default_rng(0).normal(size=30)
    expected = values.std(ddof=1) / np.sqrt(30)
    assert standard_error_of_mean(values, np.full(30, 0.5)) == pytest.approx(expected)


def test_parts_are_of_one_size_and_hold_each_class_alike() -> None:
    classes = np.repeat([0, 1, 2], [50, 23, 4])
    parts = assign_parts(np.ones(77), 0, classes)
    assert set(np.bincount(parts)) <= {15, 16}
    for name in range(3):
        counts = np.bincount(parts[classes == name], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_parts_depend_on_the_seed_alone() -> None:
    weights = np.ones(40)
    np.testing.assert_array_equal(assign_parts(weights, 3), assign_parts(weights, 3))
    assert len({assign_parts(weights, seed).tobytes() for seed in range(20)}) == 20


def test_parts_keep_their_values() -> None:
    assert assign_parts(np.ones(7), 0).tolist() == [0, 3, 4, 1, 1, 2, 0]


@pytest.mark.parametrize(("n_rows", "n_parts"), [(1, 1), (2, 2), (4, 4), (5, 5), (9, 5)])
def test_parts_are_fewer_for_few_rows(n_rows: int, n_parts: int) -> None:
    weights = np.append(np.zeros(3), np.ones(n_rows))
    assert np.unique(assign_parts(weights, 0)[3:]).tolist() == list(range(n_parts))
