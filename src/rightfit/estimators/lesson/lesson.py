"""A lesson: the run that an estimator would do, step by step, open to be looked at."""

import dataclasses
from typing import Any

import equinox as eqx
import numpy as np
import polars as pl

from rightfit.errors import ParameterError
from rightfit.estimators.lesson.points import Points
from rightfit.estimators.lesson.settings import ENDLESS, PATHS, Settings
from rightfit.train.clock import Clock
from rightfit.train.compilation import compiled
from rightfit.train.orders import row_orders
from rightfit.train.pack.block import Advance, Block, Program
from rightfit.train.pack.learner import Learner, begin_learner
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.pack.run import Run
from rightfit.train.plan import Record, State
from rightfit.train.stepwise import finish_epoch, run_steps


@dataclasses.dataclass(frozen=True)
class Epoch:
    """What one epoch came to."""

    epoch: int
    train_loss: float
    validation_loss: float | None
    metric: float | None


@dataclasses.dataclass
class _Within:
    """Where a member stands inside an epoch that goes step by step."""

    order: Any
    n_taken: int
    total: Any


class Lesson:
    """One small network, or a pack along a path, trained as far as somebody wants to see.

    Rows, seeds, row orders and the compiled program are those of the estimator with the same
    parameters: `settings.estimator(points).fit(points.X, points.y)` has the same history.

    Args:
        settings: what the lesson is.
        own: the table that `data="own"` means.
    """

    def __init__(self, settings: Settings, own: pl.DataFrame | None = None) -> None:
        self.own = own
        self.history: list[list[Epoch]]
        self.changed_at: int | None
        self._within: _Within | None
        self._moment = 0
        self._begin(settings, settings.points(own))

    @property
    def moment(self) -> int:
        """Another number whenever weights, settings or the next mini-batch have changed."""
        return self._moment

    @property
    def n_members(self) -> int:
        """Networks that are trained: 1, or those of the path."""
        return len(self.learners)

    @property
    def n_batches(self) -> int:
        """Steps of one epoch."""
        return -(-int(self.run.training.n_rows) // self.plan.batch_size)

    @property
    def epoch(self) -> int:
        """Epochs that have ended."""
        return max(learner.epoch for learner in self.learners)

    @property
    def batch(self) -> int:
        """Number of the mini-batch that comes next, from 0."""
        return self._within.n_taken if self._within else 0

    @property
    def path_values(self) -> tuple[float, ...]:
        """The value of each member along the path; empty without one."""
        return PATHS[self.settings.path] if self.settings.path else ()

    @property
    def plan(self) -> Any:
        """What the program is compiled for."""
        return self.run.members[0].plan

    def state(self, member: int = 0) -> State:
        """Where a member stands."""
        return self.block.state_of(self.learners[member])

    def is_over(self) -> bool:
        """Say whether every member has stopped early or diverged."""
        return all(
            stopped or failed is not None
            for stopped, failed in zip(self._stopped, self._failed, strict=True)
        )

    def best_epoch(self, member: int = 0) -> int:
        """The epoch whose weights a member would keep, from 1; 0 before the first has ended."""
        return int(self._best[member])

    def best_loss(self, member: int = 0) -> float | None:
        """The loss at a member's best epoch, on the validation rows if there are any."""
        best = self.best_epoch(member)
        if not best:
            return None
        at = self.history[member][best - 1]
        return at.train_loss if at.validation_loss is None else at.validation_loss

    def diverged_at(self, member: int = 0) -> int | None:
        """The epoch in which a member's loss was not finite, from 1; None if it is."""
        return self._failed[member]

    def stopped_early(self, member: int = 0) -> bool:
        """Say whether a member's patience is used up."""
        return self._stopped[member]

    def change(self, settings: Settings) -> bool:
        """Go on with other settings, or begin anew where they do not allow that.

        What has diverged begins anew too: its weights are of no use to any settings.

        Returns:
            Whether the weights were kept.

        Raises:
            RightFitError: the settings do not go together, or not with the table; then the lesson
                is as it was.
        """
        before = self.settings
        if not settings.goes_on_from(before):
            self._begin(settings, settings.points(self.own))
            return False
        self._finish_epoch()
        if self.diverged_at() is not None:
            self._begin(settings, self.points)
            return False
        history, changed_at = self.history, self.changed_at
        state, epoch = self.state(), self.epoch
        self._begin(settings, self.points)
        fresh = self.learners[0].state
        assert fresh is not None
        same_rule = before.optimizer == settings.optimizer
        moments = state.moments if same_rule else fresh.moments
        state = state._replace(moments=moments, stopped=np.bool_(False))
        if before.patience_epochs != settings.patience_epochs:
            state = state._replace(waited_epochs=np.int32(0))
        self.learners[0].state = state
        self.learners[0].epoch = epoch
        self.history, self._best = history, [int(state.best_epoch)]
        self.changed_at = epoch or changed_at
        return True

    def restart(self) -> None:
        """Begin anew with the same settings."""
        self._begin(self.settings, self.points)

    def epochs(self, n_epochs: int) -> None:
        """Train for some epochs; finish the one that has begun first."""
        if self._within is not None:
            self._finish_epoch()
            n_epochs -= 1
        if n_epochs > 0 and not self.is_over():
            self._moment += 1
            n_epochs = min(n_epochs, self.block.most_epochs)
            for advance in self.block.advance(n_epochs, self._clock):
                self._note(advance)

    def step(self, n_steps: int = 1) -> None:
        """Take some steps, at most to the end of the epoch."""
        if self.n_members > 1:
            # Members of a pack share a call, which ends with an epoch.
            self.epochs(1)
            return
        if self.is_over():
            return
        self._moment += 1
        (learner,) = self.learners
        member = learner.member
        within = self._within or _Within(self._order(), 0, 0.0)
        end = min(within.n_taken + n_steps, self.n_batches)
        training, held_out = self.rows.rows_of(None)
        state, total = compiled(
            run_steps,
            member.plan,
            learner.state,
            learner.knobs,
            training,
            within.order,
            np.int32(within.n_taken),
            np.int32(end),
        )
        within.total += np.asarray(total)
        within.n_taken = end
        learner.state, self._within = state, within
        if end == self.n_batches or int(state.failed_step) >= 0:
            sum_of_rows = np.asarray(within.total, self.dtype)[()]
            state, record = compiled(
                finish_epoch,
                member.plan,
                learner.state,
                learner.knobs,
                training,
                held_out,
                sum_of_rows,
            )
            learner.state, self._within = state, None
            self._end_epoch(learner, state, record)

    def set_number(self, layer: int, unit: int, feature: int | None, value: float) -> None:
        """Set one weight by hand, or a bias.

        Args:
            layer: number of the layer, from 0 for the first one after the inputs.
            unit: which of its units.
            feature: the input of that weight; None for the bias.
            value: the new number.

        Raises:
            ParameterError: there is no such weight, or the value is not finite.
        """
        (learner,) = self.learners[:1]
        if self.n_members > 1:
            raise ParameterError(
                "Weights cannot be set by hand in a pack.", hint="leave the pack first"
            )
        state = learner.state
        assert state is not None
        layers = state.network.layers
        shapes = [layer.weight.shape for layer in layers]
        is_there = 0 <= layer < len(shapes) and 0 <= unit < shapes[layer][1]
        if feature is not None:
            is_there = is_there and 0 <= feature < shapes[layer][0]
        if not is_there or not np.isfinite(value):
            raise ParameterError("There is no such weight, or its value is not a finite number.")
        old = layers[layer].bias if feature is None else layers[layer].weight
        new = np.array(old)
        new[unit if feature is None else (feature, unit)] = value
        field = "bias" if feature is None else "weight"
        network = eqx.tree_at(lambda n: getattr(n.layers[layer], field), state.network, new)
        learner.state = state._replace(network=network)
        self.changed_at = self.epoch
        self._moment += 1

    def next_order(self) -> Any:
        """The order of the rows in the epoch that has begun, or begins next."""
        return self._within.order if self._within else self._order()

    def _begin(self, settings: Settings, points: Points) -> None:
        # Whatever can fail comes before anything has changed.
        fitting = settings.estimator(points)._begin(points.X, points.y)
        self.run: Run = fitting.run()
        self.settings, self.points = settings, points
        self._moment += 1
        self.prepared = fitting.prepared
        self.objective = fitting.objective
        self.dtype = self.prepared.training.weights.dtype
        self.rows = PlacedRows(self.run, None)
        self.learners = [begin_learner(n, m, ENDLESS) for n, m in enumerate(self.run.members)]
        self.shape = self.run.members[0].shape
        self.block = Block(self.learners, self.rows, len(self.learners), Program())
        self._clock = Clock(None, None)
        self._within = None
        self.history = [[] for _ in self.learners]
        self.changed_at = None
        self._best = [0] * len(self.learners)
        self._stopped = [False] * len(self.learners)
        self._failed: list[int | None] = [None] * len(self.learners)

    def _order(self) -> Any:
        (learner,) = self.learners[:1]
        n_rows = int(self.run.training.n_rows)
        n_slots = self.run.training.weights.shape[0]
        n_slots = -(-n_slots // self.plan.batch_size) * self.plan.batch_size
        return row_orders(learner.member.seed, learner.epoch, 1, n_rows, n_slots, 1)[0]

    def _finish_epoch(self) -> None:
        if self._within is not None:
            self.step(self.n_batches)

    def _note(self, advance: Advance) -> None:
        number = advance.learner.number
        for record in advance.records:
            self.history[number].append(
                Epoch(record.epoch, record.train_loss, record.validation_loss, record.metric)
            )
        self._best[number] = advance.best_epoch
        self._stopped[number] = advance.stopped
        if advance.failed_step >= 0:
            self._failed[number] = advance.learner.epoch + 1

    def _end_epoch(self, learner: Learner, state: State, record: Record) -> None:
        validates = self.run.validation is not None
        if int(state.failed_step) >= 0:
            self._failed[0] = learner.epoch + 1
            return
        learner.epoch = int(state.epoch)
        self.history[0].append(
            Epoch(
                learner.epoch,
                float(record.train_loss),
                float(record.validation_loss) if validates else None,
                float(record.metric) if validates else None,
            )
        )
        self._best[0], self._stopped[0] = int(state.best_epoch), bool(state.stopped)
