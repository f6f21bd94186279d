"""From trained members to the weighted mean that is kept."""

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Int

from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.trials import Trials
from rightfit.model.predict import predictions_of
from rightfit.model.prepare import Prepared
from rightfit.nn import Network
from rightfit.objectives import METRICS, Objective
from rightfit.train.pack.run import Run
from rightfit.train.selection.candidates import Candidates
from rightfit.train.selection.choose import Choice, Combine, assign_parts, choose, judge
from rightfit.train.selection.held_out import held_out_outputs


@dataclasses.dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen of a pack.

    Attributes:
        choice: the weights of the trials, and what their weighted mean comes to.
        watched: of each trial alone on the rows that chose; smaller is better.
        errors: standard error of each of these.
        predictions: `[row, prediction]`, the weighted mean for the rows that chose; NaN for
            rows that no member was held out from.
        n_rows: rows that chose.
    """

    choice: Choice
    watched: Float[np.ndarray, " trial"]
    errors: Float[np.ndarray, " trial"]
    predictions: Float[np.ndarray, "row prediction"]
    n_rows: int

    def as_plain(self, combine: str, objective: Objective, *, by_folds: bool) -> dict[str, Any]:
        """Say how members were chosen and how good the choice is, in the watched unit."""
        sign = sign_of(objective)
        return {
            "combine": combine,
            "watched": watched_name(objective),
            "rows": "out-of-fold" if by_folds else "validation",
            "n_rows": self.n_rows,
            "on_the_rows_that_chose": sign * self.choice.watched,
            "estimate": sign * self.choice.estimate,
            "standard_error": self.choice.standard_error,
        }


def choose_trials(
    chosen: Hyperparameters,
    trials: Trials,
    prepared: Prepared,
    run: Run,
    networks: Mapping[int, Network],
    seed: int,
    *,
    cross_fitted: bool = True,
) -> Chosen:
    """Choose among trials by what they predict for rows that they were not trained on.

    Args:
        chosen: the parameters, for `combine`.
        trials: what was trained.
        prepared: the rows.
        run: how it was trained.
        networks: the best weights of each member that has any, by its number.
        seed: of the parts that the estimate is cross-fitted on.
        cross_fitted: whether there is an estimate, which takes six times as long.
    """
    objective = run.members[0].plan.objective
    has_classes = objective.task != "regression"
    outputs = held_out_outputs(run, networks)
    predictions = predictions_of(outputs, objective.task)
    table = run.training if run.folds else run.validation
    assert table is not None
    n_rows = int(table.n_rows)
    # Folds in time hold the earliest rows out of none.
    covered = np.zeros(n_rows, bool) if run.folds else np.ones(n_rows, bool)
    for fold in run.folds:
        covered[fold.held_out] = True
    targets = np.asarray(table.targets)[:n_rows]
    weights = np.asarray(table.weights, np.float64)[:n_rows]
    candidates = Candidates(
        predictions[:, covered].astype(np.float32),
        targets[covered],
        weights[covered],
        objective,
        prepared.way.target.scale,
        np.array([trial.simplicity for trial in trials.trials]),
    )
    # Parts stratified by class would flatter members that differ in the base rate only; some
    # metrics are not defined, though, where a class is missing.
    classes = candidates.targets if objective.watch_metric and has_classes else None
    parts = assign_parts(candidates.weights, seed, classes)
    if run.folds:
        parts = _number_of_fold(run, n_rows)[covered]
    if not cross_fitted:
        parts = np.zeros_like(parts)
    choice = choose(candidates, cast(Combine, chosen.combine), parts=parts)
    watched, errors = judge(candidates)
    kept = np.flatnonzero(choice.weights)
    mean = np.tensordot(choice.weights[kept], predictions[kept], axes=1)
    return Chosen(choice, watched, errors, mean, int(covered.sum()))


def watched_name(objective: Objective) -> str:
    """The name of what is watched."""
    return objective.metric if objective.watch_metric else "loss"


def sign_of(objective: Objective) -> int:
    """What a watched value is multiplied with to be the metric again, where greater is better."""
    turned = objective.watch_metric and METRICS[objective.metric].greater_is_better
    return -1 if turned else 1


def _number_of_fold(run: Run, n_rows: int) -> Int[np.ndarray, " row"]:
    numbers = np.zeros(n_rows, np.int64)
    for number, fold in enumerate(run.folds):
        numbers[fold.held_out] = number
    return numbers
