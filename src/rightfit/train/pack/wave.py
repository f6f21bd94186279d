"""One wave of a pack: blocks of members that take turns until every member has stopped."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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
from rightfit.train.pack.crew import Crew
from rightfit.train.pack.culling import Culling
from rightfit.train.pack.layout import n_at_once, narrower, widest
from rightfit.train.pack.learner import Learner, begin_learner
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.pack.run import Run
from rightfit.train.pack.trained import Trained

# A block that is compiled gives nothing; one that ran, what became of its members.
Jobs = Crew[Block, list[Advance] | None]

_MOST_RESTARTS = 3
# How often the time and Ctrl-C are looked at while the crew is busy.
_TICK_SECONDS = 0.05


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
        self.learners = [begin_learner(n, run.members[n], run.max_epochs) for n in numbers]
        self.culling = Culling(run.trials, numbers) if run.cull else None
        self.trained = trained
        self._last_snapshot = clock.seconds
        self._programs: dict[Any, Program] = {}
        self.waiting = deque(self._first_blocks())
        self.at_rung: list[Block] = []

    def events(self) -> Iterator[Event]:
        """Train, and tell what happens."""
        with Jobs(min(n_at_once(), len(self.waiting))) as crew:
            while self.waiting or self.at_rung or not crew.is_idle:
                if not self.waiting and crew.is_idle:
                    yield from self._cull()
                yield from self._begin(crew)
                if not crew.is_idle:
                    for block, advances in crew.ended(self._pause()):
                        yield from self._after(block, advances)
                    yield from self._leave(crew)
                    yield from self._snapshot()

    def _begin(self, crew: Jobs) -> Iterator[Event]:
        """Give blocks to whoever of the crew is free; end those whose time is up."""
        while crew.n_free and (block := self._next(crew)) is not None:
            self.waiting.remove(block)
            n_epochs = self._next_size(block)
            if not n_epochs:
                yield from self._stop(block, block.learners, self._reason_of_end())
            elif block.program.is_compiled:
                crew.begin(block, partial(block.advance, n_epochs, self.clock))
            else:
                crew.begin(block, partial(block.compile, self.clock, crew.is_wanted))

    def _next(self, crew: Jobs) -> Block | None:
        """The block whose turn it is. One program is compiled at a time; others run meanwhile."""
        is_compiling = any(not block.program.is_compiled for block in crew.names)
        ready = (b for b in self.waiting if b.program.is_compiled or not is_compiling)
        return next(ready, None)

    def _pause(self) -> float:
        """Seconds until the time, or Ctrl-C, is looked at again."""
        return max(min(_TICK_SECONDS, self.clock.seconds_left), _TICK_SECONDS / 10)

    def _leave(self, crew: Jobs) -> Iterator[Event]:
        """Where time is up, leave what is compiled, or runs, for members without an epoch.

        Without a model, that is only once it is too late for one.
        """
        if not self.trained.is_enough and not self.clock.is_too_late:
            return
        if self.clock.seconds_left > 0 and not self.interrupted():
            return
        for block in crew.names:
            is_running = block.program.is_compiled
            if is_running and block.has_begun and self.trained.is_enough:
                continue
            crew.leave(block)
            # What runs has taken the states along.
            learners = block.give_up() if is_running else block.learners
            yield from self._stop(block, learners, self._reason_of_end())

    def _reason_of_end(self) -> Reason:
        return "interrupted" if self.interrupted() else "max_seconds"

    def _first_blocks(self) -> Iterator[Block]:
        devices = jax.local_devices()
        # A single device has the rows already.
        homes = devices if len(devices) > 1 else [None]
        placed = [PlacedRows(self.run, device) for device in homes]
        groups: dict[Any, list[Learner]] = {}
        for learner in self.learners:
            groups.setdefault(_group(learner), []).append(learner)
        parts = []
        for learners in groups.values():
            member = learners[0].member
            width = self.run.width or widest(
                member.plan, member.shape.n_multiplications, len(learners)
            )
            n_blocks = -(-len(learners) // width)
            # No more places than it takes.
            width = self.run.width or -(-len(learners) // n_blocks)
            parts.append([(learners[i::n_blocks], width) for i in range(n_blocks)])
        # Groups take turns, so that none waits for another to end.
        turns = itertools.zip_longest(*parts)
        mixed = [part for turn in turns for part in turn if part is not None]
        for number, (learners, width) in enumerate(mixed):
            yield self._block(learners, placed[number % len(placed)], width)

    def _block(self, learners: Sequence[Learner], rows: PlacedRows, width: int) -> Block:
        key = (_group(learners[0]), width, rows.device)
        program = Program(is_judged=len(self.run.members) > 1)
        return Block(learners, rows, width, self._programs.setdefault(key, program))

    def _next_size(self, block: Block) -> int:
        """Epochs of a block's next call; 0 where time is up. Without a model, there is a call."""
        n_epochs = 0 if self._is_over(block) else block.chunk.next_size(self.clock)
        n_epochs = min(n_epochs, block.most_epochs)
        if self.culling is not None:
            first = min(learner.epoch for learner in block.learners)
            n_epochs = min(n_epochs, self.culling.epochs_to_rung(first))
        may_end = self.trained.is_enough or self.clock.is_too_late or block.has_begun
        return n_epochs or int(not may_end)

    def _is_over(self, block: Block) -> bool:
        """Whether training was interrupted, or what must be compiled would take too long."""
        is_new = not block.program.is_compiled
        return self.interrupted() or (is_new and self.clock.seconds_left < self._longest)

    @property
    def _longest(self) -> float:
        """Seconds that the slowest compilation took so far."""
        return max((p.compilation_seconds or 0.0 for p in self._programs.values()), default=0.0)

    def _after(self, block: Block, advances: Sequence[Advance] | None) -> Iterator[Event]:
        if advances is None:
            # It is compiled: the first model should be there soon.
            self.waiting.appendleft(block)
            return
        stopped: list[tuple[Advance, Reason]] = []
        for advance in advances:
            learner, failed = advance.learner, advance.failed_step >= 0
            if advance.best_epoch:
                self.trained.add(learner.number)
            if advance.records:
                yield EpochsEnded(advance.records, advance.best_epoch, learner.number)
            if failed and learner.n_restarts < _MOST_RESTARTS and not self._may_leave():
                rate = learner.lower_learning_rate()
                block.go_back(learner)
                failed_step = advance.failed_step + 1
                yield LearningRateLowered(learner.epoch + 1, failed_step, rate, learner.number)
                continue
            reason = self._reason_to_stop(block, advance)
            if reason is not None:
                stopped.append((advance, reason))
        for advance, reason in stopped:
            yield from self._stop(block, [advance.learner], reason, advance.failed_step)
        self._send_on(block)

    def _may_leave(self) -> bool:
        """Whether Ctrl-C was pressed, and there is a model that it leaves behind."""
        return self.trained.is_enough and self.interrupted()

    def _reason_to_stop(self, block: Block, advance: Advance) -> Reason | None:
        """Name the rule that stops a member now, if one does."""
        learner = advance.learner
        rules: tuple[tuple[Reason, bool], ...] = (
            ("interrupted", self._may_leave()),
            ("not_finite", advance.failed_step >= 0),
            ("patience", advance.stopped),
            ("max_epochs", learner.epoch >= learner.last_epoch),
            ("max_seconds", self.trained.is_enough and not block.chunk.next_size(self.clock)),
        )
        return next((reason for reason, holds in rules if holds), None)

    def _stop(
        self, block: Block, learners: Sequence[Learner], reason: Reason, failed_step: int = -1
    ) -> Iterator[Event]:
        for learner in list(learners):
            state = block.state_of(learner)
            step = max(failed_step, int(state.step) - 1) + 1
            if len(self.run.members) > 1:
                # Of a pack, only what is kept is worth the memory.
                kept = state.judged_network if self.run.is_refit else state.best_network
                kept = jax.tree.map(np.array, kept)
                state = state._replace(network=kept, best_network=kept, average=None, moments=None)
            block.drop(learner)
            epoch = learner.epoch + (failed_step >= 0)
            yield MemberStopped(reason, state, epoch, step, learner.number)

    def _send_on(self, block: Block) -> None:
        """Queue a block that is back; or let it wait at a rung."""
        if not block.learners:
            return
        if self.culling is not None:
            first = min(learner.epoch for learner in block.learners)
            if self.culling.epochs_to_rung(first) <= 0:
                self.at_rung.append(block)
                return
        self.waiting.append(self._shrunk(block) if block.is_at_look else block)

    def _shrunk(self, block: Block) -> Block:
        """The block in fewer places, if that pays."""
        width = narrower(block.width, len(block.learners), block.idle_operations)
        if width == block.width or self.clock.seconds_left < self._longest:
            return block
        return self._block(block.release(), block.rows, width)

    def _snapshot(self) -> Iterator[Event]:
        """Show, now and then, the best weights of the members that no thread works on."""
        pause = self.run.snapshot_seconds
        if pause is None or self.clock.seconds < self._last_snapshot + pause:
            return
        networks = {
            learner.number: jax.tree.map(np.array, block.state_of(learner).best_network)
            for block in (*self.waiting, *self.at_rung)
            for learner in block.learners
            if np.isfinite(learner.best_watched)
        }
        if networks:
            yield Snapshot(networks)
        self._last_snapshot = self.clock.seconds

    def _cull(self) -> Iterator[Event]:
        """All members have come to the rung: stop those of the worse half of the trials."""
        if self.culling is None:
            return
        hopeless = set(self.culling.cull(self.learners))
        blocks, self.at_rung = self.at_rung, []
        for block in blocks:
            culled = [learner for learner in block.learners if learner in hopeless]
            yield from self._stop(block, culled, "culled")
            if block.learners:
                self.waiting.append(self._shrunk(block))


def _group(learner: Learner) -> Any:
    """What members must share to share a program."""
    return learner.member.plan, learner.member.shape
