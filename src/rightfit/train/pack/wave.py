"""One wave of a pack: blocks of members that take turns until every member has stopped."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from rightfit.train.clock import Clock
from rightfit.train.events import (
    EpochsEnded,
    Event,
    LearningRateLowered,
    MemberStopped,
    Reason,
    Snapshot,
)
from rightfit.train.pack.block import Advance, Block, Program
from rightfit.train.pack.course import Course, begin_course
from rightfit.train.pack.crew import Crew
from rightfit.train.pack.culling import Culling
from rightfit.train.pack.layout import n_at_once, narrower, widest
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.pack.run import Run
from rightfit.train.pack.trained import Trained

_MOST_RESTARTS = 3
# With less time left than this, no program for fewer members is compiled any more.
_TOO_LATE_SECONDS = 4.0


class Wave:
    """Trains some members of a run side by side.

    Args:
        run: what is trained.
        numbers: of the members.
        clock: of the wave, with its share of the time.
        interrupted: says whether Ctrl-C was pressed.
        trained: which members of the run have an epoch behind them.
    """

    def __init__(
        self,
        run: Run,
        numbers: Sequence[int],
        clock: Clock,
        interrupted: Callable[[], bool],
        trained: Trained,
    ) -> None:
        self.run = run
        self.clock = clock
        self.interrupted = interrupted
        self.courses = [begin_course(n, run.members[n], run.max_epochs) for n in numbers]
        self.culling = Culling(run.trials, numbers) if run.cull else None
        self.trained = trained
        self._last_snapshot = clock.seconds
        self._programs: dict[Any, Program] = {}
        self.waiting = deque(self._first_blocks())
        self.at_rung: list[Block] = []

    def events(self) -> Iterator[Event]:
        """Train, and tell what happens."""
        with Crew[Block, list[Advance]](min(n_at_once(), len(self.waiting))) as crew:
            while self.waiting or self.at_rung or not crew.is_idle:
                if not self.waiting and crew.is_idle:
                    yield from self._cull()
                while self.waiting and crew.n_free:
                    block = self.waiting.popleft()
                    n_epochs = self._next_size(block)
                    if n_epochs:
                        crew.begin(block, _job(block, n_epochs, self.clock))
                    else:
                        reason: Reason = "interrupted" if self.interrupted() else "max_seconds"
                        yield from self._stop(block, block.courses, reason)
                if not crew.is_idle:
                    for block, advances in crew.ended():
                        yield from self._after(block, advances)
                    yield from self._snapshot()

    def _first_blocks(self) -> Iterator[Block]:
        devices = jax.local_devices()
        # A single device has the rows already.
        homes = devices if len(devices) > 1 else [None]
        placed = [PlacedRows(self.run, device) for device in homes]
        groups: dict[Any, list[Course]] = {}
        for course in self.courses:
            groups.setdefault(_group(course), []).append(course)
        parts = []
        for courses in groups.values():
            member = courses[0].member
            width = self.run.width or widest(
                member.plan, member.shape.n_multiplications, len(courses)
            )
            n_blocks = -(-len(courses) // width)
            # No more places than it takes.
            width = self.run.width or -(-len(courses) // n_blocks)
            parts.append([(courses[i::n_blocks], width) for i in range(n_blocks)])
        # Groups take turns, so that none waits for another to end.
        turns = itertools.zip_longest(*parts)
        mixed = [part for turn in turns for part in turn if part is not None]
        for number, (courses, width) in enumerate(mixed):
            yield self._block(courses, placed[number % len(placed)], width)

    def _block(self, courses: Sequence[Course], rows: PlacedRows, width: int) -> Block:
        key = (_group(courses[0]), width, rows.device)
        return Block(courses, rows, width, self._programs.setdefault(key, Program()))

    def _next_size(self, block: Block) -> int:
        """Epochs of a block's next call; 0 where time is up. Without a model, there is a call."""
        n_epochs = 0 if self._is_over(block) else block.pace.next_size(self.clock)
        n_epochs = min(n_epochs, block.most_epochs)
        if self.culling is not None:
            first = min(course.epoch for course in block.courses)
            n_epochs = min(n_epochs, self.culling.epochs_to_rung(first))
        return n_epochs if n_epochs or self.trained.is_enough else 1

    def _is_over(self, block: Block) -> bool:
        """Whether training was interrupted, or what must be compiled would take too long."""
        compiled = [p.pace.first_seconds for p in self._programs.values() if p.pace.first_seconds]
        is_new = block.pace.first_seconds is None
        return self.interrupted() or (is_new and self.clock.seconds_left < max(compiled, default=0))

    def _after(self, block: Block, advances: Sequence[Advance]) -> Iterator[Event]:
        stopped: list[tuple[Advance, Reason]] = []
        for advance in advances:
            course, failed = advance.course, advance.failed_step >= 0
            if advance.best_epoch:
                self.trained.add(course.number)
            if advance.records:
                yield EpochsEnded(advance.records, advance.best_epoch, course.number)
            if failed and course.n_restarts < _MOST_RESTARTS and not self.interrupted():
                rate = course.lower_learning_rate()
                block.go_back(course)
                failed_step = advance.failed_step + 1
                yield LearningRateLowered(course.epoch + 1, failed_step, rate, course.number)
                continue
            reason = self._reason_to_stop(block, advance)
            if reason is not None:
                stopped.append((advance, reason))
        for advance, reason in stopped:
            yield from self._stop(block, [advance.course], reason, advance.failed_step)
        self._send_on(block)

    def _reason_to_stop(self, block: Block, advance: Advance) -> Reason | None:
        """Name the rule that stops a member now, if one does."""
        course = advance.course
        rules: tuple[tuple[Reason, bool], ...] = (
            ("not_finite", advance.failed_step >= 0),
            ("interrupted", self.trained.is_enough and self.interrupted()),
            ("patience", advance.stopped),
            ("max_epochs", course.epoch >= course.last_epoch),
            ("max_seconds", self.trained.is_enough and not block.pace.next_size(self.clock)),
        )
        return next((reason for reason, holds in rules if holds), None)

    def _stop(
        self, block: Block, courses: Sequence[Course], reason: Reason, failed_step: int = -1
    ) -> Iterator[Event]:
        for course in list(courses):
            state = block.state_of(course)
            step = max(failed_step, int(state.step) - 1) + 1
            if len(self.run.members) > 1:
                # Of a pack, only what is kept is worth the memory.
                best = jax.tree.map(np.array, state.best_network)
                state = state._replace(network=best, best_network=best, moments=None)
            block.drop(course)
            epoch = course.epoch + (failed_step >= 0)
            yield MemberStopped(reason, state, epoch, step, course.number)

    def _send_on(self, block: Block) -> None:
        """Queue a block that is back; or let it wait at a rung."""
        if not block.courses:
            return
        if self.culling is not None:
            first = min(course.epoch for course in block.courses)
            if self.culling.epochs_to_rung(first) <= 0:
                self.at_rung.append(block)
                return
        self.waiting.append(self._shrunk(block) if block.is_at_look else block)

    def _shrunk(self, block: Block) -> Block:
        """The block in fewer places, if that pays."""
        width = narrower(block.width, len(block.courses), block.idle_operations)
        if width == block.width or self.clock.seconds_left < _TOO_LATE_SECONDS:
            return block
        return self._block(block.release(), block.rows, width)

    def _snapshot(self) -> Iterator[Event]:
        """Show, now and then, the best weights of the members that no thread works on."""
        pause = self.run.snapshot_seconds
        if pause is None or self.clock.seconds < self._last_snapshot + pause:
            return
        networks = {
            course.number: jax.tree.map(np.array, block.state_of(course).best_network)
            for block in (*self.waiting, *self.at_rung)
            for course in block.courses
            if np.isfinite(course.best_watched)
        }
        if networks:
            yield Snapshot(networks)
        self._last_snapshot = self.clock.seconds

    def _cull(self) -> Iterator[Event]:
        """All members have come to the rung: stop those of the worse half of the trials."""
        if self.culling is None:
            return
        hopeless = set(self.culling.cull(self.courses))
        blocks, self.at_rung = self.at_rung, []
        for block in blocks:
            yield from self._stop(block, [c for c in block.courses if c in hopeless], "culled")
            if block.courses:
                self.waiting.append(self._shrunk(block))


def _group(course: Course) -> Any:
    """What members must share to share a program."""
    return course.member.plan, course.member.shape


def _job(block: Block, n_epochs: int, clock: Clock) -> Callable[[], list[Advance]]:
    return lambda: block.advance(n_epochs, clock)
