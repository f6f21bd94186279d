"""The code that does what a lesson does, in Python and on the command line."""

import shlex
from typing import Any

from rightfit.estimators.lesson.lesson import Lesson
from rightfit.estimators.lesson.own_points import likely_target
from rightfit.estimators.lesson.settings import OWN
from rightfit.parameters import declared_parameters

_FEWEST_EPOCHS = 1


def as_python(lesson: Lesson, table: str, member: int = 0) -> str:
    """Write the program that trains the same network to the same epoch.

    Args:
        lesson: as it stands.
        table: where the table of one's own lies; unused for made points.
        member: of a pack, the one whose loss is printed.
    """
    kind = "Classifier" if lesson.points.has_classes else "Regressor"
    lines = [f"    {name}={value!r}," for name, value in _parameters(lesson).items()]
    module, call = _points(lesson, table)
    return "\n".join(
        [
            "import rightfit",
            *module,
            "",
            call,
            f"model = rightfit.{kind}(",
            *lines,
            ")",
            "model.fit(points.X, points.y)",
            "print(model.stop_reason_)",
            *_printed(lesson, member),
            "",
        ]
    )


def as_command(lesson: Lesson) -> str:
    """Write the command that does so with the points saved as a table.

    The table is what `lesson.points.as_table()` holds.
    """
    points = lesson.points
    task = "classification" if points.has_classes else "regression"
    words = ["rightfit", "train", f"{table_name(lesson)}.csv", "--target", points.y.name]
    words += ["--task", task, "--test-fraction", "0"]
    for name, value in _parameters(lesson).items():
        words += ["--" + name.replace("_", "-"), _typed(value)]
    return shlex.join(words)


def table_name(lesson: Lesson) -> str:
    """What to call the points as a table."""
    return "points" if lesson.settings.data == OWN else lesson.settings.data


def _parameters(lesson: Lesson) -> dict[str, Any]:
    """What differs from the estimator's defaults, and the epochs that were trained."""
    chosen = lesson.settings.parameters(lesson.points)
    estimator = lesson.settings.estimator(lesson.points)
    defaults = {declared.name: declared.default for declared in declared_parameters(estimator)}
    epochs = max(lesson.epoch, _FEWEST_EPOCHS)
    everything = {**chosen, "max_epochs": epochs}
    return {name: value for name, value in everything.items() if value != defaults[name]}


def _points(lesson: Lesson, table: str) -> tuple[list[str], str]:
    settings = lesson.settings
    if settings.data != OWN:
        call = (
            f"points = make_points({settings.data!r}, n_rows={settings.n_rows}, "
            f"noise={settings.noise!r}, seed={settings.data_seed})"
        )
        return ["from rightfit.estimators.lesson.points import make_points"], call
    assert lesson.own is not None
    target = settings.target or likely_target(lesson.own)
    call = f"points = pick_points(read_table({table!r}), {target!r}"
    if settings.x and settings.y:
        call += f", {settings.x!r}, {settings.y!r}"
    modules = [
        "from rightfit.data.read import read_table",
        "from rightfit.estimators.lesson.own_points import pick_points",
    ]
    return modules, call + ")"


def _printed(lesson: Lesson, member: int) -> list[str]:
    """The lines that print the last loss of the network that is looked at."""
    loss = _watched(lesson)
    if not lesson.path_values:
        return [f"print(model.history_[-1][{loss!r}])"]
    return [
        f'member = [each for each in model.history_ if each["member"] == {member}]',
        f"print(member[-1][{loss!r}])",
    ]


def _watched(lesson: Lesson) -> str:
    return "train_loss" if lesson.run.validation is None else "validation_loss"


def _typed(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={item}" for name, item in value.items())
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if value is None else str(value)
