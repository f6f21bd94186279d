"""Every mistake a person can make with a table or a model, and the whole of what is said."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rightfit.cli.app import run
from tests.cli.conftest import TINY, Type, houses

ROW = pl.int_range(pl.len())
NO_ROWS = (
    "A table needs a header and at least one row.\n\n"
    "hint: check that the file was written completely\n"
)


def at_row_4(name: str, value: Any, **options: Any) -> pl.Expr:
    """A column with another value in its fourth row."""
    kept = pl.col(name).cast(pl.String) if isinstance(value, str) else pl.col(name)
    return pl.when(ROW == 3).then(pl.lit(value)).otherwise(kept).alias(name)


def write(frame: pl.DataFrame) -> Callable[[Path], None]:
    return lambda path: frame.write_csv(path)


def broken_csv(path: Path) -> None:
    lines = houses().write_csv().split("\n")
    lines[4] += ",7"
    path.write_text("\n".join(lines))


# From a name to: what the file holds, the target, and what is said.
TABLES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "an empty file": (
        lambda path: path.write_text(""),
        "price",
        f"error: File 'bad.csv' is empty.\n{NO_ROWS}",
    ),
    "a header alone": (
        lambda path: path.write_text("size,price\n"),
        "price",
        f"error: File 'bad.csv' has no rows.\n{NO_ROWS}",
    ),
    "an unknown target": (
        write(houses()),
        "prise",
        "error: The table has no column 'prise'.\n\nhint: did you mean 'price'?\n",
    ),
    "a target alone": (
        write(houses().select("price")),
        "price",
        "error: The table has no column but the target 'price'.\n"
        "At least one column to predict it from is needed.\n\n"
        "hint: check that the whole table was read\n",
    ),
    "one class": (
        write(houses().with_columns(use=pl.lit("home"))),
        "use",
        "error: The target has only one class: 'home' (60 rows).\n"
        "A classifier needs two classes at least.\n\n"
        "hint: check that the right column is the target, and that no filter took the others\n",
    ),
    "no target in any row": (
        write(houses().with_columns(price=pl.lit(None, pl.Float64))),
        "price",
        "error: The target is missing in all 60 rows.\n"
        "Rows with a target are learnt from; at least one is needed.\n\n"
        "hint: check that the right column is the target\n",
    ),
    "constant columns": (
        write(houses().select(pl.lit(1).alias("size"), pl.lit("x").alias("town"), "use")),
        "use",
        "error: No column is left to learn from: 'size' (always 1), 'town' (always 'x').\n"
        "At least one column has two different values and is not an id.\n\n"
        "hint: check that the right table was read, or set the kind of a column yourself\n",
    ),
    "infinity in a column": (
        write(houses().with_columns(at_row_4("size", float("inf")))),
        "price",
        "error: The table holds infinity in column 'size' (row 4).\n"
        "Every number is finite; cells may be empty.\n\n"
        "hint: replace infinite values by missing ones, or by the largest value that can be\n",
    ),
    "infinity in the target": (
        write(houses().with_columns(at_row_4("price", float("inf")))),
        "price",
        "error: The target holds infinity (row 4).\n"
        "Every number is finite; cells may be empty.\n\n"
        "hint: leave these rows out, or give the largest value that can be\n",
    ),
    "words among numbers": (
        write(houses().with_columns(at_row_4("age", "old"))),
        "price",
        "error: Column 'age' has 1 value that is not a number: 'old' (row 4).\n"
        "A numeric column needs numbers or empty cells.\n\n"
        "hint: clean these values, or train with --column-kinds age=category\n",
    ),
    "a broken row": (
        broken_csv,
        "price",
        "error: File 'bad.csv' has 1 broken row: line 5 has 6 fields.\n"
        "Every row has 5 fields, as the header has.\n\n"
        "hint: look there for a ',' outside quotes, or for a quote that is not closed\n",
    ),
    "one row": (
        write(houses(1)),
        "price",
        "error: No row can be spared for the test: the table has 1 with a target.\n"
        "A test needs at least one row, and so does the training of each class.\n\n"
        "hint: train without a test (--test-fraction 0), or name a table of test rows (--test)\n",
    ),
    "a target that is an id": (
        write(houses().with_columns(name=pl.format("house {}", ROW))),
        "name",
        "error: Each of the 60 rows has its own class: is 'name' the right column?\n"
        "A class is learnt from several rows, and tested on others.\n\n"
        "hint: name another column as the target\n",
    ),
    "a target of money": (
        write(houses().with_columns(name=pl.format("${},000", ROW * 3 // 4 + 1))),
        "name",
        "error: The target has 45 classes in 60 rows: is 'name' the right column?\n"
        "A class is learnt from several rows, and tested on others.\n\n"
        "hint: write numbers such as '$1,000' as 1234.5, or name another column as the target\n",
    ),
}


@pytest.mark.parametrize(("content", "target", "said"), TABLES.values(), ids=list(TABLES))
def test_train_says_what_is_wrong_with_a_table(
    rightfit: Type, content: Callable[[Path], Any], target: str, said: str
) -> None:
    content(Path("bad.csv"))
    answer = rightfit("train", "bad.csv", "--target", target, *TINY)
    assert (answer.code, answer.out, answer.err) == (1, "", said)
    assert os.listdir() == ["bad.csv"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("house.csv", "error: There is no file 'house.csv'.\n\nhint: did you mean 'houses.csv'?\n"),
        (
            "there/houses.csv",
            "error: There is no file 'there/houses.csv'.\n\nhint: check the name and the folder\n",
        ),
    ],
)
def test_train_says_that_a_file_is_missing(
    rightfit: Type, table: pl.DataFrame, name: str, said: str
) -> None:
    answer = rightfit("train", name, "--target", "price")
    assert (answer.code, answer.out, answer.err) == (1, "", said)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ("--dropout-rate", "1.5"),
            "error: --dropout-rate must be a number from 0 to below 1, or a list of such. "
            "Got 1.5 instead.\n\n"
            "hint: rightfit train --help-all explains every parameter\n",
        ),
        (
            ("--dropout-rate", "0,half,0.5"),
            "error: --dropout-rate must be a number from 0 to below 1, or a list of such. "
            "Got 'half' in '[0.0,half,0.5]' instead.\n\n"
            "hint: rightfit train --help-all explains every parameter\n",
        ),
        (
            ("--optimizer", "admw"),
            "error: --optimizer must be adamw, adam, sgd, momentum, nesterov, adagrad, rmsprop, "
            "lion or muon, or a list of such. Got 'admw' instead.\n\n"
            "hint: did you mean 'adamw'?\n",
        ),
        (
            ("--loss", "huber", "--task", "classification"),
            "error: --loss does not apply to classification.\n\n"
            "hint: leave it out, or choose the other task with --task\n",
        ),
        (
            ("--groups", "town", "--time", "age"),
            "error: Invalid value for --groups: leave --time out: rows are held out by one or the "
            "other.\n\n"
            "hint: see rightfit train --help\n",
        ),
        (
            ("--test", "houses.csv"),
            "error: Invalid value for --test: must be another table than TABLE.\n\n"
            "hint: see rightfit train --help\n",
        ),
    ],
)
def test_train_says_what_is_wrong_with_a_flag(
    rightfit: Type, table: pl.DataFrame, flags: tuple[str, ...], said: str
) -> None:
    answer = rightfit("train", "houses.csv", "--target", "price", *flags)
    assert (answer.code, answer.out, answer.err) == (2, "", said)


@pytest.mark.parametrize("flag", ["--groups", "--time"])
def test_train_says_what_is_wrong_with_a_column_that_holds_rows_together(
    rightfit: Type, table: pl.DataFrame, flag: str
) -> None:
    table.with_columns(at_row_4("age", None)).write_csv("bad.csv")
    answer = rightfit("train", "bad.csv", "--target", "price", flag, "twon")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The table has no column 'twon'.\n\nhint: did you mean 'town'?\n",
    )
    answer = rightfit("train", "bad.csv", "--target", "price", flag, "age")
    what = {
        "--groups": "Every row with a target must belong to a group.\n\n"
        "hint: give rows without a group labels of their own, or leave them out\n",
        "--time": "Every row with a target needs its moment.\n\n"
        "hint: leave rows without a moment out\n",
    }[flag]
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"error: Column 'age' has 1 missing value (row 4).\n{what}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda frame: frame.drop("size", "town"),
            "error: In the test table: Columns are missing: 'size', 'town'.\n"
            "It has the target and all columns of the table.\n\n"
            "hint: there are: 'age', 'use', 'price'\n",
        ),
        (
            lambda frame: frame.with_columns(at_row_4("use", "barn")),
            "error: In the test table: The target has classes that training did not have: "
            "'barn' (row 4).\nThe classes are 'home', 'shop'.\n\n"
            "hint: train again with these classes, or leave these rows out\n",
        ),
        (
            lambda frame: frame.with_columns(at_row_4("age", "old")),
            "error: In the test table: "
            "Column 'age' has 1 value that is not a number: 'old' (row 4).\n"
            "A numeric column needs numbers or empty cells.\n\n"
            "hint: clean these values, or train with --column-kinds age=category\n",
        ),
    ],
)
def test_train_says_what_is_wrong_with_a_test_table_before_it_trains(
    rightfit: Type,
    table: pl.DataFrame,
    change: Callable[[pl.DataFrame], pl.DataFrame],
    said: str,
) -> None:
    change(table).write_csv("test.csv")
    answer = rightfit("train", "houses.csv", "--target", "use", "--test", "test.csv", *TINY)
    assert (answer.code, answer.out, answer.err) == (1, "", said)


def test_class_with_one_row_is_trained_with_a_note(rightfit: Type, table: pl.DataFrame) -> None:
    table.with_columns(at_row_4("use", "barn")).write_csv("barn.csv")
    answer = rightfit("train", "barn.csv", "--target", "use", *TINY)
    assert answer.code == 0
    assert answer.err.startswith(
        "note: Class 'barn' of the target has 1 row: it is used for training only, and no "
        "validation row can tell whether the class is learnt.\n"
    )
    assert answer.err.count("note:") == 1


def a_file(place: Path) -> None:
    place.write_text("precious")


def a_folder(place: Path) -> None:
    place.mkdir()
    (place / "photo.png").write_text("precious")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            a_file,
            "error: There is a file at 'there' already.\n"
            "A model goes into a folder of its own.\n\n"
            "hint: choose another place\n",
        ),
        (
            a_folder,
            "error: The folder 'there' holds other files than a model.\n"
            "A model goes into a folder of its own.\n\n"
            "hint: choose another place\n",
        ),
    ],
)
def test_train_refuses_a_place_that_is_taken_before_it_trains(
    rightfit: Type,
    table: pl.DataFrame,
    make: Callable[[Path], None],
    said: str,
) -> None:
    make(Path("there"))
    answer = rightfit("train", "houses.csv", "--target", "use", "--out", "there")
    assert (answer.code, answer.out, answer.err) == (1, "", said)


@pytest.mark.parametrize("command", ["predict", "evaluate", "report", "check-gradients", "graph"])
def test_model_comes_before_the_table(rightfit: Type, model: Path, command: str) -> None:
    answer = rightfit(command, "houses.csv", "use.model")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: 'houses.csv' is not a model, but a file, and 'use.model' is a folder.\n"
        "A model is a folder, and comes first: MODEL TABLE.\n\n"
        "hint: did you mean use.model houses.csv?\n",
    )


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("train", "use.model", "--target", "use"), "error: 'use.model' is a folder.\n"),
        (("train", "no.csv", "--target", "use"), "error: There is no file 'no.csv'.\n"),
        (
            ("train", "houses.csv", "--target", "prise"),
            "error: The table has no column 'prise'.\n\nhint: did you mean 'price'?\n",
        ),
        (
            ("train", "houses.csv", "--target", "use", "--quality", "medium"),
            "error: --quality must be ",
        ),
        (
            ("train", "houses.csv", "--target", "use", "--groups", "twn"),
            "error: The table has no column 'twn'.\n\nhint: did you mean 'town'?\n",
        ),
        (("report", "use.model", "--mute", "RF-FOO"), "error: There is no check 'RF-FOO' to mute"),
        (("export", "houses.csv"), "error: 'houses.csv' is not a model."),
    ],
)
def test_place_that_is_taken_does_not_hide_what_is_typed_wrongly(
    rightfit: Type, model: Path, words: tuple[str, ...], begins: str
) -> None:
    Path(model, "report.html").touch()
    Path("model.onnx").touch()
    out = ("--out", "use.model") if words[0] == "train" else ()
    answer = rightfit(*words, *out)
    assert answer.code > 0
    assert answer.err.startswith(begins), answer.err


def test_train_never_replaces_a_folder_of_other_files(rightfit: Type, table: pl.DataFrame) -> None:
    a_folder(Path("there"))
    answer = rightfit("train", "houses.csv", "--target", "use", "--out", "there", "--force")
    assert answer.code == 1
    assert os.listdir("there") == ["photo.png"]


def test_train_never_replaces_its_table(rightfit: Type, table: pl.DataFrame) -> None:
    before = Path("houses.csv").read_bytes()
    answer = rightfit("train", "houses.csv", "--target", "use", "--out", "houses.csv", "--force")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: There is a file at 'houses.csv' already.\n"
        "A model goes into a folder of its own.\n\n"
        "hint: choose another place\n",
    )
    assert Path("houses.csv").read_bytes() == before


def test_train_refuses_to_replace_a_model_unasked(rightfit: Type, model: Path) -> None:
    answer = rightfit("train", "houses.csv", "--target", "use", "--out", "use.model", *TINY)
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: There is a model at 'use.model' already.\n\n"
        "hint: choose another place, or pass --force to replace it\n",
    )


def cut_weights(model: Path) -> None:
    (weights,) = model.glob("weights-*.safetensors")
    os.truncate(weights, 100)


def lose_weights(model: Path) -> None:
    (weights,) = model.glob("weights-*.safetensors")
    weights.unlink()


def cut_document(model: Path) -> None:
    os.truncate(model / "model.json", 100)


def change_document(model: Path) -> None:
    text = (model / "model.json").read_text()
    (model / "model.json").write_text(text.replace('"shop"', '"barn"'))


def write_newer_format(model: Path) -> None:
    text = (model / "model.json").read_text()
    (model / "model.json").write_text(text.replace('"format": 1', '"format": 2', 1))


RESTORE = "hint: restore it from a copy, or train it again\n"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            cut_weights,
            "error: The model at 'use.model' is damaged: its file 'WEIGHTS' is cut short or was "
            f"changed.\n\n{RESTORE}",
        ),
        (
            lose_weights,
            "error: The model at 'use.model' is damaged: its file 'WEIGHTS' is missing.\n\n"
            f"{RESTORE}",
        ),
        (
            cut_document,
            "error: The model at 'use.model' is damaged: 'model.json' cannot be read.\n\n"
            f"{RESTORE}",
        ),
        (
            change_document,
            "error: The model at 'use.model' is damaged: 'model.json' was changed after it was "
            f"written.\n\n{RESTORE}",
        ),
        (
            write_newer_format,
            "error: The model at 'use.model' has format 2.\n"
            "This release of RightFit reads formats up to 1.\n\n"
            "hint: upgrade: pip install --upgrade rightfit\n",
        ),
        (shutil.rmtree, "error: There is no model at 'use.model'.\n\nhint: check the path\n"),
        (
            lambda model: (model / "model.json").unlink(),
            "error: 'use.model' is not a model.\nA model is a folder with a file 'model.json'.\n",
        ),
    ],
    ids=["cut weights", "no weights", "cut", "changed", "newer", "missing", "no model"],
)
@pytest.mark.parametrize("command", ["predict", "evaluate", "describe", "check-gradients"])
def test_damaged_model_is_refused(
    rightfit: Type, model: Path, command: str, damage: Callable[[Path], Any], said: str
) -> None:
    (weights,) = model.glob("weights-*.safetensors")
    damage(model)
    answer = rightfit(command, "use.model", *(["houses.csv"] if command != "describe" else []))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == said.replace("WEIGHTS", weights.name)


@pytest.mark.parametrize("command", ["predict", "evaluate", "check-gradients"])
def test_all_columns_that_lack_are_named_at_once(
    rightfit: Type, model: Path, table: pl.DataFrame, command: str
) -> None:
    table.drop("size", "town").write_csv("lacks.csv")
    answer = rightfit(command, "use.model", "lacks.csv")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The table lacks 2 columns that the model was trained on: 'size', 'town'.\n"
        "Every column that training used is needed, under the same name.\n\n"
        "hint: add these columns; cells may be empty\n",
    )


def full_disk(monkeypatch: pytest.MonkeyPatch, below: Path) -> None:
    """Let every flush of a file below a folder fail as on a full disk."""
    sync = os.fsync

    def fsync(handle: int) -> None:
        if Path(os.readlink(f"/proc/self/fd/{handle}")).is_relative_to(below):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs Linux")
def test_model_is_not_lost_to_a_full_disk(
    rightfit: Type,
    table: pl.DataFrame,
    here: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuge = tmp_path_factory.mktemp("refuge")
    monkeypatch.setattr("tempfile.tempdir", str(refuge))
    full_disk(monkeypatch, here)
    answer = rightfit("train", "houses.csv", "--target", "use", *TINY)
    (saved,) = refuge.glob("*/houses.model")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "error: The model could not be written to 'houses.model': the disk is full.\n"
        f"The model is not lost: it lies in '{saved}'.\n\n"
        "hint: move it to where you want it\n"
    )
    assert sorted(os.listdir()) == ["houses.csv"]
    assert rightfit("predict", str(saved), "houses.csv").code == 0


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs Linux")
def test_predictions_leave_the_old_file_on_a_full_disk(
    rightfit: Type, model: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("p.csv").write_text("old")
    full_disk(monkeypatch, here)
    answer = rightfit("predict", "use.model", "houses.csv", "--out", "p.csv", "--force")
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: The disk is full: 'p.csv' could not be written.\n"
        "What was there before is untouched.\n\n"
        "hint: free some space, or write to another disk\n",
    )
    assert Path("p.csv").read_text() == "old"
    assert sorted(os.listdir()) == ["houses.csv", "p.csv", "use.model"]


def test_nothing_is_said_twice_about_a_mistake(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["describe", "no.model"]) == 1
    assert capfd.readouterr().err.count("error:") == 1
