from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import rightfit
from rightfit import (
    Classifier,
    DataError,
    DataWarning,
    ModelFileError,
    Regressor,
    TrainingWarning,
)
from rightfit.estimators import table_training
from rightfit.estimators.remembered import recall, remember
from rightfit.estimators.table_split import (
    TableSplit,
    estimator_for,
    split_off_target,
    split_table,
    target_of,
    with_test_table,
)
from rightfit.estimators.table_training import (
    fit_linear,
    linear_model,
    save_somewhere,
    score_on_test,
    train_events,
)

pytestmark = pytest.mark.slow

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
    model = fitted(split)
    assert score_on_test(model, split, fit_linear(model, split)) == {}


def test_words_and_infinity_are_found_in_test_rows_too() -> None:
    words = [str(row) for row in range(N_ROWS)]
    for place in range(0, N_ROWS, 7):
        some = [*words[:place], "old", *words[place + 1 :]]
        with pytest.raises(DataError, match=rf"'old' \(row {place + 1}\)"):
            split_table(frame(age=some), "y", model=tiny(), test_fraction=0.5)
        numbers = np.where(np.arange(N_ROWS) == place, np.inf, 0.5)
        with pytest.raises(DataError, match=rf"infinity in column 'age' \(row {place + 1}\)"):
            split_table(frame(age=numbers), "y", model=tiny(), test_fraction=0.5)


def test_truth_values_are_found_in_test_rows_too() -> None:
    model = tiny(column_kinds={"new": "boolean"})
    for place in range(0, N_ROWS, 7):
        words = ["perhaps" if row == place else "yes" for row in range(N_ROWS)]
        with pytest.raises(DataError, match=rf"not true or false: 'perhaps' \(row {place + 1}\)"):
            split_table(frame(new=words), "y", model=model, test_fraction=0.5)


def test_kinds_of_columns_that_were_given_hold_for_the_check() -> None:
    words = ["old", *(str(row) for row in range(N_ROWS - 1))]
    model = tiny(column_kinds={"age": "category"})
    assert split_table(frame(age=words), "y", model=model, test_fraction=0.2).n_test_rows == 12


def test_infinity_does_not_matter_in_columns_that_are_ignored() -> None:
    table = frame(wrong=np.full(N_ROWS, np.inf))
    model = tiny(column_kinds={"wrong": "ignored"})
    split = split_table(table, "y", model=model, test_fraction=0.2)
    model.fit(split.train, split.train_target)
    assert model.score(split.test, split.test_target) > 0
    split = with_test_table(table, table, "y", model=model)
    assert split.n_test_rows == N_ROWS
    with pytest.raises(DataError, match="infinity"):
        split_table(table, "y", model=tiny(), test_fraction=0.2)


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
    with pytest.warns(DataWarning, match="^The test table's other columns are ignored: 'extra'.$"):
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


@pytest.mark.parametrize(
    ("values", "others", "said"),
    [
        ([True, False], ["yes", "perhaps"], "Column 'c' has 30 values that are not true or false"),
        (["2026-01-02", "2026-01-03"], [1, 2], "Column 'c' holds Int64, not dates"),
        ([date(2026, 1, 2), date(2026, 1, 3)], [True, False], "Column 'c' holds Boolean, not"),
        (["a", "b"], [[1], [2]], r"Column 'c' holds values of type List\(Int64\)"),
    ],
)
def test_test_table_is_checked_for_every_kind(
    values: list[Any], others: list[Any], said: str
) -> None:
    train, test = (frame(c=given * (N_ROWS // 2)) for given in (values, others))
    with pytest.raises(DataError, match=rf"^In the test table: {said}"):
        with_test_table(train, test, "y", model=tiny())


def test_dates_of_a_test_table_may_be_written_in_another_way() -> None:
    train = frame(c=[date(2026, 1, 2), date(2026, 1, 3)] * (N_ROWS // 2))
    test = frame(c=["2026-01-02", "soon"] * (N_ROWS // 2))
    assert with_test_table(train, test, "y", model=tiny()).n_test_rows == N_ROWS


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
        scores = score_on_test(model, split, fit_linear(model, split))
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


def dated(**columns: Any) -> pl.DataFrame:
    """The table with a day for each row, latest first, and a household for every three rows."""
    days = pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 2, 29), eager=True).reverse()
    rows = np.arange(N_ROWS)
    return frame(day=days.dt.strftime("%d.%m.%Y"), house=rows // 3, **columns)


def test_groups_are_whole_on_one_side_and_no_input() -> None:
    split = split_table(
        dated(row=range(N_ROWS)), "y", model=tiny(), test_fraction=0.2, groups="house"
    )
    assert split.test is not None
    assert split.separation.groups is not None
    assert (split.n_test_rows, len(split.train)) == (12, 48)
    assert "house" not in split.train.columns
    assert "house" not in split.test.columns
    assert split.separation.groups.name == "house"
    assert (split.separation.groups == split.train["row"] // 3).all()
    assert not set(split.test["row"] // 3) & set(split.separation.groups)


def test_test_rows_are_the_latest_and_time_stays_an_input() -> None:
    table = dated(row=range(N_ROWS), y=["a", "b"] * 30)
    split = split_table(table, "y", model=tiny(), test_fraction=0.2, time="day")
    assert split.test is not None
    # Written with the day first, as text they would not be in order.
    assert sorted(split.test["row"]) == list(range(12))
    assert "day" in split.train.columns


@pytest.mark.parametrize(
    ("values", "latest"),
    [
        ([f"{row}" for row in range(N_ROWS)], range(48, 60)),
        ([float(-row) for row in range(N_ROWS)], range(12)),
        ([f"2020-Q{1 + row // 15}" for row in range(N_ROWS)], range(45, 60)),
        ([f"1{row}" if row < 30 else None for row in range(N_ROWS)], None),
    ],
)
def test_moments_are_numbers_dates_or_text_that_begins_with_the_year(
    values: list[Any], latest: Any
) -> None:
    rows = range(N_ROWS)
    # Rows without a target need no moment.
    y = [None if value is None else "ab"[row % 2] for row, value in zip(rows, values, strict=True)]
    table = frame(when=values, row=rows, y=y)
    split = split_table(table, "y", model=tiny(), test_fraction=0.2, time="when")
    assert split.test is not None
    assert sorted(split.test["row"]) == list(latest or range(24, 30))


@pytest.mark.parametrize("what", ["groups", "time"])
@pytest.mark.parametrize(
    ("columns", "name", "said"),
    [
        ({}, "hose", r"The table has no column 'hose'\.\nhint: did you mean 'house'"),
        ({}, "y", r"The target 'y' cannot say which rows "),
        ({"house": [None, *range(58), float("nan")]}, "house", r"'house' .* \(rows 1, 60\)\."),
        ({"house": ["?", *map(str, range(59))]}, "house", r"'house' has 1 .* \(row 1\)\."),
        ({"house": [7] * N_ROWS}, "house", r"All rows "),
    ],
)
def test_column_that_cannot_hold_rows_together_is_refused(
    columns: dict[str, Any], name: str, said: str, what: str
) -> None:
    table = dated().with_columns(
        **{name: pl.Series(v, strict=False) for name, v in columns.items()}
    )
    with pytest.raises(DataError, match=said):
        split_table(table, "y", model=tiny(), test_fraction=0.2, **{what: name})


def test_text_without_an_order_in_time_is_refused() -> None:
    table = frame(when=["Jan 2020", "Feb 2020"] * 30)
    with pytest.raises(DataError, match=r"'when' cannot be ordered in time: 'Jan 2020' \(row"):
        split_table(table, "y", model=tiny(), test_fraction=0.2, time="when")


def test_two_groups_are_too_few_for_a_test_and_for_stopping() -> None:
    table = dated(row=range(N_ROWS)).with_columns(house=pl.int_range(N_ROWS) % 2)
    with pytest.raises(DataError, match="all rows that are left belong to one group"):
        split_table(table, "y", model=tiny(), test_fraction=0.2, groups="house")
    model = tiny().set_params(validation_fraction=0.0)
    split = split_table(table, "y", model=model, test_fraction=0.2, groups="house")
    assert split.n_test_rows == N_ROWS / 2


def test_groups_alone_are_nothing_to_predict_from() -> None:
    table = dated().select("house", "y")
    with pytest.raises(DataError, match="no column but the target 'y' and the groups 'house'"):
        split_table(table, "y", model=tiny(), test_fraction=0.2, groups="house")


def test_class_that_only_test_rows_have_is_found_before_training() -> None:
    table = dated(y=["c"] * 3 + ["a", "b"] * 28 + ["a"])
    with pytest.raises(DataError, match=r"classes that training did not have: 'c'") as raised:
        split_table(table, "y", model=tiny(), test_fraction=0.2, time="day")
    assert raised.value.what.startswith("In the rows kept apart for the test: ")
    assert "--test-fraction 0" in raised.value.hint


def test_test_table_needs_no_groups() -> None:
    split = with_test_table(dated(), frame(day="1.1.2021"), "y", model=tiny(), groups="house")
    assert split.test is not None
    assert split.test.columns == split.train.columns == ["size", "age", "day"]


@pytest.mark.parametrize("column", [{"groups": "house"}, {"time": "day"}])
def test_networks_hold_rows_out_as_the_test_does(
    column: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    fit = Classifier.iter_fit

    def spy(self: Any, *given: Any, **named: Any) -> Any:
        seen.append(named)
        return fit(self, *given, **named)

    monkeypatch.setattr(Classifier, "iter_fit", spy)
    table = dated(y=["a", "b"] * 30)
    model = tiny(validation_fraction=0.25)
    split = split_table(table, "y", model=model, test_fraction=0.2, **column)
    list(train_events(model, split))
    assert set(score_on_test(model, split, fit_linear(model, split))) == {
        "model",
        "linear",
        "constant",
    }
    assert len(seen) == 2
    for given in seen:
        assert given["groups"] is split.separation.groups
        assert given["time"] is split.separation.time
        assert len(given[next(iter(column))]) == len(split.train)


def test_linear_model_of_a_pack_takes_one_value_of_each_parameter() -> None:
    model = Regressor(
        hidden_sizes=[(), (8,)],
        activation=["relu", "tanh"],
        dropout_rate=[0.0, 0.5],
        l2=[0.0, 0.1],
        weight_decay=[None, 0.1],
        learning_rate=[1e-3, 1e-2],
        batch_size=["auto", 16],
        optimizer=["adamw", "sgd"],
        n_seeds=2,
        n_folds=2,
        members=4,
        max_epochs=2,
        random_state=0,
    )
    linear = linear_model(model)
    chosen = linear.get_params()
    assert not [name for name, value in chosen.items() if isinstance(value, list)]
    assert (linear.hidden_sizes, linear.n_folds, linear.n_seeds, linear.members) == (
        (),
        None,
        1,
        None,
    )


@pytest.mark.parametrize(
    ("sizes", "is_trained"), [([(), (8,)], True), ([()], False), ((), False), ((8,), True)]
)
def test_linear_model_is_trained_beside_networks_with_hidden_layers(
    sizes: Any, is_trained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = split_table(frame(), "y", model=tiny(), test_fraction=0.2)
    model = tiny(hidden_sizes=sizes, l2=[0.0, 0.1], max_epochs=2)
    model.fit(split.train, split.train_target)
    asked = []
    monkeypatch.setattr(table_training, "_trained_linear", lambda *given: asked.append(given))
    fit_linear(model, split)
    assert bool(asked) == is_trained


def test_linear_model_takes_no_longer_than_what_it_is_compared_with() -> None:
    model = tiny(Regressor, max_seconds=100.0)
    split = split_table(frame(y=range(N_ROWS)), "y", model=model, test_fraction=0.2)
    model.fit(split.train, split.train_target)
    assert table_training._seconds_for_linear(model) == 10.0
    model._model.training.history[-1]["seconds"] = 70.0
    assert table_training._seconds_for_linear(model) == 70.0
    model._model.training.history[-1]["seconds"] = 170.0
    assert table_training._seconds_for_linear(model) == 100.0
    model.max_seconds = 5.0
    assert table_training._seconds_for_linear(model) == 5.0


def test_numbers_that_are_all_different_are_no_classes() -> None:
    table = pl.DataFrame({"x": range(30), "y": range(30)})
    with pytest.raises(DataError, match="Each of the 30 rows has its own class") as raised:
        split_table(table, "y", model=tiny(), test_fraction=0.0)
    assert raised.value.hint == "train a regressor, or name another column as the target"


def test_target_of_numbers_with_signs_is_told_how_to_be_numbers() -> None:
    table = pl.DataFrame({"x": range(30), "y": [f"${row},000" for row in range(30)]})
    with pytest.raises(DataError, match="Each of the 30 rows has its own class") as raised:
        split_table(table, "y", model=tiny(), test_fraction=0.0)
    assert raised.value.hint == (
        "write numbers such as '$0,000' as 1234.5, or name another column as the target"
    )


def test_target_that_is_nearly_an_id_is_doubted() -> None:
    table = pl.DataFrame({"x": range(30), "y": [f"house {min(row, 25)}" for row in range(30)]})
    with pytest.warns(DataWarning, match="26 classes in 30 rows: is 'y' the right column"):
        split_table(table, "y", model=tiny(), test_fraction=0.0)
