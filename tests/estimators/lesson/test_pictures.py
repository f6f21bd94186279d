from typing import Any

import numpy as np
import pytest

from rightfit.estimators.lesson.lesson import Lesson
from rightfit.estimators.lesson.pictures import (
    MEMBER_SIDE,
    SIDE,
    UNIT_SIDE,
    Pictures,
    look,
    weights,
)
from rightfit.estimators.lesson.settings import Settings


def lesson_of(**plain: Any) -> Lesson:
    return Lesson(Settings.read({"hidden_sizes": [3], "n_rows": 60, **plain}))


@pytest.mark.parametrize("data", ["circle", "blobs", "hills"])
def test_surfaces_have_an_output_and_a_map_for_every_unit(data: str) -> None:
    pictures = Pictures(lesson_of(data=data))
    seen = pictures.surfaces(pictures.network(0))
    assert len(seen) == 2 * SIDE**2 + (2 + 3) * UNIT_SIDE**2


def test_surface_is_what_the_estimator_predicts() -> None:
    lesson = lesson_of()
    lesson.epochs(5)
    pictures = Pictures(lesson)
    model = lesson.settings.estimator(lesson.points).set_params(max_epochs=5, patience_epochs=None)
    model.fit(lesson.points.X, lesson.points.y)
    kept = pictures.network(0, kept=True)
    planes = np.frombuffer(pictures.surfaces(kept)[: 2 * SIDE**2], np.uint8)
    shade, rest = planes.reshape(2, SIDE, SIDE)
    surface = shade + rest / 255 - 0.5
    across = np.linspace(*pictures.bounds.x, SIDE)
    up = np.linspace(*pictures.bounds.y, SIDE)
    places = np.array([[across[10], up[-1 - 5]], [across[40], up[-1 - 60]]])
    expected = 255 * model.predict_proba(places)[:, 1]
    np.testing.assert_allclose([surface[5, 10], surface[60, 40]], expected, atol=0.003)


def test_surface_changes_with_training() -> None:
    lesson = lesson_of()
    pictures = Pictures(lesson)
    before = pictures.surfaces(pictures.network(0))
    lesson.epochs(2)
    assert pictures.surfaces(pictures.network(0)) != before


def test_weights_are_all_numbers_of_the_network() -> None:
    lesson = lesson_of()
    numbers = np.frombuffer(weights(lesson.state().network), np.float32)
    assert len(numbers) == lesson.shape.n_parameters
    layer = np.asarray(lesson.state().network.layers[0].weight)
    np.testing.assert_allclose(numbers[:6].reshape(2, 3), layer, rtol=1e-6)


def test_strip_has_a_surface_for_every_member() -> None:
    assert len(Pictures(lesson_of(path="l2")).strip()) == 8 * 2 * MEMBER_SIDE**2
    assert Pictures(lesson_of()).strip() == b""


def test_look_shows_the_mini_batch_that_comes_next() -> None:
    lesson = lesson_of(batch_size=8)
    lesson.step(2)
    seen = look(lesson)
    assert (seen["batch"], seen["epoch"], len(seen["rows"])) == (2, 0, 8)
    assert set(seen["rows"]) <= set(lesson.prepared.training_rows.tolist())
    assert [len(means) for means in seen["means"]] == [2, 3, 1]
    assert len(seen["gradient"]) == lesson.shape.n_parameters


def test_gradient_of_the_batch_is_what_a_plain_step_moves_by() -> None:
    lesson = lesson_of(optimizer="sgd", learning_rate=0.5, batch_size=8)
    gradient = np.array(look(lesson)["gradient"])
    before = np.frombuffer(weights(lesson.state().network), np.float32)
    lesson.step()
    after = np.frombuffer(weights(lesson.state().network), np.float32)
    np.testing.assert_allclose(after, before - 0.5 * gradient, atol=1e-6)
