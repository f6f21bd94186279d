import pytest

from rightfit.estimators.lesson.graphs import draw_lesson
from rightfit.estimators.lesson.lesson import Lesson
from rightfit.estimators.lesson.settings import Settings


@pytest.mark.parametrize("settings", [{"dropout_rate": 0.2, "l2": 0.01}, {"data": "hills"}])
def test_two_graphs_of_a_lesson_are_drawn(settings: dict[str, object]) -> None:
    lesson = Lesson(Settings.read({"hidden_sizes": [3], "n_rows": 60, **settings}))
    lesson.step(2)
    graph = draw_lesson(lesson)
    assert "<svg" in graph.svg[:400]
    assert "relu" in graph.svg
    assert graph.n_rows == 42 - 2 * lesson.plan.batch_size


@pytest.mark.parametrize("n_epochs", [0, 40])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("data", ["circle", "blobs", "waves"])
def test_gradient_of_a_lesson_is_right(data: str, activation: str, n_epochs: int) -> None:
    settings = {"data": data, "activation": activation, "hidden_sizes": [4, 3], "l2": 0.001}
    lesson = Lesson(Settings.read({"n_rows": 80, **settings}))
    lesson.epochs(n_epochs)
    check = draw_lesson(lesson).check
    assert check is not None
    assert check.n_checked == check.n_parameters == lesson.shape.n_parameters
    assert check.largest_error <= 1e-6


def test_member_of_a_pack_that_is_asked_for_is_drawn() -> None:
    # These members differ in nothing that is drawn but their weights.
    lesson = Lesson(Settings.read({"hidden_sizes": [3], "n_rows": 60, "path": "learning_rate"}))
    lesson.epochs(3)
    first, last = draw_lesson(lesson), draw_lesson(lesson, 7)
    assert first.text != last.text
    assert (
        first.title
        == last.title
        == ("The Classifier's network with a hidden layer of 3 units: its loss and the gradient")
    )


def test_moment_is_another_one_whenever_something_has_changed() -> None:
    plain = {"hidden_sizes": [3], "n_rows": 60}
    lesson = Lesson(Settings.read(plain))
    seen = [lesson.moment]
    for change in (
        lambda: lesson.step(),
        lambda: lesson.epochs(1),
        lambda: lesson.set_number(0, 0, 0, 2.0),
        lambda: lesson.set_number(0, 0, 0, 3.0),
        lambda: lesson.change(Settings.read({**plain, "l2": 0.1})),
        lambda: lesson.change(Settings.read({**plain, "noise": 0.5})),
        lesson.restart,
    ):
        change()
        seen.append(lesson.moment)
    assert len(set(seen)) == len(seen)
    draw_lesson(lesson)
    assert lesson.moment == seen[-1]
