import pytest

from rightfit.estimators.lesson.graphs import draw_lesson
from rightfit.estimators.lesson.lesson import Lesson
from rightfit.estimators.lesson.settings import Settings


@pytest.mark.parametrize("settings", [{"dropout_rate": 0.2, "l2": 0.01}, {"data": "hills"}])
def test_two_graphs_of_a_lesson_are_drawn(settings: dict[str, object]) -> None:
    lesson = Lesson(Settings.read({"hidden_sizes": [3], "n_rows": 60, **settings}))
    lesson.step(2)
    svg = draw_lesson(lesson)
    assert "<svg" in svg[:400]
    assert "relu" in svg
