import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.exceptions import DataConversionWarning

from rightfit import (
    DataError,
    DataWarning,
    ParameterError,
    Regressor,
    TrainingError,
    TrainingWarning,
    load,
)
from rightfit.estimators.evaluation import evaluate
from tests.estimators.examples import N_ROWS, NUMBERS, X, frame, small

pytestmark = pytest.mark.slow

PAIR = np.stack([NUMBERS, 100 - 10 * X[:, 1]], axis=1)


def learnt(y: Any, **chosen: Any) -> Any:
    return small(Regressor, max_epochs=60, learning_rate=0.05, **chosen).fit(X, y)


@pytest.mark.parametrize(
    "convert",
    [
        np.asarray,
        np.ndarray.tolist,
        lambda y: pd.DataFrame(y, columns=["u", "v"]),
        lambda y: pl.DataFrame(y, schema=["u", "v"]),
    ],
    ids=["array", "lists", "pandas", "polars"],
)
def test_several_numbers_are_predicted_at_once(convert: Any) -> None:
    model = learnt(convert(PAIR))
    predicted = model.predict(X)
    assert predicted.shape == (N_ROWS, 2)
    assert model.score(X, PAIR) > 0.9
    np.testing.assert_array_equal(predicted, learnt(PAIR).predict(X))


def test_several_numbers_survive_pickle_and_watch_a_metric() -> None:
    model = small(Regressor, watch="r2", validation_fraction=0.25).fit(X, PAIR)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


def test_each_of_several_numbers_has_its_own_scale() -> None:
    model = learnt(PAIR * [1e9, 1e-9])
    np.testing.assert_allclose(model.predict(X), learnt(PAIR).predict(X) * [1e9, 1e-9], rtol=1e-6)


def test_rows_that_lack_one_of_several_numbers_are_dropped() -> None:
    y = PAIR.copy()
    y[3, 0] = y[8, 1] = np.nan
    with pytest.warns(DataWarning, match="^Left out: 2 rows without a target.$"):
        model = small(Regressor).fit(X, y)
    assert model.describe()["n_dropped_rows"] == 2
    known = ~np.isnan(y).any(axis=1)
    np.testing.assert_array_equal(
        model.predict(X), small(Regressor).fit(X[known], y[known]).predict(X)
    )


def test_one_column_is_predicted_as_one_number_with_a_warning() -> None:
    with pytest.warns(DataConversionWarning):
        model = small(Regressor).fit(X, NUMBERS[:, None])
    assert model.predict(X).shape == (N_ROWS,)


def test_partial_fit_refuses_another_number_of_targets() -> None:
    model = small(Regressor).partial_fit(X, PAIR)
    with pytest.raises(DataError) as caught:
        model.partial_fit(X, NUMBERS)
    assert str(caught.value) == "The target has 1 column.\nThe model was made for 2."


@pytest.mark.parametrize("factor", [2.0**-100, 2.0**30, 2.0**100])
def test_the_scale_of_the_target_does_not_matter(factor: float) -> None:
    # Powers of two change no digit.
    np.testing.assert_array_equal(
        learnt(factor * NUMBERS).predict(X), factor * learnt(NUMBERS).predict(X)
    )


def test_the_origin_of_the_target_does_not_matter() -> None:
    np.testing.assert_allclose(
        learnt(NUMBERS + 1e9).predict(X) - 1e9, learnt(NUMBERS).predict(X), atol=1e-5
    )


@pytest.mark.filterwarnings("ignore:The target is the same")
@pytest.mark.parametrize("constant", [0.0, -3.5, 1e9, 1e-300])
@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_a_constant_target_is_predicted_as_it_is(constant: float, fraction: float) -> None:
    model = learnt(np.full(N_ROWS, constant), validation_fraction=fraction)
    np.testing.assert_allclose(model.predict(X), constant, rtol=1e-12)
    assert all(np.isfinite(record["train_loss"]) for record in model.history_)


@pytest.mark.filterwarnings("ignore:The target is the same")
def test_a_constant_prediction_is_judged_by_what_is_true() -> None:
    held = np.arange(N_ROWS) % 7.0
    model = small(Regressor).fit(X, np.full(N_ROWS, 5.0), validation=(X, held))
    wrong = np.sqrt(np.mean((held - 5) ** 2))
    scores = evaluate(model, X, held)
    assert scores["root_mean_squared_error"] == pytest.approx(wrong)
    assert model.history_[-1]["metric"] == pytest.approx(wrong, rel=0.1)


@pytest.mark.parametrize("chosen", [{}, {"n_copies": 3}, {"l2": [0.0, 0.1], "n_folds": 3}], ids=str)
def test_a_constant_column_is_constant_in_every_prediction(chosen: Any, tmp_path: Path) -> None:
    y = np.stack([NUMBERS, np.full(N_ROWS, 1e-9)], axis=1)
    model = small(Regressor, **chosen).fit(X, y)
    for found in (model.predict(X), getattr(model, "oof_predictions_", y)):
        assert set(found[:, 1]) == {1e-9}
    model.save(tmp_path / "model")
    assert set(load(tmp_path / "model").predict(X)[:, 1]) == {1e-9}


@pytest.mark.parametrize("watch", ["loss", "r2", "root_mean_squared_error"])
def test_a_constant_column_of_the_target_is_predicted_beside_others(watch: str) -> None:
    y = np.stack([NUMBERS, np.full(N_ROWS, 1e-9)], axis=1)
    model = learnt(y, validation_fraction=0.25, watch=watch)
    assert np.ptp(model.predict(X)[:, 1]) == 0
    assert model.score(X, y[:, :2]) > 0
    assert all(np.isfinite(record["metric"]) for record in model.history_)


@pytest.mark.parametrize("watch", ["r2", "root_mean_squared_error", "mean_absolute_error"])
@pytest.mark.parametrize("unit", [1e-30, 1e-6, 1e25])
def test_watched_metric_stops_at_the_same_epoch_in_any_unit(watch: str, unit: float) -> None:
    chosen = {"watch": watch, "validation_fraction": 0.25, "precision": "float32"}
    plain, other = learnt(NUMBERS, **chosen), learnt(NUMBERS * unit, **chosen)
    assert other.n_iter_ == plain.n_iter_
    assert other.best_epoch_ == plain.best_epoch_
    power = 0 if watch == "r2" else 1
    metrics = [[record["metric"] for record in model.history_] for model in (other, plain)]
    np.testing.assert_allclose(metrics[0], np.array(metrics[1]) * unit**power, rtol=1e-3)


@pytest.mark.parametrize("unit", [1e-25, 1e25])
def test_watched_metric_chooses_alike_in_any_unit(unit: float) -> None:
    chosen = {"watch": "root_mean_squared_error", "combine": "best", "validation_fraction": 0.25}
    model = small(Regressor, learning_rate=[1e-5, 0.05], max_epochs=60, **chosen)
    assert model.fit(X, NUMBERS * unit).best_params_ == {"learning_rate": 0.05}
    assert 0 < model.choice_["estimate"] / unit < 2


def test_first_rows_of_partial_fit_must_show_the_unit_of_the_target() -> None:
    with pytest.raises(DataError) as caught:
        small(Regressor).partial_fit(X[:1], NUMBERS[:1])
    assert str(caught.value) == (
        "The first call of partial_fit fixes the unit of the target, and in its 1 row the target "
        "is the same.\n"
        "Its rows should be a fair sample, a few hundred of them.\n"
        "hint: begin with more rows"
    )


@pytest.mark.filterwarnings("ignore:The target is the same")
def test_going_on_from_a_constant_target_is_refused_where_it_is_constant_no_more() -> None:
    model = small(Regressor, warm_start=True).fit(X, np.ones(N_ROWS)).fit(X, np.ones(N_ROWS))
    with pytest.raises(DataError, match="same in all rows that were fitted before, and no longer"):
        model.fit(X, NUMBERS)


def test_target_of_another_unit_is_named_where_the_loss_is_too_large() -> None:
    model = small(Regressor, warm_start=True).fit(X, NUMBERS)
    with pytest.warns(TrainingWarning), pytest.raises(TrainingError, match="cause is the target"):
        model.fit(X, NUMBERS * 1e5)


@pytest.mark.parametrize(
    "y",
    [
        np.round(NUMBERS).astype(np.int64),
        np.round(NUMBERS).astype(np.int8),
        NUMBERS > 0,
        NUMBERS.astype(np.float32),
        NUMBERS.astype(str),
        [str(number) for number in NUMBERS],
        pd.Series(np.round(NUMBERS)).astype("Int64"),
    ],
    ids=["int64", "int8", "bool", "float32", "words", "list of words", "Int64"],
)
def test_numbers_of_every_type_are_learnt(y: Any) -> None:
    truth = np.asarray(y).astype(np.float64)
    predicted = learnt(y).predict(X)
    assert predicted.dtype == np.float64
    np.testing.assert_array_equal(predicted, learnt(truth).predict(X))


def test_fit_refuses_words_among_the_targets() -> None:
    y = [str(number) for number in NUMBERS]
    y[4] = y[9] = "dear"
    with pytest.raises(DataError) as caught:
        small(Regressor).fit(X, y)
    assert str(caught.value) == (
        "The target has 2 values that are not numbers: 'dear' (rows 5, 10).\n"
        "The target of a regression is a number in each row, or missing.\n"
        "hint: clean these values, or train a classifier"
    )


def test_fit_refuses_infinite_targets() -> None:
    y = NUMBERS.copy()
    y[4] = np.inf
    with pytest.raises(DataError, match=r"^The target holds infinity \(row 5\)\.\n"):
        small(Regressor).fit(X, y)


@pytest.mark.parametrize(
    ("loss", "aim"), [("squared_error", np.mean), ("absolute_error", np.median)]
)
def test_the_loss_says_what_is_aimed_at(loss: str, aim: Any) -> None:
    # Columns that tell nothing leave the centre of the target.
    y = np.array([0.0, 0.0, 0.0, 1.0, 9.0] * 8)
    chosen = {"hidden_sizes": (), "batch_size": 64, "max_epochs": 400, "learning_rate": 0.03}
    model = small(Regressor, loss=loss, schedule="cosine", patience_epochs=None, **chosen)
    model.fit(np.zeros((N_ROWS, 3)), y)
    np.testing.assert_allclose(model.predict(X), aim(y), atol=0.01)


def test_huber_loss_lies_between_the_others() -> None:
    y = np.array([0.0, 0.0, 0.0, 1.0, 9.0] * 8)
    chosen = {"hidden_sizes": (), "batch_size": 64, "max_epochs": 400, "learning_rate": 0.03}
    model = small(Regressor, loss="huber", patience_epochs=None, **chosen)
    predicted = model.fit(np.zeros((N_ROWS, 3)), y).predict(X[:1])[0]
    assert np.median(y) + 0.1 < predicted < np.mean(y) - 0.1


def test_partial_fit_keeps_the_scale_of_the_first_call() -> None:
    model = small(Regressor).partial_fit(X, NUMBERS)
    before = model._model.target
    model.partial_fit(X[:5], 1e3 + NUMBERS[:5], sample_weight=np.arange(1, 6))
    assert model._model.target.scale == before.scale
    assert model._model.target.center == before.center


def test_later_partial_fit_on_one_row_is_finite() -> None:
    model = small(Regressor).partial_fit(X, NUMBERS).partial_fit(X[:1], NUMBERS[:1])
    assert np.isfinite(model.predict(X)).all()


def test_score_leaves_out_rows_without_a_target_as_fit_does() -> None:
    model = small(Regressor).fit(frame(), NUMBERS)
    gaps = pd.Series(NUMBERS).mask(np.arange(N_ROWS) < 3)
    with pytest.warns(DataWarning, match="Left out: 3 rows without a target"):
        score = model.score(frame(), gaps)
    assert score == model.score(frame()[3:], NUMBERS[3:])


@pytest.mark.parametrize("convert", [scipy.sparse.coo_array, lambda X: pl.DataFrame(X).lazy()])
def test_score_leaves_rows_out_of_what_gives_no_single_rows(convert: Any) -> None:
    model = small(Regressor).fit(X, NUMBERS)
    gaps = np.where(np.arange(N_ROWS) < 3, np.nan, NUMBERS)
    with pytest.warns(DataWarning, match="Left out: 3 rows without a target"):
        score = model.score(convert(X), gaps)
    assert score == pytest.approx(model.score(X[3:], NUMBERS[3:]))


COUNTS = np.floor(np.exp(1 + X[:, 0] - X[:, 1]))


def test_poisson_loss_predicts_amounts_above_zero(tmp_path: Path) -> None:
    model = learnt(COUNTS, loss="poisson")
    predicted = model.predict(X)
    assert (predicted > 0).all()
    assert model.score(X, COUNTS) > 0.5
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict(X), predicted)
    assert model.n_parameters_ == learnt(COUNTS).n_parameters_


@pytest.mark.parametrize("side", ["training", "validation"])
def test_poisson_loss_refuses_numbers_below_zero(side: str) -> None:
    below = COUNTS - 3
    sides = (below, COUNTS) if side == "training" else (COUNTS, below)
    with pytest.raises(DataError, match=r"\d+ numbers below 0\.\nThe loss poisson is for counts"):
        small(Regressor, loss="poisson").fit(X, sides[0], validation=(X, sides[1]))
    with pytest.raises(DataError, match="below 0"):
        small(Regressor, loss="poisson").partial_fit(X, COUNTS).partial_fit(X, below)


def test_poisson_loss_takes_numbers_below_zero_that_do_not_count() -> None:
    below, counted = np.where(np.arange(N_ROWS) == 5, -1, COUNTS), np.arange(N_ROWS) != 5
    model = small(Regressor, loss="poisson").fit(X, below, sample_weight=counted)
    assert (model.predict(X) > 0).all()


@pytest.mark.filterwarnings("ignore:The target is the same")
@pytest.mark.parametrize("constant", [0, 3])
def test_poisson_loss_predicts_a_constant_as_it_is(constant: int) -> None:
    model = small(Regressor, loss="poisson").fit(X, np.full(N_ROWS, constant))
    assert model.predict(X).tolist() == [constant] * N_ROWS


# Enough rows for what the recipe does with amounts.
N_MANY = 1_000
MANY = np.random.default_rng(0).normal(size=(N_MANY, 3))


def losses_of(y: Any, **given: Any) -> set[str]:
    """The losses that the recipe lets networks minimise."""
    model = Regressor(max_epochs=1, random_state=0).fit(MANY, y, **given)
    kinds = model.describe()["recipe"]["kinds"]
    return {loss for kind in kinds for loss in kind.get("loss", ["squared_error"])}


def test_recipe_minimises_the_deviance_of_amounts_alone() -> None:
    widely = np.exp(np.linspace(0, 4, N_MANY))
    assert "poisson" in losses_of(widely)
    assert losses_of(widely - 2) == losses_of(widely + 100) == {"squared_error"}
    assert losses_of(np.stack([widely, 100 + widely], axis=1)) == {"squared_error"}
    assert losses_of(widely, validation=(MANY, widely - 2)) == {"squared_error"}
    assert "poisson" in losses_of(widely * 1e130)


def test_recipe_for_amounts_works_where_no_training_row_has_any() -> None:
    y = np.zeros(N_MANY)
    y[-5:] = 100.0
    model = Regressor(max_epochs=2, random_state=0)
    with pytest.warns(DataWarning, match="the same in all"):
        model.fit(MANY, y, time=np.arange(N_MANY))
    assert np.isfinite(model.predict(MANY)).all()


def test_networks_of_several_losses_are_judged_by_the_first() -> None:
    chosen = {"loss": ["squared_error", "poisson"], "validation_fraction": 0.25}
    model = learnt(COUNTS, **chosen)
    assert model._model.objective.loss == "squared_error"
    assert {row["loss"] for row in model.describe()["trials"]} == {"squared_error", "poisson"}
    # What is recorded is what judges, and a deviance would be another number.
    squared, poisson = (
        [row["train_loss"] for row in model.history_ if row["member"] == member]
        for member in range(2)
    )
    assert squared[0] == pytest.approx(poisson[0], rel=0.3)


def test_culling_refuses_networks_of_several_losses() -> None:
    chosen = {"loss": ["squared_error", "poisson"], "validation_fraction": 0.25, "cull": True}
    with pytest.raises(ParameterError, match="several losses: 'poisson', 'squared_error'"):
        learnt(COUNTS, **chosen)


def test_what_is_odd_about_the_targets_is_said_once() -> None:
    with pytest.warns(DataConversionWarning) as said:
        small(Regressor).fit(X, NUMBERS[:, None])
    assert len(said) == 1
