import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rightfit.data.folds import (
    group_codes,
    hold_out_groups,
    hold_out_latest,
    make_folds,
    time_ranks,
    warn_of_rare_classes,
    warn_of_untaught_classes,
)
from rightfit.errors import DataError, DataWarning

CLASSES = np.array(["a"] * 20 + ["b"] * 10)


def test_each_row_is_held_out_once() -> None:
    for classes in (None, CLASSES):
        folds = make_folds(5, 0, 30, classes)
        assert sorted(np.concatenate([held for _, held in folds]).tolist()) == list(range(30))
        for training, held in folds:
            assert sorted([*training.tolist(), *held.tolist()]) == list(range(30))


def test_folds_are_stratified() -> None:
    for _, held in make_folds(5, 0, 30, CLASSES):
        assert np.unique(CLASSES[held], return_counts=True)[1].tolist() == [4, 2]


def test_rows_of_a_class_that_is_too_rare_are_held_out_all_the_same() -> None:
    classes = np.array(["a"] * 6 + ["b"] * 3 + ["c"])
    held = [rows for _, rows in make_folds(3, 0, 10, classes)]
    assert sorted(np.concatenate(held).tolist()) == list(range(10))
    assert [int((classes[rows] == "b").sum()) for rows in held] == [1, 1, 1]
    assert sorted(len(rows) for rows in held) == [3, 3, 4]


def test_rare_classes_are_named() -> None:
    with pytest.warns(DataWarning) as caught:
        warn_of_rare_classes(np.array(["a", "a", "a", "b", "c", "c"]), 3)
    assert str(caught[0].message) == (
        "There are fewer rows of a class than the 3 folds: 'b' (1 row), 'c' (2 rows). Some folds "
        "hold no row of such a class out, or train on none."
    )
    warn_of_rare_classes(CLASSES, 10)


def test_classes_that_only_held_out_rows_have_are_named() -> None:
    with pytest.warns(DataWarning) as caught:
        warn_of_untaught_classes(np.array(["a", "a", "b"]), np.array(["d", "a", "c", "d"]))
    assert str(caught[0].message) == (
        "Only rows that are held out have these classes, so that no network learns them: 'c' "
        "(1 row), 'd' (2 rows). Hand over rows of them that can be trained on, or train with "
        "validation_fraction=0."
    )
    warn_of_untaught_classes(CLASSES, CLASSES)


def test_folds_repeat_themselves_and_follow_the_seed() -> None:
    held = [make_folds(3, seed, 30)[0][1].tolist() for seed in (0, 0, 1)]
    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("classes", [None, CLASSES])
def test_rows_of_a_group_stay_together(classes: Any) -> None:
    groups = np.arange(30) % 7
    for training, held in make_folds(4, 0, 30, classes, groups):
        assert not set(groups[training]) & set(groups[held])


def test_folds_in_time_are_predicted_from_what_lies_before() -> None:
    time = np.repeat(np.arange(12), 2)
    folds = make_folds(3, 0, 24, time=time)
    assert len(folds) == 3
    for training, held in folds:
        assert time[training].max() < time[held].min()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"n_folds": 5, "n_rows": 4},
            "There is a target in 4 rows, fewer than the 5 folds.\n"
            "Each fold needs a row.\nhint: lower n_folds to 4 or less",
        ),
        (
            {"n_folds": 5, "n_rows": 6, "groups": np.array([0, 0, 1, 1, 2, 2])},
            "The rows have 3 groups, fewer than the 5 folds.\n"
            "Each fold needs a group.\nhint: lower n_folds to 3 or less",
        ),
        (
            {"n_folds": 2, "n_rows": 6, "groups": np.zeros(6, int)},
            "The rows have 1 group, fewer than the 2 folds.\n"
            "Each fold needs a group.\nhint: use no folds",
        ),
        (
            {"n_folds": 3, "n_rows": 6, "time": np.array([0, 0, 1, 1, 2, 2])},
            "The rows have 3 moments, too few for 3 folds in time.\n"
            "Each fold needs moments of its own, and earlier ones to learn from.\n"
            "hint: lower n_folds to 2 or less",
        ),
    ],
)
def test_too_many_folds_are_refused(arguments: dict[str, Any], message: str) -> None:
    arguments = {"seed": 0} | arguments
    with pytest.raises(DataError) as caught:
        make_folds(**arguments)
    assert str(caught.value) == message


def test_groups_are_held_out_whole() -> None:
    groups = np.arange(40) % 10
    training, held = hold_out_groups(groups, 0.2, 0)
    assert not set(groups[training]) & set(groups[held])
    assert len(held) == 8


def test_held_out_groups_have_about_the_wanted_share_of_the_rows() -> None:
    groups = np.repeat(np.arange(5), [9_100, 6_500, 2_600, 2_300, 140])
    for seed in range(5):
        _, held = hold_out_groups(groups, 0.2, seed)
        assert 0.1 < len(held) / len(groups) < 0.35


def test_one_group_cannot_be_held_out() -> None:
    with pytest.raises(DataError, match="All rows belong to one group"):
        hold_out_groups(np.zeros(5, np.int64), 0.2, 0)


def test_latest_rows_are_held_out() -> None:
    training, held = hold_out_latest(np.array([3, 0, 1, 2, 4, 4, 0, 1, 2, 3]), 0.2)
    assert held.tolist() == [4, 5]
    assert training.tolist() == [0, 1, 2, 3, 6, 7, 8, 9]


def test_one_moment_cannot_be_split() -> None:
    with pytest.raises(DataError, match="All rows are of one moment"):
        hold_out_latest(np.zeros(5, np.int64), 0.2)


def test_every_fold_has_rows_although_the_classes_cannot_be_balanced() -> None:
    groups = np.repeat(np.arange(5), [5, 19, 12, 6, 6])
    for seed in range(60):
        classes = np.random.default_rng(seed).integers(0, 2, len(groups)).astype(str)
        for training, held in make_folds(5, seed, len(groups), classes, groups):
            assert len(training)
            assert len(held)


def test_missing_group_of_pandas_text_is_refused() -> None:
    groups = pd.Series(["a", None, "b"], dtype="string")
    with pytest.raises(DataError, match="has missing values"):
        group_codes(groups, 3)


@pytest.mark.parametrize("labels", [["x", "y", "x"], [1, "1", 1], [1.5, "a", 1.5]])
def test_groups_may_be_labels_of_any_kind(labels: list[Any]) -> None:
    assert group_codes(labels, 3).tolist() == [0, 1, 0]


DAYS = [datetime.date(2026, 11, day) for day in (3, 1, 2)]


@pytest.mark.parametrize(
    "moments",
    [
        [3, 1, 2],
        [0.3, 0.1, 0.2],
        DAYS,
        np.array(DAYS, "M8[D]"),
        pd.Series(pd.to_datetime(DAYS)),
        pd.Series(pd.to_datetime(DAYS, utc=True)),
        pd.Series(pd.PeriodIndex(["2026-11", "2026-09", "2026-10"], freq="M")),
        pl.Series(DAYS),
        ["11", "9", "10"],
        np.array(["11", "9", "10"]),
        np.array([b"11", b"9", b"10"]),
        pd.Series(["11", "9", "10"]),
        pl.Series(["11", "9", "10"]),
        pd.Series(pd.Categorical(["11", "9", "10"])),
        ["02.01.2021", "31.12.2020", "01.01.2021"],
        ["2026-Q1", "2025-Q3", "2025-Q4"],
    ],
)
def test_time_may_be_numbers_dates_or_text_of_them(moments: Any) -> None:
    assert time_ranks(moments, 3).tolist() == [2, 0, 1]


@pytest.mark.parametrize("function", [group_codes, time_ranks])
def test_lengths_and_missing_values_are_checked(function: Any) -> None:
    with pytest.raises(DataError, match="has the shape \\(2,\\), and X has 3 rows"):
        function([1, 2], 3)
    masked = np.ma.array([1, 2], mask=[True, False])
    dates = np.array(["2026-01-01", "NaT"], "M8[D]")
    for missing in ([1.0, np.nan, 2.0], ["1", None, "2"], dates, masked):
        with pytest.raises(DataError, match="has missing values"):
            function(missing, len(missing))


def test_moments_without_an_order_are_refused() -> None:
    with pytest.raises(DataError, match="cannot be ordered"):
        time_ranks(["a", 1], 2)
    with pytest.raises(DataError, match="The 'time' argument cannot be ordered in time: 'May' "):
        time_ranks(["May", "June"], 2)
    with pytest.raises(DataError, match="The 'time' argument has missing values"):
        time_ranks(["2", "?"], 2)
