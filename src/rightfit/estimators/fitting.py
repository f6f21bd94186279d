"""One fit: prepare, train, and make the model."""

import dataclasses
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from rightfit.errors import DataError, TrainingError, TrainingWarning
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.run import network_shape, single_epoch, training_run
from rightfit.model.model import Model, Training
from rightfit.model.prepare import Choices, Labelled, Prepared, Way, prepare
from rightfit.model.target import fit_known_classes
from rightfit.nn import build_network
from rightfit.objectives import Objective
from rightfit.parameters import declared_parameters
from rightfit.train.compilation_cache import compiled
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    LearningRateLowered,
    TrainingEnded,
    as_plain,
)
from rightfit.train.loop import Run, train
from rightfit.train.plan import Rows, State
from rightfit.train.program import start as start_state
from rightfit.train.stopping import describe_stop

_LARGE_INPUT = 100.0
_ONE_EPOCH = "partial_fit trains for one epoch; call it again to go on"
_NEED_A_DIFFERENCE = ("r2", "roc_auc")


@dataclasses.dataclass(frozen=True)
class Start:
    """Where training begins.

    Attributes:
        model: whose weights and columns to go on with; None begins anew.
        moments: of the optimizer, as NumPy arrays; None for empty ones.
        n_epochs: epochs that went before.
    """

    model: Model | None = None
    moments: list[Any] | None = None
    n_epochs: int = 0


class Fitting:
    """Everything one call of fit does, between the parameters and the model."""

    def __init__(
        self,
        chosen: Hyperparameters,
        rows: Labelled,
        held: Labelled | None,
        choices: Choices,
        objective: Callable[[int], Objective],
        start: Start,
        classes: Any = None,
    ) -> None:
        self.chosen = chosen
        self.rows = rows
        self.seed = choices.seed
        before = start.model
        way = None if before is None else Way(before.schema, before.encoder, before.target)
        target = None if classes is None else fit_known_classes(classes, choices.target_name)
        self.prepared: Prepared = prepare(rows, held, choices, way=way, target=target)
        self.objective = objective(self.prepared.way.target.n_targets)
        self.shape = network_shape(chosen, self.prepared.way, self.objective)
        self.run: Run = training_run(chosen, self.objective, self.prepared, self.seed)
        if self.prepared.validation is not None and self.objective.watch_metric:
            _check_watched(self.objective.metric, self.prepared.validation)
        self.start = start
        self.history: list[EpochRecord] = []

    def first_state(self) -> State:
        """The state before the first step: fresh weights, or those to go on with."""
        generator = np.random.Generator(np.random.Philox(self.seed))
        dtype = self.prepared.training.weights.dtype
        network = build_network(self.shape, generator, dtype)
        if self.start.model is not None:
            network = _same_shape(self.start.model, network, self.chosen)
        state: State = compiled(start_state, self.run.plan, network, self.run.knobs.momentum)
        n_epochs = self.start.n_epochs
        if not n_epochs:
            return state
        steps = n_epochs * math.ceil(int(self.run.training.n_rows) / self.run.plan.batch_size)
        return state._replace(
            moments=self._moments_to_go_on_with(state.moments),
            epoch=np.int32(n_epochs),
            step=np.int32(steps),
        )

    def events(self, *, one_epoch: bool = False) -> Iterator[Event]:
        """Train, and pass on what happens; keep the history on the way.

        Raises:
            TrainingError: the loss was not finite, again and again.
        """
        run = single_epoch(self.run) if one_epoch else self.run
        for event in train(run, self.first_state()):
            if isinstance(event, EpochsEnded):
                self.history.extend(event.records)
            elif isinstance(event, LearningRateLowered):
                warnings.warn(
                    f"The loss was not finite in epoch {event.epoch}, step {event.step}: training "
                    f"goes on from the best weights with learning rate {event.learning_rate:.3g}.",
                    TrainingWarning,
                    stacklevel=2,
                )
            elif isinstance(event, TrainingEnded) and event.reason == "not_finite":
                raise self._not_finite(event)
            yield event

    def model(self, ended: TrainingEnded, *, latest: bool = False) -> Model:
        """Make the model from where training ended, with the best weights or the latest."""
        network = ended.state.network if latest else ended.state.best_network
        before = self.start.model
        earlier = before.training.history if latest and before else []
        best_epoch = ended.epoch if latest else int(ended.state.best_epoch)
        history = [*earlier, *map(as_plain, self.history)]
        way = self.prepared.way
        return Model(
            estimator=type(self.chosen).__name__,
            parameters=_parameters(self.chosen),
            objective=self.objective,
            shape=self.shape,
            network=jax.tree.map(np.asarray, jax.device_get(network)),
            schema=way.schema,
            encoder=way.encoder,
            target=way.target,
            has_names=before.has_names if before else self.rows.table.is_named,
            training=Training(
                history=history,
                best_epoch=best_epoch,
                stop_reason=_ONE_EPOCH if latest else self._stop_reason(ended, best_epoch),
                n_training_rows=int(self.prepared.training.n_rows),
                n_validation_rows=_count(self.prepared.validation),
                n_dropped_rows=self.prepared.n_dropped_rows,
                seed=self.seed,
            ),
        )

    def moments(self, ended: TrainingEnded) -> list[Any]:
        """The optimizer's memory as NumPy arrays, for the next `partial_fit`."""
        return [np.asarray(leaf) for leaf in jax.tree.leaves(ended.state.moments)]

    def _moments_to_go_on_with(self, fresh: Any) -> Any:
        before, model = self.start.moments, self.start.model
        # Those of another optimizer or network are of no use.
        if before is None or model is None or model.shape != self.shape:
            return fresh
        if model.parameters["optimizer"] != self.chosen.optimizer:
            return fresh
        leaves, structure = jax.tree.flatten(fresh)
        kept = [old.astype(new.dtype) for old, new in zip(before, leaves, strict=True)]
        return compiled(jax.device_put, jax.tree.unflatten(structure, kept))

    def _stop_reason(self, ended: TrainingEnded, best_epoch: int) -> str:
        watched = "validation loss" if self.prepared.validation is not None else "training loss"
        if self.objective.watch_metric and self.prepared.validation is not None:
            watched = f"validation {self.objective.metric}"
        return describe_stop(
            ended.reason,
            self.history,
            best_epoch,
            patience_epochs=self.chosen.patience_epochs,
            max_seconds=self.chosen.max_seconds,
            watched=watched,
        )

    def _not_finite(self, ended: TrainingEnded) -> TrainingError:
        what = (
            f"The loss was not finite in epoch {ended.epoch}, step {ended.step}, even after the "
            "learning rate was lowered three times."
        )
        numbers = np.asarray(self.prepared.training.features.numbers)
        sizes = np.abs(numbers).max(axis=0, initial=0.0)
        if sizes.size and not sizes.max() <= _LARGE_INPUT:
            name = self.prepared.way.encoder.number_names[int(np.nanargmax(sizes))]
            return TrainingError(
                what,
                expected=f"The likely cause is the unscaled column {name!r}: its values reach "
                f"{sizes.max():.3g}, and inputs should be about 1.",
                hint="leave scaling at 'robust', or lower learning_rate",
            )
        rate = float(self.run.knobs.learning_rate)
        return TrainingError(
            what,
            expected=f"The likely cause is the learning rate, {rate:.3g}.",
            hint=f"lower learning_rate to {rate / 1000:.1g} or less",
        )


def _check_watched(metric: str, validation: Rows) -> None:
    """Refuse a metric that the validation rows leave undefined."""
    targets = np.asarray(validation.targets)[: int(validation.n_rows)]
    if metric in _NEED_A_DIFFERENCE and (targets == targets[0]).all():
        raise DataError(
            f"The validation rows all have the same target, so that their {metric} is undefined.",
            expected=f"To watch {metric}, two different targets are needed among them.",
            hint="watch the loss, or hand over other validation rows",
        )


def _same_shape(before: Model, fresh: Any, chosen: Hyperparameters) -> Any:
    old, new = (jax.tree.leaves_with_path(network) for network in (before.network, fresh))
    shapes = [[(path, leaf.shape) for path, leaf in leaves] for leaves in (old, new)]
    same = shapes[0] == shapes[1] and before.shape.activations == fresh.activations
    # A network of another shape has nothing to go on with.
    if not same:
        return fresh
    return jax.tree.map(lambda array: array.astype(fresh.dtype), before.network)


def _parameters(chosen: Hyperparameters) -> dict[str, Any]:
    values = {p.name: getattr(chosen, p.name) for p in declared_parameters(chosen)}
    if isinstance(values["random_state"], np.random.RandomState):
        values["random_state"] = None
    return values


def _count(rows: Rows | None) -> int:
    return 0 if rows is None else int(rows.n_rows)
