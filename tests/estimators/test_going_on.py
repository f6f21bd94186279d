"""Going on: warm_start and partial_fit."""

import os
import signal
import threading
from typing import Any

import numpy as np
import pytest

from rightfit import Classifier, Regressor, TrainingWarning
from rightfit.estimators.fitting import Fitting
from tests.estimators.examples import COLUMNS, NUMBERS, THREE, TWO, X, frame, small

pytestmark = pytest.mark.slow


def column(model: Any, name: str) -> list[Any]:
    return [record[name] for record in model.history_]


def test_warm_start_goes_on_from_the_weights_of_the_fit_before() -> None:
    model = small(Classifier, warm_start=True, max_epochs=20, learning_rate=0.03).fit(X, TWO)
    first = column(model, "train_loss")
    model.fit(X, TWO)
    second = column(model, "train_loss")
    assert [record["epoch"] for record in model.history_] == list(range(1, 21))
    assert second[0] < first[-1] < first[0]
    cold = small(Classifier, max_epochs=20, learning_rate=0.03).fit(X, TWO).fit(X, TWO)
    assert column(cold, "train_loss") == first


def test_warm_start_keeps_columns_classes_and_scale() -> None:
    model = small(Classifier, warm_start=True).fit(frame(), np.array(["a", "b", "c"])[THREE])
    encoder = model._model.encoder.to_json()
    model.fit(10 * frame()[COLUMNS[::-1]], np.array(["a", "b"])[TWO])
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert model._model.encoder.to_json() == encoder
    assert model.feature_names_in_.tolist() == COLUMNS


def test_warm_start_begins_anew_with_another_shape() -> None:
    model = small(Classifier, warm_start=True).fit(X, THREE)
    with pytest.warns(TrainingWarning, match="warm_start begins anew"):
        model.set_params(hidden_sizes=(4,)).fit(X, THREE)
    assert model.n_parameters_ == (3 + 1) * 4 + (4 + 1) * 3


def test_warm_start_begins_anew_after_folds_whose_networks_saw_the_rows_held_out_now() -> None:
    model = small(Classifier, n_folds=3).fit(X, THREE)
    model.set_params(n_folds=None, warm_start=True)
    with pytest.warns(TrainingWarning, match="what was fitted is a pack of 3 networks"):
        model.fit(X, THREE)
    fresh = small(Classifier).fit(X, THREE)
    assert column(model, "validation_loss") == column(fresh, "validation_loss")


def test_warm_start_warns_of_rows_held_out_that_were_trained_on() -> None:
    model = small(Classifier, warm_start=True, validation_fraction=0.2)
    model.partial_fit(X, TWO)
    with pytest.warns(TrainingWarning, match="some may have been trained on before, when 0 were"):
        model.fit(X, TWO)
    model.fit(X, TWO)
    model.set_params(validation_fraction=None).partial_fit(X, TWO)
    model.fit(X, TWO, validation=(X, TWO))


def test_warm_start_does_not_turn_positions_into_names() -> None:
    rows = [["flat", 1.0], ["shop", 2.0]] * 20
    model = small(Classifier, warm_start=True).fit(rows, TWO).fit(rows, TWO)
    assert not hasattr(model, "feature_names_in_")
    model = small(Classifier, warm_start=True).fit(frame(), TWO).fit(X, TWO)
    assert model.feature_names_in_.tolist() == COLUMNS
    np.testing.assert_array_equal(
        model.predict_proba(frame()[COLUMNS[::-1]]), model.predict_proba(frame())
    )


@pytest.mark.parametrize("state", [None, np.random.RandomState(0)], ids=["none", "generator"])
def test_warm_start_holds_out_the_same_rows_again(state: Any) -> None:
    model = small(Regressor, warm_start=True).set_params(random_state=state)
    chosen = [model.fit(X, NUMBERS)._begin(X, NUMBERS).prepared.training_rows for _ in range(2)]
    np.testing.assert_array_equal(*chosen)
    fresh = small(Regressor).set_params(random_state=np.random.RandomState(0))
    seeds = {fresh._begin(X, NUMBERS).seed for _ in range(2)}
    assert len(seeds) == 2


def test_warm_start_that_begins_anew_forgets_the_columns_and_the_scale() -> None:
    model = small(Regressor, warm_start=True).fit(X, NUMBERS)
    with pytest.warns(TrainingWarning, match="warm_start begins anew"):
        model.set_params(hidden_sizes=(4,)).fit(X + 1e4, NUMBERS + 1e5)
    assert abs(float(model._model.target.center[0]) - NUMBERS.mean() - 1e5) < 1
    fresh = small(Regressor, hidden_sizes=(4,)).fit(X + 1e4, NUMBERS + 1e5)
    assert model._model.encoder.to_json() == fresh._model.encoder.to_json()


def test_warm_start_says_which_parameters_come_too_late() -> None:
    model = small(Regressor, warm_start=True).fit(X, NUMBERS)
    with pytest.warns(TrainingWarning, match="Changing 'scaling' has no effect"):
        model.set_params(scaling="quantile").fit(X, NUMBERS)


def test_partial_fit_says_that_it_keeps_no_average() -> None:
    with pytest.warns(TrainingWarning, match="average_decay has no effect in partial_fit"):
        small(Regressor, average_decay=0.9).partial_fit(X, NUMBERS)


def test_ctrl_c_in_partial_fit_is_raised_when_the_epoch_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def pressing(self: Fitting, *, one_epoch: bool = False, really: Any = Fitting.events) -> Any:
        for event in really(self, one_epoch=one_epoch):
            if threading.current_thread() is threading.main_thread() and not pressed:
                pressed.append(True)
                os.kill(os.getpid(), signal.SIGINT)
            yield event

    pressed: list[bool] = []
    monkeypatch.setattr(Fitting, "events", pressing)
    model = small(Regressor)
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(X, NUMBERS)


def test_ctrl_c_while_the_ensemble_is_chosen_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressing(self: Fitting, really: Any = Fitting.model, **rest: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return really(self, **rest)

    monkeypatch.setattr(Fitting, "model", pressing)
    model = small(Regressor, l2=[0.0, 0.1])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, NUMBERS)
    assert np.isfinite(model.predict(X)).all()
