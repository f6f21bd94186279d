import json
import re
import shutil
import warnings
from pathlib import Path

import polars as pl
import pytest

from rightfit.cli.app import run
from rightfit.report import write
from tests.cli.conftest import Type, houses

pytestmark = pytest.mark.slow

WORDS = ("--hidden-sizes", "8", "--max-epochs", "3")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny classifier with its report."""
    folder = tmp_path_factory.mktemp("reported")
    houses().write_csv(folder / "houses.csv")
    words = ["train", str(folder / "houses.csv"), "--target", "use", *WORDS]
    with warnings.catch_warnings():
        assert run([*words, "--out", str(folder / "houses.model")]) == 0
    return folder / "houses.model"


@pytest.fixture
def trained_with_report(made_once: Path, table: pl.DataFrame) -> Path:
    """That classifier as `houses.model`, beside `houses.csv`."""
    return Path(shutil.copytree(made_once, "houses.model"))


def test_train_writes_report_and_card_into_the_model(
    rightfit: Type, trained_with_report: Path
) -> None:
    page = (trained_with_report / "report.html").read_text()
    assert "12 test rows" in page
    assert (trained_with_report / "MODEL_CARD.md").read_text().startswith("---\n")
    assert rightfit("predict", "houses.model", "houses.csv").code == 0
    # Loading does not look at them.
    (trained_with_report / "report.html").write_text("changed")
    assert rightfit("describe", "houses.model").code == 0


def test_worst_rows_are_named_by_their_place_in_the_file(
    rightfit: Type, trained_with_report: Path, table: pl.DataFrame
) -> None:
    page = (trained_with_report / "report.html").read_text()
    worst = page[page.index('<div class="worst">') :]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in worst.split("<tr")[2:12]]
    header = re.findall(r"<th[^>]*>(.*?)</th>", worst)
    place = header.index("age")
    assert len(cells) == 10
    for row in cells:
        assert int(row[place]) == table["age"][int(row[0]) - 1]
        assert row[1].startswith(table["use"][int(row[0]) - 1])


def test_json_names_the_report(rightfit: Type, table: pl.DataFrame) -> None:
    answer = rightfit("train", "houses.csv", "--target", "use", "--json", *WORDS)
    result = answer.json
    assert result["report"] == "houses.model/report.html"
    assert result["verdict"].endswith(".")
    assert result["findings"]["RF-FEW-ROWS"] == "The model was trained on 48 rows only."
    assert f"{result['verdict']}\nFound: {', '.join(result['findings'])}.\n" in answer.err
    silent = (*WORDS, "--no-report", "--force")
    answer = rightfit("train", "houses.csv", "--target", "use", "--json", *silent)
    assert {answer.json[name] for name in ("report", "verdict", "findings")} == {None}


def test_train_says_verdict_and_codes_of_findings_after_the_scores(
    rightfit: Type, table: pl.DataFrame
) -> None:
    out = rightfit("train", "houses.csv", "--target", "use", *WORDS).out
    scores, verdict, places = out.split("\n\n")[-3:]
    assert scores.startswith("on 12 test rows")
    said, found = verdict.splitlines()
    assert re.search(r"Right on .* of 12 test rows .* Next: .*\.$", said)
    assert re.fullmatch(r"Found: RF-[A-Z-]+(, RF-[A-Z-]+)*\.", found)
    assert "RF-FEW-ROWS" in found
    assert places.startswith("The model lies in houses.model\n")


def test_verdict_names_flags_on_the_command_line(
    rightfit: Type, table: pl.DataFrame, here: Path
) -> None:
    houses(400).with_columns(paid=pl.col("price") * 2).write_csv("houses.csv")
    answer = rightfit("train", "houses.csv", "--target", "price", *WORDS)
    assert (
        " Next: leave it out if it is known too late: --column-kinds paid=ignored.\n" in answer.out
    )
    page = Path("houses.model/report.html").read_text()
    assert "column_kinds={&#39;paid&#39;: &#39;ignored&#39;}" in page
    houses(200)[60:].write_csv("new.csv")
    words = ("train", "houses.csv", "--target", "price", "--column-kinds", "paid=ignored")
    assert rightfit(*words, "--force", *WORDS).code == 0
    said = rightfit("report", "houses.model", "new.csv", "--json").json["verdict"]
    assert "Python" not in said


def test_report_gives_json(rightfit: Type, model: Path) -> None:
    said = rightfit("report", "use.model", "houses.csv").out
    result = rightfit("report", "use.model", "houses.csv", "--json").json
    assert result["report"] == "use.model/report.html"
    assert said.startswith(f"{result['verdict']}\n")
    for code, sentence in result["findings"].items():
        assert f"{code}: {sentence}\n" in said


def test_report_of_another_model_goes_with_it(rightfit: Type, trained_with_report: Path) -> None:
    words = ("--target", "use", "--force", "--no-report", *WORDS)
    # The same weights: what is told of them stays true.
    assert rightfit("train", "houses.csv", *words).code == 0
    assert (trained_with_report / "report.html").exists()
    assert rightfit("train", "houses.csv", *words, "--random-state", "1").code == 0
    assert not (trained_with_report / "report.html").exists()
    assert not (trained_with_report / "MODEL_CARD.md").exists()


def test_train_says_how_to_get_a_report_if_packages_are_missing(
    rightfit: Type, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "NEEDED", ("no_such_package",))
    answer = rightfit("train", "houses.csv", "--target", "use", *WORDS)
    assert answer.code == 0
    assert answer.err.endswith("note: For a report with figures: pip install 'rightfit[report]'\n")
    assert "report.html" not in answer.out
    assert not Path("houses.model/report.html").exists()


def test_report_that_fails_does_not_lose_the_model(
    rightfit: Type, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rightfit.report import beside

    def fail(*given: object, **named: object) -> object:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(beside, "make_report", fail)
    answer = rightfit("train", "houses.csv", "--target", "use", *WORDS)
    assert answer.code == 0
    assert "note: The report could not be made: ZeroDivisionError" in answer.err
    assert rightfit("predict", "houses.model", "houses.csv").code == 0


def test_table_of_the_training_is_parted_as_then(rightfit: Type, trained_with_report: Path) -> None:
    before = (trained_with_report / "report.html").read_text()
    answer = rightfit("report", "houses.model", "houses.csv")
    assert answer.code == 0
    assert "its 12 test rows are set apart as then" in answer.err
    assert answer.out.endswith("To see it, open   houses.model/report.html\n")
    after = (trained_with_report / "report.html").read_text()
    assert before.split("</strong>")[2].split("(")[0] == after.split("</strong>")[2].split("(")[0]


def test_verdict_on_the_table_of_the_training_is_that_of_the_training(
    rightfit: Type, table: pl.DataFrame
) -> None:
    words = ("--target", "price", "--hidden-sizes", "8", "--max-epochs", "30", "--refit", "1")
    trained = rightfit("train", "houses.csv", *words, "--out", "prices.model")
    (then,) = (line for line in trained.out.splitlines() if "test rows (95 %" in line)
    # The linear model that it is compared with is the same.
    assert "; linear model " in then
    assert rightfit("report", "prices.model", "houses.csv").out.splitlines()[0] == then


def test_other_table_is_all_test_rows(rightfit: Type, model: Path) -> None:
    pl.read_csv("houses.csv").head(30).write_csv("other.csv")
    answer = rightfit("report", "use.model", "other.csv", "--out", "page.html")
    assert answer.code == 0
    assert answer.err == ""
    assert " of 30 test rows (95 % interval " in answer.out
    assert "Without training rows" in Path("page.html").read_text()


def test_report_on_new_rows_leaves_the_page_of_the_training_alone(
    rightfit: Type, trained_with_report: Path
) -> None:
    before = (trained_with_report / "report.html").read_text()
    pl.read_csv("houses.csv").head(30).write_csv("new.csv")
    answer = rightfit("report", "houses.model", "new.csv")
    assert answer.code == 0
    assert answer.out.endswith("To see it, open   new-report.html\n")
    assert " of 30 test rows (" in Path("new-report.html").read_text()
    assert (trained_with_report / "report.html").read_text() == before
    again = rightfit("report", "houses.model", "new.csv")
    assert again.code == 1
    assert "There is a file at 'new-report.html' already." in again.err
    assert rightfit("report", "houses.model", "new.csv", "--force").code == 0


def test_report_on_new_rows_without_training_rows_does_not_say_that_it_fits_well(
    rightfit: Type, trained_with_report: Path
) -> None:
    houses(200)[60:].write_csv("new.csv")
    alone = rightfit("report", "houses.model", "new.csv").out
    assert "Fits well." not in alone
    assert "Next: use it." not in alone
    answer = rightfit("report", "houses.model", "new.csv", "--training", "houses.csv", "--force")
    assert answer.err == ""
    for other in ("linear model", "gradient boosting"):
        assert f"{other} " in answer.out
    assert "Without training rows" not in Path("new-report.html").read_text()


def test_training_table_that_is_another_file_is_said_to_be_one(
    rightfit: Type, trained_with_report: Path
) -> None:
    table = houses(200)
    table[60:].write_csv("new.csv")
    table[:50].write_csv("old.csv")
    answer = rightfit("report", "houses.model", "new.csv", "--training", "old.csv")
    assert answer.code == 0
    assert "note: old.csv is not the file that the model was trained on" in answer.err
    assert "gradient boosting" in answer.out


def test_card_that_keeps_another_verdict_is_said_to_do_so(
    rightfit: Type, trained_with_report: Path
) -> None:
    card = trained_with_report / "MODEL_CARD.md"
    card.write_text("mine")
    said = "note: 'houses.model/MODEL_CARD.md' still has the earlier verdict"
    assert said in rightfit("report", "houses.model", "houses.csv").err
    assert card.read_text() == "mine"
    card.unlink()
    assert said not in rightfit("report", "houses.model", "houses.csv").err
    assert said not in rightfit("report", "houses.model", "houses.csv").err


def test_report_without_a_table_does_not_replace_a_better_one(
    rightfit: Type, trained_with_report: Path
) -> None:
    answer = rightfit("report", "houses.model")
    assert answer.code == 1
    assert "There is a report at 'houses.model/report.html' already." in answer.err
    assert rightfit("report", "houses.model", "--force").code == 0


def test_report_without_a_table_is_made_where_there_is_none(rightfit: Type, model: Path) -> None:
    answer = rightfit("report", "use.model")
    assert answer.code == 0
    assert answer.out.startswith("Not tested here. After training, accuracy ")
    assert Path("use.model/MODEL_CARD.md").exists()


def test_report_may_be_sent_where_it_goes_anyway(rightfit: Type, model: Path) -> None:
    answer = rightfit("report", "use.model", "houses.csv", "--out", "use.model/report.html")
    assert answer.code == 0, answer.err
    assert Path("use.model/MODEL_CARD.md").exists()


def test_report_is_a_page_and_no_other_file(rightfit: Type, model: Path) -> None:
    answer = rightfit("report", "use.model", "houses.csv", "--out", "page.pdf")
    assert answer.code == 1
    assert "A report cannot be written to 'page.pdf': its suffix is not known." in answer.err
    assert "name it 'page.html'" in answer.err
    assert not Path("page.pdf").exists()
    assert rightfit("report", "use.model", "houses.csv", "--out", "page.HTM").code == 0


def test_files_of_others_are_not_replaced(rightfit: Type, model: Path) -> None:
    Path("use.model/report.html").write_text("mine")
    Path("use.model/MODEL_CARD.md").write_text("mine")
    answer = rightfit("report", "use.model", "houses.csv")
    assert answer.code == 1
    assert "There is a file at 'use.model/report.html' already." in answer.err
    assert rightfit("report", "use.model", "houses.csv", "--force").code == 0
    assert Path("use.model/MODEL_CARD.md").read_text() == "mine"


def test_check_is_muted(rightfit: Type, model: Path) -> None:
    said = rightfit("report", "use.model", "houses.csv").out
    assert "RF-FEW-ROWS: " in said
    muted = rightfit("report", "use.model", "houses.csv", "--mute", "RF-FEW-ROWS").out
    assert "RF-FEW-ROWS: " not in muted
    both = rightfit("report", "use.model", "houses.csv", "--mute", "RF-FEW-ROWS,rf-leak", "--force")
    assert both.code == 0, both.err


def test_unknown_check_is_refused(rightfit: Type, model: Path) -> None:
    answer = rightfit("report", "use.model", "--mute", "RF-FEW")
    assert answer.code == 2
    assert "There is no check 'RF-FEW' to mute." in answer.err


def test_model_remembers_what_parts_its_table(rightfit: Type, trained_with_report: Path) -> None:
    content = json.loads(Path("houses.model/model.json").read_text())["content"]
    extra = content["training"]["extra"]
    assert extra["test_fraction"] == 0.2
    assert len(extra["table_sha256"]) == 64
