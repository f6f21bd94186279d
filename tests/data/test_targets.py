from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import DataConversionWarning

from rightfit.data.table import as_table
from rightfit.data.targets import (
    announced_classes,
    check_lengths,
    encode_classes,
    infer_task,
    numbers_of,
)
from rightfit.errors import DataError, DataWarning

ALL_MISSING = (
    "The target is missing in all 2 rows.\n"
    "Rows with a target are learnt from; at least one is needed.\n"
    "hint: check that the right column is the target"
)


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["no", "yes", "no"], ["no", "yes"]),
        (np.array(["no", "yes", "no"]), ["no", "yes"]),
        (pd.Series(["no", "yes", "no"]), ["no", "yes"]),
        (pd.Series(pd.Categorical(["no", "yes", "no"])), ["no", "yes"]),
        (pd.Series(pd.Categorical([3, 7, 3])), [3, 7]),
        (pd.Series(pd.Categorical([3, 7, 3], categories=[7, 5, 3], ordered=True)), [3, 7]),
        (pd.Series(pd.Categorical([0.0, 1.0, 0.0])), [0.0, 1.0]),
        (pd.Series(pd.Categorical([False, True, False])), [False, True]),
        (pl.Series(["no", "yes", "no"]), ["no", "yes"]),
        ([-1, 1, -1], [-1, 1]),
        (np.array([0.0, 1.0, 0.0]), [0.0, 1.0]),
        (np.array([0, 1, 0], dtype=object), [0, 1]),
        ([False, True, False], [False, True]),
    ],
)
def test_classes_are_sorted_and_keep_their_type(y: Any, classes: list[Any]) -> None:
    codes, found = encode_classes(y)
    assert codes.dtype == np.int32
    assert codes.tolist() == [0, 1, 0]
    assert found.tolist() == classes
    assert list(map(type, found.tolist())) == list(map(type, classes))


def test_classes_stay_whole_numbers_beside_missing_ones() -> None:
    for dtype in ("Int64", "int64[pyarrow]"):
        codes, classes = encode_classes(pd.Series([2**53 + 1, None, 1], dtype=dtype))
        assert codes.tolist() == [1, -1, 0]
        assert classes.tolist() == [1, 2**53 + 1]


def test_classes_of_an_array_are_what_numpy_finds() -> None:
    for y in (
        np.array(["one", "two"]),
        np.array(["one", "two"], dtype=object),
        np.array([1, 2], np.uint8),
    ):
        assert encode_classes(y)[1].dtype == np.unique(y).dtype


def test_classes_of_a_categorical_have_the_type_of_its_categories() -> None:
    y = pd.Series(pd.Categorical(np.array([3, 7, 3], np.int8)))
    assert encode_classes(y)[1].dtype == np.int8


@pytest.mark.parametrize(
    "y",
    [
        ["a", None, "b"],
        ["a", "", "b"],
        [0.0, np.nan, 1.0],
        pd.Series([0, None, 1], dtype="Int64"),
        pd.Series(pd.Categorical([0, None, 1])),
        pd.Series(pd.Categorical(["a", None, "b"], categories=["b", "c", "a", 1])),
    ],
)
def test_missing_labels_are_minus_1(y: Any) -> None:
    codes, classes = encode_classes(y)
    assert codes.tolist() == [0, -1, 1]
    assert len(classes) == 2


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (
            ["yes"] * 120,
            "The target has only one class: 'yes' (120 rows).\n"
            "A classifier needs two classes at least.\n"
            "hint: check that the right column is the target, and that no filter took the others",
        ),
        (
            np.ones(10),
            "The target has only one class: 1.0 (10 rows).\n"
            "A classifier needs two classes at least.\n"
            "hint: check that the right column is the target, and that no filter took the others",
        ),
        ([None, np.nan], ALL_MISSING),
        (
            [1.5, 2.0, 2.5],
            "Unknown label type: continuous. The target has 2 values that are not whole numbers: "
            "1.5 (row 1), ….\n"
            "A class is a text, a whole number, or true or false.\n"
            "hint: train a regressor, or cut the target into classes",
        ),
        (
            [1.0, np.inf],
            "The target holds infinity (row 2).\n"
            "Every number is finite; cells may be empty.\n"
            "hint: leave these rows out, or give the largest value that can be",
        ),
        (
            np.zeros((3, 2)),
            "y should be a 1d array, got an array of shape (3, 2) instead.\n"
            "A classifier has one target, with one class for each row.\n"
            "hint: train one classifier for each column",
        ),
        (
            np.array(["2026-01-02", "2026-01-03"], dtype="M8[s]"),
            "Unknown label type: the target holds values of type "
            "Datetime(time_unit='us', time_zone=None).\n"
            "A class is a text, a whole number, or true or false.\n"
            "hint: take the days since some date instead, which are numbers",
        ),
        (
            [2**70, 2**70 + 1],
            "Unknown label type: the target holds whole numbers of more than 64 bits.\n"
            "A class is a text, a whole number, or true or false.\n"
            "hint: turn the target into text",
        ),
    ],
)
def test_targets_that_are_no_classes(y: Any, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        encode_classes(y)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (["a", "NA", "b"], "In the target 'NA' counts as missing (1 row)"),
        (["0", "?", "1", "none", "?"], "In the target '?', 'none' count as missing (3 rows)"),
        (
            pd.Series(pd.Categorical(["a", "N/A", "b"])),
            "In the target 'N/A' counts as missing (1 r",
        ),
    ],
)
def test_words_for_missing_labels_are_said(y: Any, said: str) -> None:
    with pytest.warns(DataWarning) as caught:
        codes, classes = encode_classes(y)
    assert codes[:3].tolist() == [0, -1, 1]
    assert len(classes) == 2
    (warning,) = caught
    assert str(warning.message).startswith(said)
    assert str(warning.message).endswith("; rename the class if it is one.")


@pytest.mark.parametrize(
    "values", [[0, 7, 1, 1], [0.0, 7.0, 1.0, 1.0], ["a", "c", "b", "b"], [False, True, True, True]]
)
def test_masked_classes_are_missing(values: list[Any]) -> None:
    codes, classes = encode_classes(np.ma.array(values, mask=[False, True, False, False]))
    assert codes.tolist() == [0, -1, 1, 1]
    assert classes.dtype == np.array(values).dtype
    assert classes.tolist() == [values[0], values[2]]


def test_masked_numbers_are_missing() -> None:
    y = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])
    np.testing.assert_array_equal(numbers_of(y), [[1.0, np.nan], [3.0, 4.0]])


def test_known_classes_may_be_spelled_as_a_program_writes_them() -> None:
    classes = np.array(["1", "2", "true"], dtype=object)
    assert encode_classes(["1.0", "2", "True"], classes)[0].tolist() == [0, 1, 2]
    assert encode_classes([True, True], classes)[0].tolist() == [2, 2]


def test_known_classes_need_not_all_occur() -> None:
    codes, classes = encode_classes(["b", "b", None], np.array(["a", "b", "c"]))
    assert codes.tolist() == [1, 1, -1]
    assert classes.tolist() == ["a", "b", "c"]


def test_known_classes_are_never_missing() -> None:
    classes = np.array(["EU", "NA", "US"], dtype=object)
    assert encode_classes(["US", "NA", "?", None], classes)[0].tolist() == [2, 1, -1, -1]


def test_label_with_white_space_is_not_taken_for_missing_where_it_looks_like_a_class() -> None:
    with pytest.raises(DataError, match=r"did you mean 'NA'\?"):
        encode_classes(["US", "NA "], np.array(["EU", "NA", "US"]))


def test_words_for_missing_values_may_be_announced_as_classes() -> None:
    assert announced_classes(["EU", "NA", "None"]).tolist() == ["EU", "NA", "None"]
    assert announced_classes(["1", "None"]).tolist() == ["1", "None"]


def test_labels_with_a_dot_as_in_the_test_rows_of_adult() -> None:
    with pytest.raises(DataError) as caught:
        encode_classes(["<=50K.", ">50K", "<=50K."], np.array(["<=50K", ">50K"]))
    assert str(caught.value) == (
        "The target has classes that training did not have: '<=50K.' (rows 1, 3).\n"
        "The classes are '<=50K', '>50K'.\n"
        "hint: did you mean '<=50K'?"
    )


def test_numbers_that_look_alike_are_not_taken_for_each_other() -> None:
    with pytest.raises(DataError) as caught:
        encode_classes([6, 26], np.array([5, 6]))
    assert str(caught.value) == (
        "The target has classes that training did not have: 26 (row 2).\n"
        "The classes are 5, 6.\n"
        "hint: train again with these classes, or leave these rows out"
    )


def test_labels_that_look_alike_are_said() -> None:
    with pytest.warns(DataWarning) as caught:
        codes, _ = encode_classes(["<=50K", ">50K", "<=50K.", ">50K."])
    assert str(caught[0].message) == (
        "The target has classes that look alike: '<=50K' and '<=50K.', '>50K' and '>50K.'. "
        "They are told apart; clean the target if they are the same."
    )
    assert codes.tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("read", [encode_classes, numbers_of])
@pytest.mark.parametrize("y", [np.array([[0], [1]]), pd.DataFrame({"a": [0, 1]})])
def test_a_column_vector_is_taken_with_scikit_learns_warning(read: Any, y: Any) -> None:
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed when a 1d array"):
        read(y)


@pytest.mark.parametrize(
    "y",
    [
        [1, 2.5, None],
        ["1", " 2.5", "?"],
        np.array([1, 2.5, np.nan], dtype=np.float32),
        pd.Series([1, 2.5, None]),
        pl.Series([1.0, 2.5, None]),
        np.array([1, 2.5, None], dtype=object),
    ],
)
def test_numbers_of_whatever_holds_them(y: Any) -> None:
    numbers = numbers_of(y)
    assert numbers.dtype == np.float64
    np.testing.assert_array_equal(numbers, [1, 2.5, np.nan])


def test_small_classes_are_classes_in_any_width() -> None:
    column = pl.Series([7, None, 8], dtype=pl.Int128)
    codes, classes = encode_classes(column)
    assert codes.tolist() == [0, -1, 1]
    assert classes.tolist() == [7, 8]


def test_numbers_of_several_outputs() -> None:
    assert numbers_of(pd.DataFrame({"a": [1, 2], "b": [3, 4]})).tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (
            ["1", "x", "?", "x"],
            "The target has 2 values that are not numbers: 'x' (rows 2, 4).\n"
            "The target of a regression is a number in each row, or missing.\n"
            "hint: clean these values, or train a classifier",
        ),
        (
            pd.Series(["1", "x"], name="price"),
            "Column 'price' has 1 value that is not a number: 'x' (row 2).\n"
            "The target of a regression is a number in each row, or missing.\n"
            "hint: clean these values, or train a classifier",
        ),
        (
            [1.0, np.inf],
            "The target holds infinity (row 2).\n"
            "Every number is finite; cells may be empty.\n"
            "hint: leave these rows out, or give the largest value that can be",
        ),
        ([None, np.nan], ALL_MISSING),
        (
            ["2026-01-02", "2026-01-03"],
            "The target has 2 values that are not numbers: '2026-01-02' (row 1), '2026-01-03' "
            "(row 2).\n"
            "The target of a regression is a number in each row, or missing.\n"
            "hint: take the days since some date instead, which are numbers",
        ),
        (
            ["$1,200", "$80"],
            "The target has 2 values that are not numbers: '$1,200' (row 1), '$80' (row 2).\n"
            "The target of a regression is a number in each row, or missing.\n"
            "hint: write numbers such as '$1,200' as 1234.5",
        ),
    ],
)
def test_targets_that_are_no_numbers(y: Any, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        numbers_of(y)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["a", "b"], "classification"),
        ([True, False], "classification"),
        ([0, 1] * 10, "classification"),
        (["0", "1"] * 10, "classification"),
        ([0.0, 1.0, None] * 10, "classification"),
        (list(range(20)) * 10, "classification"),
        (list(range(21)) * 10, "regression"),
        (list(range(10)), "regression"),
        ([0.5, 1.0] * 10, "regression"),
        (["0.5", "?"] * 10, "regression"),
        (np.zeros((30, 2)), "regression"),
    ],
)
def test_the_task_follows_from_the_target(y: Any, task: str) -> None:
    assert infer_task(y) == task


def test_different_lengths_are_refused_in_scikit_learns_words() -> None:
    check_lengths(as_table(np.zeros((3, 2))), [1, 2, 3], None, pd.Series([1, 2, 3]), 3)
    with pytest.raises(DataError) as caught:
        check_lengths(as_table(np.zeros((3, 2))), np.zeros(4))
    assert str(caught.value) == (
        "Found input variables with inconsistent numbers of samples: [3, 4]\n"
        "Table, target and weights have the same rows, in the same order.\n"
        "hint: check where rows were dropped from only one of them"
    )


@pytest.mark.parametrize("name", ["^x$", "^.*$", "*"])
def test_target_may_be_named_like_a_pattern(name: str) -> None:
    words = pl.Series(name, ["b", None, "NA", "a"])
    with pytest.warns(DataWarning, match="counts as missing"):
        assert encode_classes(words)[0].tolist() == [1, -1, -1, 0]
    assert encode_classes(pl.Series(name, [1.0, None, 0.0]))[0].tolist() == [1, -1, 0]
    assert numbers_of(pl.Series(name, ["1", "2.5"])).tolist() == [1.0, 2.5]
    assert infer_task(pl.Series(name, [1.5, 2.5])) == "regression"
    with pytest.raises(DataError, match="is not a number"):
        numbers_of(pl.Series(name, ["1", "many"]))


@pytest.mark.parametrize(
    ("classes", "missing"),
    [
        ([0, 1, None], "None"),
        (np.array([0, 1, np.nan]), "nan"),
        (["a", "b", " "], "' '"),
        (np.array(["a", None], dtype=object), "None"),
    ],
)
def test_missing_values_are_no_announced_classes(classes: Any, missing: str) -> None:
    with pytest.raises(DataError, match=f"^Missing values are announced as classes: {missing}"):
        announced_classes(classes)
