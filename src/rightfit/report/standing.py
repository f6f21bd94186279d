"""How the model stands beside its baselines on the test rows, with bootstrap intervals."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped

from rightfit.estimators.evaluation import class_scores, number_scores
from rightfit.model.model import Model
from rightfit.report.baselines import Baseline
from rightfit.report.labelled import LabelledRows
from rightfit.report.row_losses import main_score, row_losses, row_scores
from rightfit.report.skill import LEAST_SKILL, skill_of

_SEED = 0
_MOST_RESAMPLES = 1000
_FEWEST_RESAMPLES = 200
_MOST_DRAWS = 4_000_000
_TAIL = 0.025
# Of fewer rows even a difference that all of them show may be chance, and resamples hide it.
FEWEST_ROWS = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Standing:
    """One predictor on the test rows.

    Attributes:
        key: "model", "constant", "linear" or "boosting".
        name: as a person reads it.
        scores: by name, the main one first, as scikit-learn computes them.
        score: accuracy, or root mean squared error.
        score_interval: of it, 95 %; NaN for numbers of fewer than `FEWEST_ROWS`.
        loss: log loss, or mean squared error in units of the target's variance.
        skill: share of the constant's loss that is saved; 1 is perfect, 0 is the constant.
        skill_interval: of it, 95 %.
        model_is_worse: share of the resamples in which the model's loss is larger than this
            one's, and in which its main score is worse; a half of fewer than `FEWEST_ROWS`.
        note: what a careful reader would want to know.
    """

    key: str
    name: str
    scores: dict[str, float]
    score: float
    score_interval: tuple[float, float]
    loss: float
    skill: float
    skill_interval: tuple[float, float]
    model_is_worse: tuple[float, float]
    note: str = ""


def compare(
    model: Model, test: LabelledRows, baselines: Sequence[Baseline]
) -> tuple[Standing, ...]:
    """Score the model and its baselines on the same test rows, and on the same resamples.

    Args:
        model: the fitted model.
        test: the rows.
        baselines: the constant one must be among them.

    Returns:
        The model first, then the baselines as they came.
    """
    own = Baseline("model", "this model", test.predictions)
    all_of_them = [own, *baselines]
    losses = np.stack([row_losses(model, test.truth, b.predictions) for b in all_of_them], axis=1)
    parts = np.stack([row_scores(model, test.truth, b.predictions) for b in all_of_them], axis=1)
    loss_means, part_means = _resampled(losses, parts)
    scores = main_score(model, part_means)
    constant = next(i for i, b in enumerate(all_of_them) if b.key == "constant")
    floor = losses[:, constant].mean()
    skills = skill_of(loss_means, loss_means[:, [constant]])
    smaller_is_better = model.target.classes is None
    sign = 1 if smaller_is_better else -1
    can_tell = len(test) >= FEWEST_ROWS
    found = []
    for i, one in enumerate(all_of_them):
        worse_loss = float((loss_means[:, 0] > loss_means[:, i]).mean())
        worse_score = float((sign * scores[:, 0] > sign * scores[:, i]).mean())
        loss = float(losses[:, i].mean())
        found.append(
            Standing(
                key=one.key,
                name=one.name,
                scores=all_scores(model, test.truth, one.predictions),
                score=float(main_score(model, parts[:, i].mean(axis=0))),
                score_interval=_score_interval(model, parts[:, i], scores[:, i]),
                loss=loss,
                skill=float(skill_of(losses[:, i].mean(), floor)),
                skill_interval=_interval(skills[:, i]) if can_tell else (LEAST_SKILL, 1.0),
                model_is_worse=(worse_loss, worse_score) if can_tell else (0.5, 0.5),
                note=one.note,
            )
        )
    return tuple(found)


def all_scores(
    model: Model, truth: Shaped[np.ndarray, "row ..."], predictions: Float[np.ndarray, "row k"]
) -> dict[str, float]:
    """The scores that `rightfit evaluate` prints."""
    if model.target.classes is not None:
        return class_scores(truth, predictions)
    decode = model.target.decode
    return number_scores(decode(truth), decode(predictions))


def _resampled(
    losses: Float[np.ndarray, "row predictor"], parts: Float[np.ndarray, "row predictor part"]
) -> tuple[Float[np.ndarray, "resample predictor"], Float[np.ndarray, "resample predictor part"]]:
    n_rows = len(losses)
    n_resamples = int(np.clip(_MOST_DRAWS // n_rows, _FEWEST_RESAMPLES, _MOST_RESAMPLES))
    generator = np.random.Generator(np.random.Philox(_SEED))
    flat = np.concatenate([losses, parts.reshape(n_rows, -1)], axis=1)
    means = np.empty((n_resamples, flat.shape[1]))
    for i in range(n_resamples):
        # How often each row is drawn; one matrix product is faster than gathering the rows.
        drawn = generator.integers(0, n_rows, n_rows)
        means[i] = np.bincount(drawn, minlength=n_rows) @ flat / n_rows
    n = losses.shape[1]
    return means[:, :n], means[:, n:].reshape(n_resamples, *parts.shape[1:])


def _score_interval(
    model: Model, parts: Float[np.ndarray, "row part"], scores: Float[np.ndarray, " resample"]
) -> tuple[float, float]:
    """The bootstrap's, or where every row is right, or wrong, the exact one of a share.

    Resamples of rows without an error have none either.
    """
    n_rows = len(parts)
    if model.target.classes is None and n_rows < FEWEST_ROWS:
        return float("nan"), float("nan")
    if model.target.classes is None or 0 < parts.sum() < n_rows:
        return _interval(scores)
    least = float(_TAIL ** (1 / n_rows))
    return (least, 1.0) if parts.all() else (0.0, 1 - least)


def _interval(values: Float[np.ndarray, " resample"]) -> tuple[float, float]:
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL])
    return float(low), float(high)
