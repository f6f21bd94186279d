"""From trained members to the weighted mean that is kept."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Int

from rightfit.estimators.trials import Trials
from rightfit.model.predict import predictions_of
from rightfit.model.prepare import Prepared
from rightfit.nn import Network
from rightfit.objectives import Objective
from rightfit.shuffle import shuffled
from rightfit.train.events import EpochRecord
from rightfit.train.pack.run import Run
from rightfit.train.pack.waves import most_choosing_rows
from rightfit.train.selection.candidates import Candidates
from rightfit.train.selection.choose import (
    Choice,
    Combine,
    assign_parts,
    assign_parts_by_block,
    choose,
    judge,
)
from rightfit.train.selection.epochs import deal_parts, gain_of_choosing, shares_of_parts
from rightfit.train.selection.held_out import held_out_outputs


@dataclasses.dataclass(frozen=True, eq=False)
class PackResult:
    """What came of a pack.

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
        sign = objective.sign
        return {
            "combine": combine,
            "watched": objective.watched_name,
            "rows": "out-of-fold" if by_folds else "validation",
            "n_rows": self.n_rows,
            "on_the_rows_that_chose": sign * self.choice.watched,
            "estimate": sign * self.choice.estimate,
            "standard_error": self.choice.standard_error,
        }


@dataclasses.dataclass(frozen=True, eq=False)
class HeldOutTrials:
    """What each trial predicts for rows that it was not trained on.

    Attributes:
        outputs: of the networks, for all rows of the table that holds them.
        rows: numbers of the rows that choose.
        candidates: the predictions for these.
    """

    outputs: Float[np.ndarray, "trial row output"]
    rows: Int[np.ndarray, " chosen"]
    candidates: Candidates


def predict_held_out(
    trials: Trials, prepared: Prepared, run: Run, networks: Mapping[int, Network], seed: int
) -> HeldOutTrials:
    """Predict the rows that choose.

    Args:
        trials: what was trained.
        prepared: the rows.
        run: how it was trained.
        networks: the best weights of each member that has any, by its number.
        seed: of the sample where there are very many rows.
    """
    task = run.members[0].plan.objective.task
    outputs = held_out_outputs(run, networks)
    rows = _rows_that_choose(run, seed)
    # One after another: all at once in float64 would take several times the memory.
    predictions = np.stack([predictions_of(o[rows], task).astype(np.float32) for o in outputs])
    simplicity = [trial.simplicity for trial in trials.trials]
    return HeldOutTrials(outputs, rows, _candidates(predictions, rows, prepared, run, simplicity))


def compile_choosing(prepared: Prepared, run: Run, seed: int) -> None:
    """Compile what choosing by a metric takes: where time is up, other programs may have the turn.

    Args:
        prepared: the rows.
        run: what will be trained.
        seed: as for `predict_held_out`.
    """
    rows = _rows_that_choose(run, seed)
    first = run.members[0]
    n_predictions = first.plan.objective.n_predictions(first.shape.n_outputs)
    nothing = np.zeros((1, len(rows), n_predictions), np.float32)
    judge(_candidates(nothing, rows, prepared, run, [0]))


def _candidates(
    predictions: Float[np.ndarray, "candidate chosen prediction"],
    rows: Int[np.ndarray, " chosen"],
    prepared: Prepared,
    run: Run,
    simplicity: Sequence[int],
) -> Candidates:
    table = run.table_that_chooses
    assert table is not None
    return Candidates(
        predictions,
        np.asarray(table.targets)[rows],
        np.asarray(table.weights, np.float64)[rows],
        run.members[0].plan.objective,
        prepared.codec.target.scale,
        prepared.codec.target.means,
        np.array(simplicity),
    )


def choose_for_now(combine: str, held: HeldOutTrials) -> Choice:
    """Choose among trials while they are trained, without an estimate, which takes longer."""
    parts = np.zeros(len(held.rows), np.int64)
    return choose(held.candidates, cast(Combine, combine), parts=parts)


def parts_of_held_out(prepared: Prepared, seed: int) -> Int[np.ndarray, " slot"] | None:
    """Deal the rows that choose an epoch to parts, so that one can tell what the choice gained."""
    table = prepared.training if prepared.folds else prepared.validation
    if table is None:
        return None
    return deal_parts(np.asarray(table.weights), prepared.folds, prepared.blocks, seed)


def gains_of_epochs(
    trials: Trials,
    run: Run,
    histories: Mapping[int, Sequence[EpochRecord]],
    best_epochs: Mapping[int, int],
) -> Float[np.ndarray, " trial"]:
    """How much lower each trial's watched value is for having chosen the epochs of its members.

    Args:
        trials: what was trained.
        run: how it was trained.
        histories: the records of each member, by its number.
        best_epochs: the epoch whose weights each member kept.
    """
    table = run.table_that_chooses
    assert table is not None
    assert run.parts is not None
    weights = np.asarray(table.weights, np.float64)
    gains, totals = np.zeros(len(trials.trials)), np.zeros(len(trials.trials))
    for number, trial in enumerate(trials.trial_of):
        fold = run.members[number].fold
        rows = slice(None) if fold is None else run.folds[fold].held_out
        shares = shares_of_parts(weights[rows], run.parts[rows])
        gain = gain_of_choosing(histories.get(number, ()), best_epochs.get(number, 0), shares)
        gains[trial] += weights[rows].sum() * gain
        totals[trial] += weights[rows].sum()
    return gains / totals


def choose_trials(
    combine: str,
    held: HeldOutTrials,
    prepared: Prepared,
    run: Run,
    seed: int,
    gains: Float[np.ndarray, " trial"],
) -> PackResult:
    """Choose among trials by what they predict for rows that they were not trained on.

    Args:
        combine: how to.
        held: what they predict.
        prepared: the rows.
        run: how the trials were trained.
        seed: of the parts that the estimate is cross-fitted on.
        gains: from `gains_of_epochs`; the estimate is higher by those of the choice.
    """
    task = run.members[0].plan.objective.task
    parts = _parts(held.candidates, prepared, run, held.rows, seed)
    choice = choose(held.candidates, cast(Combine, combine), parts=parts)
    estimate = choice.estimate + float(choice.weights @ gains)
    choice = dataclasses.replace(choice, estimate=estimate)
    watched, errors = judge(held.candidates)
    mean = sum(
        weight * predictions_of(one, task)
        for weight, one in zip(choice.weights, held.outputs, strict=True)
        if weight
    )
    return PackResult(choice, watched, errors, np.asarray(mean), len(held.rows))


def _rows_that_choose(run: Run, seed: int) -> Int[np.ndarray, " chosen"]:
    """The rows that some member was held out from, or a sample of very many."""
    table = run.table_that_chooses
    assert table is not None
    rows = np.arange(int(table.n_rows))
    if run.folds:
        # Folds in time hold the earliest rows out of none.
        rows = np.sort(np.concatenate([fold.held_out for fold in run.folds]))
    most = most_choosing_rows(run.members[0].plan.objective)
    return rows if len(rows) <= most else np.sort(rows[shuffled(len(rows), seed)[:most]])


def _parts(
    candidates: Candidates,
    prepared: Prepared,
    run: Run,
    rows: Int[np.ndarray, " chosen"],
    seed: int,
) -> Int[np.ndarray, " chosen"]:
    """The parts that the estimate is cross-fitted on: folds, groups, moments, or rows at random."""
    objective = candidates.objective
    if run.folds:
        numbers = np.zeros(int(run.training.n_rows), np.int64)
        for number, fold in enumerate(run.folds):
            numbers[fold.held_out] = number
        return numbers[rows]
    if prepared.blocks is not None:
        return assign_parts_by_block(prepared.blocks[rows])
    # Parts stratified by class would flatter members that differ in the base rate only; some
    # metrics are not defined, though, where a class is missing.
    stratify = objective.watch_metric and objective.task != "regression"
    return assign_parts(candidates.weights, seed, candidates.targets if stratify else None)
