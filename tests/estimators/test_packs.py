import json
import os
import pickle
import signal
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import cross_val_score

from rightfit import (
    Classifier,
    DataError,
    DataWarning,
    EpochsEnded,
    MemberStopped,
    PackJudged,
    ParameterError,
    Regressor,
    TrainingError,
    TrainingStarted,
    TrainingWarning,
    load,
)
from rightfit.estimators import base, fitting, judging_time
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.trials import Trials
from rightfit.train import clock, compilation
from rightfit.train.compilation import compile_if
from rightfit.train.pack import block, wave, waves
from rightfit.train.selection.choose import assign_parts_by_block
from tests.estimators.examples import (
    HELD_OUT,
    N_ROWS,
    NUMBERS,
    SMALL,
    TWO,
    X,
    frame,
    outputs,
    target_for,
)
from tests.train.runs import counted_compilations

pytestmark = pytest.mark.slow

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])
LISTS: dict[str, Any] = {"dropout_rate": [0.0, 0.4], "l2": [0.0, 0.1]}


def pack(estimator: type[AbstractEstimator], **chosen: Any) -> Any:
    by_folds = {"validation_fraction": None} if "n_folds" in chosen else {}
    model = estimator(**{**HELD_OUT, **by_folds, **LISTS, **chosen})
    return model.fit(frame(), target_for(estimator))


@both
def test_lists_train_every_combination(estimator: type[AbstractEstimator]) -> None:
    model = pack(estimator)
    tried = [(row["dropout_rate"], row["l2"]) for row in model.members_]
    assert tried == [(0.0, 0.0), (0.0, 0.1), (0.4, 0.0), (0.4, 0.1)]
    assert [row["member"] for row in model.members_] == [0, 1, 2, 3]
    weights = [row["weight"] for row in model.members_]
    assert sum(weights) == pytest.approx(1)
    assert model.choice_["rows"] == "validation"
    assert model.choice_["n_rows"] == 10
    assert {row["stop_reason"] for row in model.members_} == {"max_epochs"}
    assert sorted(model.path_) == ["dropout_rate", "l2"]
    assert [step["value"] for step in model.path_["dropout_rate"]] == [0.0, 0.4]


@both
def test_member_of_a_pack_is_the_network_that_would_be_trained_alone(
    estimator: type[AbstractEstimator],
) -> None:
    model = pack(estimator)
    for row in model.members_:
        chosen = {name: row[name] for name in LISTS}
        alone = estimator(**{**HELD_OUT, **chosen}).fit(frame(), target_for(estimator))
        ours = [r for r in model.history_ if r["member"] == row["member"]]
        assert row["best_epoch"] == alone.best_epoch_
        for one, other in zip(ours, alone.history_, strict=True):
            assert one["train_loss"] == pytest.approx(other["train_loss"], rel=1e-5)
            assert one["validation_loss"] == pytest.approx(other["validation_loss"], rel=1e-4)
            if row["weight"]:
                norms = one["gradient_norms"]
                assert norms == pytest.approx(other["gradient_norms"], rel=1e-3)


@both
def test_history_has_gradient_norms_of_the_networks_that_predict(
    estimator: type[AbstractEstimator],
) -> None:
    model = pack(estimator, combine="best")
    (kept,) = [row["member"] for row in model.members_ if row["weight"] > 0]
    for record in model.history_:
        assert (record["gradient_norms"] is not None) == (record["member"] == kept)


@both
def test_best_is_the_network_of_the_lowest_validation_loss(
    estimator: type[AbstractEstimator],
) -> None:
    model = pack(estimator, combine="best")
    (kept,) = [row for row in model.members_ if row["weight"] > 0]
    assert kept["validation_loss"] == min(row["validation_loss"] for row in model.members_)
    assert model.best_params_ == {name: kept[name] for name in LISTS}
    chosen = {**HELD_OUT, **model.best_params_}
    alone = estimator(**chosen).fit(frame(), target_for(estimator))
    np.testing.assert_allclose(outputs(model, frame()), outputs(alone, frame()), rtol=1e-4)


def test_simplest_is_at_least_as_regularised_as_the_best() -> None:
    model = pack(Classifier, combine="simplest")
    (kept,) = [row for row in model.members_ if row["weight"] > 0]
    best = min(model.members_, key=lambda row: row["validation_loss"])
    assert (kept["dropout_rate"], kept["l2"]) >= (best["dropout_rate"], best["l2"])
    assert kept["trial"] != best["trial"]  # or the next line would say nothing
    assert model.best_params_ == {name: kept[name] for name in LISTS}
    assert model.cv_results_["params"][model.best_index_] == model.best_params_


@both
def test_ensemble_predicts_the_weighted_mean_of_its_members(
    estimator: type[AbstractEstimator],
) -> None:
    model = pack(estimator, n_seeds=3)
    target = target_for(estimator)
    mean = 0.0
    for row in model.members_:
        chosen = {name: row[name] for name in LISTS}
        # The first seed is that of the fit, so only its networks can be had alone.
        if row["weight"] > 0 and row["seed"] == model._model.training.seed:
            alone = estimator(**{**HELD_OUT, **chosen}).fit(frame(), target)
            mean = mean + row["weight"] * outputs(alone, frame())
    first = sum(r["weight"] for r in model.members_ if r["seed"] == model._model.training.seed)
    if first > 0.999:
        np.testing.assert_allclose(outputs(model, frame()), mean, rtol=1e-4)
    assert len({row["seed"] for row in model.members_}) == 3
    assert len(model.members_) == 12


@both
def test_folds_predict_every_row_from_networks_that_have_not_seen_it(
    estimator: type[AbstractEstimator],
) -> None:
    target = target_for(estimator)
    model = pack(estimator, n_folds=4)
    assert len(model.members_) == 16
    assert model.choice_["rows"] == "out-of-fold"
    oof = model.oof_predictions_
    assert np.isfinite(oof).all()
    kept = [row for row in model.members_ if row["weight"] > 0]
    assert sum(row["weight"] for row in kept) == pytest.approx(1)
    if estimator is Classifier:
        assert oof.shape == (N_ROWS, 3)
        np.testing.assert_allclose(oof.sum(axis=1), 1, rtol=1e-6)
        loss = log_loss(target, oof)
    else:
        assert oof.shape == (N_ROWS,)
        loss = mean_squared_error(target, oof) / model._model.target.scale[0] ** 2
    assert model.choice_["on_the_rows_that_chose"] == pytest.approx(loss, rel=1e-4)
    results = model.cv_results_
    assert results["split3_test_score"].shape == (4,)
    assert results["rank_test_score"][model.best_index_] == 1
    assert (results["mean_fit_time"] > 0).all()
    assert results["params"][model.best_index_] == model.best_params_
    by_folds = np.mean([results[f"split{fold}_test_score"] for fold in range(4)], axis=0)
    np.testing.assert_allclose(results["mean_test_score"], by_folds, rtol=1e-3)


def test_folds_of_one_combination_make_an_ensemble_too() -> None:
    model = Regressor(**SMALL, n_folds=5).fit(X, NUMBERS)
    assert [row["weight"] for row in model.members_] == pytest.approx([0.2] * 5)
    assert model.oof_predictions_.shape == (N_ROWS,)


def test_rows_without_a_target_have_no_out_of_fold_prediction() -> None:
    target = NUMBERS.copy()
    target[3] = np.nan
    with pytest.warns(DataWarning, match="^Left out: 1 row without a target.$"):
        model = Regressor(**SMALL, n_folds=3).fit(X, target)
    assert np.flatnonzero(np.isnan(model.oof_predictions_)).tolist() == [3]


def test_groups_are_never_on_both_sides() -> None:
    groups = np.arange(N_ROWS) // 4
    model = Regressor(**SMALL, n_folds=3)
    folds = model._begin(X, NUMBERS, None, None, groups).prepared.folds
    for fold in folds:
        assert not set(groups[fold.training]) & set(groups[fold.held_out])
    held = Regressor(**HELD_OUT)._begin(X, NUMBERS, None, None, groups).prepared
    assert held.validation is not None
    assert len(set(groups[held.training_rows])) == 7
    assert int(held.validation.n_rows) == 12


def test_what_is_held_out_is_later_than_what_is_trained_on() -> None:
    time = np.random.default_rng(0).permutation(N_ROWS)
    held = Regressor(**HELD_OUT)._begin(X, NUMBERS, None, None, None, time).prepared
    assert held.validation is not None
    assert time[held.training_rows].max() < N_ROWS - int(held.validation.n_rows)
    model = Regressor(**SMALL, n_folds=3).fit(X, NUMBERS, time=time)
    # The earliest rows are held out of no fold.
    assert time[np.isnan(model.oof_predictions_)].max() == N_ROWS // 4 - 1


def test_of_folds_in_time_the_networks_of_the_last_one_predict() -> None:
    time = np.random.default_rng(0).permutation(N_ROWS)
    model = Regressor(**SMALL, n_folds=3, l2=[0.0, 0.1]).fit(X, NUMBERS, time=time)
    kept = [row for row in model.members_ if row["weight"] > 0]
    assert {row["fold"] for row in kept} == {2}
    assert sum(row["weight"] for row in kept) == pytest.approx(1)


def test_trees_that_see_the_rows_of_a_fold_are_warned_of() -> None:
    with pytest.warns(TrainingWarning, match="scaling='tree' goes by the targets of all rows"):
        Regressor(**SMALL, n_folds=2, scaling="tree").fit(X, NUMBERS)


def test_few_rows_are_held_out_in_folds_when_there_is_something_to_choose() -> None:
    model = Classifier(**SMALL, l2=[0.0, 0.1])
    started, *_ = model.iter_fit(X, TWO)
    assert isinstance(started, TrainingStarted)
    assert (started.n_members, started.n_folds) == (10, 5)
    assert model.choice_["rows"] == "out-of-fold"
    assert len(model.members_) == 10


@both
def test_pack_is_saved_loaded_pickled_and_cloned(
    estimator: type[AbstractEstimator], tmp_path: Path
) -> None:
    model = pack(estimator, hidden_sizes=[(8,), ()], combine="ensemble")
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.get_params() == model.get_params()
    for other in (again, pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(outputs(other, frame()), outputs(model, frame()))
        assert other.members_ == model.members_
        assert other.path_ == model.path_
        assert other.choice_ == model.choice_
        assert other.best_params_ == model.best_params_
    assert not hasattr(clone(model), "members_")
    json.dumps(model.describe())


def test_one_network_has_no_pack_attributes() -> None:
    model = pack(Classifier)
    model.set_params(dropout_rate=0.0, l2=0.0).fit(X, TWO)
    assert not [name for name in ("members_", "path_", "oof_predictions_") if hasattr(model, name)]


def test_members_are_drawn_from_ranges() -> None:
    model = Classifier(**{**HELD_OUT, "hidden_sizes": [(8,)]}, members=5).fit(X, TWO)
    assert len(model.members_) == 5
    assert len({row["learning_rate"] for row in model.members_}) == 5


def test_larger_grid_is_sampled_and_says_so() -> None:
    with pytest.warns(TrainingWarning, match="The grid has 4 combinations; 2 of them"):
        model = pack(Classifier, max_members=2)
    assert len(model.members_) == 2


@both
def test_pack_repeats_itself_to_the_bit(estimator: type[AbstractEstimator]) -> None:
    one, other = (pack(estimator, n_folds=3) for _ in range(2))
    np.testing.assert_array_equal(one.oof_predictions_, other.oof_predictions_)
    np.testing.assert_array_equal(outputs(one, frame()), outputs(other, frame()))


def test_pack_works_in_cross_val_score() -> None:
    scores = cross_val_score(Classifier(**SMALL, l2=[0.0, 0.1]), X, TWO, cv=2)
    assert scores.shape == (2,)


def test_events_tell_of_every_member() -> None:
    model = Classifier(**HELD_OUT, **LISTS)
    stopped = [e for e in model.iter_fit(X, TWO) if isinstance(e, MemberStopped)]
    assert sorted(event.member for event in stopped) == [0, 1, 2, 3]


def test_diverging_member_is_left_out_with_a_warning(tmp_path: Path) -> None:
    model = Classifier(
        **{**HELD_OUT, "scaling": "none"}, optimizer="sgd", learning_rate=[0.1, 1e300]
    )
    with pytest.warns(TrainingWarning, match="The loss of member 1 was not finite") as warned:
        model.fit(X, TWO)
    # It was lowered three times; once is enough to say so, at the line of whoever called.
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert [row["stop_reason"] for row in model.members_] == ["max_epochs", "not_finite"]
    assert np.isfinite(model.predict_proba(X)).all()
    # Saved, what is not a number is nothing.
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.best_params_ == model.best_params_ == {"learning_rate": 0.1}
    assert again.cv_results_["rank_test_score"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("chosen", "arguments", "problem", "words"),
    [
        ({"l2": []}, {}, ParameterError, "'l2'"),
        ({"hidden_sizes": [8, 4]}, {}, ParameterError, r"\[\(8,\), \(4,\)\]"),
        ({"max_epochs": [1, 2]}, {}, ParameterError, "one value, not a list"),
        ({"n_folds": 50}, {}, DataError, "fewer than the 50 folds"),
        ({"n_folds": 2}, {"groups": [1, 2]}, DataError, "has the shape"),
        ({"n_folds": 2}, {"groups": X[:, 0], "time": X[:, 0]}, DataError, "Both groups and time"),
        ({"n_folds": 2}, {"validation": (X, TWO)}, ParameterError, "asks for folds too"),
        ({"n_folds": 2, "validation_fraction": 0.2}, {}, ParameterError, "are both given"),
        ({"l2": [0, 1], "validation_fraction": 0.0}, {}, ParameterError, "leaves no rows"),
    ],
)
def test_mistakes_are_explained_and_nothing_is_half_fitted(
    chosen: dict[str, Any], arguments: dict[str, Any], problem: type[Exception], words: str
) -> None:
    model = Classifier(**{**SMALL, **chosen})
    with pytest.raises(problem, match=words):
        model.fit(X, TWO, **arguments)
    assert not [name for name in vars(model) if name.endswith("_")]
    assert not model.__sklearn_is_fitted__()


def test_partial_fit_and_warm_start_refuse_packs() -> None:
    with pytest.raises(ParameterError, match="partial_fit goes on with one network"):
        Classifier(**SMALL, l2=[0, 1]).partial_fit(X, TWO)
    model = Classifier(**HELD_OUT, warm_start=True).fit(X, TWO).set_params(l2=[0.0, 0.1])
    with pytest.raises(ParameterError, match="warm_start goes on with one network"):
        model.fit(X, TWO)


def test_time_too_short_for_an_epoch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_LATE_SECONDS", 0.0)
    model = Classifier(**{**SMALL, "max_epochs": 10}, max_seconds=1e-6)
    with pytest.raises(TrainingError, match="max_seconds=1e-06 ran out before the first epoch"):
        model.fit(X, TWO)
    assert not [name for name in vars(model) if name.endswith("_")]


@pytest.mark.parametrize(
    ("estimator", "watch", "n_folds"),
    [(Classifier, "f1_macro", None), (Classifier, "accuracy", 3), (Regressor, "r2", None)],
)
def test_choosing_compiles_nothing_where_time_may_be_up(
    estimator: type[AbstractEstimator],
    watch: str,
    n_folds: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # All programs are forgotten where there are very many, as there may be after other tests.
    monkeypatch.setattr(compilation, "_make_room", lambda: None)
    # So many rows as no other test has, which may have compiled for them.
    n_rows = 241 + len(watch)
    rows = np.random.default_rng(0).normal(size=(n_rows, 2))
    y = rows[:, 0] > 0 if estimator is Classifier else rows[:, 0]
    chosen: dict[str, Any] = {
        "hidden_sizes": [(2,), (3,)],
        "watch": watch,
        "n_folds": n_folds,
        "max_epochs": 2,
    }
    model = estimator(**chosen, max_seconds=600.0, random_state=0)
    fitting = model._begin(rows, y)
    assert list(fitting.events())
    with counted_compilations() as compilations:
        fitting.model()
    assert compilations == []


def test_model_is_usable_when_time_is_over_while_another_shape_is_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate, now = threading.Event(), [0.0]

    def slowly(is_wanted: Any, function: Any, *arguments: Any) -> bool:
        if len(getattr(arguments[1], "network", arguments[0]).layers) == 3:
            now[0] = 1e9
            assert gate.wait(60)
        return compile_if(is_wanted, function, *arguments)

    monkeypatch.setattr(block, "compile_if", slowly)
    standing = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr(clock, "time", standing)
    monkeypatch.setattr(base, "clock", standing)
    # The second shape's turn comes when the first has an epoch.
    monkeypatch.setattr(wave, "n_at_once", lambda: 1)
    sizes = [(8,), (4, 4)]
    model = Classifier(**{**HELD_OUT, "hidden_sizes": sizes, "max_seconds": 1e8}).fit(X, TWO)
    assert not gate.is_set()
    gate.set()
    first, second = model.members_
    assert (first["weight"], first["stop_reason"], first["n_epochs"]) == (1.0, "max_seconds", 1)
    assert (second["weight"], second["stop_reason"], second["n_epochs"]) == (0.0, "max_seconds", 0)
    assert np.isfinite(model.choice_["on_the_rows_that_chose"])
    assert model.best_params_ == {"hidden_sizes": (8,)}
    assert model.cv_results_["rank_test_score"].tolist() == [1, 2]
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_pack_whose_memory_is_not_there_is_refused_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "available_bytes", lambda: 1000)
    model = Classifier(**HELD_OUT, l2=[0.0, 0.1])
    with pytest.raises(TrainingError, match=r"need 0\.0 GiB of memory, and 0\.0 GiB are free"):
        next(model.iter_fit(X, TWO))
    assert not [name for name in vars(model) if name.endswith("_")]
    # One network has no others to wait for.
    Classifier(**HELD_OUT).fit(X, TWO)


def test_metric_that_is_watched_chooses() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = pack(Classifier, watch="accuracy", combine="best")
    assert model.choice_["watched"] == "accuracy"
    assert 0 <= model.choice_["on_the_rows_that_chose"] <= 1
    (kept,) = [row for row in model.members_ if row["weight"] > 0]
    assert kept["metric"] == max(row["metric"] for row in model.members_)


def test_pack_is_judged_while_it_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr(judging_time, "_PAUSE_SHARE", 0)
    # Networks of several shapes have calls of their own, so that some always wait.
    sizes = [(8,), (8, 8), (4, 4)]
    model = Classifier(**{**HELD_OUT, "hidden_sizes": sizes, "max_epochs": 20})
    judged = [e for e in model.iter_fit(X, TWO) if isinstance(e, PackJudged)]
    assert judged
    assert all(np.isfinite(event.watched) and event.n_members >= 1 for event in judged)
    monkeypatch.setattr(fitting, "_SNAPSHOT_SECONDS", None)
    again = Classifier(**{**HELD_OUT, "hidden_sizes": sizes, "max_epochs": 20}).fit(X, TWO)
    np.testing.assert_array_equal(model.predict_proba(X), again.predict_proba(X))


def test_ctrl_c_keeps_what_the_members_have_learnt() -> None:
    model = Classifier(**{**HELD_OUT, **LISTS, "max_epochs": 10**6}, patience_epochs=None)
    reasons = set()
    with_records: set[int] = set()
    for event in model.iter_fit(X, TWO):
        if isinstance(event, EpochsEnded):
            if not with_records:
                os.kill(os.getpid(), signal.SIGINT)
            with_records.add(event.member)
        elif isinstance(event, MemberStopped):
            reasons.add(event.reason)
    assert reasons == {"interrupted"}
    assert "4 were interrupted" in model.stop_reason_
    trained = {row["member"] for row in model.members_ if row["best_epoch"]}
    assert trained == with_records
    assert np.isfinite(model.predict_proba(X)).all()


def test_one_trial_is_trained_on_every_fold_whatever_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "_LATE_SECONDS", 1e9)
    monkeypatch.setattr(wave, "widest", lambda *about: 1)
    model = Classifier(**SMALL, l2=[0.0, 0.1], n_folds=3, max_seconds=1e-6).fit(X, TWO)
    # Usually the first; threads may end the second one's calls sooner.
    epochs = [[row["n_epochs"] for row in model.members_ if row["trial"] == t] for t in (0, 1)]
    assert [1, 1, 1] in epochs
    weights = [row["weight"] for row in model.members_ if row["weight"]]
    assert weights == pytest.approx([1 / 3] * 3) or epochs == [[1, 1, 1]] * 2


def test_trials_that_all_diverge_in_a_fold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trials, "complete", lambda self, trained: False)
    model = Classifier(**SMALL, n_folds=3)
    with pytest.raises(TrainingError) as caught:
        model.fit(X, TWO)
    assert str(caught.value) == (
        "No combination of values could be trained on all 3 folds: in at least one, the loss was "
        "not finite.\nWhat is chosen must have predicted every fold.\n"
        "hint: lower learning_rate, or use fewer folds"
    )
    assert not model.__sklearn_is_fitted__()


def test_metric_that_a_fold_leaves_undefined_is_refused() -> None:
    late = np.arange(N_ROWS) >= 30
    model = Classifier(**SMALL, n_folds=3, watch="roc_auc")
    with pytest.raises(DataError, match="held out in fold 3 all have the same target"):
        model.fit(X, np.where(late, 1, TWO), time=np.arange(N_ROWS))


def test_few_groups_make_few_folds_where_nobody_asked_for_more() -> None:
    model = Classifier(**SMALL, l2=[0.0, 0.1]).fit(X, TWO, groups=np.arange(N_ROWS) % 3)
    assert len(model.members_) == 2 * 3
    with pytest.raises(DataError, match="too few rows, groups or moments"):
        Regressor(**SMALL, l2=[0.0, 0.1]).fit(X[:1], NUMBERS[:1])


def test_estimate_keeps_groups_together() -> None:
    groups = np.repeat(np.arange(7), [1, 9, 3, 3, 2, 8, 4])
    parts = assign_parts_by_block(groups)
    assert sorted(set(parts.tolist())) == [0, 1, 2, 3, 4]
    assert len(set(zip(groups.tolist(), parts.tolist(), strict=True))) == 7


def test_many_rows_choose_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waves, "MOST_CHOOSING_ROWS", 20)
    model = pack(Regressor, n_folds=4)
    assert model.choice_["n_rows"] == 20
    assert np.isfinite(model.oof_predictions_).all()


def test_schema_of_a_fitted_model_stays_until_the_next_fit_is_over() -> None:
    model = Regressor(**SMALL).fit(X, NUMBERS)
    for _ in model.iter_fit(np.hstack([X, X]), NUMBERS):
        break
    assert len(model.schema_) == model.n_features_in_ == 3


def test_estimate_leaves_out_what_choosing_the_epochs_gained_on_noise() -> None:
    naive, estimated = [], []
    for seed in range(12):
        generator = np.random.default_rng(seed)
        X, y = generator.standard_normal((2100, 6)), generator.integers(0, 2, 2100)
        model = Classifier(
            hidden_sizes=(16,), learning_rate=0.01, patience_epochs=8, n_folds=5, random_state=seed
        )
        model.fit(X[:100], y[:100])
        loss = log_loss(y[100:], model.predict_proba(X[100:]))
        naive.append(model.choice_["on_the_rows_that_chose"] - loss)
        estimated.append(model.choice_["estimate"] - loss)
    error = np.std(estimated) / np.sqrt(len(estimated))
    assert abs(np.mean(estimated)) < 3 * error
    assert np.mean(naive) < -4 * error
