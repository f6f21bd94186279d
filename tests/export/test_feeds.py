import datetime

import numpy as np
import polars as pl

from rightfit.data.table import as_table
from rightfit.export.feeds import feeds_of
from rightfit.export.inputs import NO_DATE, inputs_of
from tests.export.cases import fed, mixed, numbers, target, untrained


def test_columns_become_what_the_inputs_want() -> None:
    model = untrained(mixed(), target("regression"))._model
    inputs = inputs_of(model)
    feeds = feeds_of(inputs, as_table(mixed()), model.encoder)
    assert list(feeds) == [one.name for one in inputs]
    for name, right in fed(mixed(), list(feeds)).items():
        if name == "heated":
            right = np.array([[str(word).lower()] for (word,) in right], object)
        np.testing.assert_array_equal(feeds[name], right)


def test_dates_as_text_are_read_as_in_training() -> None:
    words = [f"{1 + row % 28:02}.03.2020" for row in range(60)]
    table = pl.DataFrame({"built": words})
    model = untrained(table, target("regression"))._model
    rows = as_table(pl.DataFrame({"built": ["02.03.2020", None]}))
    moment = datetime.datetime(2020, 3, 2, tzinfo=datetime.UTC).timestamp()
    found = feeds_of(inputs_of(model), rows, model.encoder)["built"]
    assert found.tolist() == [[int(moment) * 1_000_000], [NO_DATE]]


def test_a_matrix_is_one_tensor() -> None:
    model = untrained(numbers(), target("regression"))._model
    feeds = feeds_of(inputs_of(model), as_table(numbers()), model.encoder)
    np.testing.assert_array_equal(feeds["X"], numbers())
