import json
import uuid
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

from rightfit import Classifier, DataError, DataWarning, Regressor
from rightfit.estimators.base import AbstractEstimator
from tests.estimators.examples import (
    COLUMNS,
    HELD_OUT,
    N_ROWS,
    NUMBERS,
    SMALL,
    THREE,
    TWO,
    X,
    frame,
    mixed,
    outputs,
    small,
    target_for,
)

ESTIMATORS: list[Any] = [Classifier, Regressor]
both = pytest.mark.parametrize("estimator", ESTIMATORS)


def message(call: Callable[[], object]) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


@pytest.fixture(scope="module")
def on_mixed() -> Any:
    return small(Regressor, max_one_hot=3).fit(mixed(), NUMBERS)


# What a table may be.


@both
@pytest.mark.parametrize(
    "convert", [pl.DataFrame, pa.Table.from_pandas, pl.LazyFrame], ids=["polars", "arrow", "lazy"]
)
def test_fit_gives_the_same_predictions_for_every_dataframe(
    estimator: type[AbstractEstimator], convert: Callable[[pd.DataFrame], Any]
) -> None:
    y = target_for(estimator)
    expected = small(estimator).fit(frame(), y)
    model = small(estimator).fit(convert(frame()), y)
    np.testing.assert_array_equal(outputs(model, convert(frame())), outputs(expected, frame()))
    np.testing.assert_array_equal(outputs(model, frame()), outputs(expected, frame()))


@both
def test_the_target_may_be_a_lazy_frame(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    lazy = pl.LazyFrame({"price": y})
    model = small(estimator).fit(pl.LazyFrame(frame()), lazy)
    np.testing.assert_array_equal(
        outputs(model, frame()), outputs(small(estimator).fit(frame(), y), frame())
    )
    assert model.target_name_ == "price"
    assert model.score(pl.LazyFrame(frame()), lazy) == model.score(frame(), y)


@pytest.mark.parametrize("convert", [pl.DataFrame, pa.Table.from_pandas], ids=["polars", "arrow"])
def test_fit_gives_the_same_predictions_for_mixed_columns_of_every_dataframe(
    on_mixed: Any, convert: Callable[[pd.DataFrame], Any]
) -> None:
    model = small(Regressor, max_one_hot=3).fit(convert(mixed()), NUMBERS)
    np.testing.assert_array_equal(model.predict(convert(mixed())), on_mixed.predict(mixed()))


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        np.asfortranarray,
        scipy.sparse.csr_matrix,
        scipy.sparse.csc_array,
        scipy.sparse.coo_matrix,
        np.float64,
        lambda array: np.ma.masked_array(array, mask=False),
        lambda array: array.astype(object),
    ],
)
def test_fit_gives_the_same_predictions_for_every_array(convert: Callable[[Any], Any]) -> None:
    # Sparse matrices become float32, so take numbers that float32 holds.
    table = X.astype(np.float32)
    expected = small(Classifier).fit(table, THREE).predict_proba(table)
    model = small(Classifier).fit(convert(table), THREE)
    np.testing.assert_allclose(model.predict_proba(convert(table)), expected, rtol=1e-5)


@both
def test_fit_takes_float32_and_float64_alike(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    models = [small(estimator).fit(X.astype(kind), y) for kind in (np.float32, np.float64)]
    np.testing.assert_allclose(outputs(models[0], X), outputs(models[1], X), rtol=1e-5)


def test_fit_takes_lists_of_words_and_numbers() -> None:
    rows = [["flat", 1.0], ["shop", 2.0]] * 20
    model = small(Classifier).fit(rows, TWO)
    assert [column["kind"] for column in model.schema_] == ["category", "number"]
    assert not hasattr(model, "feature_names_in_")
    assert model.predict(rows).shape == (N_ROWS,)


def test_predict_gives_one_number_a_row_of_mixed_columns(on_mixed: Any) -> None:
    kinds = {column["name"]: column["kind"] for column in on_mixed.schema_}
    assert kinds == {
        "size": "number",
        "rooms": "number",
        "use": "category",
        "street": "category",
        "heated": "boolean",
        "built": "datetime",
    }
    assert np.isfinite(on_mixed.predict(mixed())).all()


@pytest.mark.parametrize("name", list(mixed().columns))
def test_predict_takes_missing_values_where_training_had_them(on_mixed: Any, name: str) -> None:
    table = mixed()
    table[name] = None
    assert np.isfinite(on_mixed.predict(table)).all()


@pytest.mark.parametrize("name", COLUMNS)
def test_predict_takes_missing_values_where_training_had_none(name: str) -> None:
    model = small(Classifier).fit(frame(), THREE)
    table = frame()
    table[name] = np.nan
    assert np.isfinite(model.predict_proba(table)).all()


def test_predict_takes_unseen_categories(on_mixed: Any) -> None:
    table = mixed()
    table["use"] = "castle"
    table["street"] = "unter den linden"
    assert np.isfinite(on_mixed.predict(table)).all()


def test_predict_finds_columns_by_name_in_another_order(on_mixed: Any) -> None:
    table = mixed()
    np.testing.assert_array_equal(
        on_mixed.predict(table[list(table.columns[::-1])]), on_mixed.predict(table)
    )


def test_predict_takes_rows_as_dicts(on_mixed: Any) -> None:
    table = mixed().iloc[:5]
    rows = json.loads(table.to_json(orient="records", date_format="iso"))
    np.testing.assert_array_equal(on_mixed.predict(rows), on_mixed.predict(table))


def test_predict_ignores_extra_columns(on_mixed: Any) -> None:
    table = mixed()
    table.insert(0, "colour", "red")
    np.testing.assert_array_equal(on_mixed.predict(table), on_mixed.predict(mixed()))


def test_predict_names_all_columns_that_are_missing(on_mixed: Any) -> None:
    table = mixed().drop(columns=["rooms", "street"]).rename(columns={"size": "sise"})
    assert message(lambda: on_mixed.predict(table)) == (
        "The table lacks 3 columns that the model was trained on: 'size', 'rooms', 'street'.\n"
        "Every column that training used is needed, under the same name.\n"
        "hint: 'size': did you mean 'sise'?"
    )


@both
def test_predict_takes_an_array_by_position(estimator: type[AbstractEstimator]) -> None:
    model = small(estimator).fit(frame(), target_for(estimator))
    np.testing.assert_array_equal(outputs(model, X), outputs(model, frame()))
    np.testing.assert_array_equal(outputs(model, X.tolist()), outputs(model, frame()))


@both
def test_predict_takes_a_dataframe_by_position_after_an_array(
    estimator: type[AbstractEstimator],
) -> None:
    model = small(estimator).fit(X, target_for(estimator))
    assert model.n_features_in_ == 3
    np.testing.assert_array_equal(outputs(model, frame()), outputs(model, X))
    assert message(lambda: model.predict(X[:, :2])) == (
        f"X has 2 features, but {estimator.__name__} is expecting 3 features as input."
    )


def test_predict_gives_a_row_the_same_number_whatever_is_beside_it(on_mixed: Any) -> None:
    table = pd.concat([mixed()] * 8, ignore_index=True)
    np.testing.assert_array_equal(on_mixed.predict(table), np.tile(on_mixed.predict(mixed()), 8))
    one_by_one = [on_mixed.predict(mixed().iloc[[row]])[0] for row in range(3)]
    np.testing.assert_array_equal(one_by_one, on_mixed.predict(mixed())[:3])


# What is fitted.


@both
def test_fitted_attributes_say_what_happened(estimator: type[AbstractEstimator]) -> None:
    model = estimator(**HELD_OUT).fit(frame(), pd.Series(target_for(estimator), name="price"))
    assert [list(record) for record in model.history_] == [
        [
            "member",
            "epoch",
            "train_loss",
            "validation_loss",
            "metric",
            "learning_rate",
            "seconds",
            "gradient_norms",
        ]
    ] * 3
    assert [record["epoch"] for record in model.history_] == [1, 2, 3]
    assert {tuple(record["gradient_norms"]) for record in model.history_} == {
        ("hidden 1", "output")
    }
    assert model.n_iter_ == 3
    assert 1 <= model.best_epoch_ <= 3
    n_outputs = 3 if estimator is Classifier else 1
    assert model.n_parameters_ == (3 + 1) * 8 + (8 + 1) * n_outputs
    assert model.n_features_in_ == 3
    assert model.feature_names_in_.tolist() == COLUMNS
    assert model.target_name_ == "price"
    assert [column["name"] for column in model.schema_] == COLUMNS
    json.dumps(model.schema_)


@pytest.mark.parametrize(
    ("y", "name"),
    [
        (pd.Series(NUMBERS, name="price"), "price"),
        (pd.Series(NUMBERS, name=3), "3"),
        (pd.Series(NUMBERS), ""),
        (pl.Series("price", NUMBERS), "price"),
        (NUMBERS, ""),
        # Here `y.name` is a column.
        (pd.DataFrame({"name": NUMBERS, "price": NUMBERS}), ""),
        (pd.DataFrame({"name": NUMBERS}), "name"),
        (pl.DataFrame({"price": NUMBERS}), "price"),
    ],
)
@pytest.mark.filterwarnings("ignore:A column-vector y")
def test_target_name_is_taken_from_a_named_target(y: Any, name: str) -> None:
    assert small(Regressor).fit(X, y).target_name_ == name


@pytest.mark.filterwarnings("ignore:A column-vector y")
def test_category_of_levels_that_occur_once_is_left_out_with_a_warning() -> None:
    table = frame().assign(code=[f"row {row}" for row in range(len(X))])
    model = small(Classifier).set_params(column_kinds={"code": "category"})
    with pytest.warns(DataWarning, match="occurs in one row only: 'code'"):
        model.fit(table, THREE)
    table = table[["code"]]
    with pytest.raises(DataError, match="a level is learnt from two rows"):
        model.fit(table, THREE)


def test_names_are_forgotten_when_the_next_fit_has_none() -> None:
    model = small(Classifier).fit(frame(), THREE)
    model.fit(X, THREE)
    assert not hasattr(model, "feature_names_in_")


def test_describe_gives_plain_values() -> None:
    model = small(Classifier).fit(frame(), THREE)
    described = model.describe()
    assert json.loads(json.dumps(described))["n_parameters"] == model.n_parameters_
    assert described["classes"] == [0, 1, 2]


def test_warnings_are_not_given_for_sound_tables() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(Regressor).fit(mixed(), NUMBERS).predict(mixed())


# What is dropped.


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (Regressor, np.where(np.arange(N_ROWS) % 10 == 3, np.nan, NUMBERS)),
        (Classifier, [None if row % 10 == 3 else "ab"[row % 2] for row in range(N_ROWS)]),
        (Classifier, [np.nan if row % 10 == 3 else row % 2 for row in range(N_ROWS)]),
        (Classifier, ["" if row % 10 == 3 else "ab"[row % 2] for row in range(N_ROWS)]),
    ],
    ids=["number", "none", "nan", "empty"],
)
def test_fit_drops_and_counts_rows_without_a_target(
    estimator: type[AbstractEstimator], y: Any
) -> None:
    known = np.arange(N_ROWS) % 10 != 3
    with pytest.warns(DataWarning, match="^Left out: 4 rows without a target.$"):
        model = small(estimator).fit(frame(), y)
    assert model.describe()["n_dropped_rows"] == 4
    assert model.describe()["n_training_rows"] == 36
    kept = [value for value, there in zip(y, known, strict=True) if there]
    other = small(estimator).fit(frame(known), kept)
    np.testing.assert_array_equal(outputs(model, frame()), outputs(other, frame()))


# Mistakes.


@both
def test_fit_refuses_the_name_of_a_column_as_target(estimator: type[AbstractEstimator]) -> None:
    assert message(lambda: small(estimator).fit(frame(), "price")) == (
        "The target y is the text 'price'.\nIt is the column itself: one value for each row.\n"
        "hint: fit(X.drop(columns='price'), X['price']), if that is its name"
    )


@pytest.mark.parametrize("name", ["groups", "time"])
def test_fit_refuses_the_name_of_a_column_as_groups_or_time(name: str) -> None:
    given: dict[str, Any] = {name: "a"}
    assert message(lambda: small(Regressor).fit(frame(), NUMBERS, **given)) == (
        f"The {name!r} argument is the text 'a'.\n"
        "It is the column itself: one value for each row.\n"
        f"hint: {name}=X['a'], if that is its name"
    )


@both
def test_fit_refuses_a_missing_target(estimator: type[AbstractEstimator]) -> None:
    assert message(lambda: small(estimator).fit(X, None)) == (
        f"{estimator.__name__} requires y to be passed, but the target y is None."
    )


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (
            np.ones((N_ROWS, 2)),
            "Sample weights must be 1D array or scalar, got 2D array.\n"
            "One weight is needed for each row.",
        ),
        (
            np.full(N_ROWS, -1.0),
            "The sample weights hold negative, missing or infinite values.\n"
            "A weight must be a finite number of at least 0.",
        ),
        (
            np.full(N_ROWS, np.nan),
            "The sample weights hold negative, missing or infinite values.\n"
            "A weight must be a finite number of at least 0.",
        ),
        (
            ["a"] * N_ROWS,
            "The sample weights are not numbers: could not convert string to float: 'a'.\n"
            "A weight must be a finite number of at least 0.",
        ),
        (
            np.zeros(N_ROWS),
            "The sample weights are all zero.\nAt least one weight must be above 0.",
        ),
        (
            np.ones(N_ROWS - 1),
            "Found input variables with inconsistent numbers of samples: [40, 40, 39]\n"
            "Table, target and weights have the same rows, in the same order.\n"
            "hint: check where rows were dropped from only one of them",
        ),
    ],
    ids=["matrix", "negative", "missing", "words", "zero", "short"],
)
def test_fit_refuses_wrong_weights(weights: Any, text: str) -> None:
    assert message(lambda: small(Classifier).fit(X, THREE, weights)) == text


def test_fit_counts_only_what_was_handed_over_where_lengths_differ() -> None:
    said = message(lambda: small(Classifier).fit(X, THREE[:-1]))
    assert said.startswith("Found input variables with inconsistent numbers of samples: [40, 39]\n")


def test_fit_refuses_rows_that_all_have_no_target_or_no_weight() -> None:
    y = np.where(np.arange(N_ROWS) < 20, np.nan, NUMBERS)
    weights = np.where(np.arange(N_ROWS) < 20, 1.0, 0.0)
    assert message(lambda: small(Regressor).fit(X, y, weights)) == (
        "None of the 40 rows has a target and a weight above 0.\n"
        "At least one row with a target is needed."
    )


@pytest.mark.parametrize("validation", [(X,), [X, THREE], X, (X, THREE, None, None)])
def test_fit_refuses_validation_that_is_no_pair(validation: Any) -> None:
    assert message(lambda: small(Classifier).fit(X, THREE, validation=validation)) == (
        "The 'validation' argument is not a pair.\n"
        "It must be a tuple: (X, y) or (X, y, sample_weight)."
    )


@pytest.mark.parametrize(
    ("table", "held", "text"),
    [
        (
            frame(),
            frame()[["a"]],
            "The table lacks 2 columns that the model was trained on: 'b', 'c'.\n"
            "Every column that training used is needed, under the same name.\n"
            "hint: add these columns; cells may be empty",
        ),
        (X, X[:, :2], "X has 2 features, but this model is expecting 3 features as input."),
        (frame(), X[:, :2], "X has 2 features, but this model is expecting 3 features as input."),
        (
            [["u", 1.0], ["v", 2.0]] * 20,
            [["u"], ["v"]] * 20,
            "X has 1 features, but this model is expecting 2 features as input.",
        ),
    ],
    ids=["names", "array", "mixed", "lists"],
)
def test_fit_refuses_validation_with_other_columns(table: Any, held: Any, text: str) -> None:
    assert message(lambda: small(Classifier).fit(table, TWO, validation=(held, TWO))) == text


def test_fit_refuses_validation_with_unknown_classes() -> None:
    held = np.where(THREE == 2, 7, THREE)
    text = message(lambda: small(Classifier).fit(X, THREE, validation=(X, held)))
    assert text.splitlines()[:2] == [
        "The target has classes that training did not have: 7 (rows 3, 6, 9, 12, 15 and 8 more).",
        "The classes are 0, 1, 2.",
    ]


def test_fit_refuses_validation_without_targets() -> None:
    held = np.where(np.arange(N_ROWS) < 20, np.nan, NUMBERS)
    weights = np.where(np.arange(N_ROWS) < 20, 1.0, 0.0)
    call = lambda: small(Regressor).fit(X, NUMBERS, validation=(X, held, weights))  # noqa: E731
    assert message(call) == "None of the validation rows has a target and a weight above 0."


def test_estimator_stays_as_it_was_when_fit_fails() -> None:
    model = small(Classifier).fit(X, THREE)
    before = model.predict_proba(X)
    with pytest.raises(DataError):
        model.fit(X[:-1], THREE)
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_not_fitted_is_said_in_scikit_learns_words() -> None:
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError) as caught:
        Classifier(**SMALL).predict(X)
    assert str(caught.value) == (
        "This Classifier instance is not fitted yet. Call 'fit' with appropriate arguments "
        "before using this estimator."
    )


def test_infinity_in_a_column_that_is_not_read_does_no_harm() -> None:
    model = small(Regressor).fit(frame(), NUMBERS)
    wider = frame().assign(more=np.inf)
    np.testing.assert_array_equal(model.predict(wider), model.predict(frame()))
    with pytest.raises(DataError, match="infinity in column 'a'"):
        model.predict(frame().assign(a=np.inf))


@pytest.mark.parametrize(
    "strange",
    [
        [{"k": 1}] * N_ROWS,
        [["x"]] * N_ROWS,
        [uuid.UUID(int=1)] * N_ROWS,
        ["a", 1] * (N_ROWS // 2),
        pd.period_range("2026-01", periods=N_ROWS, freq="M"),
    ],
    ids=["dicts", "lists", "uuids", "mixed", "periods"],
)
def test_columns_that_are_not_read_may_hold_anything(strange: Any) -> None:
    table = frame().assign(z=strange)
    model = small(Classifier, column_kinds={"z": "ignored"}).fit(table, TWO)
    assert [(c["name"], c["kind"]) for c in model.schema_][-1] == ("z", "ignored")
    plain = small(Classifier).fit(frame(), TWO, validation=(table, TWO))
    expected = plain.predict_proba(frame())
    np.testing.assert_array_equal(plain.predict_proba(table), expected)
    np.testing.assert_array_equal(plain.predict_proba(table.to_dict("records")), expected)
    assert plain.set_params(warm_start=True).fit(table, TWO).n_features_in_ == len(COLUMNS)
    assert plain.partial_fit(table, TWO).n_features_in_ == len(COLUMNS)


def test_names_of_columns_that_are_not_read_may_be_anything() -> None:
    model = small(Regressor).fit(frame(), NUMBERS)
    extra = pd.DataFrame(np.ones((N_ROWS, 4)), columns=pd.Index(["q", "q", 1.5, ("r", 1)]))
    table = pd.concat([extra, frame()], axis="columns")
    np.testing.assert_array_equal(model.predict(table), model.predict(frame()))
    with pytest.raises(DataError, match="more than once: 'a'"):
        model.predict(pd.concat([frame(), frame()[["a"]]], axis="columns"))
    with pytest.raises(DataError, match="'b': did you mean 'bb'"):
        model.predict(table.rename(columns={"b": "bb"}))
