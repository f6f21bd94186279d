"""One page's lesson: commands in, frames out, training in between, in a thread of its own."""

import itertools
import math
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from rightfit.errors import RightFitError
from rightfit.web.commands import COMMANDS
from rightfit.web.stage import Stage
from rightfit.web.tables import Tables

# One call of the compiled program takes about so long when training goes as fast as it can.
_SLICE_SECONDS = 0.01
# After it, the browser gets so much of that time for itself: it has to draw on the same cores.
_BREATH = 0.2
# Frames of a lesson that trains come no faster: more would be seen by nobody and slow it down.
_FRAME_SECONDS = 0.02


class Session:
    """Runs a lesson for one page.

    The page asks for each frame, so at most one waits for it however slow it is; while nothing
    has changed, the question waits here.

    Args:
        send: hands a message to the page, text or bytes; called from the session's thread.
        tables: that people brought.
    """

    def __init__(self, send: Callable[[str | bytes], None], tables: Tables) -> None:
        self._stage = Stage(send, tables, self.touch)
        self._condition = threading.Condition()
        self._commands: list[dict[str, Any]] = []
        self._wants_frame = False
        self._is_stale = True
        self._is_closed = False
        self._seconds_per_epoch = 0.0
        self._due = 0.0
        self._last_frame = 0.0
        self._thread = threading.Thread(target=self._work, name="lesson", daemon=True)
        self._thread.start()

    def receive(self, command: dict[str, Any]) -> None:
        """Take a command from the page; returns at once."""
        with self._condition:
            if command.get("do") == "frame":
                self._wants_frame = True
            else:
                self._commands.append(command)
            self._condition.notify()

    def touch(self) -> None:
        """Note that there is something new to draw."""
        with self._condition:
            self._is_stale = True
            self._condition.notify()

    def close(self) -> None:
        """End the session; its thread ends after the call that it is in."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(self._has_work, timeout=self._pause())
                if self._is_closed:
                    break
                commands, self._commands = self._commands, []
                sends_frame = self._shows()
                if sends_frame:
                    self._last_frame = time.monotonic()
                    self._wants_frame = self._is_stale = False
            for command in _without_overtaken(commands):
                self._obey(command)
            if sends_frame and not self._guarded(self._stage.send_frame):
                self.touch()
            if self._stage.is_playing and time.monotonic() >= self._due:
                self._guarded(self._train)
        self._stage.close()

    def _has_work(self) -> bool:
        trains = self._stage.is_playing and time.monotonic() >= self._due
        return bool(self._commands or self._shows() or trains or self._is_closed)

    def _shows(self) -> bool:
        is_time = not self._stage.is_playing or time.monotonic() >= self._next_frame
        return self._wants_frame and self._is_stale and is_time

    @property
    def _next_frame(self) -> float:
        return self._last_frame + _FRAME_SECONDS

    def _pause(self) -> float | None:
        """Seconds until there may be something to do without anybody asking for it."""
        if not self._stage.is_playing:
            return None
        soon = self._due
        if self._wants_frame and self._is_stale:
            soon = min(soon, self._next_frame)
        return max(soon - time.monotonic(), 0.0)

    def _obey(self, command: dict[str, Any]) -> None:
        function = COMMANDS.get(str(command.get("do")))
        if function is None:
            self._stage.complain(f"There is no command {command.get('do')!r}.")
            return
        self._guarded(lambda: function(self._stage, command))
        self._due = 0.0
        self.touch()

    def _train(self) -> None:
        """Train for one slice: a step, an epoch, or as many epochs as fit into a moment."""
        stage = self._stage
        if not stage.prepare_to_train():
            return
        began = time.monotonic()
        speed = stage.speed
        if speed.per_second is None:
            n_epochs = 1
            if self._seconds_per_epoch:
                n_epochs = max(1, math.floor(_SLICE_SECONDS / self._seconds_per_epoch))
            stage.train_epochs(n_epochs)
            taken = (time.monotonic() - began) / n_epochs
            # The first call of a program compiles, which says nothing of the next.
            self._seconds_per_epoch = min(taken, 2 * self._seconds_per_epoch or taken)
            self._due = time.monotonic() + _BREATH * min(taken * n_epochs, _SLICE_SECONDS)
        else:
            (stage.train_steps if speed.by_steps else stage.train_epochs)(1)
            self._due = max(self._due + 1 / speed.per_second, began)
        self.touch()

    def _guarded(self, function: Callable[[], object]) -> bool:
        """Call a function; what goes wrong becomes a message in the page."""
        try:
            function()
        except RightFitError as error:
            self._stage.complain(error.what, error.expected, error.hint)
        except Exception as error:
            traceback.print_exc()
            self._stage.complain(f"RightFit itself failed: {type(error).__name__}: {error}")
        else:
            return True
        self._stage.is_playing = False
        return False


def _without_overtaken(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out settings that were changed again before anybody could compile for them."""
    pairs = itertools.pairwise([*commands, {}])
    return [one for one, after in pairs if not one.get("do") == after.get("do") == "open"]
