"""Choose among the members of a pack by predictions on rows that they were not trained on.

A choice looks better on the rows that made it than it is. So each choice comes with an estimate
that was cross-fitted: every row is predicted by what the other parts of the rows would choose.
"""

import dataclasses
from collections.abc import Iterator
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from rightfit.shuffle import shuffled
from rightfit.train.plan import N_PARTS
from rightfit.train.selection.candidates import Candidates as Candidates
from rightfit.train.selection.candidates import standard_error_of_mean
from rightfit.train.selection.loss_score import LossScore
from rightfit.train.selection.metric_score import MetricScore

Combine = Literal["ensemble", "best", "simplest"]
Score = LossScore | MetricScore

_PATIENCE_DRAWS = 5
_TIE = 1e-9  # relative; sums in another order differ by less

_Weightings = Float[np.ndarray, "weighting row"]
_Counts = Int[np.ndarray, "weighting candidate"]


@dataclasses.dataclass(frozen=True)
class Choice:
    """What was chosen, and how good it is.

    Smaller values are better: metrics where greater is better have their sign turned.

    Attributes:
        weights: share of each candidate in the weighted mean of the predictions; sum 1.
        watched: the watched value on the rows that made the choice: optimistic.
        estimate: the watched value, cross-fitted: on rows that did not make the choice. (They did
            choose the epochs of the candidates; see `epochs.py`.)
            NaN if some row can only be predicted by a choice that it made.
        standard_error: of the estimate over rows; NaN for metrics that are not means
            over rows. It leaves out that other rows could choose otherwise.
    """

    weights: Float[np.ndarray, " candidate"]
    watched: float
    estimate: float
    standard_error: float


def choose(
    candidates: Candidates,
    combine: Combine,
    *,
    max_draws: int = 32,
    parts: Int[np.ndarray, " row"],
) -> Choice:
    """Choose one candidate, or a weighted mean of several.

    Candidates whose predictions are not all finite are never chosen. Ties go to the simpler
    candidate, then to the earlier one.

    Args:
        candidates: predictions on rows that no candidate was trained on.
        combine: "ensemble" draws candidates one by one, with replacement, each the one that
            lowers the watched value of the mean most, and keeps the best prefix of the draws.
            "best" takes the candidate of the lowest watched value. "simplest" takes the
            simplest candidate within one standard error of the best one's watched value: of
            the mean over its rows, or from a bootstrap for metrics that are no such mean.
            On fewer than two rows that is the simplest of all.
        max_draws: most draws of an ensemble.
        parts: the part of each row, from `assign_parts`; the estimate of a row comes from
            choosing on the other parts.

    Raises:
        ValueError: if no candidate's predictions are all finite, or no row counts.

    Example:
        >>> from rightfit.objectives import Objective
        >>> low_and_high = Candidates(
        ...     predictions=np.stack([np.full((6, 1), -1.0), np.full((6, 1), 1.0)]),
        ...     targets=np.array([[-0.1], [0.1], [-0.2], [0.2], [-0.3], [0.3]]),
        ...     weights=np.ones(6),
        ...     objective=Objective("regression", "squared_error", "r2"),
        ...     target_scale=np.ones(1),
        ...     target_means=np.zeros(1),
        ...     simplicity=np.array([0, 1]),
        ... )
        >>> parts = assign_parts(low_and_high.weights, seed=0)
        >>> choose(low_and_high, "ensemble", parts=parts).weights.tolist()
        [0.5, 0.5]

    Source:
        Caruana, Niculescu-Mizil, Crew and Ksikes 2004, Ensemble selection from libraries of
        models, sections 2.1 and 2.2; Breiman, Friedman, Olshen and Stone 1984, Classification
        and regression trees, section 3.4.3 (the 1 SE rule).
    """
    usable = _usable(candidates)
    score = _score_of(candidates, usable)
    simplicity = candidates.simplicity[usable]
    weights = candidates.weights.astype(np.float64)
    numbers = np.unique(parts[weights > 0])
    weightings = np.stack([weights, *(weights * (parts != number) for number in numbers)])
    if len(numbers) == 1:
        weightings = weightings[:1]
    if combine == "ensemble":
        chosen = _draw(score, weightings, simplicity, max_draws)
    else:
        chosen = _single(score, weightings, simplicity, within_error=combine == "simplest")
    shares = np.zeros(len(usable))
    shares[usable] = chosen[0] / np.sum(chosen[0])
    watched = score.watched(_mean(score, chosen[0]), weights)
    if len(numbers) == 1:
        return Choice(shares, watched, float("nan"), float("nan"))
    crossed = np.array(_mean(score, chosen[0]))
    for number, counts in zip(numbers, chosen[1:], strict=True):
        held = parts == number
        crossed[:, held] = _mean(score, counts)[:, held]
    return Choice(shares, watched, score.watched(crossed, weights), _error(score, crossed, weights))


def judge(
    candidates: Candidates,
) -> tuple[Float[np.ndarray, " candidate"], Float[np.ndarray, " candidate"]]:
    """Compute the watched value of each candidate alone, and its standard error over rows.

    Smaller is better. NaN for candidates whose predictions are not all finite; the standard
    error is NaN for metrics that are not means over rows.
    """
    usable = _usable(candidates)
    score = _score_of(candidates, usable)
    weights = candidates.weights.astype(np.float64)
    watched = np.full(len(usable), np.nan)
    errors = np.full(len(usable), np.nan)
    for number, prediction in zip(np.flatnonzero(usable), score.predictions, strict=True):
        watched[number] = score.watched(prediction, weights)
        errors[number] = _error(score, prediction, weights)
    return watched, errors


def assign_parts(
    weights: Float[np.ndarray, " row"],
    seed: int,
    classes: Int[np.ndarray, " row"] | None = None,
) -> Int[np.ndarray, " row"]:
    """Deal rows to five parts at random, so that each class has its share in every part.

    Args:
        weights: of the rows; those of weight 0 are dealt last and do not count.
        seed: chooses the parts.
        classes: the class of each row; None for numbers.

    Returns:
        The part of each row, from 0. Fewer than five rows make one part each.

    Example:
        >>> assign_parts(np.ones(7), seed=0).tolist()
        [0, 3, 4, 1, 1, 2, 0]
    """
    drawn = shuffled(len(weights), seed)
    strata = np.zeros(len(weights), np.int64) if classes is None else classes
    order = drawn[np.lexsort((strata[drawn], weights[drawn] == 0))]
    parts = np.empty(len(weights), np.int64)
    n_parts = max(1, min(N_PARTS, int(np.sum(weights > 0))))
    parts[order] = np.arange(len(weights)) % n_parts
    return parts


def assign_parts_by_block(blocks: Int[np.ndarray, " row"]) -> Int[np.ndarray, " row"]:
    """Deal whole groups, or moments in their order, to five parts of about as many rows.

    Example:
        >>> assign_parts_by_block(np.array([0, 0, 1, 1, 2, 2])).tolist()
        [0, 0, 1, 1, 2, 2]
    """
    names, place, counts = np.unique(blocks, return_inverse=True, return_counts=True)
    share = (np.cumsum(counts) - counts / 2) / counts.sum()
    parts: Int[np.ndarray, " row"] = np.floor(share * min(N_PARTS, len(names)))[place].astype(int)
    return parts


def _usable(candidates: Candidates) -> NDArray[np.bool_]:
    """Which candidates predict finite numbers only."""
    if not np.any(candidates.weights > 0):
        raise ValueError(
            "No row to choose on: the weights of all rows are 0. Expected at least one row of "
            "positive weight that the candidates were not trained on."
        )
    usable = np.array([np.isfinite(each).all() for each in candidates.predictions], np.bool_)
    if not usable.any():
        raise ValueError(
            f"No candidate to choose: each of the {len(usable)} predicts a number that is not "
            "finite. Train with a smaller learning rate, or with more regularisation."
        )
    return usable


def _score_of(candidates: Candidates, usable: NDArray[np.bool_]) -> Score:
    kind = MetricScore if candidates.objective.watch_metric else LossScore
    return kind.of_candidates(_restrict(candidates, usable))


def _restrict(candidates: Candidates, usable: NDArray[np.bool_]) -> Candidates:
    if usable.all():
        return candidates
    return dataclasses.replace(
        candidates,
        predictions=candidates.predictions[usable],
        simplicity=candidates.simplicity[usable],
    )


def _lowest(values: NDArray[np.float64], simplicity: NDArray[np.integer]) -> int:
    """The candidate of the lowest value; of those that tie, the simplest, then the first."""
    values = np.where(np.isnan(values), np.inf, values)
    tied = np.flatnonzero(values <= values.min() + _TIE * abs(values.min()))
    return int(tied[np.argmin(simplicity[tied])])


def _single(
    score: Score, weightings: _Weightings, simplicity: NDArray[np.integer], *, within_error: bool
) -> _Counts:
    """Choose one candidate for each weighting of the rows."""
    nothing = np.zeros_like(score.predictions[0])
    chosen = np.zeros((len(weightings), len(simplicity)), np.int64)
    each = np.nan_to_num(score.after(nothing, 0, weightings), nan=np.inf, posinf=np.inf)
    for number, values in enumerate(each):
        best = _lowest(values, simplicity)
        if within_error:
            error = score.standard_error(score.predictions[best], weightings[number])
            within = values <= values[best] + np.nan_to_num(error, nan=np.inf)
            simplest = within & (simplicity == simplicity[within].min())
            best = _lowest(np.where(simplest, values, np.inf), simplicity)
        chosen[number, best] = 1
    return chosen


def _draw(
    score: Score, weightings: _Weightings, simplicity: NDArray[np.integer], max_draws: int
) -> _Counts:
    """Draw an ensemble for each weighting of the rows, and count the draws of each candidate."""
    drawn = np.zeros((len(weightings), len(simplicity)), np.int64)
    kept = drawn.copy()
    lowest = np.full(len(weightings), np.inf)
    waited = np.zeros(len(weightings), np.int64)
    for n_drawn in range(max(1, max_draws)):
        for alike in _alike(drawn, np.flatnonzero(waited < _PATIENCE_DRAWS)):
            total = _total(score, drawn[alike[0]])
            each = score.after(total, n_drawn, weightings[alike])
            for number, values in zip(alike, each, strict=True):
                best = _lowest(values, simplicity)
                drawn[number, best] += 1
                waited[number] += 1
                if n_drawn == 0 or values[best] < lowest[number] - _TIE * abs(lowest[number]):
                    lowest[number], kept[number] = values[best], drawn[number]
                    waited[number] = 0
    return kept


def _alike(drawn: _Counts, running: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Group the weightings that have drawn the same: these share all the work."""
    groups: dict[bytes, list[int]] = {}
    for number in running.tolist():
        groups.setdefault(drawn[number].tobytes(), []).append(number)
    for numbers in groups.values():
        yield np.array(numbers, np.intp)


def _total(score: Score, counts: Int[np.ndarray, " candidate"]) -> NDArray[np.floating]:
    """The sum of the predictions that were drawn."""
    total = np.zeros(score.predictions.shape[1:])
    for candidate in np.flatnonzero(counts):
        total += counts[candidate] * score.predictions[candidate].astype(np.float64)
    return total


def _mean(score: Score, counts: Int[np.ndarray, " candidate"]) -> NDArray[np.floating]:
    return _total(score, counts) / np.sum(counts)


def _error(
    score: Score, mixture: NDArray[np.floating], weights: Float[np.ndarray, " row"]
) -> float:
    if isinstance(score, MetricScore) and not score.is_mean_over_rows:
        return float("nan")
    return standard_error_of_mean(score.row_values(mixture), weights)
