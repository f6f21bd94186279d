"""The tables of a fit: its epochs; of a pack its members, trials, path, and cv_results_."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rightfit.estimators.choosing import PackResult
from rightfit.estimators.effects import has_effect
from rightfit.estimators.trials import Trials
from rightfit.model.model import KeptMember
from rightfit.train.events import EpochRecord, MemberStopped, as_plain

Row = dict[str, Any]


def epoch_rows(
    histories: Mapping[int, Sequence[EpochRecord]], kept: Sequence[KeptMember]
) -> list[Row]:
    """Every epoch; gradient norms only of members that predict, or there would be many."""
    predicting = {member.number for member in kept}
    return [
        {
            "member": number,
            **as_plain(record),
            "gradient_norms": dict(record.gradient_norms) if number in predicting else None,
        }
        for number in sorted(histories)
        for record in histories[number]
    ]


def member_rows(
    trials: Trials,
    histories: Mapping[int, Sequence[EpochRecord]],
    stopped: Mapping[int, MemberStopped],
    kept: Sequence[KeptMember],
) -> list[Row]:
    """One dict for each network that was trained, in plain values."""
    weights = {member.number: member.weight for member in kept}
    rows = []
    for number, trial_number in enumerate(trials.trial_of):
        trial = trials.trials[trial_number]
        best = int(stopped[number].state.best_epoch)
        history = histories.get(number, [])
        record = next((record for record in history if record.epoch == best), None)
        rows.append(
            {
                "member": number,
                "trial": trial_number,
                **trial.values,
                "seed": trial.seed,
                "fold": trials.members[number].fold,
                "best_epoch": best,
                "n_epochs": len(history),
                "seconds": history[-1].seconds if history else None,
                "validation_loss": None if record is None else record.validation_loss,
                "metric": None if record is None else record.metric,
                "stop_reason": stopped[number].reason,
                "weight": weights.get(number, 0.0),
            }
        )
    return rows


def trial_rows(trials: Trials, result: PackResult, sign: int) -> list[Row]:
    """One dict for each trial: its values, and what it came to on the rows that chose."""
    return [
        {
            "trial": trial.number,
            **trial.values,
            "seed": trial.seed,
            "watched": sign * float(result.watched[trial.number]),
            "standard_error": float(result.errors[trial.number]),
            "weight": float(result.choice.weights[trial.number]),
        }
        for trial in trials.trials
    ]


def best_trial(trials: Sequence[Row], combine: str, sign: int) -> Row:
    """The trial whose values are the best: the one that was chosen, if it was a single one.

    Of an ensemble it is the one that does best alone; of several seeds of a combination, the best.
    """
    if combine != "ensemble":
        trials = [row for row in trials if row["weight"] > 0]
    return min(trials, key=lambda row: _ascending(row["watched"], sign))


def path_of(trials: Sequence[Row], unsure: Sequence[str], sign: int) -> dict[str, list[Row]]:
    """For each parameter that varied: the watched value along it, with the rest at their best.

    Trials of several seeds count as one combination, with their mean; those on which a parameter
    has no effect do not count for it.
    """
    combined = _over_seeds(trials, unsure)
    path: dict[str, list[Row]] = {}
    for name in unsure:
        best: dict[Any, Row] = {}
        for row in combined:
            value = row[name]
            if not has_effect(name, row):
                continue
            known = best.get(_key(value))
            if known is None or _ascending(row["watched"], sign) < _ascending(
                known["watched"], sign
            ):
                best[_key(value)] = {
                    "value": value,
                    "watched": row["watched"],
                    "standard_error": row["standard_error"],
                }
        steps = list(best.values())
        if all(isinstance(step["value"], int | float) for step in steps):
            steps.sort(key=lambda step: float(step["value"]))
        path[name] = steps
    return path


def cv_results(
    members: Sequence[Row], trials: Sequence[Row], unsure: Sequence[str], watched: str, sign: int
) -> dict[str, Any]:
    """The trials in the shape of scikit-learn's `cv_results_`; scores are greater when better.

    Without folds there is one split: the validation rows. The time of a fit is that from the
    beginning of training to the network's end, side by side with the others; so times do not add
    up, and the score, which comes with training, has none of its own.

    Args:
        members: from `member_rows`.
        trials: from `trial_rows`.
        unsure: names of the parameters that varied.
        watched: "loss", or the metric that was watched instead.
        sign: -1 where a greater metric is better.
    """
    column = "validation_loss" if watched == "loss" else "metric"
    folds = sorted({row["fold"] or 0 for row in members})
    scores = np.full((len(trials), len(folds)), np.nan)
    for row in members:
        value = row[column]
        scores[row["trial"], row["fold"] or 0] = np.nan if value is None else -sign * value
    seconds = np.full(scores.shape, np.nan)
    for row in members:
        seconds[row["trial"], row["fold"] or 0] = row.get("seconds") or np.nan
    means = -sign * np.array([row["watched"] for row in trials], float)
    results: dict[str, Any] = {
        "mean_fit_time": seconds.mean(axis=1),
        "std_fit_time": seconds.std(axis=1),
        "mean_score_time": np.zeros(len(trials)),
        "std_score_time": np.zeros(len(trials)),
        "params": [{name: row[name] for name in unsure} for row in trials],
        **{f"param_{name}": _masked([row[name] for row in trials]) for name in unsure},
        "param_seed": _masked([row["seed"] for row in trials]),
    }
    for fold in folds:
        results[f"split{fold}_test_score"] = scores[:, fold]
    results["mean_test_score"] = means
    results["std_test_score"] = scores.std(axis=1)
    order = np.argsort(np.where(np.isnan(means), np.inf, -means), kind="stable")
    rank = np.empty(len(trials), np.int32)
    rank[order] = np.arange(1, len(trials) + 1)
    results["rank_test_score"] = rank
    return results


def _over_seeds(trials: Sequence[Row], unsure: Sequence[str]) -> list[Row]:
    groups: dict[Any, list[Row]] = {}
    for row in trials:
        groups.setdefault(tuple(_key(row[name]) for name in unsure), []).append(row)
    return [
        {
            **rows[0],
            "watched": _mean([row["watched"] for row in rows]),
            "standard_error": _mean([row["standard_error"] for row in rows]),
        }
        for rows in groups.values()
    ]


def _mean(values: Sequence[float | None]) -> float:
    return float(np.mean(np.array(values, float)))


def _ascending(watched: float | None, sign: int) -> float:
    """Smaller is better; a trial that diverged, NaN or saved as None, comes last."""
    return float("inf") if watched is None or np.isnan(watched) else sign * watched


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _masked(values: Sequence[Any]) -> Any:
    column = np.ma.empty(len(values), dtype=object)
    column[:] = np.array([*values, None], dtype=object)[:-1]
    return column
