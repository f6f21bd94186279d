"""Other networks of a pack in the learning curves, and what the losses hold."""

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from rightfit import Regressor
from rightfit.report.figures.of_training import learning_curves
from rightfit.report.members import (
    MOST_MEMBERS,
    losses_said,
    member_rows,
    members_said,
    objective_said,
)
from rightfit.report.numerals import figure
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


def test_both_losses_of_every_network_are_drawn_and_in_the_data(regressor: Reported) -> None:
    model = regressor.evidence.model
    picture = learning_curves(model)
    assert picture is not None
    assert picture.header == ("network", "epoch", "training loss", "validation loss")
    drawn = {row[0] for row in picture.rows}
    assert drawn == {"0", "1", "2", "3"}
    assert picture.rows[0][0] == str(model.members[0].number)
    for row in model.training.members:
        best = [
            one for one in picture.rows if one[:2] == (str(row["member"]), str(row["best_epoch"]))
        ]
        assert len(best) == 1
        assert best[0][2] != figure(None)
        assert best[0][3] == figure(row["validation_loss"])
    # Of each of the three others a dotted line beside the solid one.
    faint = re.findall(
        r'<path [^>]*style="[^"]*stroke: var\(--quiet\)[^"]*opacity[^"]*"', picture.svg
    )
    assert len(faint) == 6
    assert len([line for line in faint if "dasharray" in line]) == 3


def test_single_network_has_no_number_in_the_data(classifier: Reported) -> None:
    picture = learning_curves(classifier.evidence.model)
    assert picture is not None
    assert picture.header == ("epoch", "training loss", "validation loss")


def test_curves_do_not_grow_with_epochs(regressor: Reported) -> None:
    model = regressor.evidence.model
    generator = np.random.default_rng(0)

    def with_epochs(n_epochs: int) -> Any:
        records = [
            {
                "member": number,
                "epoch": epoch,
                "train_loss": 1 / epoch + 0.1 * generator.random(),
                "validation_loss": 1 / epoch + 0.1 * generator.random(),
            }
            for number in range(4)
            for epoch in range(1, n_epochs + 1)
        ]
        training = dataclasses.replace(model.training, history=records)
        picture = learning_curves(dataclasses.replace(model, training=training))
        assert picture is not None
        return picture

    few, many = with_epochs(400), with_epochs(8_000)
    assert len(many.svg) < 1.15 * len(few.svg)
    assert len(many.rows) < 1.15 * len(few.rows)


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


def test_what_is_minimised_is_told_from_what_networks_are_judged_by(regressor: Reported) -> None:
    model = regressor.evidence.model
    assert objective_said(model) == "squared error (regression)"
    kept = [member.number for member in model.members]
    losses = ["huber" if number == kept[0] else "squared_error" for number in range(4)]
    members = [{**row, "loss": losses[row["member"]]} for row in model.training.members]
    several = dataclasses.replace(
        model, training=dataclasses.replace(model.training, members=members)
    )
    others = " and squared error" if len(kept) > 1 else ""
    assert objective_said(several) == (
        f"squared error (regression); what predicts was trained to minimise huber{others}"
    )
    drawn = dataclasses.replace(model.training, members=[], recipe={"drawn": {"loss": "poisson"}})
    assert objective_said(dataclasses.replace(model, training=drawn)) == (
        "squared error (regression); what predicts was trained to minimise poisson"
    )


def test_what_a_network_that_was_drawn_alone_minimises_is_told() -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    chosen: dict[str, Any] = {"hidden_sizes": (4,), "max_epochs": 1}
    for seed in range(4):
        chosen["random_state"] = seed
        model = Regressor(**chosen, loss=["huber", "poisson"], members=1).fit(X, np.abs(X[:, 0]))
        drawn = model.describe()["recipe"]["drawn"]["loss"]
        other = "" if drawn == "huber" else "; what predicts was trained to minimise poisson"
        assert objective_said(model._fitted()) == f"huber (regression){other}"
