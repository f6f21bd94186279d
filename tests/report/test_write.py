import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightfit import (
    DataError,
    DataWarning,
    ModelFileError,
    Regressor,
    RightFitError,
    load,
    make_report,
)
from rightfit.report import write
from tests.report.conftest import NASTY, Reported

pytestmark = pytest.mark.slow


def test_report_is_written_and_returned(regressor: Reported, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    made = regressor.model.report(place, *regressor.test)
    assert place.read_text() == made.html
    assert made.verdict.split(".")[0] in made.html


@pytest.mark.parametrize("name", ["page.pdf", "page.PNG", "page"])
def test_page_is_not_written_under_another_suffix(
    regressor: Reported, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelFileError, match=r"its suffix is not known[^\0]*name it 'page.html'"):
        regressor.report.save(tmp_path / name)
    # It is said before the work.
    monkeypatch.setattr(write, "make_report", None)
    with pytest.raises(ModelFileError, match=r"The name ends in .html or .htm."):
        regressor.model.report(tmp_path / name, *regressor.test)
    assert not list(tmp_path.iterdir())


def test_columns_without_targets_are_refused(regressor: Reported) -> None:
    with pytest.raises(DataError, match="Hand over both X and y"):
        make_report(regressor.model, regressor.X)


def test_other_number_of_targets_is_refused(regressor: Reported) -> None:
    with pytest.raises(DataError, match="Each row needs its target"):
        make_report(regressor.model, regressor.X, regressor.y[:5])


@pytest.mark.parametrize("first", [0, 10])
def test_rows_without_a_target_are_counted_once(regressor: Reported, first: int) -> None:
    X, y = regressor.test
    y = y.copy()
    y.iloc[first : first + 40] = np.nan
    with pytest.warns(DataWarning) as caught:
        made = make_report(regressor.model, X, y)
    said = [str(one.message) for one in caught]
    assert said == ["Left out: 40 rows without a target."]
    assert "in double precision, over 20 rows, at" in made.html


def test_missing_packages_are_named(regressor: Reported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "NEEDED", ("jinja2", "no_such_package"))
    assert not write.is_installed()
    with pytest.raises(RightFitError, match=r"no_such_package.*\n.*rightfit\[report\]"):
        make_report(regressor.model)


def test_loaded_model_reports_as_the_one_that_was_saved(
    regressor: Reported, tmp_path: Path
) -> None:
    regressor.model.save(tmp_path / "m")
    again = make_report(load(tmp_path / "m"), *regressor.test, training=regressor.training)
    assert again.verdict == regressor.report.verdict
    assert again.findings == regressor.report.findings


def test_arrays_and_several_targets_are_reported() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(120, 3))
    y = np.stack([X[:, 0], X[:, 1] + X[:, 2]], axis=1)
    model = Regressor(hidden_sizes=(8,), max_epochs=3, random_state=0).fit(X[:80], y[:80])
    made = make_report(model, X[80:], y[80:], training=(X[:80], y[:80]))
    assert "Of the first of several targets." in made.html


def test_card_begins_with_the_metadata_of_model_hubs(classifier: Reported) -> None:
    _, block, rest = classifier.report.card.split("---\n", 2)
    lines = block.splitlines()
    assert "pipeline_tag: tabular-classification" in lines
    assert "library_name: rightfit" in lines
    name = next(line for line in lines if line.startswith("- name: "))
    assert json.loads(name.removeprefix("- name: ")) == "Classifier of what & why"
    own = classifier.evidence.standing("model")
    assert own is not None
    assert f"      value: {own.scores['accuracy']:.6g}" in lines
    assert rest.startswith("\n# Classifier of what \\& why\n")


def test_notebook_shows_the_short_form(classifier: Reported, regressor: Reported) -> None:
    text = regressor.model._repr_html_()
    bundle: dict[str, Any] = classifier.model._repr_mimebundle_()
    assert text.startswith("<div")
    assert "Regressor of price" in text
    assert 'aria-label="Loss by epoch' in text
    assert "what &amp; why" in bundle["text/html"]
    assert NASTY not in bundle["text/html"]
    assert set(bundle) == {"text/plain", "text/html"}


def test_estimator_that_is_not_fitted_shows_what_scikit_learn_shows() -> None:
    model = Regressor()
    assert "rightfit" not in model._repr_html_()[:60]
    assert "sk-" in model._repr_mimebundle_()["text/html"]


def test_notebook_shows_text_if_text_is_wanted(regressor: Reported) -> None:
    from sklearn import config_context

    with config_context(display="text"):
        assert set(regressor.model._repr_mimebundle_()) == {"text/plain"}
        assert not hasattr(regressor.model, "_repr_html_")


def test_report_in_a_notebook_is_kept_apart(regressor: Reported) -> None:
    frame = regressor.report._repr_html_()
    assert frame.startswith("<iframe srcdoc=")
    assert "sandbox" in frame
    assert "<svg" not in frame


def test_short_form_needs_neither_templates_nor_drawings(regressor: Reported) -> None:
    import subprocess

    program = (
        "import sys; from rightfit.report import short_form, write, files; "
        "print([name for name in ('jinja2', 'matplotlib') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_headings_of_the_card_stand_apart(classifier: Reported, regressor: Reported) -> None:
    lines = classifier.report.card.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("## "):
            assert lines[number - 1] == ""
            assert lines[number + 1] == ""
    assert "It was not tested." in make_report(regressor.model).card
