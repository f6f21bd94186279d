"""Other networks of a pack in the learning curves, and what the losses hold."""

import dataclasses
import re
from typing import Any

import pytest

from rightfit.report.figures.of_training import learning_curves
from rightfit.report.members import MOST_MEMBERS, losses_said, member_rows, members_said
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow


def with_parameters(made: Reported, **changed: Any) -> Any:
    model = made.evidence.model
    return dataclasses.replace(model, parameters={**model.parameters, **changed})


def test_every_network_that_is_drawn_has_a_mark(regressor: Reported) -> None:
    picture = learning_curves(regressor.evidence.model)
    assert picture is not None
    uses = re.findall(r"<use [^>]*>", picture.svg)
    # Those of the axes are drawn with a line of their own width.
    marks = [use for use in uses if "fill: var(--quiet)" in use and "stroke-width" not in use]
    assert len(marks) == 3
    assert "4 of 4 networks are drawn" in picture.caption
    assert "a point at the best epoch of each" in picture.caption


def test_table_names_every_network_the_heaviest_first(regressor: Reported) -> None:
    members = {row["member"]: row for row in regressor.evidence.model.training.members}
    rows = member_rows(regressor.evidence.model)
    numbers = [int(row[0].split(":")[0]) for row in rows]
    assert sorted(numbers) == [0, 1, 2, 3]
    weights = [members[number]["weight"] for number in numbers]
    assert weights == sorted(weights, reverse=True)
    for number, row in zip(numbers, rows, strict=True):
        assert row[2] == str(members[number]["best_epoch"])
        assert row[4] == str(members[number]["n_epochs"])
        assert f"<td>{row[3]}</td>" in regressor.report.html
    assert "Best epochs of the networks: all 4" in regressor.report.html


def test_table_of_networks_does_not_grow_without_end(regressor: Reported) -> None:
    model = regressor.evidence.model
    many = [{**model.training.members[0], "member": number} for number in range(60)]
    large = dataclasses.replace(model, training=dataclasses.replace(model.training, members=many))
    assert len(member_rows(large)) == MOST_MEMBERS
    assert members_said(large) == "Best epochs of the networks: the 40 heaviest of 60"


def test_single_network_has_no_table_of_networks(classifier: Reported) -> None:
    assert member_rows(classifier.evidence.model) == []
    assert "Best epochs of the networks" not in classifier.report.html


def test_caption_says_of_the_losses_what_is_true_of_this_model(classifier: Reported) -> None:
    nothing = {"dropout_rate": 0.0, "input_dropout_rate": 0.0, "l2": 0.0, "label_smoothing": 0.0}
    plain = with_parameters(classifier, **nothing, average_decay=None)
    said = "Training loss is measured while the epoch runs, on weights that still move."
    assert losses_said(plain, held_out=True) == said
    whole = {**nothing, "dropout_rate": 0.1, "l2": 1e-3, "label_smoothing": 0.1}
    text = losses_said(with_parameters(classifier, **whole, average_decay=0.9), held_out=True)
    assert "with dropout on" in text
    assert "that of the running average" in text
    assert "The L2 penalty is minimised too, but is not part of the losses drawn." in text
    assert "Label smoothing is minimised too" in text


def test_caption_speaks_of_copies(classifier: Reported) -> None:
    model = classifier.evidence.model
    (member,) = model.members
    shape = dataclasses.replace(member.shape, n_copies=8)
    copied = dataclasses.replace(model, members=(dataclasses.replace(member, shape=shape),))
    assert "for each of the 8 copies by itself" in losses_said(copied, held_out=True)
