import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rightfit import Classifier, DataError, DataWarning, ParameterError, load
from rightfit.estimators.evaluation import evaluate
from tests.estimators.examples import COLUMNS, N_ROWS, SMALL, THREE, TWO, X, frame, small

pytestmark = pytest.mark.slow

LABELS: dict[str, tuple[Any, list[Any]]] = {
    "words": (np.array(["pear", "apple", "fig"], dtype=object)[THREE], ["apple", "fig", "pear"]),
    "list of words": ([["pear", "apple", "fig"][k] for k in THREE], ["apple", "fig", "pear"]),
    "fixed width": (np.array(["pear", "apple", "fig"])[THREE], ["apple", "fig", "pear"]),
    "two words": (np.array(["yes", "no"])[TWO], ["no", "yes"]),
    "whole numbers": (np.array([7, -1, 300])[THREE], [-1, 7, 300]),
    "small numbers": (np.array([7, -1, 100], np.int8)[THREE], [-1, 7, 100]),
    "large numbers": (np.array([2**62, 5, 2**62 + 1])[THREE], [5, 2**62, 2**62 + 1]),
    "floats": (np.array([2.0, 0.0, 1.0])[THREE], [0.0, 1.0, 2.0]),
    "truth values": (TWO == 1, [False, True]),
    "pandas words": (pd.Series(["pear", "apple"] * 20, dtype="string"), ["apple", "pear"]),
    "pandas categories": (pd.Series(["pear", "apple"] * 20, dtype="category"), ["apple", "pear"]),
    "pandas numbers": (pd.Series([3, 1] * 20, dtype="Int64"), [1, 3]),
    "polars words": (pl.Series(["pear", "apple"] * 20), ["apple", "pear"]),
    "unicode": (np.array(["ä", "🦊", "z"], dtype=object)[THREE], ["z", "ä", "🦊"]),
}


@pytest.mark.parametrize("name", list(LABELS))
def test_classes_are_sorted_and_predicted_as_they_came(name: str) -> None:
    y, classes = LABELS[name]
    # So many steps that the columns, which tell nothing, are learnt by heart.
    model = small(Classifier, hidden_sizes=(64,), learning_rate=0.05, max_epochs=100).fit(X, y)
    assert model.classes_.tolist() == classes
    predicted = model.predict(X)
    assert predicted.dtype == model.classes_.dtype
    assert (predicted == np.array(list(y), dtype=predicted.dtype)).mean() > 0.9
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
def test_probabilities_belong_to_the_classes_in_their_order(y: Any) -> None:
    model = small(Classifier, max_epochs=30, learning_rate=0.05).fit(X, y)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (N_ROWS, len(model.classes_))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), model.classes_[probabilities.argmax(axis=1)])


def test_other_names_of_the_classes_change_nothing_else() -> None:
    numbers = small(Classifier).fit(X, THREE)
    words = small(Classifier).fit(X, np.array(["a", "b", "c"])[THREE])
    np.testing.assert_array_equal(words.predict_proba(X), numbers.predict_proba(X))


@pytest.mark.parametrize(("y", "n_outputs"), [(TWO, 1), (THREE, 3)])
def test_two_classes_need_one_output_and_more_one_each(y: Any, n_outputs: int) -> None:
    model = small(Classifier, hidden_sizes=()).fit(X, y)
    assert model.n_parameters_ == (3 + 1) * n_outputs


def test_fit_refuses_a_target_of_one_class() -> None:
    with pytest.raises(DataError) as caught:
        small(Classifier).fit(X, ["only"] * N_ROWS)
    assert str(caught.value) == (
        "The target has only one class: 'only' (40 rows).\n"
        "A classifier needs two classes at least.\n"
        "hint: check that the right column is the target, and that no filter took the others"
    )


def test_fit_refuses_a_target_that_is_missing_everywhere() -> None:
    with pytest.raises(DataError) as caught:
        small(Classifier).fit(X, [None] * N_ROWS)
    assert str(caught.value) == (
        "The target is missing in all 40 rows.\n"
        "Rows with a target are learnt from; at least one is needed.\n"
        "hint: check that the right column is the target"
    )


def test_fit_refuses_a_target_of_numbers_with_fractions() -> None:
    with pytest.raises(DataError) as caught:
        small(Classifier).fit(X, X[:, 0])
    assert str(caught.value).splitlines()[0].startswith("Unknown label type: continuous.")


def test_class_with_one_row_is_trained_on_with_a_warning() -> None:
    y = ["common", "frequent"] * 20
    y[11] = "rare"
    with pytest.warns(DataWarning) as warned:
        model = small(Classifier, validation_fraction=0.25).fit(X, y)
    assert [str(warning.message) for warning in warned] == [
        "Class 'rare' of the target has 1 row: it is used for training only, and no validation "
        "row can tell whether the class is learnt."
    ]
    assert model.classes_.tolist() == ["common", "frequent", "rare"]


@pytest.mark.parametrize(
    ("chosen", "separation"),
    [
        ({"validation_fraction": 0.25}, {"time": np.arange(N_ROWS)}),
        ({"n_folds": 2}, {"time": np.arange(N_ROWS)}),
        ({"validation_fraction": 0.25}, {"groups": ["new"] * 10 + ["old"] * 30}),
    ],
    ids=["time", "folds in time", "groups"],
)
def test_class_that_only_held_out_rows_have_is_warned_of(chosen: Any, separation: Any) -> None:
    y = np.where(np.arange(N_ROWS) % 2, "a", "b").astype(object)
    y[-2:] = "late"
    if "groups" in separation:
        y = y[::-1]
    with pytest.warns(DataWarning, match=r"so that no network learns them: 'late' \(2 rows\)"):
        small(Classifier, **chosen).fit(X, y, **separation)


def test_validation_rows_are_stratified() -> None:
    y = np.repeat([0, 1, 2, 3], 10)
    model = small(Classifier, validation_fraction=0.2, watch="balanced_accuracy").fit(X, y)
    # Two of each class: only eighths can come out.
    scores = np.array([record["metric"] for record in model.history_])
    np.testing.assert_allclose(scores * 8, np.round(scores * 8), atol=1e-9)


# Epoch by epoch.


def test_partial_fit_trains_one_epoch_a_call() -> None:
    model = small(Classifier)
    for n_calls in (1, 2, 3):
        assert model.partial_fit(X, THREE) is model
        assert model.n_iter_ == model.best_epoch_ == n_calls
        assert [record["epoch"] for record in model.history_] == list(range(1, n_calls + 1))
    assert model.stop_reason_ == "partial_fit trains for one epoch; call it again to go on"
    losses = [record["train_loss"] for record in model.history_]
    assert losses == sorted(losses, reverse=True)


def test_partial_fit_does_what_fit_does_epoch_by_epoch() -> None:
    # The last epoch of fit is its best here, so that both keep the same weights.
    fitted = small(Classifier, validation_fraction=0.0).fit(X, THREE)
    assert fitted.best_epoch_ == 3
    model = small(Classifier)
    for _ in range(3):
        model.partial_fit(X, THREE)
    np.testing.assert_allclose(model.predict_proba(X), fitted.predict_proba(X), rtol=1e-12)


def test_partial_fit_goes_on_after_pickle_as_if_nothing_had_been() -> None:
    model = small(Classifier, dropout_rate=0.2).partial_fit(X, THREE)
    other = pickle.loads(pickle.dumps(model))
    for _ in range(2):
        model.partial_fit(X, THREE)
        other.partial_fit(X, THREE)
    np.testing.assert_array_equal(model.predict_proba(X), other.predict_proba(X))
    assert [r["train_loss"] for r in model.history_] == [r["train_loss"] for r in other.history_]


def test_partial_fit_goes_on_from_a_fit(tmp_path: Any) -> None:
    model = small(Classifier, max_epochs=30, learning_rate=0.05).fit(frame(), THREE)
    model.save(tmp_path / "model")
    last = model.history_[-1]["train_loss"]
    for going_on in (model, load(tmp_path / "model")):
        going_on.partial_fit(frame(), THREE)
        assert going_on.history_[-1]["train_loss"] < 1.05 * last
        assert going_on.history_[-1]["epoch"] == going_on.n_iter_ == 31
        assert going_on.feature_names_in_.tolist() == COLUMNS


def test_partial_fit_takes_classes_that_come_later() -> None:
    model = small(Classifier)
    words = np.array(["c", "a", "b"])[THREE]
    model.partial_fit(X[words == "a"], words[words == "a"], classes=["b", "c", "a"])
    assert model.classes_.tolist() == ["a", "b", "c"]
    model.partial_fit(X, words, classes=["b", "c", "a"])
    model.partial_fit(X, words)
    assert model.predict_proba(X).shape == (N_ROWS, 3)


def test_partial_fit_learns_a_class_named_like_a_missing_value_if_it_is_announced() -> None:
    regions = np.array(["EU", "NA", "US"])[THREE]
    model = small(Classifier).partial_fit(X, regions, classes=["EU", "NA", "US"])
    assert model.classes_.tolist() == ["EU", "NA", "US"]
    model.partial_fit(X, regions, classes=model.classes_)
    only = regions == "NA"
    assert set(evaluate(model, X[only], regions[only])) >= {"accuracy", "log_loss"}


def test_partial_fit_refuses_a_class_that_was_not_announced() -> None:
    model = small(Classifier).partial_fit(X, np.array(["pear", "apple"])[TWO])
    with pytest.raises(DataError) as caught:
        model.partial_fit(X[:2], ["pear", "aple"])
    assert str(caught.value) == (
        "The target has classes that training did not have: 'aple' (row 2).\n"
        "The classes are 'apple', 'pear'.\n"
        "hint: did you mean 'apple'?"
    )


def test_partial_fit_refuses_one_class() -> None:
    with pytest.raises(DataError, match=r"^The target has only one class: 'a'"):
        small(Classifier).partial_fit(X, ["a"] * N_ROWS)
    with pytest.raises(DataError) as caught:
        small(Classifier).partial_fit(X, ["a"] * N_ROWS, classes=["a"])
    assert str(caught.value) == (
        "Too few classes are announced: ['a'].\n"
        "A classifier needs two classes at least.\n"
        "hint: announce all classes that will ever come"
    )


@pytest.mark.parametrize(
    "changed",
    [{"optimizer": "sgd"}, {"optimizer": "lion"}, {"dropout_rate": 0.5}],
    ids=str,
)
def test_partial_fit_survives_a_change_of_parameters(changed: dict[str, Any]) -> None:
    model = small(Classifier).partial_fit(X, THREE)
    model.set_params(**changed).partial_fit(X, THREE)
    assert np.isfinite(model.predict_proba(X)).all()
    assert model.n_iter_ == 2


def test_partial_fit_refuses_what_one_network_cannot_take_over() -> None:
    model = small(Classifier).partial_fit(X, THREE)
    before = model.predict_proba(X)
    with pytest.raises(ParameterError) as caught:
        model.set_params(hidden_sizes=(4,)).partial_fit(X, THREE)
    assert str(caught.value).startswith(
        "partial_fit goes on with one network, but what was fitted is a network with other layers."
    )
    np.testing.assert_array_equal(model.predict_proba(X), before)
    pack = small(Classifier, l2=[0.0, 0.1], validation_fraction=0.25).fit(X, THREE)
    with pytest.raises(ParameterError, match=r"fitted is a pack of 2 networks\."):
        pack.set_params(l2=0.1).partial_fit(X, THREE)


def test_first_rows_of_partial_fit_name_columns_that_they_leave_without_a_scale() -> None:
    some = frame()[:20].assign(**{COLUMNS[1]: 1.0})
    with pytest.warns(DataWarning, match=rf"in its 20 rows these have one value: '{COLUMNS[1]}'"):
        model = small(Classifier).partial_fit(some, THREE[:20])
    model.partial_fit(frame(), THREE)


def test_partial_fit_does_not_mistake_one_optimizers_memory_for_anothers() -> None:
    # Both remember an array of the same shape: sums of slopes here, sums of their squares there.
    model = small(Classifier, optimizer="momentum").partial_fit(X, THREE)
    model.set_params(optimizer="adagrad").partial_fit(X, THREE).partial_fit(X, THREE)
    assert np.isfinite(model.predict_proba(X)).all()


def test_partial_fit_begins_anew_where_another_fit_did() -> None:
    model = small(Classifier).partial_fit(X, THREE)
    model.fit(X[:, :2], TWO).partial_fit(X[:, :2], TWO)
    assert model.n_features_in_ == 2
    assert model.n_iter_ == 4


def test_partial_fit_takes_chunks_of_any_size() -> None:
    # Small tables are trained on in float64, larger ones in float32.
    model = Classifier(**SMALL)
    for n_rows in (30, 600, 1, 7):
        rows = np.arange(n_rows) % N_ROWS
        model.partial_fit(X[rows], THREE[rows], classes=[0, 1, 2])
    assert model.n_iter_ == 4
    assert np.isfinite(model.predict_proba(X)).all()


def test_partial_fit_keeps_names_when_an_array_comes() -> None:
    model = small(Classifier).partial_fit(frame(), THREE).partial_fit(X, THREE)
    assert model.feature_names_in_.tolist() == COLUMNS
    np.testing.assert_array_equal(
        model.predict_proba(frame()[COLUMNS[::-1]]), model.predict_proba(frame())
    )


def test_partial_fit_counts_weights() -> None:
    weights = np.where(THREE == 0, 0.0, 1.0)
    model = small(Classifier).partial_fit(X, THREE, [0, 1, 2], weights)
    assert model.describe()["n_training_rows"] == (THREE != 0).sum()


def test_later_calls_of_partial_fit_name_the_same_classes_or_none() -> None:
    model = small(Classifier).partial_fit(X, TWO, classes=[0, 1])
    model.partial_fit(X, TWO, classes=[1, 0])
    with pytest.raises(DataError) as caught:
        model.partial_fit(X, TWO, classes=["a", "b"])
    assert str(caught.value) == (
        "The first call of partial_fit fixed the classes 0, 1.\n"
        "Later calls name the same ones, or none.\n"
        "hint: make a new Classifier for other classes"
    )


def test_logarithms_are_those_of_the_probabilities() -> None:
    model = small(Classifier).fit(X, THREE)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))


@pytest.mark.parametrize(
    ("trained", "given", "text"),
    [
        ([0, 1], ["no", "yes"], "classes are numbers (0, 1), and those in y are text ('no'"),
        (
            ["no", "yes"],
            [0, 1],
            "classes are text ('no', 'yes'), and those in y are numbers",
        ),
    ],
)
def test_score_refuses_classes_of_another_type(
    trained: list[Any], given: list[Any], text: str
) -> None:
    model = small(Classifier).fit(X, trained * 20)
    with pytest.raises(DataError) as caught:
        model.score(X, given * 20)
    assert text in caught.value.what
    assert model.score(X, np.array(trained * 20)) == model.score(X, trained * 20)


@pytest.mark.parametrize("kind", [np.asarray, pd.Series])
@pytest.mark.parametrize("labels", [TWO, TWO == 1, TWO * 1.0, np.array(["n", "y"])[TWO]])
def test_score_takes_objects_for_what_they_are(kind: Any, labels: Any) -> None:
    model = small(Classifier).fit(X, kind(labels.astype(object)))
    assert model.score(X, kind(labels.astype(object))) == model.score(X, labels)
    with_gap = labels.astype(object)
    with_gap[5] = None
    with pytest.warns(DataWarning, match="Left out: 1 row without a target"):
        score = model.score(X, kind(with_gap))
    assert score == model.score(np.delete(X, 5, 0), np.delete(labels, 5))


def test_score_leaves_out_rows_without_a_target_as_fit_does() -> None:
    model = small(Classifier).fit(X, [0, 1] * 20)
    gaps: list[Any] = [None, None, *([0, 1] * 19)]
    with pytest.warns(DataWarning, match="Left out: 2 rows without a target"):
        score = model.score(X, gaps, np.arange(40))
    assert score == model.score(X[2:], [0, 1] * 19, np.arange(2, 40))
    with pytest.raises(DataError, match="No row has a target"):
        model.score(X, [None] * 40)


def test_score_leaves_other_mistakes_to_scikit_learn() -> None:
    model = small(Classifier).fit(X, [0, 1] * 20)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(X, [0, 1])
