import numpy as np
import polars as pl
import pytest

from rightfit.data.targets import encode_classes
from rightfit.errors import DataError
from rightfit.estimators.lesson.own_points import (
    COMPONENTS,
    MOST_ROWS,
    likely_target,
    number_columns,
    pick_points,
)
from rightfit.estimators.lesson.points import MADE_SETS, make_points


@pytest.mark.parametrize("name", MADE_SETS)
def test_made_points_are_the_same_for_the_same_seed(name: str) -> None:
    first, second = (make_points(name, n_rows=40, seed=3) for _ in range(2))
    assert first.as_table().equals(second.as_table())
    assert not first.as_table().equals(make_points(name, n_rows=40, seed=4).as_table())
    assert first.X.shape == (40, 2)
    assert first.has_classes == (first.y.dtype == pl.String)


def own(n_rows: int = 40) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "size": [float(row % 17) for row in range(n_rows)],
            "age": [row * 7 % 13 for row in range(n_rows)],
            "town": [["a", "b", "c"][row % 3] for row in range(n_rows)],
            "same": [1.0] * n_rows,
            "price": [row % 17 + 0.1 * (row % 13) for row in range(n_rows)],
        }
    )


def test_axes_are_numbers_that_vary() -> None:
    assert number_columns(own(), "price") == ["size", "age"]
    assert likely_target(own()) == "price"


def test_two_columns_are_chosen() -> None:
    points = pick_points(own(), "town", "price", "age")
    assert points.X.columns == ["price", "age"]
    assert points.has_classes
    assert sorted(points.y.unique()) == ["a", "b", "c"]


def test_principal_components_stand_for_columns_that_are_not_chosen() -> None:
    points = pick_points(own(), "town")
    assert points.X.columns == list(COMPONENTS)
    assert points.X.equals(pick_points(own(), "town").X)


def test_components_of_very_large_numbers_are_those_of_others() -> None:
    large = own().with_columns(pl.col("size") * 1e305)
    np.testing.assert_allclose(
        pick_points(large, "price").X.to_numpy(), pick_points(own(), "price").X.to_numpy()
    )


@pytest.mark.parametrize("target", ["component 2", "size"])
def test_components_have_names_that_the_table_has_not(target: str) -> None:
    frame = own().rename({"price": "component 2"})
    points = pick_points(frame, target)
    assert points.X.columns == ["component 1", "component 2_"]
    assert list(points.column_kinds or ()) == points.X.columns
    assert points.as_table().columns == [*points.X.columns, target]
    assert points.as_table()[target].equals(frame[target])


def test_column_that_is_both_axes_gets_a_name_that_the_table_has_not() -> None:
    frame = own().with_columns(pl.col("town").alias("size again"))
    points = pick_points(frame, "size again", "size", "size")
    assert points.as_table().columns == ["size", "size again_", "size again"]
    assert points.as_table()["size again"].equals(frame["town"])


def test_numbers_are_a_regression() -> None:
    assert not pick_points(own(), "price", "size", "age").has_classes


def test_rows_with_gaps_are_left_out_and_said_so() -> None:
    frame = own().with_columns(
        pl.when(pl.col("age") == 0).then(None).otherwise("size").alias("size")
    )
    points = pick_points(frame, "town", "size", "age")
    assert points.X.null_count().sum_horizontal().item() == 0
    assert points.note == "36 of 40 rows are shown; in 4 a value is missing."


@pytest.mark.parametrize("marker", ["NA", " ? ", "", None])
def test_rows_whose_class_is_missing_are_left_out(marker: str | None) -> None:
    towns = [marker if row % 4 == 0 else "ab"[row % 2] for row in range(40)]
    points = pick_points(own().with_columns(town=pl.Series(towns)), "town", "size", "age")
    assert sorted(points.y.unique()) == ["a", "b"]
    assert points.note == "30 of 40 rows are shown; in 10 a value is missing."


def test_none_is_missing_where_only_numbers_are_left_beside_it() -> None:
    towns = [["1", "2", "1", "None"][row % 4] for row in range(3 * MOST_ROWS)]
    towns[1] = "many"
    frame = own(len(towns)).with_columns(town=pl.Series(towns))
    points = pick_points(frame, "town", "size", "age")
    assert encode_classes(points.y)[0].min() == 0


@pytest.mark.parametrize("gap", [float("nan"), float("inf"), None])
@pytest.mark.parametrize("n_classes", [2, 0])
def test_rows_whose_number_is_not_finite_are_left_out(gap: float | None, n_classes: int) -> None:
    numbers = [row % n_classes if n_classes else 0.5 * row for row in range(40)]
    target = pl.Series([gap, *map(float, numbers[1:])])
    points = pick_points(own().with_columns(price=target), "price", "size", "age")
    assert len(points.y) == 39
    assert points.has_classes == bool(n_classes)
    assert points.y.cast(pl.Float64).is_finite().all()


def test_numbers_that_are_text_are_read() -> None:
    target = pl.Series(["?", *[str(0.5 * row) for row in range(39)]])
    points = pick_points(own().with_columns(price=target), "price", "size", "age")
    assert points.y.to_list() == [0.5 * row for row in range(39)]


def test_many_rows_are_thinned() -> None:
    points = pick_points(own(3 * MOST_ROWS + 1), "town", "size", "age")
    assert points.X.height <= MOST_ROWS


@pytest.mark.parametrize(
    ("target", "x", "y", "what"),
    [
        ("prise", "", "", "no column 'prise'"),
        ("price", "town", "age", "'town' cannot be an axis"),
        ("price", "size", "same", "'same' cannot be an axis"),
    ],
)
def test_columns_that_cannot_be_drawn_are_refused(target: str, x: str, y: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        pick_points(own(), target, x, y)


def test_too_many_classes_are_refused() -> None:
    frame = own().with_columns(pl.Series("name", [f"n{row}" for row in range(40)]))
    with pytest.raises(DataError, match="has 40 classes"):
        pick_points(frame, "name", "size", "age")


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(DataError, match="Only 9 rows"):
        pick_points(own(9), "price", "size", "age")
