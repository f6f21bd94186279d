"""One fit: prepare, train, choose, and make the model."""

import dataclasses
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

import jax
import numpy as np

from rightfit.errors import TrainingWarning, warn_user
from rightfit.estimators.choosing import (
    HeldOutTrials,
    PackResult,
    choose_for_now,
    choose_trials,
    compile_choosing,
    gains_of_epochs,
    parts_of_held_out,
    predict_held_out,
)
from rightfit.estimators.fitting_problems import (
    check_amounts,
    check_culled,
    check_first_rows,
    check_held_out,
    check_known_unit,
    check_memory,
    check_watched,
    no_trial_complete,
    not_finite,
    too_little_time,
    warn_of_restart,
    warn_of_trees_in_folds,
    warn_of_unused,
    warn_of_unused_refit,
)
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.judging_time import JudgingTime
from rightfit.estimators.limits import memory_for_members, reserve
from rightfit.estimators.pack_tables import epoch_rows, member_rows, trial_rows
from rightfit.estimators.recipe import NO_RECIPE, Recipe
from rightfit.estimators.refitting import NO_REFIT, go_on, refit_run, warn_of_stay
from rightfit.estimators.start import Start
from rightfit.estimators.trials import Trials, make_trials
from rightfit.model.given import Labelled, Preparation
from rightfit.model.model import KeptMember, Model, Training
from rightfit.model.prepare import Codec, Prepared, prepare
from rightfit.model.provenance import provenance
from rightfit.model.target import fit_known_classes
from rightfit.nn import Network, with_zeros
from rightfit.objectives import Objective
from rightfit.parameters import declared_parameters
from rightfit.patience import Patience
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    LearningRateLowered,
    MemberStopped,
    PackJudged,
    RefitStarted,
    Snapshot,
    TrainingEnded,
)
from rightfit.train.interruption import deferred_interrupt
from rightfit.train.loop import train
from rightfit.train.pack.run import Run
from rightfit.train.pack.waves import least_bytes
from rightfit.train.stopping import describe_pack_stop, describe_stop

_ONE_EPOCH = "partial_fit trains for one epoch; call it again to go on"
_SNAPSHOT_SECONDS = 3.0


class Fitting:
    """Everything one call of fit does, between the parameters and the model."""

    def __init__(
        self,
        parameters: Hyperparameters,
        rows: Labelled,
        held: Labelled | None,
        preparation: Preparation,
        objective: Callable[[int], Objective],
        start: Start,
        classes: Any = None,
        free_bytes: int | None = None,
        began: float | None = None,
        *,
        given: Hyperparameters,
        recipe: Recipe = NO_RECIPE,
    ) -> None:
        self.began = time.monotonic() if began is None else began
        self.parameters = parameters
        self.given = given
        self.recipe = recipe
        self.rows = rows
        self.seed = preparation.seed
        check_held_out(parameters, held)
        warn_of_unused(parameters, rows, held)
        warn_of_trees_in_folds(parameters)
        before = start.model
        codec = None if before is None else Codec(before.schema, before.encoder, before.target)
        target = None if classes is None else fit_known_classes(classes, preparation.target_name)
        self.prepared: Prepared = prepare(rows, held, preparation, codec=codec, target=target)
        warn_of_unused_refit(parameters, held, self.prepared)
        self.objective = objective(self.prepared.codec.target.n_targets)
        if self.objective.watch_metric:
            check_watched(self.objective.metric, self.prepared)
        self.trials: Trials = make_trials(
            parameters, recipe.kinds, self.objective, self.prepared, self.seed
        )
        check_culled(parameters, [member.plan.loss for member in self.trials.members])
        if any(member.shape.link != "identity" for member in self.trials.members):
            check_amounts(rows, held)
        if len(self.trials.trials) == 1:
            self.recipe = dataclasses.replace(recipe, drawn=self.trials.trials[0].values)
        is_pack = len(self.trials.members) > 1
        self.parts = parts_of_held_out(self.prepared, self.seed) if is_pack else None
        self.start = start
        self.free_bytes = free_bytes
        self.history: dict[int, list[EpochRecord]] = {}
        self.stopped: dict[int, MemberStopped] = {}
        self.networks: dict[int, Network] = {}
        self.refit = NO_REFIT
        self.lowered_to: dict[int, float] = {}
        self.judging = JudgingTime()
        self._result: PackResult | None = None

    def run(self, *, one_epoch: bool = False) -> Run:
        """What is trained; for `partial_fit` one epoch over all rows, without stopping."""
        members = self.trials.members
        if self.start.model is not None:
            go_on = partial(
                self.start.state_of, members[0], self.parameters, self.prepared.training
            )
            first = dataclasses.replace(members[0], begin=go_on)
            members = (first,)
        limit = None if one_epoch else self.parameters.max_seconds
        return Run(
            members=members,
            training=self.prepared.training,
            validation=self.prepared.validation,
            max_epochs=1 if one_epoch else int(self.parameters.max_epochs),
            max_seconds=None if limit is None else float(limit),
            folds=self.prepared.folds,
            parts=self.parts,
            began=self.began,
            reserve=reserve(limit) if len(members) > 1 else 0.0,
            trials=self.trials.trial_of,
            cull=bool(self.parameters.cull),
            memory=memory_for_members(self.free_bytes),
            snapshot_seconds=_SNAPSHOT_SECONDS if len(members) > 1 else None,
        )

    def events(self, *, one_epoch: bool = False) -> Iterator[Event]:
        """Train, and pass on what happens; keep the history on the way.

        Raises:
            TrainingError: nothing is worth keeping, or time or memory was too short.
        """
        if self.trials.grid.note:
            warn_user(self.trials.grid.note, TrainingWarning)
        if self.objective.watch_metric and not one_epoch and not self.prepared.n_held_out:
            warn_user(
                f"There are no held-out rows to watch {self.objective.metric} on: the training "
                "loss is watched instead.",
                TrainingWarning,
            )
        if one_epoch:
            self.start.check(self.trials.members[0].shape)
            if self.start.model is None:
                check_first_rows(self.prepared)
        if self.start.model is not None:
            check_known_unit(self.prepared)
        run = self.run(one_epoch=one_epoch)
        if len(run.members) > 1:
            check_memory(least_bytes(run), self.free_bytes)
        if run.max_seconds is not None and len(run.members) > 1 and self.objective.watch_metric:
            compile_choosing(self.prepared, run, self.seed)
        if run.max_seconds is not None and run.clock().is_too_late:
            raise too_little_time(run.max_seconds, time.monotonic() - self.began)
        for event in train(run):
            if isinstance(event, EpochsEnded):
                self.history.setdefault(event.member, []).extend(event.records)
            elif isinstance(event, LearningRateLowered):
                self._warn_of_restart(event)
            elif isinstance(event, MemberStopped):
                self.stopped[event.member] = event
                if self.best_epoch_of(event.member):
                    self.networks[event.member] = self._exact(event.state.best_network)
            elif isinstance(event, Snapshot):
                yield from self._judged(event)
                continue
            elif isinstance(event, TrainingEnded):
                self._check_end()
                event = yield from self._refit(event)
            yield event

    def _refit(self, ended: TrainingEnded) -> Generator[Event, None, TrainingEnded]:
        """Let what was chosen go on, on all rows; tell how training has ended, all in all."""
        share, all_rows = self.parameters.refit, self.prepared.all_rows
        if ended.reason in ("interrupted", "max_seconds") or not share or all_rows is None:
            return ended
        # Choosing takes a while, and must not lose what was trained.
        with deferred_interrupt() as interrupted:
            numbers = [number for _, number in self._weights()]
            chosen = {number: self.stopped[number] for number in numbers}
            run = refit_run(share, self.run(), all_rows, chosen, self.lowered_to)
            if not interrupted():
                yield RefitStarted(len(numbers), int(all_rows.n_rows))
            self.refit = NO_REFIT if interrupted() else go_on(run, numbers)
            if interrupted() and not self.refit.n_rows:
                warn_of_stay("Ctrl-C came")
            return TrainingEnded("interrupted") if interrupted() else ended

    def _judged(self, snapshot: Snapshot) -> Iterator[Event]:
        """Say what the members come to together so far, unless that took long the last time.

        Near the end of `max_seconds` it is not said: the choice that counts needs the time.
        """
        self.networks.update(snapshot.networks)
        run = self.run()
        if not self.judging.is_now(run.clock()) or not self._can_choose():
            return
        with self.judging.taken():
            choice = choose_for_now(self.parameters.combine, self._predict_held_out(run))
        kept = int(np.count_nonzero(choice.weights))
        yield PackJudged(self.objective.sign * choice.watched, self.objective.watched_name, kept)

    def model(self, *, latest: bool = False) -> Model:
        """Make the model from what was trained, with the best weights or the latest."""
        result = self._pack_result()
        newest = self.stopped[0].state.network
        kept = (self._keep(0, newest, 1.0),) if latest else self._kept()
        before = self.start.model
        earlier = before.training.history if latest and before else []
        best = kept[0].number
        best_epoch = self.stopped[best].epoch if latest else self.best_epoch_of(best)
        codec = self.prepared.codec
        # Rows that came in parts: the last ones do not speak for those before.
        target = dataclasses.replace(codec.target, shares=None) if latest else codec.target
        return Model(
            estimator="Regressor" if target.classes is None else "Classifier",
            parameters=_parameters(self.given),
            objective=self.objective,
            members=kept,
            schema=codec.schema,
            encoder=codec.encoder,
            target=target,
            has_names=before.has_names if before else self.rows.table.is_named,
            training=Training(
                history=[*earlier, *epoch_rows(self.history, kept)],
                best_epoch=best_epoch,
                stop_reason=_ONE_EPOCH if latest else self._stop_reason(best),
                n_training_rows=int(self.prepared.training.n_rows),
                n_validation_rows=self.prepared.n_held_out,
                n_refit_rows=self.refit.n_rows,
                refit_seconds=self.refit.seconds,
                n_dropped_rows=self.prepared.n_dropped_rows,
                seed=self.seed,
                recipe=dataclasses.asdict(self.recipe),
                made=provenance(),
                **self._pack_tables(result, kept),
            ),
        )

    def out_of_fold(self) -> Any:
        """`[row, prediction]` for every row that was handed over; NaN where there is none."""
        result = self._pack_result()
        if result is None or not self.prepared.folds:
            return None
        found = np.full((self.rows.table.n_rows, result.predictions.shape[1]), np.nan)
        target = self.prepared.codec.target
        predictions = result.predictions
        if target.classes is None:
            predictions = predictions * target.scale + target.center
        found[self.prepared.training_rows] = predictions
        return found[:, 0] if target.classes is None and not target.is_matrix else found

    def moments(self) -> list[Any]:
        """The optimizer's memory as NumPy arrays, for the next `partial_fit`."""
        return [np.asarray(leaf) for leaf in jax.tree.leaves(self.stopped[0].state.moments)]

    def best_epoch_of(self, member: int) -> int:
        """The epoch whose weights a member kept."""
        return int(self.stopped[member].state.best_epoch)

    def _pack_result(self) -> PackResult | None:
        """Choose among trials, once; None for a single network that no fold was held out from."""
        if self._result is None and self._can_choose():
            run = self.run()
            held = self._predict_held_out(run)
            best_epochs = {number: self.best_epoch_of(number) for number in self.stopped}
            gains = gains_of_epochs(self.trials, run, self.history, best_epochs)
            self._result = choose_trials(
                self.parameters.combine, held, self.prepared, run, self.seed, gains
            )
        return self._result

    def _can_choose(self) -> bool:
        return len(self.trials.members) > 1 and self.trials.complete(self.networks)

    def _predict_held_out(self, run: Run) -> HeldOutTrials:
        return predict_held_out(self.trials, self.prepared, run, self.networks, self.seed)

    def _kept(self) -> tuple[KeptMember, ...]:
        return tuple(
            self._keep(
                number,
                self.refit.networks.get(number, self.stopped[number].state.best_network),
                weight,
            )
            for weight, number in self._weights()
        )

    def _weights(self) -> list[tuple[float, int]]:
        """The weights of the members that predict, the heaviest first, and their numbers."""
        result = self._pack_result()
        if result is None:
            return [(1.0, 0)]
        folds: set[int | None] = {member.fold for member in self.trials.members}
        if self.prepared.folds and self.rows.time is not None:
            # Of folds in time the last one has seen all that those before it have, and the newest.
            folds = {len(self.prepared.folds) - 1}
        weights = [
            (float(result.choice.weights[trial]) / len(folds), number)
            for number, trial in enumerate(self.trials.trial_of)
            if result.choice.weights[trial] > 0 and self.trials.members[number].fold in folds
        ]
        return sorted(weights, key=lambda pair: (-pair[0], pair[1]))

    def _exact(self, network: Network) -> Network:
        """A network that predicts constant targets as they are."""
        return with_zeros(network, self.prepared.codec.target.constant)

    def _keep(self, number: int, network: Network, weight: float) -> KeptMember:
        arrays = jax.tree.map(np.asarray, jax.device_get(self._exact(network)))
        return KeptMember(number, self.trials.members[number].shape, arrays, weight)

    def _pack_tables(
        self, result: PackResult | None, kept: tuple[KeptMember, ...]
    ) -> dict[str, Any]:
        if result is None:
            return {}
        by_folds = bool(self.prepared.folds)
        choice = result.as_plain(self.parameters.combine, self.objective, by_folds=by_folds)
        return {
            "members": member_rows(self.trials, self.history, self.stopped, kept),
            "trials": trial_rows(self.trials, result, self.objective.sign),
            "choice": {**choice, "unsure": list(self.trials.grid.unsure)},
        }

    def _stop_reason(self, best: int) -> str:
        held_out = bool(self.prepared.n_held_out)
        watched = "validation loss" if held_out else "training loss"
        if self.objective.watch_metric and held_out:
            watched = f"validation {self.objective.metric}"
        one = describe_stop(
            self.stopped[best].reason,
            self.history.get(best, []),
            self.best_epoch_of(best),
            waited_epochs=int(self.stopped[best].state.waited_epochs),
            patience=Patience(self.parameters.patience_epochs, self.parameters.patience_growth),
            max_seconds=self.parameters.max_seconds,
            watched=watched,
            lowered_to=self.lowered_to.get(best),
        )
        if len(self.stopped) == 1:
            return one
        return describe_pack_stop([self.stopped[n].reason for n in sorted(self.stopped)], one)

    def _warn_of_restart(self, event: LearningRateLowered) -> None:
        is_pack = len(self.trials.members) > 1
        if not is_pack or event.member not in self.lowered_to:
            warn_of_restart(event, is_pack=is_pack)
        self.lowered_to[event.member] = event.learning_rate

    def _check_end(self) -> None:
        diverged = all(stopped.reason == "not_finite" for stopped in self.stopped.values())
        # Where even small steps went astray after one epoch, it came to nothing worth keeping.
        first = self.start.n_epochs + 1
        is_early = all(self.best_epoch_of(number) <= first for number in self.stopped)
        if self.trials.complete(self.networks) and not (diverged and is_early):
            return
        if diverged:
            raise not_finite(self.stopped[0], self.prepared, self.trials.members[0])
        limit = self.parameters.max_seconds
        if limit and any(stopped.reason == "max_seconds" for stopped in self.stopped.values()):
            raise too_little_time(float(limit), time.monotonic() - self.began)
        raise no_trial_complete(len(self.prepared.folds))


def _parameters(parameters: Hyperparameters) -> dict[str, Any]:
    values = {p.name: getattr(parameters, p.name) for p in declared_parameters(parameters)}
    if isinstance(values["random_state"], np.random.RandomState):
        values["random_state"] = None
    return values
