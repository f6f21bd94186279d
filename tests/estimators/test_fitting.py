import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from rightfit import (
    Classifier,
    DataError,
    EpochsEnded,
    LearningRateLowered,
    MemberStopped,
    Regressor,
    TrainingEnded,
    TrainingError,
    TrainingStarted,
    TrainingWarning,
)
from rightfit.estimators import base
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.choice_names import CLASS_METRICS, NUMBER_METRICS
from rightfit.train import clock
from rightfit.train.events import as_plain
from rightfit.train.pack import block
from tests.estimators.examples import (
    COLUMNS,
    HELD_OUT,
    N_ROWS,
    NUMBERS,
    THREE,
    TWO,
    X,
    frame,
    mixed,
    outputs,
    small,
    target_for,
)

pytestmark = pytest.mark.slow

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])
TRAIN, HELD = slice(0, 30), slice(30, 40)


def column(model: Any, name: str) -> list[Any]:
    return [record[name] for record in model.history_]


def losses(model: Any, table: Any, y: Any) -> Any:
    """The loss of each row, from nothing but predictions."""
    if isinstance(model, Classifier):
        return -np.log(model.predict_proba(table)[np.arange(len(y)), y])
    return ((model.predict(table) - y) / model._model.target.scale[0]) ** 2


# Validation rows.


@both
def test_validation_rows_are_never_trained_on(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    chosen = {"max_epochs": 5, "patience_epochs": None}
    one = small(estimator, **chosen).fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    other = small(estimator, **chosen).fit(
        X[TRAIN], y[TRAIN], validation=(X[HELD] + 1, np.roll(y[HELD], 1))
    )
    assert column(one, "train_loss") == column(other, "train_loss")
    assert column(one, "validation_loss") != column(other, "validation_loss")


@pytest.mark.parametrize(
    ("chosen", "given", "what"),
    [
        ({}, {"groups": np.arange(30) % 7}, "groups"),
        ({}, {"time": np.arange(30)}, "time"),
        ({"validation_fraction": 0.2}, {}, "validation_fraction=0.2"),
    ],
)
def test_what_validation_rows_leave_without_effect_is_named(
    chosen: dict[str, Any], given: dict[str, Any], what: str
) -> None:
    model = small(Classifier, **chosen)
    with pytest.warns(TrainingWarning) as caught:
        model.fit(X[TRAIN], TWO[TRAIN], validation=(X[HELD], TWO[HELD]), **given)
    assert [str(warning.message) for warning in caught] == [
        f"{what} has no effect: the validation rows were handed over."
    ]


@both
def test_scoring_validation_rows_never_changes_training(
    estimator: type[AbstractEstimator],
) -> None:
    y = target_for(estimator)
    chosen = {"max_epochs": 5, "patience_epochs": None, "validation_fraction": 0.0}
    scored = small(estimator, **chosen).fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    alone = small(estimator, **chosen).fit(X[TRAIN], y[TRAIN])
    # Two programs may round differently in the last place.
    np.testing.assert_allclose(
        column(scored, "train_loss"), column(alone, "train_loss"), rtol=1e-12
    )
    assert column(alone, "validation_loss") == [None] * 5
    assert column(alone, "metric") == [None] * 5


@both
@pytest.mark.parametrize("weighted", [False, True])
def test_history_holds_the_loss_of_the_weights_that_are_kept(
    estimator: type[AbstractEstimator], weighted: bool
) -> None:
    # Noise is learnt by heart, so that the best epoch comes early.
    y = np.random.default_rng(1).permutation(target_for(estimator))
    weights = np.arange(10.0) if weighted else np.ones(10)
    model = small(estimator, max_epochs=20, learning_rate=0.1, patience_epochs=None)
    model.fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD], weights))
    history = column(model, "validation_loss")
    assert model.best_epoch_ == 1 + np.argmin(history) < 20
    best = np.average(losses(model, X[HELD], y[HELD]), weights=weights)
    assert best == pytest.approx(history[model.best_epoch_ - 1], rel=1e-9)
    assert best < 0.99 * history[-1]


SCORES = {
    "accuracy": lambda y, p: metrics.accuracy_score(y, p.argmax(axis=1)),
    "balanced_accuracy": lambda y, p: metrics.balanced_accuracy_score(y, p.argmax(axis=1)),
    "f1_macro": lambda y, p: metrics.f1_score(y, p.argmax(axis=1), average="macro"),
    "log_loss": metrics.log_loss,
    "roc_auc": lambda y, p: metrics.roc_auc_score(y, p, multi_class="ovr"),
    "root_mean_squared_error": metrics.root_mean_squared_error,
    "mean_squared_error": metrics.mean_squared_error,
    "mean_absolute_error": metrics.mean_absolute_error,
    "r2": metrics.r2_score,
}
GREATER = {"accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "r2"}


@pytest.mark.parametrize(
    ("estimator", "metric"),
    [(Classifier, name) for name in CLASS_METRICS] + [(Regressor, name) for name in NUMBER_METRICS],
)
def test_watching_a_metric_keeps_the_epoch_where_it_is_best(
    estimator: type[AbstractEstimator], metric: str
) -> None:
    y = np.random.default_rng(1).permutation(target_for(estimator))
    model = small(estimator, watch=metric, max_epochs=20, learning_rate=0.1, patience_epochs=None)
    model.fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    history = np.array(column(model, "metric"))
    best = history.max() if metric in GREATER else history.min()
    assert model.best_epoch_ == 1 + history.tolist().index(best)
    assert SCORES[metric](y[HELD], outputs(model, X[HELD])) == pytest.approx(best, rel=1e-9)


def test_the_metric_is_recorded_although_the_loss_is_watched() -> None:
    model = small(Regressor).fit(X[TRAIN], NUMBERS[TRAIN], validation=(X[HELD], NUMBERS[HELD]))
    score = metrics.root_mean_squared_error(NUMBERS[HELD], model.predict(X[HELD]))
    assert column(model, "metric")[model.best_epoch_ - 1] == pytest.approx(score)


@pytest.mark.parametrize(
    ("estimator", "watch", "held"),
    [
        (Classifier, "roc_auc", np.zeros(10, int)),
        (Regressor, "r2", np.full(10, 3.0)),
        (Regressor, "r2", np.array([3.0])),
    ],
    ids=["roc_auc", "r2", "one row"],
)
def test_watching_refuses_a_metric_that_the_validation_rows_leave_undefined(
    estimator: type[AbstractEstimator], watch: str, held: Any
) -> None:
    model = small(estimator, watch=watch)
    with pytest.raises(DataError) as caught:
        model.fit(X, target_for(estimator), validation=(X[: len(held)], held))
    assert str(caught.value) == (
        f"The validation rows all have the same target, so that their {watch} is undefined.\n"
        f"To watch {watch}, two different targets are needed among them.\n"
        "hint: watch the loss, or hand over other validation rows"
    )


def test_validation_may_come_as_a_dataframe_in_another_order() -> None:
    straight = small(Classifier).fit(
        frame(TRAIN), THREE[TRAIN], validation=(frame(HELD), THREE[HELD])
    )
    turned = small(Classifier).fit(
        frame(TRAIN), THREE[TRAIN], validation=(frame(HELD)[COLUMNS[::-1]], THREE[HELD])
    )
    assert column(straight, "validation_loss") == column(turned, "validation_loss")


def test_rows_are_counted() -> None:
    described = small(Classifier, **HELD_OUT).fit(X, THREE).describe()
    assert (described["n_training_rows"], described["n_validation_rows"]) == (30, 10)
    described = small(Classifier).fit(X, THREE, validation=(X[HELD], THREE[HELD])).describe()
    assert (described["n_training_rows"], described["n_validation_rows"]) == (40, 10)


# Weights.


@both
@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_rows_of_weight_zero_are_as_if_removed(
    estimator: type[AbstractEstimator], fraction: float
) -> None:
    y = target_for(estimator)
    weights = np.where(np.arange(N_ROWS) % 5 == 0, 0.0, 1.5)
    kept = weights > 0
    model = small(estimator, validation_fraction=fraction, max_one_hot=3)
    table = mixed()
    # What is removed may be as strange as it likes.
    table.loc[~kept, "size"] = 1e9
    table.loc[~kept, "use"] = "castle"
    weighted = outputs(model.fit(table, y, weights), mixed())
    removed = outputs(model.fit(table[kept], y[kept], weights[kept]), mixed())
    np.testing.assert_array_equal(weighted, removed)


@both
def test_weights_of_whole_numbers_are_repetitions(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    times = np.arange(N_ROWS) // 3 % 3
    # All rows in one batch: their order does not matter then.
    model = small(estimator, batch_size=64, max_epochs=20, max_one_hot=3)
    weighted = outputs(model.fit(mixed(), y, times), mixed())
    repeated = np.repeat(np.arange(N_ROWS), times)
    np.testing.assert_allclose(
        outputs(model.fit(mixed().iloc[repeated], y[repeated]), mixed()), weighted, rtol=1e-7
    )


@both
@pytest.mark.parametrize("factor", [1e-3, 1e6])
def test_weights_count_by_their_ratios_only(
    estimator: type[AbstractEstimator], factor: float
) -> None:
    y, weights = target_for(estimator), np.arange(1.0, N_ROWS + 1) / 7
    model = small(estimator, validation_fraction=0.25)
    np.testing.assert_allclose(
        outputs(model.fit(X, y, factor * weights), X),
        outputs(model.fit(X, y, weights), X),
        rtol=1e-9,
    )


def test_weights_enter_the_training_loss() -> None:
    # One step at all: what is recorded is the loss of the starting weights.
    chosen = {"batch_size": 64, "max_epochs": 1, "learning_rate": 1e-12}
    weights = np.arange(1.0, N_ROWS + 1) / 7
    model = small(Classifier, **chosen).fit(X, THREE, weights)
    expected = np.average(losses(model, X, THREE), weights=weights)
    assert column(model, "train_loss") == [pytest.approx(expected, rel=1e-6)]


# What ends training.


def test_stop_reason_is_patience() -> None:
    y = np.random.default_rng(1).permutation(THREE)
    model = small(Classifier, max_epochs=200, learning_rate=0.1, patience_epochs=4)
    model.fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    assert model.stop_reason_ == (
        f"no better validation loss for 4 epochs (best: epoch {model.best_epoch_} of "
        f"{model.n_iter_}); more training would probably not help"
    )
    assert model.best_epoch_ + 4 <= model.n_iter_ < 200


def test_stop_reason_names_the_metric_that_is_watched() -> None:
    y = np.random.default_rng(1).permutation(THREE)
    model = small(Classifier, max_epochs=200, patience_epochs=4, watch="accuracy")
    model.fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    assert model.stop_reason_.startswith("no better validation accuracy for 4 epochs (best: ")


def test_stop_reason_names_the_training_loss_without_validation_rows() -> None:
    model = small(Classifier, max_epochs=2000, patience_epochs=1, learning_rate=1.0).fit(X, THREE)
    assert model.stop_reason_.startswith("no better training loss for 1 epoch (best: ")


@pytest.mark.parametrize(
    ("n_epochs", "chosen", "outlook"),
    [
        (2, {}, r"too few epochs to tell whether more training would help"),
        (
            20,
            {},
            r"the loss was still falling by [\d.]+ % an epoch, so more training would probably "
            r"help",
        ),
        (
            20,
            {"learning_rate": 1e-9},
            r"the loss had almost stopped falling, so more training would help little",
        ),
    ],
    ids=["few", "falling", "flat"],
)
def test_stop_reason_is_max_epochs(n_epochs: int, chosen: dict[str, Any], outlook: str) -> None:
    model = small(Regressor, max_epochs=n_epochs, patience_epochs=None, **chosen).fit(X, NUMBERS)
    assert re.fullmatch(rf"max_epochs reached \({n_epochs}\); {outlook}", model.stop_reason_)
    assert model.n_iter_ == n_epochs


def test_stop_reason_says_when_the_best_epoch_was_long_ago() -> None:
    y = np.random.default_rng(1).permutation(THREE)
    model = small(Classifier, max_epochs=30, learning_rate=0.1, patience_epochs=None)
    model.fit(X[TRAIN], y[TRAIN], validation=(X[HELD], y[HELD]))
    assert model.stop_reason_ == (
        f"max_epochs reached (30); the best validation loss was {30 - model.best_epoch_} epochs "
        "before the end, so more training would probably not help"
    )


def test_stop_reason_is_max_seconds() -> None:
    model = small(Regressor, max_epochs=10**9, patience_epochs=None, max_seconds=0.3)
    model.fit(X, NUMBERS)
    assert model.stop_reason_.startswith("max_seconds reached (0.3); ")


def test_time_is_up_after_the_first_epoch_at_the_earliest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_LATE_SECONDS", 1e9)
    model = small(Regressor, max_epochs=10**9, max_seconds=1e-9).fit(X, NUMBERS)
    assert model.n_iter_ == 1
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("is_fitted", [False, True])
def test_time_that_is_over_while_compiling_is_refused_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, is_fitted: bool
) -> None:
    model = small(Regressor, random_state=0)
    if is_fitted:
        model.fit(X, NUMBERS)
    before = dict(vars(model))
    gate = threading.Event()
    monkeypatch.setattr(clock, "_LATE_SECONDS", 0.0)
    monkeypatch.setattr(block, "compile_if", lambda *arguments: gate.wait(60))
    model.max_seconds = 1e-6
    with pytest.raises(TrainingError) as caught:
        model.fit(X, NUMBERS)
    # It went on compiling.
    assert not gate.is_set()
    gate.set()
    assert "max_seconds=1e-06 ran out before the first epoch ended." in str(caught.value)
    assert re.search(r"allow \d+ seconds or more", str(caught.value))
    assert vars(model) == {**before, "max_seconds": 1e-6}


LATE = """
import numpy as np
import rightfit
from rightfit.train import clock
from rightfit.train.pack import block

class Time:
    now = 0.0
    monotonic = lambda self: self.now

def compiling(*arguments, really=block.compile_if):
    clock.time.now = 1e9
    return really(*arguments)

clock.time, block.compile_if = Time(), compiling
rows = np.random.default_rng(0).normal(size=(200, 3))
try:
    rightfit.Regressor(hidden_sizes=(64, 64, 64), max_seconds=9).fit(rows, rows[:, 0])
except rightfit.TrainingError as error:
    print(error.what)
"""


def test_process_ends_in_peace_when_the_time_was_over_while_compiling(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE],
        # Nothing is compiled yet, and the compiler does all it can.
        env={**os.environ, "RIGHTFIT_CACHE": str(tmp_path), "XLA_FLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "max_seconds=9 ran out before the first epoch ended.\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    # What was begun is there the next time.
    assert list(tmp_path.glob("*/jit_advance-*"))


# Ctrl-C.

ENDLESS: dict[str, Any] = {"max_epochs": 10**9, "patience_epochs": None, "learning_rate": 1e-3}


def press_ctrl_c(after_seconds: float = 0.05) -> None:
    threading.Timer(after_seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_ends_fit_and_keeps_the_best_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = threading.Event()

    def press_once(event: object, *, one_of_many: bool) -> None:
        if isinstance(event, EpochsEnded) and not pressed.is_set():
            pressed.set()
            press_ctrl_c()

    monkeypatch.setattr(base, "print_line", press_once)
    model = small(Regressor, verbose=True, **ENDLESS)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, NUMBERS)
    assert signal.getsignal(signal.SIGINT) is before
    assert model.stop_reason_.startswith(f"interrupted after epoch {model.n_iter_}; ")
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.filterwarnings("ignore:The loss .*was not finite")
@pytest.mark.parametrize("values", [{}, {"n_seeds": 2}])
def test_best_weights_are_kept_where_the_loss_diverges_in_the_end(values: Any) -> None:
    x = np.random.default_rng(0).normal(size=(600, 3))
    y = 2 * x[:, 0] + 1
    # Steps that grow for a thousand epochs: at first they teach, and in the end they are too long.
    growing: dict[str, Any] = {"learning_rate": 300.0, "warmup_epochs": 1000, "optimizer": "sgd"}
    model = Regressor(hidden_sizes=(8,), patience_epochs=None, random_state=0, **growing, **values)
    model.fit(x, y)
    if not values:
        assert model.stop_reason_.startswith("the loss became not finite after epoch ")
    assert model.score(x, y) > 0.9


def test_ctrl_c_ends_iter_fit_with_an_event() -> None:
    model = small(Regressor, **ENDLESS)
    events: list[Any] = []
    for event in model.iter_fit(X, NUMBERS):
        if len(events) == 1:
            press_ctrl_c()
        events.append(event)
    assert isinstance(events[-1], TrainingEnded)
    assert events[-1].reason == "interrupted"
    assert model.n_iter_ == sum(len(e.records) for e in events if isinstance(e, EpochsEnded))


def test_stopping_to_listen_gives_ctrl_c_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    for event in small(Regressor, **ENDLESS).iter_fit(X, NUMBERS):
        if isinstance(event, EpochsEnded):
            break
    assert signal.getsignal(signal.SIGINT) is before


# Events.


def test_iter_fit_yields_start_epochs_and_end_in_this_order() -> None:
    model = small(Regressor, max_epochs=20, patience_epochs=None, validation_fraction=0.25)
    events = list(model.iter_fit(X, NUMBERS))
    assert events[0] == TrainingStarted(41, 30, 10, max_epochs=20, max_seconds=None)
    *chunks, stopped, ended = events[1:]
    assert all(isinstance(event, EpochsEnded) for event in chunks)
    assert isinstance(stopped, MemberStopped)
    assert (stopped.reason, stopped.epoch, stopped.member) == ("max_epochs", 20, 0)
    assert ended == TrainingEnded("max_epochs")
    records = [record for event in chunks for record in event.records]
    assert [record.epoch for record in records] == list(range(1, 21))
    assert [{"member": 0, **as_plain(record)} for record in records] == model.history_
    assert chunks[-1].best_epoch == model.best_epoch_
    seconds = [record.seconds for record in records]
    assert all(0 < one < other for one, other in pairwise(seconds))


def test_iter_fit_shows_the_columns_before_training_begins() -> None:
    model = small(Regressor)
    events = model.iter_fit(frame(), NUMBERS)
    next(events)
    assert [shown["name"] for shown in model.schema_] == COLUMNS
    assert not hasattr(model, "history_")
    events.close()


def test_verbose_prints_a_line_for_each_stretch_of_epochs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = small(Classifier, verbose=True, **HELD_OUT).fit(X, THREE)
    printed = capsys.readouterr()
    assert printed.out == ""
    line = r"epoch \d+  train loss \d\.\d+  validation loss \d\.\d+  best epoch \d+"
    lines = printed.err.splitlines()
    assert all(re.fullmatch(line, text) for text in lines)
    assert lines[-1].startswith("epoch 3  ")
    assert lines[-1].endswith(f"best epoch {model.best_epoch_}")


def test_verbose_leaves_out_a_loss_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    small(Classifier, verbose=True).fit(X, THREE)
    assert "validation" not in capsys.readouterr().err


def test_fit_is_silent_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    small(Classifier).fit(X, THREE)
    printed = capsys.readouterr()
    assert printed.out + printed.err == ""


# Losses that are not finite.

# In float32, a loss that doubles leaves the finite numbers soon.
STEEP: dict[str, Any] = {"hidden_sizes": (), "optimizer": "sgd", "precision": "float32"}


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_learning_rate_is_lowered_until_training_goes_on(precision: str) -> None:
    chosen = {**STEEP, "precision": precision, "scaling": "standard", "batch_size": 64}
    model = small(Regressor, **chosen, learning_rate=6.0, max_epochs=600, patience_epochs=None)
    with pytest.warns(TrainingWarning) as warned:
        events = list(model.iter_fit(X, NUMBERS))
    lowered = [event for event in events if isinstance(event, LearningRateLowered)]
    assert [event.learning_rate for event in lowered] == pytest.approx([1.5, 0.375][: len(lowered)])
    assert [str(warning.message) for warning in warned] == [
        f"The loss was not finite in epoch {event.epoch}, step {event.step}: training goes on "
        f"from the best weights with learning rate {event.learning_rate:.3g}."
        for event in lowered
    ]
    assert lowered
    assert model.stop_reason_.endswith(
        f"; the learning rate was too high, and was lowered to {lowered[-1].learning_rate:.3g}"
    )
    assert model.score(X, NUMBERS) > 0.9
    assert all(np.isfinite(column(model, "train_loss")))
    assert len(model.history_) == 600


def test_network_that_has_blown_up_is_not_kept_though_its_numbers_are_finite() -> None:
    chosen = {**STEEP, "precision": "float64", "hidden_sizes": (16,)}
    model = small(Regressor, **chosen, learning_rate=100.0, max_epochs=20, patience_epochs=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        try:
            model.fit(X, NUMBERS)
        except TrainingError:
            return
    assert max(column(model, "train_loss")) < 1e6


def test_steps_are_counted_again_from_the_beginning_of_the_epoch() -> None:
    model = small(Regressor, **STEEP, learning_rate=1e30, max_epochs=50, batch_size=8)
    lowered = []
    with warnings.catch_warnings(), contextlib.suppress(TrainingError):
        warnings.simplefilter("ignore", TrainingWarning)
        for event in model.iter_fit(X, NUMBERS):
            lowered += [event] if isinstance(event, LearningRateLowered) else []
    n_steps = -(-len(X) // 8)
    assert lowered
    assert all((each.step - 1) // n_steps == each.epoch - 1 for each in lowered)


def test_verbose_prints_that_the_learning_rate_is_lowered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = small(Regressor, **STEEP, learning_rate=1e30, max_epochs=50, verbose=True)
    fails(model, X, NUMBERS)
    lines = [line for line in capsys.readouterr().err.splitlines() if "lowered" in line]
    assert lines == [
        "learning rate lowered to 2.5e+29",
        "learning rate lowered to 6.25e+28",
        "learning rate lowered to 1.56e+28",
    ]


def fails(model: Any, table: Any, y: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        with pytest.raises(TrainingError) as caught:
            model.fit(table, y)
    assert not hasattr(model, "history_")
    return str(caught.value)


def test_training_error_names_epoch_step_and_the_unscaled_column() -> None:
    table = frame().assign(salary=1e30 * X[:, 0])
    model = small(Regressor, **STEEP, scaling="none", learning_rate=1e3, max_epochs=50)
    text = fails(model, table, NUMBERS)
    assert re.fullmatch(
        r"The loss was not finite in epoch \d+, step \d+, even after the learning rate was lowered "
        r"three times\.\n"
        r"The likely cause is the unscaled column 'salary': its values reach \S+, and inputs "
        r"should be about 1\.\n"
        r"hint: leave scaling at 'robust', or lower learning_rate",
        text,
    )


def test_training_error_names_the_learning_rate_when_all_is_scaled() -> None:
    model = small(Regressor, **STEEP, learning_rate=1e30, max_epochs=50)
    assert re.fullmatch(
        r"The loss was not finite in epoch \d+, step \d+, even after the learning rate was lowered "
        r"three times\.\n"
        r"The likely cause is the learning rate, 1e\+30\.\n"
        r"hint: lower learning_rate to 0\.1 or less, the default",
        fails(model, frame(), NUMBERS),
    )


def test_values_without_bounds_do_no_harm_when_they_are_scaled() -> None:
    table = frame().assign(salary=1e30 * X[:, 0])
    model = small(Regressor, max_epochs=20).fit(table, NUMBERS)
    assert np.isfinite(model.predict(table)).all()


# The same again.


@both
@pytest.mark.parametrize(
    "chosen", [{}, {"dropout_rate": 0.5}, {"validation_fraction": 0.25}], ids=str
)
def test_same_seed_gives_the_same_bits(
    estimator: type[AbstractEstimator], chosen: dict[str, Any]
) -> None:
    y = target_for(estimator)
    one = small(estimator, **chosen).fit(X, y)
    other = small(estimator, **chosen).fit(X, y)
    np.testing.assert_array_equal(outputs(one, X), outputs(other, X))
    assert column(one, "train_loss") == column(other, "train_loss")


@both
def test_another_seed_gives_another_network(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    one, other = (small(estimator, random_state=seed).fit(X, y) for seed in (0, 1))
    assert not np.array_equal(outputs(one, X), outputs(other, X))


def test_random_state_may_be_a_generator() -> None:
    def first_and_second() -> list[Any]:
        generator = np.random.RandomState(7)
        model = small(Classifier, random_state=generator)
        return [model.fit(X, THREE).predict_proba(X) for _ in range(2)]

    one, other = first_and_second(), first_and_second()
    np.testing.assert_array_equal(one, other)
    # A generator moves on, as in scikit-learn.
    assert not np.array_equal(one[0], one[1])


def test_no_random_state_follows_numpys() -> None:
    def predictions(seed: int) -> Any:
        state = np.random.get_state()
        np.random.seed(seed)
        try:
            return small(Classifier, random_state=None).fit(X, THREE).predict_proba(X)
        finally:
            np.random.set_state(state)

    np.testing.assert_array_equal(predictions(3), predictions(3))
    assert not np.array_equal(predictions(3), predictions(4))


def test_chunks_of_epochs_do_not_show() -> None:
    # The first chunk has one epoch; three more than the next has are a third.
    long = small(Regressor, max_epochs=12, patience_epochs=None).fit(X, NUMBERS)
    short = small(Regressor, max_epochs=5, patience_epochs=None).fit(X, NUMBERS)
    assert column(long, "train_loss")[:5] == column(short, "train_loss")


@contextmanager
def compilations(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Collect what JAX says that it compiles."""
    found: list[str] = []
    caplog.clear()
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        yield found
    found += [text for text in caplog.messages if text.startswith("Compiling ")]


@both
@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_second_fit_compiles_nothing(
    estimator: type[AbstractEstimator], fraction: float, caplog: pytest.LogCaptureFixture
) -> None:
    # A width of its own, so that the first fit compiles whatever ran before.
    chosen = {"hidden_sizes": (5 + 2 * (fraction > 0),), "validation_fraction": fraction}
    y = target_for(estimator)
    with compilations(caplog) as first:
        small(estimator, **chosen).fit(X, y).predict(X)
    assert first
    with compilations(caplog) as second:
        # Other rows, knobs that are numbers, seed and length; a few rows less; and views of it.
        other = {"learning_rate": 0.01, "tolerance": 0.1, "random_state": 3, "max_epochs": 9}
        small(estimator, **chosen, **other).fit(X[::-1] + 1, y).predict(X)
        small(estimator, **chosen, patience_epochs=2).fit(X[:39], y[:39]).predict(X[:7])
        small(estimator, **chosen).fit(np.asfortranarray(X), y, np.arange(1, 41)).predict(X)
    assert second == []


def test_learning_rate_is_lowered_without_compiling_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for precision in ("float32", "float64"):
        chosen = {**STEEP, "precision": precision, "learning_rate": 1e30, "max_epochs": 50}
        chosen["patience_epochs"] = None
        # The first time, going back has to be compiled.
        fails(small(Regressor, **chosen), X, NUMBERS)
        with compilations(caplog) as second:
            fails(small(Regressor, **chosen), X, NUMBERS)
        assert second == []


def test_history_survives_scores_that_overflow(tmp_path: Any) -> None:
    # These do not fit in float32.
    huge = 1e40 * NUMBERS
    model = small(Regressor, precision="float32").fit(X, huge, validation=(X, huge))
    assert column(model, "metric") == [np.inf] * 3
    assert np.isfinite(model.predict(X)).all()
    model.save(tmp_path / "model")


@pytest.mark.parametrize("name", ["patience_epochs", "max_epochs", "schedule_epochs"])
def test_counts_may_be_larger_than_any_that_is_reached(name: str) -> None:
    model = small(Regressor, learning_rate=1.0, max_seconds=0.2, **{name: 10**12})
    assert model.fit(pd.DataFrame(X), NUMBERS).n_iter_ >= 1


def test_metric_that_cannot_be_watched_is_said() -> None:
    with pytest.warns(TrainingWarning, match="no held-out rows to watch accuracy on"):
        small(Classifier, watch="accuracy", validation_fraction=0.0).fit(X, THREE)
