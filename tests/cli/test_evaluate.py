from pathlib import Path

import numpy as np
import polars as pl
import pytest

import rightfit as library
from rightfit.estimators.evaluation import evaluate
from tests.cli.conftest import Type

SEEN = (
    "note: The model was trained on a table of this name, houses.csv: scores on rows that it "
    "has seen are too good.\n"
)


def test_scores_are_those_of_the_library(rightfit: Type, model: Path, table: pl.DataFrame) -> None:
    table.write_csv("new.csv")
    answer = rightfit("evaluate", "use.model", "new.csv", "--json")
    fitted = library.load(model)
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == pytest.approx(evaluate(fitted, table, table["use"]))
    assert answer.json["accuracy"] == fitted.score(table, table["use"])


def test_scores_are_shown(rightfit: Type, regressor: Path) -> None:
    answer = rightfit("evaluate", "price.model", "houses.csv")
    head, row = answer.out.splitlines()
    assert answer.code == 0
    assert head == "on houses.csv  root mean squared error  mean absolute error      r2"
    assert row.startswith("this model ")
    assert answer.err == SEEN


def test_rows_without_target_are_left_out(rightfit: Type, model: Path, table: pl.DataFrame) -> None:
    known = table.head(40)
    known.write_csv("known.csv")
    pl.concat([known, table.tail(20).with_columns(use=pl.lit(None, pl.String))]).write_csv("s.csv")
    scores = [
        rightfit("evaluate", "use.model", name, "--json").json for name in ("known.csv", "s.csv")
    ]
    assert scores[0] == scores[1]


def test_unknown_class_is_named(rightfit: Type, model: Path, table: pl.DataFrame) -> None:
    barn = pl.when(pl.int_range(60) == 3).then(pl.lit("barn")).otherwise(pl.col("use"))
    table.with_columns(use=barn).write_csv("barn.csv")
    answer = rightfit("evaluate", "use.model", "barn.csv")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The target has classes that training did not have: 'barn' (row 4).\n"
        "The classes are 'home', 'shop'.\n\n"
        "hint: train again with these classes, or leave these rows out\n",
    )


def test_target_column_must_be_there(rightfit: Type, model: Path, table: pl.DataFrame) -> None:
    table.rename({"use": "usage"}).write_csv("renamed.csv")
    answer = rightfit("evaluate", "use.model", "renamed.csv")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The table has no column 'use'.\n\nhint: did you mean 'usage'?\n",
    )
    assert rightfit("evaluate", "use.model", "renamed.csv", "--target", "usage").code == 0


def test_input_of_the_model_is_not_its_target(rightfit: Type, model: Path) -> None:
    answer = rightfit("evaluate", "use.model", "houses.csv", "--target", "price")
    assert (answer.code, answer.err) == (
        1,
        "error: Column 'price' is an input of this model, whose target is called 'use'.\n"
        "The target is the column that holds what the model predicts.\n\n"
        "hint: name that column with --target, or leave --target out\n",
    )


def test_model_of_arrays_is_told_the_target(rightfit: Type, table: pl.DataFrame) -> None:
    X = table.select("size", "age").to_numpy()
    y = np.array(table["use"].to_list())
    fitted = library.Classifier(hidden_sizes=(8,), max_epochs=3, random_state=0).fit(X, y)
    fitted.save("arrays.model")
    table.select(pl.col("size").alias("x0"), pl.col("age").alias("x1"), "use").write_csv("x.csv")
    answer = rightfit("evaluate", "arrays.model", "x.csv")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The model does not know the name of its target: it was trained on an array.\n\n"
        "hint: name the column with --target\n",
    )
    answer = rightfit("evaluate", "arrays.model", "x.csv", "--target", "use", "--json")
    assert answer.json["accuracy"] == fitted.score(X, y)


def test_columns_that_the_model_does_not_know_are_named(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    table.with_columns(extra=1).write_csv("more.csv")
    answer = rightfit("evaluate", "use.model", "more.csv")
    assert (answer.code, answer.err) == (
        0,
        "note: The model does not know these columns, and ignores them: 'extra'.\n",
    )


def test_classes_are_read_as_training_wrote_them(rightfit: Type) -> None:
    rows = [(row % 3, ("3.10", "3.9", "more")[row % 3]) for row in range(60)]
    frame = pl.DataFrame(rows, ["x", "y"], orient="row")
    frame.write_csv("t.csv")
    frame.filter(frame["y"] == "3.10").write_csv("alike.csv")
    flags = ("--target", "y", "--test", "alike.csv", "--max-epochs", "30", "--no-report")
    assert rightfit("train", "t.csv", *flags).code == 0
    answer = rightfit("evaluate", "t.model", "alike.csv", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json["accuracy"] == 1.0


def test_table_is_read_from_stdin(
    rightfit: Type, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("houses.csv").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        answer = rightfit("evaluate", "use.model", "-")
    assert answer.code == 0
    assert answer.out.startswith("on stdin ")
