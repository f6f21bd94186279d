"""What a page can ask for: one function a command."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rightfit.errors import DataError, ParameterError, RightFitError
from rightfit.web.drawings import DRAWINGS
from rightfit.web.stage import SPEEDS, Stage
from rightfit.web.tables import OwnTable


def _open(stage: Stage, command: Mapping[str, Any]) -> None:
    """Begin a lesson, or change the one that runs; say what could not be as it was asked for."""
    from rightfit.estimators.lesson.settings import OWN, Settings

    settings, problems = Settings.read_what_fits(_by_name(command.get("settings", {})))
    wrong: dict[str, RightFitError] = {**problems}
    table = _table(stage, command) or stage.table or stage.tables.first
    if settings.data == OWN and table is None:
        gone = "The table of your own is not here any more."
        wrong["data"] = DataError(gone, hint="choose its file again")
        settings = dataclasses.replace(settings, data=Settings().data)
    _begin_or_change(stage, settings, table)
    if wrong:
        _correct(stage, settings, wrong)


def _begin_or_change(stage: Stage, settings: Any, table: OwnTable | None) -> None:
    """Show what was asked for; where that fails, lesson and table stay those that were shown."""
    from rightfit.estimators.lesson.lesson import Lesson
    from rightfit.estimators.lesson.settings import OWN

    lesson, frame = stage.lesson, None if table is None else table.frame
    same_table = table is stage.table or settings.data != OWN
    if lesson is None or not same_table:
        stage.begin(Lesson(settings, frame), table)
        return
    goes_on = lesson.settings == settings or lesson.change(settings)
    lesson.own, stage.table = frame, table
    if not goes_on:
        stage.begin(lesson, table)


def _correct(stage: Stage, settings: Any, wrong: Mapping[str, RightFitError]) -> None:
    """Tell the page what is set instead of what is wrong, and what is wrong with it."""
    used = {name: getattr(settings, name) for name in wrong if hasattr(settings, name)}
    stage.tell("corrected", settings=used)
    stage.complain(
        "\n".join(error.what for error in wrong.values()),
        "The default is shown instead." if used else "",
        next((error.hint for error in wrong.values() if error.hint), ""),
    )


def _play(stage: Stage, command: Mapping[str, Any]) -> None:
    stage.need_lesson()
    stage.is_playing = True


def _pause(stage: Stage, command: Mapping[str, Any]) -> None:
    stage.is_playing = False


def _step(stage: Stage, command: Mapping[str, Any]) -> None:
    stage.is_playing = False
    if stage.prepare_to_train():
        stage.train_steps(1)


def _epoch(stage: Stage, command: Mapping[str, Any]) -> None:
    stage.is_playing = False
    if stage.prepare_to_train():
        stage.train_epochs(1)


def _restart(stage: Stage, command: Mapping[str, Any]) -> None:
    lesson = stage.need_lesson()
    lesson.restart()
    stage.begin(lesson, stage.table)


def _speed(stage: Stage, command: Mapping[str, Any]) -> None:
    stage.speed = SPEEDS.get(str(command.get("speed")), stage.speed)


def _show(stage: Stage, command: Mapping[str, Any]) -> None:
    if "member" in command:
        stage.show_member(_whole(command["member"]))
    stage.shows_kept = bool(command.get("kept", stage.shows_kept))
    stage.follows_batch = bool(command.get("batch", stage.follows_batch))


def _weight(stage: Stage, command: Mapping[str, Any]) -> None:
    feature = command.get("feature")
    stage.need_lesson().set_number(
        _whole(command.get("layer")),
        _whole(command.get("unit")),
        None if feature is None else _whole(feature),
        _number(command.get("value")),
    )


def _code(stage: Stage, command: Mapping[str, Any]) -> None:
    from rightfit.estimators.lesson.code import as_command, as_python, table_name

    lesson = stage.need_lesson()
    name = stage.table.name if stage.table else ""
    stage.tell(
        "code",
        python=as_python(lesson, name, stage.member),
        command=as_command(lesson),
        file=f"{table_name(lesson)}.csv",
        table=lesson.points.as_table().write_csv(),
        epoch=lesson.epoch,
        changed_at=lesson.changed_at,
    )


def _train(stage: Stage, command: Mapping[str, Any]) -> None:
    from rightfit.estimators.lesson.own_points import likely_target
    from rightfit.web.full_training import FullTraining

    lesson = stage.need_lesson()
    if stage.table is None:
        raise DataError("There is no table to train on.", hint="choose a table of your own first")
    chosen = _table(stage, command)
    if chosen is not None and chosen is not stage.table:
        raise DataError(
            f"{chosen.name} could not be shown, so there are no settings for it.",
            hint="choose other columns of it, or train on the command line: rightfit train",
        )
    if stage.training is not None and stage.training.told["state"] == "running":
        return
    target = lesson.settings.target or stage.table.target or likely_target(stage.table.frame)
    stage.training = FullTraining(stage.table, lesson.settings, target, stage.touch)
    stage.training.start()


def _stop_training(stage: Stage, command: Mapping[str, Any]) -> None:
    if stage.training is not None:
        stage.training.stop()


def _drawing(stage: Stage, command: Mapping[str, Any]) -> None:
    name = str(command.get("name"))
    if name not in DRAWINGS:
        raise ParameterError(f"There is no drawing {name!r}.")
    lesson = stage.need_lesson()
    stage.tell("busy", what="drawing")
    drawing = DRAWINGS[name](lesson, stage.member)
    stage.tell(
        "drawing",
        name=name,
        number=stage.number,
        moment=lesson.moment,
        member=stage.member,
        epoch=lesson.learners[stage.member].epoch,
        batch=lesson.batch,
        n_batches=lesson.n_batches,
        **dataclasses.asdict(drawing),
    )


COMMANDS: Mapping[str, Callable[[Stage, Mapping[str, Any]], None]] = MappingProxyType(
    {
        "open": _open,
        "play": _play,
        "pause": _pause,
        "step": _step,
        "epoch": _epoch,
        "restart": _restart,
        "speed": _speed,
        "show": _show,
        "weight": _weight,
        "code": _code,
        "train": _train,
        "stop_training": _stop_training,
        "drawing": _drawing,
    }
)


def _table(stage: Stage, command: Mapping[str, Any]) -> OwnTable | None:
    """The table that a command names; None if it is not there any more, or none is named."""
    key = command.get("table")
    return stage.tables.get(key) if isinstance(key, str) else None


def _by_name(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ParameterError(f"Settings are values by their names. Got {value!r} instead.")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ParameterError(f"A whole number is needed. Got {value!r} instead.")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ParameterError(f"A number is needed. Got {value!r} instead.")
    try:
        return float(value)
    except OverflowError:
        raise ParameterError("That number is too large.") from None
