import pytest

from rightfit.data.column_names import free_name, lacking


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
    ("taken", "name"), [([], "label"), (["label"], "label_"), (["label", "label_"], "label__")]
)
def test_a_free_name_is_found(taken: list[str], name: str) -> None:
    assert free_name("label", taken) == name
