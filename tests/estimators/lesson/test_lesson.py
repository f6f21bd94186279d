import dataclasses
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import rightfit
from rightfit.cli.app import run
from rightfit.data.write import write_table
from rightfit.errors import ParameterError
from rightfit.estimators.lesson.code import as_command, as_python, table_name
from rightfit.estimators.lesson.lesson import Lesson
from rightfit.estimators.lesson.settings import Settings

pytestmark = pytest.mark.slow


def lesson_of(**plain: Any) -> Lesson:
    small = {"hidden_sizes": [3], "n_rows": 60, "batch_size": 16, **plain}
    return Lesson(Settings.read(small))


def validation_losses(lesson: Lesson, member: int = 0) -> list[float]:
    losses = [epoch.validation_loss for epoch in lesson.history[member]]
    return [loss for loss in losses if loss is not None]


def test_lesson_has_the_losses_of_the_estimator() -> None:
    lesson = lesson_of()
    lesson.epochs(4)
    model = lesson.settings.estimator(lesson.points).set_params(max_epochs=4)
    model.fit(lesson.points.X, lesson.points.y)
    losses = [record["validation_loss"] for record in model.history_]
    assert validation_losses(lesson) == losses


def test_steps_give_what_whole_epochs_give() -> None:
    quick, slow = lesson_of(l2=0.01), lesson_of(l2=0.01)
    quick.epochs(2)
    while slow.epoch < 1:
        slow.step()
    slow.step(2)
    assert slow.batch == 2
    slow.epochs(1)
    assert slow.epoch == 2
    np.testing.assert_allclose(validation_losses(slow), validation_losses(quick), atol=1e-9)


def test_code_gives_the_same_validation_loss() -> None:
    lesson = lesson_of(data="blobs", dropout_rate=0.25)
    lesson.epochs(3)
    names: dict[str, Any] = {}
    exec(as_python(lesson, ""), names)
    assert names["model"].history_[-1]["validation_loss"] == pytest.approx(
        lesson.history[0][-1].validation_loss, abs=1e-6
    )
    assert len(names["model"].history_) == 3


def test_command_gives_the_same_validation_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson = lesson_of(data="waves", patience_epochs=2, learning_rate=0.1, l2=0.001)
    lesson.epochs(40)
    assert lesson.stopped_early()
    write_table(lesson.points.as_table(), tmp_path / f"{table_name(lesson)}.csv")
    assert run(shlex.split(as_command(lesson))[1:]) == 0
    history = rightfit.load(tmp_path / "waves.model").history_
    losses = [record["validation_loss"] for record in history]
    np.testing.assert_allclose(losses, validation_losses(lesson), atol=1e-6)


def test_code_of_an_own_table_gives_the_same_validation_loss(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns = {name: random.normal(size=60).round(3) for name in "abc"}
    table = pl.DataFrame({**columns, "of": np.where(columns["a"] > columns["b"], "x", "y")})
    write_table(table, tmp_path / "own.csv")
    for axes in ({}, {"x": "c", "y": "b"}):
        settings = Settings.read({**PLAIN, "data": "own", "target": "of", **axes})
        lesson = Lesson(settings, table)
        lesson.epochs(3)
        names: dict[str, Any] = {}
        exec(as_python(lesson, str(tmp_path / "own.csv")), names)
        losses = [record["validation_loss"] for record in names["model"].history_]
        np.testing.assert_allclose(losses, validation_losses(lesson), atol=1e-6)


def test_code_of_a_pack_gives_the_same_validation_losses() -> None:
    lesson = lesson_of(path="l2")
    lesson.epochs(3)
    names: dict[str, Any] = {}
    exec(as_python(lesson, ""), names)
    for member in (0, 7):
        records = [each for each in names["model"].history_ if each["member"] == member]
        losses = [record["validation_loss"] for record in records]
        np.testing.assert_allclose(losses, validation_losses(lesson, member), atol=1e-6)


@pytest.mark.parametrize("member", [0, 3, 7])
def test_code_of_a_pack_prints_the_loss_of_the_member_that_is_shown(
    member: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = lesson_of(path="l2", patience_epochs=2, learning_rate=0.1)
    lesson.epochs(12)
    exec(as_python(lesson, "", member), {})
    printed = float(capsys.readouterr().out.splitlines()[-1])
    assert printed == pytest.approx(lesson.history[member][-1].validation_loss, abs=1e-6)


def test_loss_falls() -> None:
    lesson = lesson_of(hidden_sizes=[6], learning_rate=0.03, n_rows=200)
    lesson.epochs(30)
    assert lesson.history[0][-1].train_loss < 0.6 * lesson.history[0][0].train_loss


def test_weights_are_kept_when_the_learning_rate_changes() -> None:
    lesson = lesson_of()
    lesson.epochs(2)
    before = np.array(lesson.state().network.layers[0].weight)
    assert lesson.change(Settings.read({**PLAIN, "learning_rate": 0.1, "optimizer": "sgd"}))
    assert lesson.epoch == 2
    assert lesson.changed_at == 2
    np.testing.assert_array_equal(lesson.state().network.layers[0].weight, before)
    lesson.epochs(1)
    assert [epoch.epoch for epoch in lesson.history[0]] == [1, 2, 3]


def test_lesson_begins_anew_when_the_layers_change() -> None:
    lesson = lesson_of()
    lesson.epochs(2)
    assert not lesson.change(Settings.read({**PLAIN, "hidden_sizes": [2, 2]}))
    assert lesson.epoch == 0
    assert lesson.history == [[]]


def test_lesson_stops_early_and_keeps_the_best_epoch() -> None:
    lesson = lesson_of(hidden_sizes=[8], learning_rate=0.1, noise=1.0, patience_epochs=2)
    lesson.epochs(200)
    losses = validation_losses(lesson)
    assert lesson.is_over()
    assert lesson.stopped_early()
    assert lesson.best_epoch() == int(np.argmin(np.array(losses, float))) + 1
    n_epochs = len(losses)
    lesson.epochs(1)
    assert len(lesson.history[0]) == n_epochs


def test_lesson_goes_on_when_early_stopping_is_switched_off() -> None:
    lesson = lesson_of(hidden_sizes=[8], learning_rate=0.1, noise=1.0, patience_epochs=2)
    lesson.epochs(200)
    plain = {"hidden_sizes": [8], "learning_rate": 0.1, "noise": 1.0}
    assert lesson.change(Settings.read({**PLAIN, **plain}))
    n_epochs = lesson.epoch
    lesson.epochs(3)
    assert lesson.epoch == n_epochs + 3


@pytest.mark.parametrize("by_steps", [False, True])
def test_lesson_says_that_it_diverged(by_steps: bool) -> None:
    lesson = lesson_of(
        data="plane", activation="identity", optimizer="sgd", learning_rate=1e9, hidden_sizes=[4, 4]
    )
    for _ in range(40):
        if by_steps:
            lesson.step()
        else:
            lesson.epochs(1)
    assert lesson.diverged_at() is not None
    assert lesson.is_over()


@pytest.mark.parametrize("by_steps", [False, True])
def test_lesson_that_diverged_begins_anew_when_the_learning_rate_is_lowered(by_steps: bool) -> None:
    plain = {**PLAIN, "data": "waves", "optimizer": "sgd"}
    lesson = lesson_of(**plain, learning_rate=0.05)
    lesson.epochs(2)
    assert lesson.change(Settings.read({**plain, "learning_rate": 1e9}))
    while lesson.diverged_at() is None:
        lesson.step() if by_steps else lesson.epochs(1)
    assert not lesson.change(Settings.read({**plain, "learning_rate": 0.05}))
    assert (lesson.diverged_at(), lesson.changed_at, lesson.epoch) == (None, None, 0)
    fresh = lesson_of(**plain, learning_rate=0.05)
    for each in (lesson, fresh):
        each.epochs(3)
    assert lesson.epoch == 3
    assert validation_losses(lesson) == validation_losses(fresh)


def test_lesson_that_diverges_in_the_epoch_that_a_change_ends_begins_anew() -> None:
    plain = {**PLAIN, "data": "plane", "optimizer": "sgd"}
    lesson = lesson_of(**plain, learning_rate=1e9)
    lesson.step()
    assert lesson.diverged_at() is None
    assert not lesson.change(Settings.read({**plain, "learning_rate": 0.05}))
    lesson.epochs(2)
    assert lesson.epoch == 2


def test_weight_is_set_by_hand() -> None:
    lesson = lesson_of()
    lesson.set_number(layer=0, unit=2, feature=1, value=0.75)
    lesson.set_number(layer=1, unit=0, feature=None, value=-3.0)
    network = lesson.state().network
    assert float(network.layers[0].weight[1, 2]) == 0.75
    assert float(network.layers[1].bias[0]) == -3.0
    lesson.epochs(1)
    assert lesson.changed_at == 0


@pytest.mark.parametrize(
    ("layer", "unit", "feature"), [(2, 0, 0), (0, 3, 0), (0, 0, 2), (-1, 0, 0)]
)
def test_weight_that_is_not_there_is_refused(layer: int, unit: int, feature: int) -> None:
    with pytest.raises(ParameterError, match="There is no such weight"):
        lesson_of().set_number(layer, unit, feature, 1.0)


def test_pack_trains_all_members_along_the_path() -> None:
    lesson = lesson_of(path="l2")
    lesson.epochs(3)
    assert lesson.n_members == 8
    assert all(len(history) == 3 for history in lesson.history)
    assert lesson.history[0][-1].validation_loss != lesson.history[7][-1].validation_loss
    with pytest.raises(ParameterError, match="in a pack"):
        lesson.set_number(0, 0, 0, 1.0)


PLAIN: dict[str, Any] = {"hidden_sizes": [3], "n_rows": 60, "batch_size": 16}


def test_lesson_is_as_it_was_where_it_cannot_be_changed() -> None:
    lesson = lesson_of()
    lesson.epochs(2)
    before, moment, losses = lesson.settings, lesson.moment, validation_losses(lesson)
    wrong = dataclasses.replace(before, path="l2", validation_fraction=0.0, data="hills")
    for _ in range(2):
        with pytest.raises(ParameterError, match="none are kept for validation"):
            lesson.change(wrong)
    assert (lesson.settings, lesson.moment, validation_losses(lesson)) == (before, moment, losses)
    assert lesson.points.has_classes
    lesson.epochs(1)
    assert lesson.epoch == 3
