"""The first command that a newcomer types, and the next one, which it names."""

import shlex
from pathlib import Path

import polars as pl
import pytest

import rightfit as library
from rightfit.cli.app import run


@pytest.mark.slow
def test_demo_ends_with_a_good_score_the_place_of_the_model_and_what_to_type_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 0
    out, err = capfd.readouterr()
    head, *scores, before, verdict, gap, place, page, following = out.splitlines()[-10:]
    assert err.startswith(
        "Handwritten digits that scikit-learn ships: from 8×8 pixels, which digit is it?\n"
        "The same as: rightfit train rightfit-demo/digits.csv --target digit "
        "--test rightfit-demo/new-digits.csv --hidden-sizes 256,256 --dropout-rate 0.5 "
        "--out rightfit-demo/digits.model "
        "--force\n"
    )
    assert head == "on 360 test rows  accuracy  balanced accuracy  log loss  roc auc"
    assert [" ".join(line.split()[:2]) for line in scores] == [
        "this model",
        "linear model",
        "majority class",
    ]
    assert float(scores[0].split()[2]) > 0.95
    assert (before, gap) == ("", "")
    assert verdict.startswith("Fits well. Right on 9")
    assert place == "The model lies in rightfit-demo/digits.model"
    assert page == "To see it, open   rightfit-demo/digits.model/report.html"
    assert Path("rightfit-demo/digits.model/MODEL_CARD.md").is_file()
    assert library.load("rightfit-demo/digits.model").target_name_ == "digit"

    program, *words = shlex.split(following.removeprefix("To predict, type  "))
    assert program == "rightfit"
    assert run(words) == 0
    predicted = pl.read_csv("rightfit-demo/new-digits-predictions.csv")["prediction"]
    truth = pl.read_csv("rightfit-demo/new-digits.csv")["digit"]
    assert (predicted == truth).mean() == pytest.approx(float(scores[0].split()[2]), abs=1e-4)


def test_demo_says_that_a_file_is_in_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rightfit-demo").write_text("precious")
    assert run(["demo"]) == 1
    assert capfd.readouterr().err.endswith(
        "error: 'rightfit-demo': File exists.\n\nhint: check that place, and who may write there\n"
    )
    assert Path("rightfit-demo").read_text() == "precious"
