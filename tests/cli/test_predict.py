import io
import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.exceptions import DataConversionWarning

import rightfit as library
from rightfit.data.read import read_table
from rightfit.data.write import write_table
from tests.cli.conftest import TINY, Type

TAKEN = "error: There is a file at 'p.csv' already.\n\n"


def test_predictions_are_those_of_the_library(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    answer = rightfit("predict", "use.model", "houses.csv")
    assert (answer.code, answer.err) == (0, "")
    predicted = pl.read_csv(io.StringIO(answer.out))
    assert predicted.columns == ["prediction"]
    assert predicted["prediction"].to_list() == library.load(model).predict(table).tolist()


def test_numbers_are_predicted(rightfit: Type, regressor: Path) -> None:
    answer = rightfit("predict", "price.model", "houses.csv")
    assert pl.read_csv(io.StringIO(answer.out)).schema == {"prediction": pl.Float64}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".arrow", ".jsonl"])
def test_suffix_says_the_format(rightfit: Type, model: Path, suffix: str) -> None:
    answer = rightfit("predict", "use.model", "houses.csv", "--out", f"p{suffix}")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"60 predictions written to p{suffix}\n"
    assert read_table(f"p{suffix}").shape == (60, 1)


def test_probabilities_have_a_column_a_class_and_add_up(rightfit: Type, model: Path) -> None:
    answer = rightfit("predict", "use.model", "houses.csv", "--probabilities")
    predicted = pl.read_csv(io.StringIO(answer.out))
    assert predicted.columns == ["prediction", "probability of home", "probability of shop"]
    total = predicted["probability of home"] + predicted["probability of shop"]
    assert ((total - 1).abs() < 1e-9).all()


def test_columns_are_kept_beside_the_predictions(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    answer = rightfit("predict", "use.model", "houses.csv", "--keep", "town", "--keep", "age")
    predicted = pl.read_csv(io.StringIO(answer.out))
    assert predicted.columns == ["town", "age", "prediction"]
    assert predicted["age"].to_list() == table["age"].to_list()


def test_predictions_are_utf8_whatever_the_encoding(
    rightfit: Type, model: Path, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.with_columns(Größe=pl.lit("日本")).write_csv("houses.csv")
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    assert rightfit("predict", "use.model", "houses.csv", "--keep", "Größe").code == 0
    assert raw.getvalue().decode().startswith("Größe,prediction\n日本,")


def test_numbers_are_read_as_in_training_where_a_file_does_not_say_how(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    whole = [f"{1 + row}.{100 + row}" for row in range(table.height)]
    half = [f"{row},5" for row in range(table.height)]
    written = pl.DataFrame({"whole": whole, "price": half})
    written.write_csv("comma.csv", separator=";")
    answer = rightfit("train", "comma.csv", "--target", "price", *TINY)
    assert "'whole' '1.100' is read as 1100" in answer.err
    with_target = rightfit("predict", "comma.model", "comma.csv")
    written.drop("price").write_csv("new.csv", separator=";")
    without = rightfit("predict", "comma.model", "new.csv")
    assert "'1.100' is read as 1100" in without.err
    assert without.out == with_target.out


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_kept_columns_lose_nothing(
    rightfit: Type, model: Path, table: pl.DataFrame, suffix: str
) -> None:
    ids = [f"123456789012345678{90 + row}" for row in range(table.height)]
    moments = ["2026-01-01T10:00:00+02:00"] * table.height
    ages = [f"{age}.0" for age in table["age"]]
    wide = table.with_columns(id=pl.Series(ids), at=pl.Series(moments), age=pl.Series(ages))
    wide.write_csv("ids.csv")
    flags = ("--keep", "id", "--keep", "at", "--keep", "age", "--out", f"kept{suffix}")
    assert rightfit("predict", "use.model", "ids.csv", *flags).code == 0
    if suffix == ".csv":
        kept = pl.read_csv("kept.csv", infer_schema=False)
        assert kept["at"].to_list() == moments
        assert kept["age"].to_list() == ages
    else:
        kept = pl.read_parquet("kept.parquet")
        assert kept.schema["age"] == pl.Float64
    assert kept["id"].to_list() == ids


def test_columns_to_keep_may_be_listed_with_commas(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    table.with_columns(table["age"].alias("a,b")).write_csv("commas.csv")
    flags = ("--keep", "town, size", "--keep", "a,b")
    answer = rightfit("predict", "use.model", "commas.csv", *flags)
    assert answer.out.splitlines()[0] == 'town,size,"a,b",prediction'
    answer = rightfit("predict", "use.model", "commas.csv", "--keep", "town,sise")
    assert answer.err.startswith("error: The table has no column 'sise' to keep.\n")


def test_columns_that_the_model_does_not_know_are_ignored_and_named(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    table.drop("use").with_columns(extra=1, more=2, id=3).write_csv("extra.csv")
    answer = rightfit("predict", "use.model", "extra.csv", "--keep", "id")
    assert answer.code == 0
    assert answer.err == (
        "note: The model does not know these columns, and ignores them: 'extra', 'more'.\n"
    )
    same = rightfit("predict", "use.model", "houses.csv").out
    assert [line.split(",")[-1] for line in answer.out.splitlines()] == same.splitlines()


@pytest.mark.parametrize(("flags", "suffix"), [((), ".csv"), (("--format", "jsonl"), ".jsonl")])
def test_table_is_read_from_stdin(
    rightfit: Type,
    model: Path,
    table: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    flags: tuple[str, ...],
    suffix: str,
) -> None:
    write_table(table, Path(f"given{suffix}"))
    with Path(f"given{suffix}").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        answer = rightfit("predict", "use.model", "-", *flags)
    assert answer == rightfit("predict", "use.model", "houses.csv")


@pytest.mark.parametrize(
    ("suffix", "said"),
    [
        (
            ".jsonl",
            "error: File 'stdin.csv' cannot be read as .csv: ",
        ),
        (".parquet", "error: File 'stdin.csv' is not UTF-8: "),
    ],
)
def test_stdin_of_another_format_is_answered_with_the_flag(
    rightfit: Type,
    model: Path,
    table: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    said: str,
) -> None:
    write_table(table, Path(f"given{suffix}"))
    with Path(f"given{suffix}").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        answer = rightfit("predict", "use.model", "-")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(said)
    assert "\nhint: stdin is read as CSV unless --format says otherwise; or " in answer.err


def test_stdin_that_looks_like_json_is_no_csv(
    rightfit: Type, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("given").write_text('{"size": 1, "age": 2}\n{"size": 2, "age": 3}\n')
    with Path("given").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        answer = rightfit("predict", "use.model", "-")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: What stdin holds is no CSV, but looks like JSON: it begins with '{\"size\": 1'.\n\n"
        "hint: stdin is read as CSV unless --format says otherwise, such as --format jsonl\n",
    )


def test_format_is_said_where_the_name_does_not_say_it(rightfit: Type, model: Path) -> None:
    Path("houses.csv").rename("houses.data")
    answer = rightfit("predict", "use.model", "houses.data", "--format", "csv")
    assert (answer.code, len(answer.out.splitlines())) == (0, 61)


def test_unknown_format_is_refused_with_the_known_ones(rightfit: Type, model: Path) -> None:
    answer = rightfit("predict", "use.model", "-", "--format", "xml")
    assert answer.code == 2
    assert "--format: must be one of csv, csv.gz, tsv," in answer.err


def test_file_is_replaced_only_if_asked(rightfit: Type, model: Path) -> None:
    Path("p.csv").write_text("old")
    answer = rightfit("predict", "use.model", "houses.csv", "--out", "p.csv")
    hint = "hint: choose another place, or pass --force to replace it\n"
    assert (answer.code, answer.out, answer.err) == (1, "", TAKEN + hint)
    assert Path("p.csv").read_text() == "old"
    assert rightfit("predict", "use.model", "houses.csv", "--out", "p.csv", "--force").code == 0
    assert Path("p.csv").read_text().startswith("prediction\n")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ("--keep", "twn"),
            "error: The table has no column 'twn' to keep.\n\nhint: did you mean 'town'?\n",
        ),
        (
            ("--out", "."),
            "error: '.' is a folder.\n\nhint: name a file in it\n",
        ),
        (
            ("--out", "there/p.csv"),
            "error: 'there/p.csv' could not be written: No such file or directory.\n\n"
            "hint: check that the folder exists and may be written\n",
        ),
        (
            ("--out", "p.txt"),
            "error: A table cannot be written to 'p.txt': its suffix is not known.\n"
            "The name ends in .csv, .tsv, .parquet, .arrow, .feather, .ipc, .jsonl, .ndjson, "
            ".xlsx.\n\nhint: choose one of these\n",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    rightfit: Type, model: Path, flags: tuple[str, ...], said: str
) -> None:
    answer = rightfit("predict", "use.model", "houses.csv", *flags)
    assert (answer.code, answer.out, answer.err) == (1, "", said)


def test_suffix_is_checked_before_anything_is_read(rightfit: Type, here: Path) -> None:
    answer = rightfit("predict", "no.model", "no.csv", "--out", "p.txt")
    assert answer.err.startswith("error: A table cannot be written to 'p.txt'")


def test_numbers_have_no_probabilities(rightfit: Type, regressor: Path) -> None:
    answer = rightfit("predict", "price.model", "houses.csv", "--probabilities")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The model predicts numbers, so there are no probabilities.\n\n"
        "hint: leave --probabilities out\n",
    )


@pytest.mark.parametrize("name", ["prediction", "probability of shop"])
def test_kept_column_cannot_hide_the_predictions(
    rightfit: Type, model: Path, table: pl.DataFrame, name: str
) -> None:
    table.with_columns(pl.lit(1).alias(name)).write_csv("twice.csv")
    answer = rightfit("predict", "use.model", "twice.csv", "--probabilities", "--keep", name)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        f"error: The column {name!r} cannot be kept: a column of the predictions has that name.\n\n"
        "hint: rename it in the table\n"
    )


def test_column_of_a_probability_is_kept_where_there_are_none(
    rightfit: Type, model: Path, table: pl.DataFrame
) -> None:
    name = "probability of shop"
    table.with_columns(pl.lit(1).alias(name)).write_csv("more.csv")
    answer = rightfit("predict", "use.model", "more.csv", "--keep", name)
    assert pl.read_csv(io.StringIO(answer.out)).columns == [name, "prediction"]


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        (["price"], ["prediction"]),
        (["price", "age"], ["prediction of output 1", "prediction of output 2"]),
    ],
    ids=["one", "two"],
)
def test_several_numbers_have_a_column_each(
    rightfit: Type, table: pl.DataFrame, outputs: list[str], names: list[str]
) -> None:
    columns = table.select("size", "town")
    fitted = library.Regressor(hidden_sizes=(8,), max_epochs=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataConversionWarning)
        fitted.fit(columns, table.select(outputs).to_numpy()).save("several.model")
    answer = rightfit("predict", "several.model", "houses.csv")
    predicted = pl.read_csv(io.StringIO(answer.out))
    assert predicted.columns == names
    np.testing.assert_array_equal(predicted.to_numpy().ravel(), fitted.predict(columns).ravel())


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (pl.Series([3, 7]), pl.Int64),
        (pl.Series([True, False]), pl.Boolean),
        (pl.Series(["1.", "2."]), pl.String),
    ],
    ids=["whole numbers", "truth values", "text"],
)
def test_classes_are_predicted_as_they_were(
    rightfit: Type, table: pl.DataFrame, labels: pl.Series, kind: type[pl.DataType]
) -> None:
    table.with_columns(use=labels[pl.Series((table["size"] > 0).cast(pl.Int64))]).write_parquet(
        "kinds.parquet"
    )
    assert rightfit("train", "kinds.parquet", "--target", "use", *TINY).code == 0
    rightfit("predict", "kinds.model", "houses.csv", "--out", "p.parquet")
    predicted = pl.read_parquet("p.parquet")["prediction"]
    assert predicted.dtype == kind
    assert set(predicted) <= set(labels)


@pytest.mark.parametrize("word", ["3.10", "09:30", "007"])
def test_prediction_does_not_depend_on_the_other_rows(rightfit: Type, word: str) -> None:
    words = [word, "3.9", "10:30", "3.1", "7", "more"]
    rows = [(words[row % 6], row % 6 == 0) for row in range(120)]
    pl.DataFrame(rows, ["v", "y"], orient="row").write_csv("t.csv")
    answer = rightfit("train", "t.csv", "--target", "y", "--max-epochs", "30", "--no-report")
    assert answer.code == 0
    pl.DataFrame({"v": words}).write_csv("all.csv")
    pl.DataFrame({"v": [word, word]}).write_csv("alike.csv")
    both = [
        rightfit("predict", "t.model", name, "--probabilities").out.splitlines()[1]
        for name in ("all.csv", "alike.csv")
    ]
    assert both[0] == both[1]
