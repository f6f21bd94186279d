"""What one page looks at: a lesson, how it is shown, and how fast it goes on."""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rightfit.errors import DataError
from rightfit.json_values import without_infinities
from rightfit.web.frames import encode_frame
from rightfit.web.tables import OwnTable, Tables

# Epochs in one frame at most; a curve has no more pixels.
_MOST_RECORDS = 2000

# While it plays, a mini-batch is looked at so often: more would be seen by nobody.
_LOOK_SECONDS = 0.1

# The heavy modules wait for a page's first command, so that the server answers at once.


@dataclasses.dataclass(frozen=True)
class Speed:
    """How fast a lesson goes on; without a rate as fast as it can."""

    by_steps: bool
    per_second: float | None


SPEEDS: Mapping[str, Speed] = MappingProxyType(
    {
        "slow": Speed(True, 2.0),
        "steps": Speed(True, 20.0),
        "epochs": Speed(False, 5.0),
        "quick": Speed(False, 30.0),
        "fastest": Speed(False, None),
    }
)


class Stage:
    """What one page looks at: a lesson, and how it is shown.

    Args:
        send: hands a message to the page.
        tables: that people brought.
        touch: says that there is something new to draw.
    """

    def __init__(
        self, send: Callable[[str | bytes], None], tables: Tables, touch: Callable[[], None]
    ) -> None:
        self.send = send
        self.tables = tables
        self.touch = touch
        self.lesson: Any = None
        self.pictures: Any = None
        self.table: OwnTable | None = None
        self.is_playing = False
        self.speed = SPEEDS["quick"]
        self.member = 0
        self.shows_kept = False
        self.follows_batch = False
        self.training: Any = None
        self.number = 0
        self._n_sent = 0
        self._looked = 0.0
        self._compiled: set[Any] = set()

    def tell(self, kind: str, **content: Any) -> None:
        """Send a message as JSON."""
        self.send(json.dumps({"kind": kind, **without_infinities(content)}, allow_nan=False))

    def complain(self, what: str, expected: str = "", hint: str = "") -> None:
        """Say what went wrong and what to do."""
        self.tell("problem", what=what, expected=expected, hint=hint)

    def begin(self, lesson: Any, table: OwnTable | None) -> None:
        """Show a lesson that has begun, or begun anew, and the table that it may be about."""
        from rightfit.estimators.lesson.pictures import Pictures

        pictures = Pictures(lesson)
        self.lesson, self.pictures, self.table = lesson, pictures, table
        self.member = min(self.member, lesson.n_members - 1)
        self._n_sent = 0
        self.number += 1
        self.tell("lesson", number=self.number, **_describe(self))

    def need_lesson(self) -> Any:
        """The lesson.

        Raises:
            DataError: none has begun.
        """
        if self.lesson is None:
            raise DataError("Nothing is shown yet.", hint="choose points first")
        return self.lesson

    def prepare_to_train(self) -> bool:
        """Say whether there is something to train; announce a pause for compiling."""
        lesson = self.need_lesson()
        if lesson.is_over():
            self.is_playing = False
            self.touch()
            return False
        key = (lesson.plan, lesson.shape, lesson.n_members, self.speed.by_steps)
        if key not in self._compiled:
            self._compiled.add(key)
            self.tell("busy", what="compiling")
        return True

    def train_epochs(self, n_epochs: int) -> None:
        """Train for some epochs."""
        self.lesson.epochs(n_epochs)

    def train_steps(self, n_steps: int) -> None:
        """Train for some steps."""
        self.lesson.step(n_steps)

    def show_member(self, member: int) -> None:
        """Show another network of the pack, or of the one that comes if none is there yet."""
        most = member if self.lesson is None else self.lesson.n_members - 1
        self.member = max(0, min(member, most))
        self._n_sent = 0

    def send_frame(self) -> None:
        """Send what there is to draw now."""
        from rightfit.estimators.lesson.pictures import look, weights

        lesson = self.lesson
        training = None if self.training is None else self.training.told
        if lesson is None:
            self.send(encode_frame(without_infinities({"number": 0, "training": training})))
            return
        network = self.pictures.network(self.member, kept=self.shows_kept)
        history = lesson.history[self.member]
        from_start = self._n_sent == 0
        new, self._n_sent = _thinned(history[self._n_sent :]), len(history)
        header = {
            "number": self.number,
            "moment": lesson.moment,
            "epoch": lesson.epoch,
            "batch": lesson.batch,
            "n_batches": lesson.n_batches,
            "playing": self.is_playing,
            "best": lesson.best_epoch(self.member),
            "stopped": lesson.stopped_early(self.member),
            "diverged": lesson.diverged_at(self.member),
            "over": lesson.is_over(),
            "changed_at": lesson.changed_at,
            "member": self.member,
            "kept": self.shows_kept,
            "from_start": from_start,
            "records": [[e.epoch, e.train_loss, e.validation_loss, e.metric] for e in new],
            "members": [lesson.best_loss(n) for n in range(lesson.n_members)],
            "training": training,
        }
        if self._looks():
            header["look"] = look(lesson, self.member)
            self._looked = time.monotonic()
        surfaces = self.pictures.surfaces(network)
        self.send(
            encode_frame(
                without_infinities(header), weights(network), surfaces, self.pictures.strip()
            )
        )

    def _looks(self) -> bool:
        """Say whether the next frame shows a mini-batch."""
        is_time = not self.is_playing or time.monotonic() - self._looked >= _LOOK_SECONDS
        return self.follows_batch and is_time and not self.lesson.is_over()

    def close(self) -> None:
        """Let go of what runs."""
        if self.training is not None:
            self.training.stop()


def _describe(stage: Stage) -> dict[str, Any]:
    """Everything about a lesson that does not change while it goes on."""
    lesson, pictures = stage.lesson, stage.pictures
    points, classes = lesson.points, lesson.prepared.codec.target.classes
    names = None if classes is None else [str(name) for name in classes]
    codes = {name: code for code, name in enumerate(names or [])}
    targets = [codes[str(y)] if names else float(y) for y in points.y]
    trained = set(lesson.prepared.training_rows.tolist())
    x, y = points.X.columns
    return {
        "task": lesson.objective.task,
        "metric": lesson.objective.metric,
        "classes": names,
        "axes": [x, y],
        "inputs": list(lesson.prepared.codec.encoder.number_names),
        "target": points.y.name,
        "note": points.note,
        "n_outputs": lesson.shape.n_outputs,
        "hidden_sizes": list(lesson.shape.hidden_sizes),
        "activation": lesson.settings.activation,
        "n_parameters": lesson.shape.n_parameters,
        "bounds": dataclasses.asdict(pictures.bounds),
        "sides": pictures.sides,
        "points": [
            [a, b, c, int(row not in trained)]
            for row, (a, b, c) in enumerate(
                zip(points.X[x].to_list(), points.X[y].to_list(), targets, strict=True)
            )
        ],
        "path": lesson.settings.path,
        "path_values": list(lesson.path_values),
        "table": None if stage.table is None else stage.table.key,
    }


def _thinned(history: list[Any]) -> list[Any]:
    """Leave epochs out of a long history, but never the last one."""
    step = -(-len(history) // _MOST_RECORDS) or 1
    return history[::-1][::step][::-1]
