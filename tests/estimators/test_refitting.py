"""What was chosen goes on with all rows."""

import math
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from rightfit import (
    Classifier,
    LearningRateLowered,
    ParameterError,
    RefitStarted,
    Regressor,
    TrainingEnded,
    TrainingWarning,
    check_gradients,
    load,
)
from rightfit.estimators import refitting
from rightfit.train.events import MemberStopped
from rightfit.train.loop import train
from rightfit.train.pack.run import Run
from tests.estimators.examples import HELD_OUT, NUMBERS, THREE, TWO, X, outputs
from tests.train.runs import counted_compilations

REFIT: dict[str, Any] = {**HELD_OUT, "refit": 1.0}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs in which networks go on."""
    seen: list[Run] = []

    def watched(run: Run) -> Any:
        seen.append(run)
        return train(run)

    monkeypatch.setattr(refitting, "train", watched)
    return seen


def loss_of(model: Any, y: Any) -> float:
    if isinstance(model, Classifier):
        return float(log_loss(y, model.predict_proba(X)))
    return float(np.mean((model.predict(X) - y) ** 2))


def fitted(**chosen: Any) -> Any:
    return Regressor(**{**HELD_OUT, **chosen}).fit(X, NUMBERS)


@pytest.mark.parametrize("y", [NUMBERS, TWO])
def test_network_learns_from_the_rows_that_were_held_out(y: Any) -> None:
    estimator = Regressor if y is NUMBERS else Classifier
    chosen = {**HELD_OUT, "learning_rate": 0.01, "max_epochs": 30}
    before, after = (estimator(**chosen, refit=refit).fit(X, y) for refit in (None, 5.0))
    assert loss_of(after, y) < loss_of(before, y)
    assert after.describe()["n_refit_rows"] == len(X)
    assert before.describe()["n_refit_rows"] == 0
    # What is told of training is that of before.
    assert after.best_epoch_ == before.best_epoch_
    losses = [[epoch["validation_loss"] for epoch in m.history_] for m in (before, after)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("refit", [None, 0, 0.0])
def test_without_it_networks_stay_as_they_were(refit: Any) -> None:
    assert np.array_equal(fitted(refit=refit).predict(X), fitted().predict(X))


@pytest.mark.parametrize("dropout_rate", [0.0, [0.0, 0.2]])
def test_the_same_call_gives_the_same_bits(dropout_rate: Any) -> None:
    one, other = (fitted(refit=1.0, dropout_rate=dropout_rate) for _ in range(2))
    assert np.array_equal(one.predict(X), other.predict(X))
    assert not np.array_equal(one.predict(X), fitted(dropout_rate=dropout_rate).predict(X))


@pytest.mark.parametrize(("share", "n_epochs"), [(0.5, 0.5), (0.34, 0.34), (2, 2)])
def test_each_chosen_network_goes_on_for_a_share_of_its_epochs(
    share: float, n_epochs: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[MemberStopped] = []

    def watched(run: Run) -> Any:
        for event in train(run):
            if isinstance(event, MemberStopped):
                stopped.append(event)
            yield event

    monkeypatch.setattr(refitting, "train", watched)
    model = fitted(refit=share, dropout_rate=[0.0, 0.2], learning_rate=[1e-3, 1e-2], max_epochs=9)
    kept = [row for row in model.members_ if row["weight"] > 0]
    kept.sort(key=lambda row: -row["weight"])
    assert len(model.members_) == 4
    assert [event.reason for event in stopped] == ["max_epochs"] * len(kept)
    by_member = {event.member: event for event in stopped}
    for place, row in enumerate(kept):
        more = math.ceil(n_epochs * row["best_epoch"])
        assert int(by_member[place].state.epoch) == row["best_epoch"] + more


def test_refit_is_told_before_training_ends() -> None:
    events = list(Regressor(**REFIT).iter_fit(X, NUMBERS))
    assert events[-2:] == [RefitStarted(1, len(X)), TrainingEnded("max_epochs")]


def test_verbose_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Regressor(**REFIT, verbose=True).fit(X, NUMBERS)
    assert capsys.readouterr().err.splitlines()[-1] == "going on with all 40 rows"


def test_rows_count_as_they_did(runs: list[Run]) -> None:
    weight = np.where(np.arange(len(X)) < 10, 4.0, 1.0)
    Regressor(**REFIT).fit(X, NUMBERS, weight)
    counted = np.asarray(runs[0].training.weights)[: len(X)]
    assert np.sort(counted) == pytest.approx(np.sort(weight / weight.mean()))


def test_watched_average_is_what_goes_on() -> None:
    model = fitted(refit=1.0, average_decay=0.5)
    assert np.isfinite(model.predict(X)).all()
    assert not np.array_equal(model.predict(X), fitted(average_decay=0.5).predict(X))


@pytest.mark.parametrize(
    ("chosen", "handed", "why"),
    [
        ({"validation_fraction": 0.0}, {}, "no rows are held out"),
        (
            {"validation_fraction": None},
            {"validation": (X[:9], NUMBERS[:9])},
            "validation rows that were handed over are never trained on",
        ),
    ],
)
def test_where_nothing_was_split_off_that_is_said(
    chosen: dict[str, Any], handed: dict[str, Any], why: str
) -> None:
    model = Regressor(**{**REFIT, **chosen})
    with pytest.warns(TrainingWarning, match=f"refit=1 has no effect: {why}"):
        model.fit(X, NUMBERS, **handed)
    assert model.describe()["n_refit_rows"] == 0


def test_nothing_could_stop_a_warm_start_after_it() -> None:
    with pytest.raises(ParameterError, match="refit=1 and warm_start=True are both given"):
        Regressor(**REFIT, warm_start=True).fit(X, NUMBERS)
    model = Regressor(**{**REFIT, "validation_fraction": None}, warm_start=True)
    with pytest.warns(TrainingWarning, match="handed over are never trained on"):
        model.fit(X, NUMBERS, validation=(X[:9], NUMBERS[:9]))


def test_warm_start_says_that_the_rows_held_out_were_trained_on() -> None:
    model = fitted(refit=1.0).set_params(refit=None, warm_start=True)
    with pytest.warns(TrainingWarning, match="10 rows held out may have been trained on before"):
        model.fit(X, NUMBERS)


def test_what_is_cut_short_leaves_the_networks_that_were_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(run: Run) -> Any:
        for event in train(run):
            yield TrainingEnded("max_seconds") if isinstance(event, TrainingEnded) else event

    before = fitted()
    monkeypatch.setattr(refitting, "train", late)
    with pytest.warns(TrainingWarning, match="max_seconds=60 ran out while the networks went on"):
        after = fitted(refit=1.0, max_seconds=60.0)
    assert np.array_equal(before.predict(X), after.predict(X))
    assert after.describe()["n_refit_rows"] == 0


def test_network_whose_loss_is_not_finite_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unsound(run: Run) -> Any:
        for event in train(run):
            if isinstance(event, MemberStopped):
                yield LearningRateLowered(1, 1, 0.1, event.member)
            yield event

    before = fitted()
    monkeypatch.setattr(refitting, "train", unsound)
    with pytest.warns(TrainingWarning, match="The loss of 1 network was not finite while the net"):
        after = fitted(refit=1.0)
    assert np.array_equal(before.predict(X), after.predict(X))
    assert after.describe()["n_refit_rows"] == 0


def test_learning_rate_that_was_lowered_stays_low(runs: list[Run]) -> None:
    model = Regressor(**{**REFIT, "optimizer": "sgd", "learning_rate": 10.0, "max_epochs": 30})
    with pytest.warns(TrainingWarning, match="with learning rate"):
        model.fit(X, NUMBERS)
    used = [epoch["learning_rate"] for epoch in model.history_]
    (member,) = runs[0].members
    assert float(member.knobs.learning_rate) == pytest.approx(used[-1])
    assert used[-1] < 10


@pytest.mark.parametrize("schedule", ["cosine", "step"])
def test_schedule_goes_through_its_last_epochs_once_more(schedule: str) -> None:
    """At its end nothing would be left to learn with."""
    chosen = {"schedule": schedule, "schedule_epochs": 20, "max_epochs": 20, "learning_rate": 0.01}
    before, after = fitted(**chosen), fitted(refit=0.5, **chosen)
    moved = np.abs(before.predict(X) - after.predict(X)).max()
    assert moved > 0.01


def test_no_time_is_left_for_it_where_the_limit_has_ended_training() -> None:
    model = Regressor(**{**REFIT, "max_epochs": 10**9, "patience_epochs": None}, max_seconds=1.0)
    events = list(model.iter_fit(X, NUMBERS))
    assert events[-1] == TrainingEnded("max_seconds")
    assert not any(isinstance(event, RefitStarted) for event in events)


def test_interrupt_keeps_the_networks_that_were_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(run: Run) -> Any:
        if run.is_refit:
            # It is noticed when the first epochs have ended.
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        return train(run)

    monkeypatch.setattr(refitting, "train", interrupted)
    model = Regressor(**{**REFIT, "refit": 1e6})
    with pytest.raises(KeyboardInterrupt), pytest.warns(TrainingWarning, match="Ctrl-C came while"):
        model.fit(X, NUMBERS)
    assert np.array_equal(model.predict(X), fitted().predict(X))


@pytest.mark.parametrize("classes", [TWO, THREE])
def test_refit_model_is_saved(classes: Any, tmp_path: Any) -> None:
    model = Classifier(**REFIT).fit(X, classes)
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert np.array_equal(outputs(again, X), outputs(model, X))
    assert again.describe()["n_refit_rows"] == len(X)


@pytest.mark.parametrize("time", [None, np.arange(len(X))])
def test_networks_of_folds_go_on_with_the_rows_of_all(time: Any) -> None:
    chosen = {**HELD_OUT, "validation_fraction": None, "n_folds": 2, "max_epochs": 20}
    before, after = (
        Regressor(**chosen, refit=refit).fit(X, NUMBERS, time=time) for refit in (None, 3.0)
    )
    assert after.describe()["n_refit_rows"] == len(X)
    assert loss_of(after, NUMBERS) < loss_of(before, NUMBERS)
    # What they predict for rows that each has not seen is told of before.
    assert np.array_equal(after.oof_predictions_, before.oof_predictions_, equal_nan=True)
    assert after.choice_ == before.choice_


def test_groups_and_time_go_on_too() -> None:
    """The newest rows, which choose when to stop, are those that matter most."""
    model = Regressor(**REFIT).fit(X, NUMBERS, time=np.arange(len(X)))
    assert model.describe()["n_refit_rows"] == len(X)


@pytest.mark.parametrize("dropout_rate", [0.0, [0.0, 0.2]])
def test_gradients_of_a_refit_network_are_checked(dropout_rate: Any) -> None:
    model = fitted(refit=1.0, dropout_rate=dropout_rate)
    assert check_gradients(model, X, NUMBERS).largest_error < 1e-3


def test_refit_compiles_nothing() -> None:
    """The rows that were held out lie behind the others, in a table of the same size."""
    chosen = {"hidden_sizes": (9,), "average_decay": 0.5}
    for folds in ({}, {"validation_fraction": None, "n_folds": 3}):
        with counted_compilations() as compiled:
            counts = [
                len(compiled)
                for event in Regressor(**{**REFIT, **chosen, **folds}).iter_fit(X, NUMBERS)
                if isinstance(event, RefitStarted | TrainingEnded)
            ]
        assert counts[0] == counts[1]
