from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.data.labels import check_finite_target, known_codes, labels_of
from rightfit.data.spelling import as_known
from rightfit.errors import DataError


@pytest.mark.parametrize(
    ("values", "there"),
    [
        (["a", " ", None, ""], [True, False, False, False]),
        (["a", "NA", " ? ", "nan", "b"], [True, False, False, False, True]),
        (["a", "None", "none", "na"], [True, True, True, True]),
        (["None", "none", "NA"], [True, True, False]),
        (["0", "None", "none", "na", "1.0"], [True, False, False, False, True]),
        ([1, None], [True, False]),
        ([1.0, float("nan")], [True, False]),
        ([True, None], [True, False]),
    ],
)
def test_missing_labels_are_found(values: list[Any], there: list[bool]) -> None:
    assert labels_of(pl.Series(values), None)[1].tolist() == there


@pytest.mark.parametrize(
    ("known", "values", "there"),
    [
        (["EU", "NA", "US"], ["NA", " NA ", "US", "?", "", None], [1, 1, 1, 0, 0, 0]),
        (["1", "2", "None", "many"], ["1", "None", "2", "NA"], [1, 1, 1, 0]),
        (["1", "2"], ["1", "None", "na"], [1, 0, 0]),
        (["1", "2", "None"], ["None", "none", "2"], [1, 0, 1]),
        ([1, 2], ["1", "None"], [1, 0]),
        ([1.0, 2.0], ["1", "None"], [1, 0]),
        (["a", "b"], ["1", "None"], [1, 1]),
        (["a", " NA"], [" NA", "NaN"], [1, 0]),
    ],
)
def test_what_is_missing_beside_known_classes_does_not_depend_on_other_rows(
    known: list[Any], values: list[Any], there: list[bool]
) -> None:
    assert labels_of(pl.Series(values), None, np.array(known))[1].tolist() == there
    for value, is_there in zip(values, there, strict=True):
        one = pl.Series([value], dtype=pl.String)
        assert labels_of(one, None, np.array(known))[1].tolist() == [is_there]


@pytest.mark.parametrize(
    "classes", [np.array(["a", "b", "c"]), np.array(["c", "a", "b"], dtype=object)]
)
def test_known_classes_may_stand_in_any_order(classes: Any) -> None:
    labels = np.array(["b", "c", "a", "b"], dtype=object)
    codes = known_codes(labels, np.arange(4), classes)
    assert classes[codes].tolist() == labels.tolist()


@pytest.mark.parametrize("labels", [["1", "2"], [1, 2], [1.0, 2.0]])
@pytest.mark.parametrize("classes", [["1", "2"], [1, 2], [1.0, 2.0]])
def test_labels_are_known_whatever_their_type(labels: list[Any], classes: list[Any]) -> None:
    codes = known_codes(np.array(labels), np.arange(2), np.array(classes))
    assert codes.tolist() == [0, 1]


def test_only_labels_that_are_not_known_are_respelled(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def record(words: pl.Series, known: Collection[str]) -> pl.Series:
        asked.extend(words.to_list())
        return as_known(words, known)

    monkeypatch.setattr("rightfit.data.labels.as_known", record)
    labels = np.array(["1", "2.0", "1", "2.0"], dtype=object)
    assert known_codes(labels, np.arange(4), np.array(["1", "2"])).tolist() == [0, 1, 0, 1]
    assert asked == ["2.0"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["1", "4.0", "3", "4.0"], r"'4.0' \(rows 2, 4\), '3' \(row 3\)\."),
        ([1, 4, 3, 4], r"'4' \(rows 2, 4\), '3' \(row 3\)\."),
    ],
)
def test_labels_that_are_no_class_are_named_with_their_rows(labels: list[Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        known_codes(np.array(labels), np.arange(4), np.array(["1", "2"]))


def test_infinite_targets_name_their_rows() -> None:
    with pytest.raises(DataError) as caught:
        check_finite_target(np.array([[1.0, 2.0], [np.inf, 3.0], [1.0, -np.inf]]))
    assert str(caught.value) == (
        "The target holds infinity (rows 2, 3).\n"
        "Every number is finite; cells may be empty.\n"
        "hint: leave these rows out, or give the largest value that can be"
    )


def test_targets_whose_squares_are_infinite_name_their_rows() -> None:
    check_finite_target(np.array([[1e140], [-1e140], [np.nan]]))
    with pytest.raises(DataError) as caught:
        check_finite_target(np.array([[1.0], [-1e200]]))
    assert str(caught.value) == (
        "The target holds numbers beyond 1e+140 (row 2).\n"
        "Their squares must be numbers too.\n"
        "hint: give the target in a larger unit, or as a logarithm"
    )
