from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import rightfit
from rightfit import Classifier, DataError, ModelFileError, Regressor, TrainingWarning
from rightfit.estimators import table_training
from rightfit.estimators.table_training import (
    TableSplit,
    estimator_for,
    linear_model,
    recall,
    remember,
    save_somewhere,
    score_on_test,
    split_off_target,
    split_table,
    target_of,
    with_test_table,
)

N_ROWS = 60


def frame(**columns: Any) -> pl.DataFrame:
    random = np.random.default_rng(0)
    size = random.normal(size=N_ROWS)
    made = {"size": size, "age": random.integers(0, 50, N_ROWS)}
    return pl.DataFrame(made | {"y": np.where(size > 0, "a", "b")} | columns)


def tiny(kind: type[Classifier] | type[Regressor] = Classifier, **chosen: Any) -> Any:
    return kind(hidden_sizes=(8,), max_epochs=3).set_params(**{"random_state": 0} | chosen)


def fitted(split: TableSplit) -> Any:
    return tiny().fit(split.train, split.train_target)


def test_split_is_stratified_whole_and_the_same_for_every_seed() -> None:
    table = frame(y=["a"] * 50 + ["b"] * 10, row=range(N_ROWS))
    splits = [
        split_table(table, "y", model=tiny(random_state=seed), test_fraction=0.2) for seed in (0, 1)
    ]
    split = splits[0]
    assert split.test is not None
    assert split.test_target is not None
    assert splits[1].test is not None
    assert split.n_test_rows == 12
    assert split.test_target.to_list().count("b") == 2
    assert sorted([*split.train["row"], *split.test["row"]]) == list(range(N_ROWS))
    assert "y" not in split.train.columns
    assert split.test.equals(splits[1].test)


def test_rows_without_target_are_on_neither_side() -> None:
    table = frame(y=[None, float("nan")] + [float(row) for row in range(N_ROWS - 2)])
    split = split_table(table, "y", model=tiny(Regressor), test_fraction=0.5)
    assert split.n_without_target == 2
    assert len(split.train) + split.n_test_rows == N_ROWS - 2


def test_no_rows_are_kept_apart_if_none_are_wanted() -> None:
    split = split_table(frame(), "y", model=tiny(), test_fraction=0.0)
    assert (split.test, split.test_target, split.n_test_rows) == (None, None, 0)
    assert score_on_test(fitted(split), split) == {}


def test_words_and_infinity_are_found_in_test_rows_too() -> None:
    words = [str(row) for row in range(N_ROWS)]
    for place in range(0, N_ROWS, 7):
        some = [*words[:place], "old", *words[place + 1 :]]
        with pytest.raises(DataError, match=rf"'old' \(row {place + 1}\)"):
            split_table(frame(age=some), "y", model=tiny(), test_fraction=0.5)
        numbers = np.where(np.arange(N_ROWS) == place, np.inf, 0.5)
        with pytest.raises(DataError, match=rf"infinity in column 'age' \(row {place + 1}\)"):
            split_table(frame(age=numbers), "y", model=tiny(), test_fraction=0.5)


def test_kinds_of_columns_that_were_given_hold_for_the_check() -> None:
    words = ["old", *(str(row) for row in range(N_ROWS - 1))]
    model = tiny(column_kinds={"age": "category"})
    assert split_table(frame(age=words), "y", model=model, test_fraction=0.2).n_test_rows == 12


def test_target_must_be_there_beside_other_columns() -> None:
    with pytest.raises(DataError, match="no column 'z'"):
        target_of(frame(), "z")
    with pytest.raises(DataError, match="no column but the target 'y'"):
        target_of(frame().select("y"), "y")


@pytest.mark.parametrize(
    ("task", "values", "kind"),
    [
        ("auto", ["a", "b"], Classifier),
        ("auto", [0.5, 1.5], Regressor),
        ("regression", [0, 1], Regressor),
        ("classification", [0, 1], Classifier),
    ],
)
def test_estimator_fits_the_task(task: str, values: list[Any], kind: type[Any]) -> None:
    assert estimator_for(task, pl.Series(values)) is kind


def test_test_table_may_have_other_columns_and_rows_without_target() -> None:
    test = frame(extra=[float("inf")] * N_ROWS, y=[None] * 10 + ["a"] * 50)
    split = with_test_table(frame(), test, "y", model=tiny())
    assert split.test is not None
    assert split.test.columns == ["size", "age"]
    assert (len(split.train), split.n_test_rows) == (N_ROWS, 50)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (frame().drop("age"), r"Columns are missing: 'age'\."),
        (frame(y=["c"] * N_ROWS), "classes that training did not have: 'c'"),
        (frame(y=[None] * N_ROWS), "missing in all 60 rows"),
    ],
)
def test_test_table_is_checked_beforehand(test: pl.DataFrame, said: str) -> None:
    with pytest.raises(DataError, match=rf"^In the test table: .*{said}"):
        with_test_table(frame(), test, "y", model=tiny())


def test_linear_model_takes_over_the_columns_but_not_the_network() -> None:
    model = Regressor(
        hidden_sizes=(8, 4),
        activation=("relu", "tanh"),
        dropout_rate=0.5,
        l2=1.0,
        optimizer="lion",
        loss="huber",
        watch="r2",
        scaling="standard",
        column_kinds={"age": "category"},
        max_seconds=5.0,
        random_state=3,
    )
    linear = linear_model(model)
    taken = ("loss", "watch", "scaling", "column_kinds", "max_seconds", "random_state")
    assert all(getattr(linear, name) == getattr(model, name) for name in taken)
    assert (linear.hidden_sizes, linear.optimizer, linear.dropout_rate) == ((), "adamw", 0.0)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("It rains.")])
def test_linear_model_that_fails_is_left_out(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = split_table(frame(), "y", model=tiny(), test_fraction=0.2)
    model = fitted(split)

    def fail(model: object) -> object:
        raise error

    monkeypatch.setattr(table_training, "linear_model", fail)
    with pytest.warns(TrainingWarning, match="The linear model is left out of the comparison: "):
        scores = score_on_test(model, split)
    assert list(scores) == ["model", "constant"]


def test_facts_are_remembered_in_the_saved_model(tmp_path: Path) -> None:
    model = fitted(split_table(frame(), "y", model=tiny(), test_fraction=0.0))
    remember(model, table="t.csv")
    model.save(tmp_path / "m")
    loaded = rightfit.load(tmp_path / "m")
    assert recall(loaded, "table") == "t.csv"
    assert recall(loaded, "nothing") is None


def test_target_has_the_name_it_had_or_is_told() -> None:
    model = fitted(split_table(frame(), "y", model=tiny(), test_fraction=0.0))
    X, y = split_off_target(model, frame(), None)
    assert (X.columns, y.name) == (["size", "age"], "y")
    assert split_off_target(model, frame(z=[1] * N_ROWS), "z")[1].name == "z"


def test_model_is_saved_elsewhere_if_its_place_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model = fitted(split_table(frame(), "y", model=tiny(), test_fraction=0.0))
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError, match=r"The model is not lost: it lies in '(.*)'\."):
        save_somewhere(model, tmp_path / "file" / "m", overwrite=False)
    (saved,) = tmp_path.glob("rightfit-*/m")
    assert rightfit.load(saved).n_parameters_ == model.n_parameters_
