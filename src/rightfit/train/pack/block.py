"""Members whose epochs run in one call of the compiled program."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, cast

import jax
import numpy as np
from jaxtyping import Int

from rightfit.train.clock import ChunkSize, Clock
from rightfit.train.compilation import call, compile_if, compiled
from rightfit.train.events import EpochRecord
from rightfit.train.gradient_norms import normed_layers
from rightfit.train.orders import most_epochs, row_orders
from rightfit.train.pack.layout import epochs_between_looks, operations_of
from rightfit.train.pack.learner import Learner
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.plan import HeldOut, Plan, Rows, State
from rightfit.train.program import go_back, outputs, run_epochs, run_members


@dataclasses.dataclass(frozen=True)
class Advance:
    """What a call did for one member.

    Attributes:
        learner: the member in training.
        records: one for each epoch that ended.
        best_epoch: the epoch whose weights would be kept now.
        failed_step: step whose loss was not finite, or -1.
        stopped: whether the patience is used up.
    """

    learner: Learner
    records: tuple[EpochRecord, ...]
    best_epoch: int
    failed_step: int
    stopped: bool


class Program:
    """What the blocks of one plan, network shape and width share.

    Args:
        is_judged: whether members will be chosen among by their held-out rows.

    Attributes:
        chunk: what one epoch of such a block takes.
        compilation_seconds: what compiling took; None before it is done.
    """

    def __init__(self, *, is_judged: bool = False) -> None:
        self.is_judged = is_judged
        self.chunk = ChunkSize()
        self.compilation_seconds: float | None = None

    @property
    def is_compiled(self) -> bool:
        """Whether a call compiles nothing."""
        return self.compilation_seconds is not None


class Block:
    """Some members and their states, which a call advances together.

    Args:
        learners: the members; all of one plan and one network shape.
        rows: what they are trained on.
        width: places for members; 1 runs the program of a single network, more the
            vectorised one, in which a place without a member takes as long as one with.
        program: shared with the blocks of its kind.
    """

    def __init__(
        self, learners: Sequence[Learner], rows: PlacedRows, width: int, program: Program
    ) -> None:
        self.learners = list(learners)
        self.rows = rows
        self.width = width
        self.program = program
        self.chunk = program.chunk
        self.idle_operations = 0.0
        self._n_epochs = 0
        n_slots = rows.training.weights.shape[0]
        batch = self.plan.batch_size
        self._n_slots = -(-n_slots // batch) * batch
        self._n_room = most_epochs(self._n_slots * width)
        self._operations = operations_of(learners[0].member.shape.n_multiplications, self._n_slots)
        # A single member's block stays as it is.
        self._stride = epochs_between_looks(self._operations * width) if width > 1 else self._n_room
        self._states: Any = None
        # Where each learner is among the states.
        self._places = {learner: place for place, learner in enumerate(self.learners)}
        if width > 1:
            self._states = rows.place(_stacked([learner.state for learner in self.learners], width))
            for learner in self.learners:
                learner.state = None
            self._training, self._held_out = self._stacked_rows()

    @property
    def plan(self) -> Plan:
        """What the members' program is compiled for."""
        return self.learners[0].member.plan

    @property
    def states(self) -> State:
        """The members' states; stacked, member by member, where there is room for several."""
        states: Any = self.learners[0].state if self.width == 1 else self._states
        return cast(State, states)

    @property
    def most_epochs(self) -> int:
        """Epochs of one call at most: none goes beyond the next look at the width."""
        return min(self._n_room, self._stride - self._n_epochs % self._stride)

    @property
    def is_at_look(self) -> bool:
        """Whether it has done the epochs after which its width may change."""
        return self._n_epochs % self._stride == 0

    @property
    def has_begun(self) -> bool:
        """Whether a member has an epoch of this run behind it that could be kept."""
        return any(np.isfinite(learner.best_watched) for learner in self.learners)

    def compile(self, clock: Clock, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Compile what the members are trained by, unless nobody wants that once it is their turn.

        Where members will be judged on held-out rows when all is over, what that takes is compiled
        too, so that the end comes in time.
        """
        start = clock.seconds
        network, held_out = self._network_like(), self.rows.rows_of(self.learners[0].member.fold)[1]
        is_compiled = compile_if(is_wanted, *self._arguments(0))
        if is_compiled and self.program.is_judged and held_out is not None:
            is_compiled = compile_if(is_wanted, outputs, network, held_out)
        if is_compiled:
            self.program.compilation_seconds = clock.seconds - start

    def advance(self, n_epochs: int, clock: Clock) -> list[Advance]:
        """Run some epochs of every member; tell what became of each."""
        if not self.program.is_compiled:
            self.compile(clock)
        start = clock.seconds
        states, records = call(*self._arguments(n_epochs))
        small = (states.epoch, states.best_epoch, states.best_watched)
        seen = jax.device_get((*small, states.failed_step, states.stopped, records))
        end = clock.seconds
        if not self.learners:
            # Nobody has waited for it.
            return []
        self._keep(states)
        columns = [np.atleast_1d(column) for column in seen[:-1]]
        # The places of members first, and then the epochs.
        table = [_by_place(column, self.width) for column in seen[-1]]
        advances = [
            self._advance(learner, [column[place] for column in columns], table, start, end)
            for learner, place in self._places.items()
            if learner in self.learners
        ]
        counts = [len(advance.records) for advance in advances]
        ended = max(counts)
        self.chunk.note(end - start, ended)
        self._n_epochs += ended
        self.idle_operations += self._operations * (ended * self.width - sum(counts))
        return advances

    def go_back(self, learner: Learner) -> None:
        """Return to a member's best weights, after a loss that was not finite."""
        n_rows = self.rows.rows_of(learner.member.fold)[0].n_rows
        back: State = compiled(
            go_back, self.plan, self.state_of(learner), learner.knobs.momentum, n_rows
        )
        if self.width == 1:
            learner.state = back
            return
        place = self._places[learner]

        def put(all: Any, one: Any) -> Any:
            changed = np.array(all)
            changed[place] = one
            return changed

        self._states = self.rows.place(jax.tree.map(put, self._states, back))

    def state_of(self, learner: Learner) -> State:
        """Where a member stands."""
        if learner.state is not None:
            return learner.state
        place = self._places[learner]
        state: State = jax.tree.map(lambda all: np.asarray(all)[place], self._states)
        return state

    def drop(self, learner: Learner) -> None:
        """Let a member go that has stopped; its place does no work from now on."""
        if learner in self.learners:
            self.learners.remove(learner)

    def give_up(self) -> list[Learner]:
        """Give every member back as it was before its first epoch, while a call is under way.

        The call finds no member any more when it is over.
        """
        learners, self.learners = self.learners, []
        for learner in learners:
            learner.state = learner.member.begin()
        return learners

    def release(self) -> list[Learner]:
        """Give every member its own state back; the block is of no use afterwards."""
        for learner in self.learners:
            learner.state = self.state_of(learner)
        self._states = None
        return self.learners

    def _arguments(self, n_epochs: int) -> tuple[Any, ...]:
        """The program of the next call, and what it is handed."""
        counts = [min(n_epochs, learner.last_epoch - learner.epoch) for learner in self.learners]
        orders = self._orders(counts)
        if self.width == 1:
            learner, count = self.learners[0], np.int32(counts[0])
            rows = self.rows.rows_of(learner.member.fold)
            return run_epochs, self.plan, learner.state, learner.knobs, *rows, orders[0], count
        # A place without a member does no epoch, and shows what the first member has.
        n_of_place = np.zeros(self.width, np.int32)
        n_of_place[[self._places[learner] for learner in self.learners]] = counts
        return (
            run_members,
            self.plan,
            self._states,
            self._spread([learner.knobs for learner in self.learners]),
            self._training,
            self._held_out,
            self._spread(orders),
            n_of_place,
        )

    def _network_like(self) -> Any:
        """Shapes and types of one member's network."""
        first = 0 if self.width == 1 else 1
        return jax.tree.map(
            lambda leaf: jax.ShapeDtypeStruct(leaf.shape[first:], leaf.dtype), self.states.network
        )

    def _spread(self, trees: Sequence[Any]) -> Any:
        """Stack what each member has, in the order of the places."""
        of_place: list[Any] = [trees[0]] * self.width
        for learner, tree in zip(self.learners, trees, strict=True):
            of_place[self._places[learner]] = tree
        return jax.tree.map(lambda *leaves: np.stack(leaves), *of_place)

    def _stacked_rows(self) -> tuple[Rows, HeldOut | None]:
        """Stack what folds differ in; without folds there is one table, shared by all."""
        rows = [self.rows.rows_of(learner.member.fold) for learner in self.learners]
        training, held_out = rows[0]
        if held_out is None or held_out.chosen is None:
            return training, held_out
        own = [
            (rows.weights, rows.n_rows, held.rows.n_rows, held.chosen)
            for rows, held in rows
            if held
        ]
        weights, n_rows, n_held, chosen = self.rows.place(self._spread(own))
        stacked = training._replace(weights=weights, n_rows=n_rows)
        return stacked, held_out._replace(rows=stacked._replace(n_rows=n_held), chosen=chosen)

    def _orders(self, counts: list[int]) -> list[Int[np.ndarray, "epoch slot"]]:
        made: dict[tuple[int, int | None, int, int], Any] = {}
        orders = []
        for learner, count in zip(self.learners, counts, strict=True):
            member = learner.member
            key = member.seed, member.fold, learner.epoch, count
            if key not in made:
                n_rows = int(self.rows.rows_of(member.fold)[0].n_rows)
                own = row_orders(
                    member.seed, learner.epoch, count, n_rows, self._n_slots, self._n_room
                )
                made[key] = self.rows.in_order(member.fold, own)
            orders.append(made[key])
        return orders

    def _keep(self, states: State) -> None:
        if self.width == 1:
            self.learners[0].state = states
        else:
            self._states = states

    def _advance(
        self, learner: Learner, seen: list[Any], table: list[Any], start: float, end: float
    ) -> Advance:
        epoch, best_epoch, best_watched, failed_step, stopped = (value.item() for value in seen)
        ended = epoch - learner.epoch
        place = self._places[learner]
        columns = [column[place, :ended].tolist() for column in table]
        seconds = np.linspace(start, end, ended + 1)[1:].tolist()
        records = self._records(learner, [*columns, seconds])
        learner.epoch = epoch
        learner.best_watched = best_watched
        return Advance(learner, records, best_epoch, failed_step, stopped)

    def _records(self, learner: Learner, columns: list[Any]) -> tuple[EpochRecord, ...]:
        validates = self.rows.rows_of(learner.member.fold)[1] is not None
        layers = normed_layers(learner.member.shape)
        return tuple(
            EpochRecord(
                learner.epoch + number,
                train_loss,
                loss if validates else None,
                metric if validates else None,
                rate,
                second,
                dict(zip(layers, norms, strict=True)),
                tuple(parts) if self.rows.has_parts else (),
            )
            for number, (train_loss, loss, metric, rate, parts, norms, second) in enumerate(
                zip(*columns, strict=True), start=1
            )
        )


def _by_place(column: np.ndarray, width: int) -> np.ndarray:
    return column.reshape(width, -1, *column.shape[1 if width == 1 else 2 :])


def _stacked(states: Sequence[Any], width: int) -> Any:
    places = [*states, *[states[0]] * (width - len(states))]
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *places)
