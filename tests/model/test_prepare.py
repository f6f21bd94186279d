import dataclasses
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning

from rightfit import DataError, DataWarning
from rightfit.data.split import split_rows
from rightfit.data.table import as_table
from rightfit.model.given import Labelled, Preparation
from rightfit.model.prepare import Prepared, prepare
from tests.estimators.examples import N_ROWS, NUMBERS, THREE, X, frame, mixed

PREPARATION = Preparation(
    target_name="price",
    has_classes=False,
    scaling="robust",
    max_one_hot=3,
    column_kinds={},
    validation_fraction=0.25,
    seed=5,
    precision="auto",
)


def labelled(X: Any, y: Any, weights: Any = None) -> Labelled:
    table = as_table(X)
    return Labelled(table, y, np.ones(table.n_rows) if weights is None else np.asarray(weights))


def prepared(X: Any, y: Any, weights: Any = None, **chosen: Any) -> Prepared:
    return prepare(labelled(X, y, weights), None, dataclasses.replace(PREPARATION, **chosen))


def real(rows: Any) -> tuple[Any, Any, Any]:
    n_rows = int(rows.n_rows)
    parts = (rows.features.numbers, rows.targets, rows.weights)
    return tuple(np.asarray(part)[:n_rows] for part in parts)  # type: ignore[return-value]


@pytest.mark.filterwarnings("ignore:No value of the column")
@pytest.mark.parametrize("has_classes", [False, True])
def test_encoder_and_target_see_training_rows_only(has_classes: bool) -> None:
    y: Any = THREE if has_classes else NUMBERS
    train, held = split_rows(
        np.ones(N_ROWS), 0.25, PREPARATION.seed, THREE if has_classes else None
    )
    before = prepared(mixed(), y, has_classes=has_classes)
    assert (before.training.n_rows, before.validation.n_rows) == (len(train), len(held))  # type: ignore[union-attr]

    table, target = mixed(), np.array(y)
    table.loc[held, "size"] = 1e6
    table.loc[held, "rooms"] = None
    table.loc[held, "use"] = "castle"
    table.loc[held, "street"] = [f"street {row}" for row in held]
    table.loc[held, "built"] = pd.Timestamp("1066-10-14 09:00")
    if not has_classes:
        target[held] = 1e6
    after = prepared(table, target, has_classes=has_classes)
    assert after.codec.schema == before.codec.schema
    assert after.codec.encoder.to_json() == before.codec.encoder.to_json()
    assert after.codec.target.center == before.codec.target.center
    assert after.codec.target.scale == before.codec.target.scale
    for one, other in zip(real(after.training), real(before.training), strict=True):
        np.testing.assert_array_equal(one, other)
    # So that the test could fail: what a training row holds does matter.
    table.loc[train[0], "size"] = 1e6
    assert prepared(table, y, has_classes=has_classes).codec.encoder.to_json() != (
        before.codec.encoder.to_json()
    )


@pytest.mark.parametrize("has_classes", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame])
def test_a_column_vector_is_complained_of_once(kind: Any, has_classes: bool) -> None:
    y: Any = np.where(X[:, 0] > 0, "b", "a") if has_classes else NUMBERS
    with pytest.warns(DataConversionWarning) as caught:
        found = prepared(X, kind(y[:, None]), has_classes=has_classes)
    assert len(caught) == 1
    np.testing.assert_array_equal(
        found.training.targets, prepared(X, y, has_classes=has_classes).training.targets
    )


def test_a_constant_target_is_told_once_and_of_the_training_rows() -> None:
    with pytest.warns(DataWarning) as caught:
        prepared(X, np.ones(N_ROWS))
    assert [str(warning.message) for warning in caught] == [
        "The target is the same in all 30 rows: there is nothing to learn."
    ]


def test_rows_are_padded_to_a_bucket_with_weight_zero() -> None:
    rows = prepared(X[:37], NUMBERS[:37], validation_fraction=0.0).training
    assert (int(rows.n_rows), rows.weights.shape) == (37, (40,))
    assert np.asarray(rows.weights)[37:].tolist() == [0.0] * 3
    assert not np.asarray(rows.features.numbers)[37:].any()


def test_weights_have_mean_one_on_either_side() -> None:
    weights = np.arange(N_ROWS) / 3.0
    both = prepared(X, NUMBERS, weights)
    for rows in (both.training, both.validation):
        assert real(rows)[2].mean() == pytest.approx(1.0)
    assert both.n_dropped_rows == 1


@pytest.mark.parametrize(("n_rows", "n_held"), [(2, 0), (66, 0), (67, 10), (100, 15), (1000, 150)])
def test_rows_are_held_out_when_enough_are_there(n_rows: int, n_held: int) -> None:
    rows = np.arange(n_rows) % N_ROWS
    both = prepared(X[rows], NUMBERS[rows], validation_fraction=None)
    assert (0 if both.validation is None else int(both.validation.n_rows)) == n_held
    assert both.training.n_rows == n_rows - n_held


def test_share_is_one_of_the_weight() -> None:
    weights = np.random.default_rng(0).pareto(1.5, 400) + 0.1
    rows = np.arange(400) % N_ROWS
    for seed in range(5):
        both = prepared(X[rows], NUMBERS[rows], weights, validation_fraction=0.2, seed=seed)
        _, held = split_rows(weights, 0.2, seed)
        assert both.validation is not None
        assert int(both.validation.n_rows) == len(held)
        share = weights[held].sum() / weights.sum()
        assert abs(share - 0.2) <= weights.max() / weights.sum()


def test_rows_of_weight_zero_are_on_neither_side() -> None:
    weights = np.where(np.arange(N_ROWS) < 8, 0.0, 1.0)
    both = prepared(X, NUMBERS, weights)
    assert both.n_dropped_rows == 8
    assert both.validation is not None
    assert both.training.n_rows + both.validation.n_rows == 32


def test_rows_handed_over_stop_the_split() -> None:
    both = prepare(labelled(X, NUMBERS), labelled(X[:7], NUMBERS[:7]), PREPARATION)
    assert both.validation is not None
    assert (both.training.n_rows, both.validation.n_rows) == (N_ROWS, 7)


def test_rows_handed_over_without_target_or_weight_are_left_out() -> None:
    y = np.where(np.arange(N_ROWS) < 3, np.nan, NUMBERS)
    held = labelled(X, y, np.where(np.arange(N_ROWS) < 5, 0.0, 1.0))
    both = prepare(labelled(X, NUMBERS), held, PREPARATION)
    assert both.validation is not None
    assert both.validation.n_rows == N_ROWS - 5


@pytest.mark.parametrize(
    ("n_rows", "precision", "dtype"),
    [
        (499, "auto", np.float64),
        (500, "auto", np.float32),
        (499, "float32", np.float32),
        (500, "float64", np.float64),
    ],
)
def test_numbers_have_the_type_that_the_precision_names(
    n_rows: int, precision: str, dtype: Any
) -> None:
    rows = np.arange(n_rows) % N_ROWS
    training = prepared(
        X[rows], NUMBERS[rows], precision=precision, validation_fraction=0.0
    ).training
    for part in (training.features.numbers, training.targets, training.weights):
        assert part.dtype == dtype


def test_codes_of_classes_stay_whole_numbers() -> None:
    training = prepared(mixed(), THREE, has_classes=True).training
    assert training.targets.dtype == np.int32
    assert training.features.codes.dtype == np.int32


@pytest.mark.parametrize(
    ("weights", "is_same"),
    [
        (np.full(N_ROWS, 3.0), True),
        (np.arange(N_ROWS) % 4, True),
        # For other weights the scales are those of the rows.
        (np.arange(N_ROWS) / 3.0, False),
    ],
    ids=["three", "several", "broken"],
)
def test_whole_weights_count_as_repetitions_for_the_encoder(weights: Any, is_same: bool) -> None:
    weighted = prepared(mixed(), NUMBERS, weights, validation_fraction=0.0)
    rows = np.repeat(np.arange(N_ROWS), weights.astype(int))
    repeated = prepared(mixed().iloc[rows], NUMBERS[rows], validation_fraction=0.0)
    same = weighted.codec.encoder.scaling.to_json() == repeated.codec.encoder.scaling.to_json()
    assert same == is_same


def test_weights_too_large_to_repeat_are_no_trouble() -> None:
    weights = np.full(N_ROWS, 1e15)
    assert prepared(X, NUMBERS, weights, validation_fraction=0.0).training.n_rows == N_ROWS


def test_an_earlier_codec_is_gone_on_with() -> None:
    first = prepared(frame(), NUMBERS)
    again = prepare(labelled(10 * frame(), 10 * NUMBERS), None, PREPARATION, codec=first.codec)
    assert again.codec is first.codec


def test_another_seed_holds_other_rows_out() -> None:
    one, other = (real(prepared(X, NUMBERS, seed=seed).training)[1] for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_class_with_one_row_stays_in_training() -> None:
    y = THREE.copy()
    y[17] = 9
    with pytest.warns(DataWarning, match="Class '9' of the target has 1 row"):
        both = prepared(X, y, has_classes=True)
    assert 3 in real(both.training)[1]
    assert 3 not in real(both.validation)[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prepared(X, y, has_classes=True, validation_fraction=0.0)


def test_nothing_to_train_on_is_said() -> None:
    weights = np.where(THREE == 0, 1.0, 0.0)
    y = np.where(THREE == 0, np.nan, NUMBERS)
    for has_classes, target in ((False, y), (True, [None if k == 0 else k for k in THREE])):
        with pytest.raises(DataError) as caught:
            prepared(X, target, weights, has_classes=has_classes)
        assert str(caught.value) == (
            "None of the 40 rows has a target and a weight above 0.\n"
            "At least one row with a target is needed."
        )
