import pytest

from rightfit.data.column_names import check_as_sklearn, lacking
from rightfit.errors import DataError


def test_all_lacking_columns_are_named_with_the_nearest_extra_ones() -> None:
    names = ["age", "sex", "a", "b", "c", "d", "e"]
    assert str(lacking(names, ("Age", "income"))) == (
        "The table lacks 7 columns that the model was trained on: "
        "'age', 'sex', 'a', 'b', 'c', 'd', 'e'.\n"
        "Every column that training used is needed, under the same name.\n"
        "hint: 'age': did you mean 'Age'?"
    )


def test_a_lacking_column_without_a_near_one() -> None:
    assert str(lacking(["age"], ())) == (
        "The table lacks 1 column that the model was trained on: 'age'.\n"
        "Every column that training used is needed, under the same name.\n"
        "hint: add these columns; cells may be empty"
    )


@pytest.mark.parametrize(
    ("missing", "extra", "is_reordered", "expected"),
    [
        (
            ["b", "a"],
            ("z", "y"),
            False,
            "The feature names should match those that were passed during fit.\n"
            "Feature names unseen at fit time:\n- y\n- z\n"
            "Feature names seen at fit time, yet now missing:\n- a\n- b\n",
        ),
        (
            ["b"],
            (),
            False,
            "The feature names should match those that were passed during fit.\n"
            "Feature names seen at fit time, yet now missing:\n- b\n",
        ),
        (
            [],
            (),
            True,
            "The feature names should match those that were passed during fit.\n"
            "Feature names must be in the same order as they were in fit.\n",
        ),
    ],
)
def test_scikit_learns_words(
    missing: list[str], extra: tuple[str, ...], is_reordered: bool, expected: str
) -> None:
    with pytest.raises(DataError) as caught:
        check_as_sklearn(missing, extra, is_reordered)
    assert str(caught.value) == expected


def test_extra_columns_alone_are_no_mistake() -> None:
    check_as_sklearn([], ("z",), is_reordered=False)
