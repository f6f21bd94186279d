import re
import shlex
import shutil
from pathlib import Path

import polars as pl
import pytest

import rightfit as library
from rightfit import EpochsEnded, TrainingError
from rightfit.cli import training
from rightfit.data.fingerprint import fingerprint
from rightfit.estimators import table_training
from rightfit.estimators.remembered import recall
from tests.cli.conftest import TINY, Type

pytestmark = pytest.mark.slow

REPORT = """
Stopped: max_epochs reached (3); *.

on 12 test rows  accuracy  balanced accuracy  log loss  roc auc
this model         0.*
linear model       *
majority class     0.5000             0.5000    0.*   0.5000

The model lies in houses.model
To predict, type  rightfit predict houses.model houses.csv --out houses-predictions.csv
"""


def matches(text: str, pattern: str) -> bool:
    lines, wanted = text.splitlines(), pattern.splitlines()
    pairs = zip(lines, wanted, strict=True)
    return all(Path(f"/{a.replace('/', '|')}").match(f"/{b}") if a else not b for a, b in pairs)


def test_train_prints_the_outcome_and_what_to_type_next(
    rightfit: Type, table: pl.DataFrame
) -> None:
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY)
    assert answer.code == 0
    assert matches(answer.out, REPORT), answer.out
    assert answer.err == (
        "houses.csv: predicting the class 'use' (for numbers: --task regression)\n"
        "\n"
        "column  kind      missing  values  note\n"
        "size    number                 48      \n"
        "age     number                 32      \n"
        "town    category                3      \n"
        "price   number                 48      \n"
        "\n"
        "rows: 48 to train on, none to choose when to stop, 12 kept apart for the test\n"
        "network: 65 parameters\n"
    )


def test_train_shows_columns_before_training_starts(
    rightfit: Type,
    table: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []

    def spy(*given: object) -> object:
        for event in table_training.train_events(*given):  # type: ignore[arg-type]
            if isinstance(event, EpochsEnded) and not seen:
                seen.append(capfd.readouterr().err)
            yield event

    monkeypatch.setattr(training, "train_events", spy)
    rightfit("train", "houses.csv", "--target", "use", *TINY)
    assert "town    category                3" in seen[0]


def test_next_command_works_when_pasted(rightfit: Type, table: pl.DataFrame, here: Path) -> None:
    folder = here / "my $data; x"
    folder.mkdir()
    table.write_csv(folder / "houses 2.csv")
    answer = rightfit("train", f"{folder}/houses 2.csv", "--target", "use", *TINY)
    command = answer.out.splitlines()[-1].removeprefix("To predict, type  ")
    program, *words = shlex.split(command)
    assert program == "rightfit"
    assert rightfit(*words).code == 0
    predictions = pl.read_csv(folder / "houses 2-predictions.csv")
    assert predictions.columns == ["prediction"]
    assert predictions.height == 60
    # What is there now is not replaced, so the next one prints.
    again = rightfit("train", f"{folder}/houses 2.csv", "--target", "use", "--force", *TINY)
    _, *words = shlex.split(again.out.splitlines()[-1].removeprefix("To predict, type  "))
    assert rightfit(*words).out.startswith("prediction\n")


def test_path_that_looks_like_a_flag_works(rightfit: Type, table: pl.DataFrame) -> None:
    table.write_csv("-x.csv")
    answer = rightfit("train", "--target", "use", *TINY, "--", "-x.csv")
    _, *words = shlex.split(answer.out.splitlines()[-1].removeprefix("To predict, type  "))
    assert rightfit(*words).code == 0


def test_json_stands_alone_on_stdout(rightfit: Type, table: pl.DataFrame) -> None:
    answer = rightfit("train", "houses.csv", "--target", "price", "--json", *TINY)
    result = answer.json
    assert answer.code == 0
    assert result["task"] == "regression"
    assert result["model"] == "houses.model"
    assert result["target"] == "price"
    assert set(result["test_scores"]) == {"model", "linear", "constant"}
    assert set(result["test_scores"]["model"]) == {
        "root_mean_squared_error",
        "mean_absolute_error",
        "r2",
    }
    assert [column["name"] for column in result["columns"]] == ["size", "age", "town", "use"]
    assert result["n_parameters"] == 65 + 8
    assert result["next"].startswith("rightfit predict houses.model")
    assert "on 12 test rows" in answer.err


def test_same_command_gives_the_same_model(rightfit: Type, table: pl.DataFrame) -> None:
    first, again, other = (
        rightfit("train", "houses.csv", "--target", "use", "--json", "--out", out, *seed, *TINY)
        for out, seed in (("a", ()), ("b", ()), ("c", ("--random-state", "1")))
    )
    assert first.json["test_scores"] == again.json["test_scores"]
    assert first.json["test_scores"]["model"] != other.json["test_scores"]["model"]
    # The baseline that knows nothing shows that the test rows are the same for every seed.
    assert first.json["test_scores"]["constant"] == other.json["test_scores"]["constant"]


def test_table_of_test_rows_is_used_instead(rightfit: Type, table: pl.DataFrame) -> None:
    missing = table.with_columns(use=pl.when(pl.int_range(60) < 3).then(None).otherwise("use"))
    missing.tail(25).write_csv("train.csv")
    missing.head(35).with_columns(extra=float("inf")).write_csv("test.csv")
    answer = rightfit("train", "train.csv", "--target", "use", "--test", "test.csv", *TINY)
    assert "rows: 25 to train on, none to choose when to stop, 32 kept" in answer.err
    assert "on 32 test rows" in answer.out
    assert answer.out.endswith("rightfit predict train.model test.csv --out test-predictions.csv\n")


def test_rows_without_target_are_left_out_and_counted(rightfit: Type, table: pl.DataFrame) -> None:
    some = pl.when(pl.int_range(60) % 6 == 0).then(None).otherwise(pl.col("price"))
    table.with_columns(price=some).write_csv("some.csv")
    answer = rightfit("train", "some.csv", "--target", "price", *TINY)
    assert "left out: 10 rows without 'price'\n" in answer.err
    assert "rows: 40 to train on, none to choose when to stop, 10 kept" in answer.err


def test_nothing_is_scored_without_test_rows(rightfit: Type, table: pl.DataFrame) -> None:
    answer = rightfit("train", "houses.csv", "--target", "use", "--test-fraction", "0", *TINY)
    assert "12 rows" not in answer.err
    assert "rows: 60 to train on, none to choose when to stop, no test" in answer.err
    assert "test rows" not in answer.out
    assert "The model lies in houses.model" in answer.out


def test_model_without_hidden_layers_is_its_own_baseline(
    rightfit: Type, table: pl.DataFrame
) -> None:
    words = ("--hidden-sizes", "none", "--max-epochs", "3", "--no-report")
    answer = rightfit("train", "houses.csv", "--target", "use", *words)
    assert "linear model" not in answer.out
    assert "majority class" in answer.out


def test_task_can_be_chosen(rightfit: Type, table: pl.DataFrame) -> None:
    flags = ("--task", "classification", "--json", *TINY)
    age = table.with_columns(age=pl.col("age") // 25)
    age.write_csv("age.csv")
    assert rightfit("train", "age.csv", "--target", "age", *flags).json["task"] == "classification"


@pytest.mark.parametrize("content", [None, "another,table\n1,2\n"])
def test_table_that_is_gone_or_another_after_training_does_not_matter(
    rightfit: Type, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    file = Path("houses.csv")
    before = fingerprint(file)

    def change(*given: object) -> object:
        yield from table_training.train_events(*given)  # type: ignore[arg-type]
        file.unlink()
        if content is not None:
            file.write_text(content)

    monkeypatch.setattr(training, "train_events", change)
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY)
    assert answer.code == 0, answer.err
    assert recall(library.load("houses.model"), "table_sha256") == before


def test_baseline_that_fails_does_not_lose_the_model(
    rightfit: Type, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(model: object) -> object:
        raise TrainingError("The loss was not finite.")

    monkeypatch.setattr(table_training, "linear_model", fail)
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY)
    assert answer.code == 0
    assert (
        "note: The linear model is left out of the comparison: The loss was not finite.\n"
        in answer.err
    )
    assert "this model" in answer.out
    assert "linear model" not in answer.out
    assert set(library.load("houses.model").describe()["test_scores"]) == {"model", "constant"}


def test_scoring_that_fails_does_not_lose_the_model(
    rightfit: Type, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> object:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(training, "score_on_test", fail)
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY)
    assert answer.code == 1
    assert answer.err.endswith(
        "The model lies in 'houses.model', without its test scores.\n"
        "error: RightFit itself failed (ZeroDivisionError: division by zero).\n\n"
        "hint: please report it, with what --debug shows\n"
    )
    assert rightfit("predict", "houses.model", "houses.csv").code == 0


@pytest.mark.parametrize("suffix", [".csv.gz", ".tsv", ".parquet", ".jsonl"])
def test_other_formats_are_read(rightfit: Type, table: pl.DataFrame, suffix: str) -> None:
    name = f"houses.v2{suffix}"
    if suffix == ".csv.gz":
        import gzip

        Path(name).write_bytes(gzip.compress(Path("houses.csv").read_bytes()))
    else:
        from rightfit.data.write import write_table

        write_table(table, Path(name))
    answer = rightfit("train", name, "--target", "use", "--json", *TINY)
    assert answer.json["model"] == "houses.v2.model"
    shutil.rmtree("houses.v2.model")


PACK = ("--dropout-rate", "0,0.25", "--l2", "0,1e-2", *TINY)


def test_train_of_a_pack_says_how_many_networks_what_was_chosen_and_by_what(
    rightfit: Type, table: pl.DataFrame
) -> None:
    words = ("--validation-fraction", "0.25", *PACK)
    answer = rightfit("train", "houses.csv", "--target", "price", *words)
    assert answer.code == 0
    assert answer.err.endswith("networks: 4, 292 parameters in all\n")
    lines = answer.out.splitlines()
    assert re.fullmatch(
        r"Chosen: ensemble of \d of 4 members by 12 validation rows: loss [\d.]+ "
        r"\([\d.]+ ± [\d.]+ on rows that did not choose; guessing the mean has 1\)",
        lines[2],
    )
    assert lines[3] == ""
    assert lines[4] == "dropout rate    l2  validation loss  best epoch  weight"
    assert [len(line.split()) for line in lines[5:9]] == sorted(
        (len(line.split()) for line in lines[5:9]), reverse=True
    )
    assert lines[9] == ""
    assert lines[10].startswith("on 12 test rows")


def test_train_says_that_what_was_chosen_went_on(rightfit: Type, table: pl.DataFrame) -> None:
    words = ("--validation-fraction", "0.25", "--refit", "1", *TINY)
    answer = rightfit("train", "houses.csv", "--target", "price", *words)
    assert answer.code == 0
    said = "\nRefit: what was chosen went on with all 48 rows, those that chose among them.\n"
    assert said in answer.out
    described = rightfit("describe", "houses.model").out
    assert "trained on 36 rows, stopped by 12 validation rows, then all 48; " in described


def test_train_says_that_rows_are_in_folds(rightfit: Type, table: pl.DataFrame) -> None:
    answer = rightfit("train", "houses.csv", "--target", "price", "--n-folds", "3", *TINY)
    assert answer.code == 0
    assert (
        "rows: 48 in 3 folds to train on and to choose by, 12 kept apart for the test\n"
        in answer.err
    )
    assert "\nChosen: the mean of 3 members, one for each fold: loss " in answer.out
    assert " as on rows that did not choose the epochs, from 48 out-of-fold rows; " in answer.out
    assert "weight" not in answer.out


def test_json_of_a_pack_has_members_choice_best_params_and_path(
    rightfit: Type, table: pl.DataFrame
) -> None:
    answer = rightfit("train", "houses.csv", "--target", "use", "--json", *PACK)
    result = answer.json
    assert len(result["members"]) == 4 * 5
    assert result["choice"]["rows"] == "out-of-fold"
    assert set(result["best_params"]) == set(result["path"]) == {"dropout_rate", "l2"}
    assert [step["value"] for step in result["path"]["l2"]] == [0, 0.01]
    fitted = library.load("houses.model")
    assert result["n_parameters"] == fitted.n_parameters_
    assert len(result["members"]) == len(fitted.members_)


def test_json_of_one_network_has_no_members(rightfit: Type, table: pl.DataFrame) -> None:
    result = rightfit("train", "houses.csv", "--target", "use", "--json", *TINY).json
    assert result["members"] == []
    assert result["choice"] == result["best_params"] == result["path"] == {}


def test_groups_are_held_out_whole_and_are_no_input(rightfit: Type, table: pl.DataFrame) -> None:
    table.with_columns(family=pl.int_range(60) // 2).write_csv("families.csv")
    words = ("--target", "use", "--groups", "family", "--validation-fraction", "0.25", *TINY)
    answer = rightfit("train", "families.csv", *words)
    assert answer.code == 0
    assert (
        "rows: 36 to train on, 12 of other groups to choose when to stop, 12 of other groups kept "
        "apart for the test\n" in answer.err
    )
    assert "family" not in answer.err
    # Left out on purpose, so that it is no surprise that the model does not know it.
    assert rightfit("predict", "families.model", "families.csv").err == ""
    folds = (*words, "--validation-fraction", "none", "--n-folds", "3", "--force")
    answer = rightfit("train", "families.csv", *folds)
    assert "rows: 48 in 3 folds of whole groups to train on" in answer.err


def test_latest_rows_are_held_out(rightfit: Type, table: pl.DataFrame) -> None:
    days = pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 2, 29), eager=True)
    table.with_columns(sold=days.dt.strftime("%d.%m.%Y")).write_csv("sold.csv")
    words = ("--target", "price", "--time", "sold", "--validation-fraction", "0.25", *TINY)
    answer = rightfit("train", "sold.csv", *words)
    assert answer.code == 0
    assert (
        "rows: 36 to train on, 12 later ones to choose when to stop, the latest 12 kept apart for "
        "the test\n" in answer.err
    )
    assert "sold    datetime" in answer.err
    answer = rightfit(
        "train", "sold.csv", *words, "--validation-fraction", "none", "--n-folds", "3", "--force"
    )
    assert "rows: 48 in 3 folds, one after the other in time to train on" in answer.err


@pytest.mark.parametrize("words", [("0", "1", "NA"), ("yes", "no", "?")])
def test_markers_in_a_target_of_classes_are_missing(rightfit: Type, words: tuple[str, ...]) -> None:
    rows = [(row % 3, words[row % 3]) for row in range(90)]
    pl.DataFrame(rows, ["x", "y"], orient="row").write_csv("t.csv")
    answer = rightfit("train", "t.csv", "--target", "y", *TINY)
    assert answer.code == 0
    assert f"note: In the target '{words[2]}' counts as missing (30 rows)" in answer.err
    assert "left out: 30 rows without 'y'" in answer.err
    assert set(library.load("t.model").classes_) == set(words[:2])


def test_columns_may_be_named_like_patterns(rightfit: Type, table: pl.DataFrame) -> None:
    names = {name: f"^{name}$" for name in ("size", "town", "use")}
    frame = table.rename(names).with_columns(size=0, town=table["age"])
    frame.write_csv("t.csv")
    assert rightfit("train", "t.csv", "--target", "^use$", "--groups", "^town$", *TINY).code == 0
    columns = {column["name"] for column in library.load("t.model").schema_}
    assert columns == {"^size$", "age", "price", "size", "town"}
    answer = rightfit("predict", "t.model", "t.csv", "--keep", "^use$")
    assert (answer.code, answer.err) == (0, "")
    assert rightfit("evaluate", "t.model", "t.csv").code == 0
    assert rightfit("report", "t.model", "t.csv").code == 0


def test_stdin_is_refused_since_the_table_is_read_again(rightfit: Type) -> None:
    answer = rightfit("train", "-", "--target", "price")
    assert answer.code == 1
    assert answer.err.endswith("hint: write what is piped into a file first\n")
