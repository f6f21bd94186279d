import datetime
import json
from typing import Any

import polars as pl
import pytest

from rightfit.data.categories import Categories, as_levels, fit_categories
from rightfit.errors import DataError, DataWarning


def fitted(values: list[Any], max_one_hot: int = 10) -> Categories:
    return fit_categories(pl.Series("a", values), max_one_hot)


def test_levels_stand_by_frequency_and_then_by_value() -> None:
    assert fitted(["c", "b", "b", "a", "c", "d"]).levels == ("b", "c", "a", "d")


def test_order_of_rows_does_not_matter() -> None:
    values = ["c", "b", "b", "a", "c", "d", None]
    assert fitted(values) == fitted(values[::-1])


def test_unseen_and_missing_values_are_ordinary() -> None:
    categories = fitted(["b", "b", "a", None])
    assert categories.n_levels == 4
    assert categories.codes(pl.Series(["a", "b", "new", None, " b ", "?"])).tolist() == [
        *(2, 1, 0, 3, 1, 3)
    ]


def test_a_missing_value_that_training_never_saw_is_unseen() -> None:
    categories = fitted(["b", "a"])
    assert categories.n_levels == 3
    assert categories.codes(pl.Series(["a", None])).tolist() == [1, 0]


def test_column_whose_values_are_all_unseen_is_warned_of() -> None:
    categories = fitted(["shop", "flat"])
    with pytest.warns(DataWarning) as caught:
        codes = categories.codes(pl.Series(["SHOP", "FLAT"] * 5))
    assert codes.tolist() == [0] * 10
    assert str(caught[0].message) == (
        "No value of the column 'a' is one that was trained on: it has 'SHOP', 'FLAT' in place of "
        "'flat', 'shop'. All of them count as unseen; check how they are spelled."
    )


@pytest.mark.parametrize(
    "values",
    [
        ["SHOP", "x", "y"] * 3,
        ["SHOP", "x", "y"] * 3 + [None] * 9,
        ["SHOP", "x"] * 9 + ["flat"],
        ["SHOP"] * 20,
        [None] * 20,
    ],
)
def test_some_unseen_values_are_ordinary(values: list[str | None]) -> None:
    fitted(["shop", "flat", None]).codes(pl.Series(values))


def test_names_that_are_all_new_are_ordinary() -> None:
    names = [f"name {n}" for n in range(60)]
    fitted(names, 100).codes(pl.Series([f"new {n}" for n in range(60)]))


def test_rare_levels_of_an_embedded_column_share_code_0() -> None:
    values = [f"level {i}" for i in range(5) for _ in range(i + 1)]
    categories = fitted(values, max_one_hot=4)
    assert categories.levels == ("level 4", "level 3", "level 2", "level 1")
    assert categories.codes(pl.Series(["level 0", "level 1", "level 2"])).tolist() == [0, 4, 3]
    assert len(fitted(values, max_one_hot=5).levels) == 5


def test_250_levels() -> None:
    values = [f"level {i:03}" for i in range(250)] * 4
    categories = fitted(values)
    assert categories.n_levels == 251
    assert sorted(set(categories.codes(pl.Series(values)).tolist())) == list(range(1, 251))


@pytest.mark.parametrize(
    ("training", "later"),
    [
        (["1", "2"], [1, 2]),
        (["1", "2"], [1.0, 2.0]),
        ([1, 2], ["1", "2"]),
        ([1.0, 2.0], [1, 2]),
        ([1.5, 2.0], ["1.5", "2"]),
        (["False", "True"], [False, True]),
        (["false", "true"], [False, True]),
        ([False, True], ["false", "true"]),
        (["02134", "10001"], [2134, 10001]),
    ],
)
def test_values_are_known_whatever_their_type(training: list[Any], later: list[Any]) -> None:
    assert fitted(training).codes(pl.Series(later)).tolist() == [1, 2]


def test_categoricals_and_text_are_alike() -> None:
    column = pl.Series(["b", "a", None], dtype=pl.Categorical)
    assert as_levels(column).to_list() == ["b", "a", None]


def test_categories_survive_json() -> None:
    categories = fitted(["b", "b", "a", None])
    assert Categories.from_json(json.loads(json.dumps(categories.to_json()))) == categories


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([[1], [2]]),
        pl.Series([{"a": 1}]),
        pl.Series([b"a"]),
        pl.Series([datetime.timedelta(1)]),
    ],
)
def test_values_that_are_no_words_are_refused(column: pl.Series) -> None:
    with pytest.raises(DataError, match=r"^Column 'a' holds values of type "):
        fitted(["b", "a"]).codes(column)
