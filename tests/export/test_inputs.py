import datetime

import numpy as np
import polars as pl

from rightfit.export.inputs import NO_DATE, inputs_of
from tests.export.cases import N_ROWS, mixed, numbers, target, untrained


def test_there_is_an_input_for_each_column_that_is_read() -> None:
    inputs = inputs_of(untrained(mixed(), target("regression"))._model)
    assert [(one.name, one.type_name, one.shape) for one in inputs] == [
        ("size", "float64", ("rows", 1)),
        ("rooms", "float64", ("rows", 1)),
        ("use", "string", ("rows", 1)),
        ("street", "string", ("rows", 1)),
        ("heated", "string", ("rows", 1)),
        ("built", "int64", ("rows", 1)),
    ]


def test_descriptions_say_what_a_missing_value_is() -> None:
    described = {
        one.kind: one.description
        for one in inputs_of(untrained(mixed(), target("regression"))._model)
        if one.name != "street"
    }
    assert described == {
        "number": "a number; missing: NaN",
        "category": "a category as text, one of 'shop', 'flat', 'naïve 🦊'; others: unseen; "
        "missing: empty text",
        "boolean": "true or false, as text; missing: empty text",
        "datetime": "microseconds since 1970-01-01 00:00:00, without a time zone or in UTC; "
        "missing: -9223372036854775808",
    }
    assert np.datetime64("NaT", "us").astype(np.int64) == NO_DATE


def test_times_of_day_count_from_midnight() -> None:
    clock = [datetime.time(row % 24, row % 60) for row in range(N_ROWS)]
    (one,) = inputs_of(untrained(pl.DataFrame({"at": clock}), target("regression"))._model)
    assert one.description == (
        "microseconds since midnight, without a time zone or in UTC; missing: -9223372036854775808"
    )


def test_a_matrix_without_names_is_one_input() -> None:
    (one,) = inputs_of(untrained(numbers(), target("regression"))._model)
    assert (one.name, one.type_name, one.shape) == ("X", "float64", ("rows", 3))
    assert one.description == "3 columns of numbers, in the order of the training; missing: NaN"


def test_words_without_names_are_columns_of_their_own() -> None:
    rows = [[float(row), "ab"[row % 2]] for row in range(N_ROWS)]
    inputs = inputs_of(untrained(rows, target("regression"))._model)
    assert [(one.name, one.type_name) for one in inputs] == [("x0", "float64"), ("x1", "string")]


def test_a_column_without_a_name_has_one_in_the_model_already() -> None:
    # ONNX takes an empty name for an input that is left out.
    table = pl.DataFrame({"": numbers()[:, 0], "column": numbers()[:, 1]})
    inputs = inputs_of(untrained(table, target("regression"))._model)
    assert [one.name for one in inputs] == ["column_0", "column"]
