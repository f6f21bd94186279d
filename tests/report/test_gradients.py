"""The gradient norms of each layer: in words, and as a figure."""

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from rightfit import Classifier
from rightfit.report.figures.canvas import Picture
from rightfit.report.figures.of_gradients import MOST_LAYERS, gradients_picture
from rightfit.report.gradient_course import GradientCourse, describe_gradients, gradient_course
from rightfit.report.numerals import figure
from tests.report.conftest import N_TRAIN, Reported, table, targets

LAYERS = ("hidden 1", "hidden 2", "output")


def course(norms: Any, layers: tuple[str, ...] = LAYERS, best_epoch: int = 1) -> GradientCourse:
    rows = np.array(norms, float)
    return GradientCourse(layers, tuple(range(1, len(rows) + 1)), rows, best_epoch)


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ([[1, 2, 4], [1, 2, 5]], "The gradient is level: all layers lie within a factor of 4."),
        (
            [[0.001, 0.1, 4], [1, 2, 5]],
            "The gradient vanishes towards the inputs: that of hidden 1 is 4,000 times smaller "
            "than that of output.",
        ),
        (
            [[100, 2, 0.5], [1, 2, 5]],
            "The gradient grows towards the inputs: that of output is 200 times smaller than that "
            "of hidden 1.",
        ),
        (
            [[1, 0.01, 2], [1, 2, 5]],
            "The layers lie far apart: that of hidden 2 is 200 times smaller than that of output.",
        ),
        ([[0, 0, 4], [0, 0, 5]], "No gradient reaches hidden 1, hidden 2."),
    ],
    ids=["level", "vanishing", "growing", "apart", "dead"],
)
def test_words_say_how_gradients_go_from_layer_to_layer(norms: Any, said: str) -> None:
    text = describe_gradients(course(norms))
    kept = ", ".join(f"{name} {figure(n)}" for name, n in zip(LAYERS, norms[0], strict=True))
    assert text.startswith(f"In the kept epoch: {kept}. {said}")


def test_words_say_that_gradients_vanished_at_first() -> None:
    text = describe_gradients(course([[0.001, 0.1, 4], [1, 2, 5]], best_epoch=2))
    assert "hidden 1 1, hidden 2 2, output 5. The gradient is level" in text
    assert "At first, in epoch 1: The gradient vanishes towards the inputs: that of" in text


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (2.0, "Over time they stay level: from epoch 1 to 2 the norm over all layers goes from 1"),
        (500.0, "Over time gradients explode: from epoch 1 to 2"),
        (0.002, "Over time gradients die away: from epoch 1 to 2"),
    ],
)
def test_words_say_how_gradients_go_from_epoch_to_epoch(last: float, said: str) -> None:
    assert said in describe_gradients(course([[1.0], [last]], ("output",)))


def test_words_are_few_for_one_epoch_of_one_layer() -> None:
    one = course([[0.25]], ("output",))
    assert describe_gradients(one) == "In the kept epoch: output 0.25."


@pytest.mark.slow
def test_norms_that_are_not_finite_are_left_out(classifier: Reported) -> None:
    model = changed(classifier, lambda norms: {**norms, "hidden 1": None})
    found = gradient_course(model)
    assert found is not None
    assert np.isnan(found.norms[:, 0]).all()
    drawing = gradients_picture(model)
    assert drawing is not None
    assert drawing.rows[0][1] == "–"


def changed(made: Reported, change: Any) -> Any:
    model = made.evidence.model
    history = [{**r, "gradient_norms": change(r["gradient_norms"])} for r in model.training.history]
    return dataclasses.replace(model, training=dataclasses.replace(model.training, history=history))


def drawn(made: Reported) -> Picture:
    found = gradients_picture(made.evidence.model)
    assert found is not None
    return found


def test_figure_has_a_line_for_each_layer_and_its_numbers_in_a_table(classifier: Reported) -> None:
    drawing = drawn(classifier)
    assert drawing.header == ("epoch", "hidden 1", "output")
    records = {str(r["epoch"]): r["gradient_norms"] for r in classifier.model.history_}
    assert str(classifier.model.best_epoch_) in {row[0] for row in drawing.rows}
    for epoch, *cells in drawing.rows:
        assert cells == [figure(norm) for norm in records[epoch].values()]
    for words in ("hidden 1", "output", f"kept: epoch {classifier.model.best_epoch_}", "log scale"):
        assert words in drawing.svg
    assert drawing.description in classifier.report.html


@pytest.mark.slow
def test_figure_stands_in_the_section_of_the_network(regressor: Reported) -> None:
    html = regressor.report.html
    network = html[html.index('<section id="network">') :]
    assert "Gradient norm of each layer by epoch" in network
    # Of the heaviest network of the pack.
    heaviest = regressor.evidence.model.members[0].number
    records = [r for r in regressor.model.history_ if r["member"] == heaviest]
    assert drawn(regressor).rows[-1][1:] == tuple(
        figure(norm) for norm in records[-1]["gradient_norms"].values()
    )


def test_lines_of_one_colour_differ_in_dash_and_mark(classifier: Reported) -> None:
    layers = [f"hidden {n}" for n in range(1, 12)] + ["output"]
    model = changed(classifier, lambda norms: dict.fromkeys(layers, 0.5))
    drawing = gradients_picture(model)
    assert drawing is not None
    assert len(drawing.header) == 13
    assert "4 layers between are not drawn" in drawing.caption
    names = re.findall(r">(hidden \d+|output)<", drawing.svg)
    assert len(names) == MOST_LAYERS
    assert (names[0], names[-1]) == ("hidden 1", "output")
    styles = re.findall(r'<path d="[^"]*" clip-path="[^"]*" style="([^"]*)"', drawing.svg)
    assert len({style for style in styles if "var(--" in style}) >= MOST_LAYERS


@pytest.mark.slow
def test_model_of_before_norms_were_recorded_has_no_such_figure(classifier: Reported) -> None:
    model = changed(classifier, lambda norms: None)
    for record in model.training.history:
        del record["gradient_norms"]
    assert gradients_picture(model) is None


@pytest.mark.slow
def test_linear_model_has_one_line() -> None:
    X = table()
    y = np.where(targets(X) > 0, "yes", "no")
    model = Classifier(hidden_sizes=(), max_epochs=3, random_state=0)
    model.fit(X[:N_TRAIN], y[:N_TRAIN])
    drawing = gradients_picture(model._model)
    assert drawing is not None
    assert drawing.header == ("epoch", "output")
    assert drawing.description.startswith("In the kept epoch: output ")
