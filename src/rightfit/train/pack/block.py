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
from rightfit.train.pack.course import Course
from rightfit.train.pack.layout import epochs_between_looks, operations_of
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.plan import HeldOut, Plan, Rows, State
from rightfit.train.program import go_back, outputs, run_epochs, run_members


@dataclasses.dataclass(frozen=True)
class Advance:
    """What a call did for one member.

    Attributes:
        course: the member's.
        records: one for each epoch that ended.
        best_epoch: the epoch whose weights would be kept now.
        failed_step: step whose loss was not finite, or -1.
        stopped: whether the patience is used up.
    """

    course: Course
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
        courses: the members; all of one plan and one network shape.
        rows: what they are trained on.
        width: places for members; 1 runs the program of a single network, more the
            vectorised one, in which a place without a member takes as long as one with.
        program: shared with the blocks of its kind.
    """

    def __init__(
        self, courses: Sequence[Course], rows: PlacedRows, width: int, program: Program
    ) -> None:
        self.courses = list(courses)
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
        self._operations = operations_of(courses[0].member.shape.n_multiplications, self._n_slots)
        # A single member's block stays as it is.
        self._stride = epochs_between_looks(self._operations * width) if width > 1 else self._n_room
        self._states: Any = None
        # Where each course's member is among the states.
        self._places = {course: place for place, course in enumerate(self.courses)}
        if width > 1:
            self._states = rows.place(_stacked([course.state for course in self.courses], width))
            for course in self.courses:
                course.state = None
            self._training, self._held_out = self._stacked_rows()

    @property
    def plan(self) -> Plan:
        """What the members' program is compiled for."""
        return self.courses[0].member.plan

    @property
    def states(self) -> State:
        """The members' states; stacked, member by member, where there is room for several."""
        states: Any = self.courses[0].state if self.width == 1 else self._states
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
        return any(np.isfinite(course.best_watched) for course in self.courses)

    def compile(self, clock: Clock, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Compile what the members are trained by, unless nobody wants that once it is their turn.

        Where members will be judged on held-out rows when all is over, what that takes is compiled
        too, so that the end comes in time.
        """
        start = clock.seconds
        network, held_out = self._network_like(), self.rows.rows_of(self.courses[0].member.fold)[1]
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
        if not self.courses:
            # Nobody has waited for it.
            return []
        self._keep(states)
        columns = [np.atleast_1d(column) for column in seen[:-1]]
        # The places of members first, and then the epochs.
        table = [_by_place(column, self.width) for column in seen[-1]]
        advances = [
            self._advance(course, [column[place] for column in columns], table, start, end)
            for course, place in self._places.items()
            if course in self.courses
        ]
        counts = [len(advance.records) for advance in advances]
        ended = max(counts)
        self.chunk.note(end - start, ended)
        self._n_epochs += ended
        self.idle_operations += self._operations * (ended * self.width - sum(counts))
        return advances

    def go_back(self, course: Course) -> None:
        """Return to a member's best weights, after a loss that was not finite."""
        n_rows = self.rows.rows_of(course.member.fold)[0].n_rows
        back: State = compiled(
            go_back, self.plan, self.state_of(course), course.knobs.momentum, n_rows
        )
        if self.width == 1:
            course.state = back
            return
        place = self._places[course]

        def put(all: Any, one: Any) -> Any:
            changed = np.array(all)
            changed[place] = one
            return changed

        self._states = self.rows.place(jax.tree.map(put, self._states, back))

    def state_of(self, course: Course) -> State:
        """Where a member stands."""
        if course.state is not None:
            return course.state
        place = self._places[course]
        state: State = jax.tree.map(lambda all: np.asarray(all)[place], self._states)
        return state

    def drop(self, course: Course) -> None:
        """Let a member go that has stopped; its place does no work from now on."""
        if course in self.courses:
            self.courses.remove(course)

    def give_up(self) -> list[Course]:
        """Give every member back as it was before its first epoch, while a call is under way.

        The call finds no member any more when it is over.
        """
        courses, self.courses = self.courses, []
        for course in courses:
            course.state = course.member.begin()
        return courses

    def release(self) -> list[Course]:
        """Give every member its own state back; the block is of no use afterwards."""
        for course in self.courses:
            course.state = self.state_of(course)
        self._states = None
        return self.courses

    def _arguments(self, n_epochs: int) -> tuple[Any, ...]:
        """The program of the next call, and what it is handed."""
        counts = [min(n_epochs, course.last_epoch - course.epoch) for course in self.courses]
        orders = self._orders(counts)
        if self.width == 1:
            course, count = self.courses[0], np.int32(counts[0])
            rows = self.rows.rows_of(course.member.fold)
            return run_epochs, self.plan, course.state, course.knobs, *rows, orders[0], count
        # A place without a member does no epoch, and shows what the first member has.
        n_of_place = np.zeros(self.width, np.int32)
        n_of_place[[self._places[course] for course in self.courses]] = counts
        return (
            run_members,
            self.plan,
            self._states,
            self._spread([course.knobs for course in self.courses]),
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
        for course, tree in zip(self.courses, trees, strict=True):
            of_place[self._places[course]] = tree
        return jax.tree.map(lambda *leaves: np.stack(leaves), *of_place)

    def _stacked_rows(self) -> tuple[Rows, HeldOut | None]:
        """Stack what folds differ in; without folds there is one table, shared by all."""
        rows = [self.rows.rows_of(course.member.fold) for course in self.courses]
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
        for course, count in zip(self.courses, counts, strict=True):
            member = course.member
            key = member.seed, member.fold, course.epoch, count
            if key not in made:
                n_rows = int(self.rows.rows_of(member.fold)[0].n_rows)
                own = row_orders(
                    member.seed, course.epoch, count, n_rows, self._n_slots, self._n_room
                )
                made[key] = self.rows.in_order(member.fold, own)
            orders.append(made[key])
        return orders

    def _keep(self, states: State) -> None:
        if self.width == 1:
            self.courses[0].state = states
        else:
            self._states = states

    def _advance(
        self, course: Course, seen: list[Any], table: list[Any], start: float, end: float
    ) -> Advance:
        epoch, best_epoch, best_watched, failed_step, stopped = (value.item() for value in seen)
        ended = epoch - course.epoch
        place = self._places[course]
        columns = [column[place, :ended].tolist() for column in table]
        seconds = np.linspace(start, end, ended + 1)[1:].tolist()
        records = self._records(course, [*columns, seconds])
        course.epoch = epoch
        course.best_watched = best_watched
        return Advance(course, records, best_epoch, failed_step, stopped)

    def _records(self, course: Course, columns: list[Any]) -> tuple[EpochRecord, ...]:
        validates = self.rows.rows_of(course.member.fold)[1] is not None
        layers = normed_layers(course.member.shape)
        return tuple(
            EpochRecord(
                course.epoch + number,
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
