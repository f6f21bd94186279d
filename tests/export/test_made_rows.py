import numpy as np
import polars as pl
import pytest

from rightfit.data.cells import EVERY_ROW
from rightfit.export.inputs import inputs_of
from rightfit.export.made_rows import N_ROWS, made_rows
from tests.export.cases import mixed, numbers, target, untrained


@pytest.mark.parametrize("scaling", ["robust", "quantile"])
def test_made_rows_have_what_is_missing_and_what_is_unseen(scaling: str) -> None:
    model = untrained(mixed(), target("regression"), scaling=scaling)._model
    table = made_rows(model, inputs_of(model))
    assert table.names == model.schema.names
    assert table.n_rows == N_ROWS
    for column in model.schema.used:
        values = table.column(column.name)
        assert values[0] is None
        assert 0 < values.null_count() < N_ROWS / 4
    words = set(table.column("use").drop_nulls())
    assert words == {"flat", "shop", "naïve 🦊", "never seen"}
    assert set(table.column("heated").drop_nulls()) == {True, False}


def test_made_rows_spread_as_those_of_training() -> None:
    model = untrained(mixed(), target("regression"))._model
    size = made_rows(model, inputs_of(model)).column("size")
    assert 40 < size.median() < 60  # type: ignore[operator]
    assert 5 < size.std() < 40  # type: ignore[operator]


def test_made_rows_are_the_same_each_time() -> None:
    model = untrained(mixed(), target("regression"))._model
    one, other = (made_rows(model, inputs_of(model)) for _ in range(2))
    for name in one.names:
        assert one.column(name).equals(other.column(name))


def test_made_rows_of_a_matrix_have_all_its_columns() -> None:
    model = untrained(numbers(), target("regression"), column_kinds={"x1": "ignored"})._model
    array = made_rows(model, inputs_of(model)).numbers(("x0", "x1", "x2"), EVERY_ROW)
    assert np.isnan(array[0, [0, 2]]).all()
    assert not array[:, 1].any()


def test_some_levels_of_made_rows_are_spelled_otherwise() -> None:
    table = pl.DataFrame({"zip": ["02134", "10001"] * 30, "told": ["True", "no"] * 30})
    model = untrained(table, target("regression"), column_kinds={"told": "category"})._model
    rows = made_rows(model, inputs_of(model))
    assert {"2134", "02134.0", "10001.0"} <= set(rows.column("zip"))
    assert {"TRUE", "true"} & set(rows.column("told"))


def test_an_unseen_level_is_one_even_where_a_level_is_called_so() -> None:
    table = pl.DataFrame({"use": ["never seen", "shop"] * 30})
    model = untrained(table, target("regression"))._model
    words = set(made_rows(model, inputs_of(model)).column("use").drop_nulls())
    assert words == {"never seen", "shop", "never seen_"}
