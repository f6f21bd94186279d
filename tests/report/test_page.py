import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from rightfit import Regressor, make_report
from rightfit.report import importance
from rightfit.report.checks.all_checks import CHECKS, checks_without_rows, run_checks
from rightfit.report.evidence import gather
from rightfit.report.page import _score_header, _score_rows
from tests.report.conftest import NASTY, Reported

pytestmark = pytest.mark.slow

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
MOST_BYTES = 2_000_000
TYPICAL_BYTES = 800_000


class Page(HTMLParser):
    """The elements of a page, its ids, and what stands in front of the verdict."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.before: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("style", "title"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        begun = any("verdict" in (a.get("class") or "") for _, a in self.elements)
        if not self.open and not begun:
            self.before += data.split()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(params=["classifier", "regressor", "several"])
def made(request: pytest.FixtureRequest) -> Reported:
    found: Reported = request.getfixturevalue(request.param)
    return found


def test_page_needs_no_other_file_and_no_script(made: Reported) -> None:
    page = Page(made.report.html)
    for _, attributes in page.elements:
        for name in ("src", "data", "poster", "srcset", "action"):
            assert name not in attributes
        for name in ("href", "xlink:href"):
            assert str(attributes.get(name) or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    assert not page.all("script")
    assert not page.all("link")
    assert "url(" not in re.sub(r"url\(#", "", made.report.html)
    assert "@import" not in made.report.html


def test_text_of_strangers_is_escaped(made: Reported) -> None:
    assert NASTY not in made.report.html
    assert "<script" not in made.report.html.lower()
    assert "&lt;script&gt;" in made.report.html


def test_markdown_of_strangers_is_escaped(made: Reported) -> None:
    outside_of_code = re.sub(r"`[^`\n]*`", "", made.report.card)
    assert "<script" not in outside_of_code


def test_page_fits_its_size(made: Reported) -> None:
    assert len(made.report.html.encode()) < TYPICAL_BYTES


def test_same_input_gives_the_same_bytes_but_for_the_time_stamp(made: Reported) -> None:
    again = make_report(made.model, *made.test, training=made.training)
    assert STAMP.search(again.html)
    assert STAMP.sub("", again.html) == STAMP.sub("", made.report.html)
    assert again.card == made.report.card


def test_fifteen_words_at_most_stand_before_the_verdict(made: Reported) -> None:
    words = Page(made.report.html).before
    assert 0 < len(words) <= 15, words


def named(drawing: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """The name and the description that a figure, or the picture in it, refers to."""
    own = re.search(r'<svg[^>]*role="img" aria-labelledby="([\w-]+) ([\w-]+)"', drawing)
    whole = re.search(r'<figure aria-labelledby="([\w-]+)" aria-describedby="([\w-]+)"', drawing)
    ids = own or whole
    assert ids is not None
    name, description = (re.search(rf'<\w+ id="{ids[n]}">([^<]+)</', drawing) for n in (1, 2))
    return name, description


def test_every_figure_has_a_name_a_description_and_its_data(made: Reported) -> None:
    html = made.report.html
    drawings = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(drawings) >= 6
    for drawing in drawings:
        title, description = named(drawing)
        assert title is not None
        assert description is not None
        assert len(description[1]) > 20
        assert "<details>" in drawing
        assert "<td>" in drawing


def test_ids_are_unique_and_links_lead_somewhere(made: Reported) -> None:
    page = Page(made.report.html)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a.get("href") or a.get("xlink:href") for _, a in page.elements]
    assert {link[1:] for link in links if link} <= {str(i) for i in ids}


def test_drawings_have_no_colour_of_their_own(made: Reported) -> None:
    for drawing in re.findall(r"<svg.*?</svg>", made.report.html, re.DOTALL):
        assert "currentColor" in drawing
        if 'class="rightfit-graph"' in drawing:
            assert "--graph-forward" in drawing
            continue  # it says colours where a page says none
        assert "var(--one)" in drawing
        assert not re.search(r"#[0-9a-fA-F]{6}", drawing)


def test_sections_are_there(made: Reported) -> None:
    page = Page(made.report.html)
    sections = [a["id"] for a in page.all("section")]
    assert sections == ["checks", "training", "results", "columns", "data", "network"]


def test_two_graphs_stand_in_their_place(classifier: Reported) -> None:
    html = classifier.report.html
    place = html.index('id="two-graphs"')
    assert 'class="rightfit-graph" role="img"' in html[place : place + 2_000]
    assert '<th scope="row">relu 1</th><td>max(x, 0)</td><td>∂x = ∂ × (x &gt; 0)</td>' in html


def test_page_without_rows_has_no_results(regressor: Reported) -> None:
    html = regressor.model.report().html
    sections = [a["id"] for a in Page(html).all("section")]
    assert sections == ["checks", "training", "data", "network"]
    assert "Without test rows and training rows" in html


def test_checks_that_lack_rows_are_not_counted_as_run(made: Reported) -> None:
    n_all = len(CHECKS)
    assert f"<p>{n_all} checks were run" in made.report.html
    assert "could not be run" not in made.report.html
    half = make_report(made.model, *made.test)
    found = re.search(r"Without training rows, (\d+) checks could not be run: ([^<]+)\.", half.html)
    assert found is not None
    codes = found[2].split(", ")
    assert len(codes) == int(found[1])
    assert {"RF-LEAK", "RF-DUPLICATES", "RF-BEHIND-BOOSTING", "RF-UNDERFIT"} <= set(codes)
    assert "RF-NO-SIGNAL" not in codes
    assert f"<p>{n_all - len(codes)} checks were run" in half.html
    assert "Without training rows, " in half.card
    muted = make_report(made.model, *made.test, mute=("RF-LEAK", "RF-NO-SIGNAL"))
    assert f"<p>{n_all - len(codes) - 1} checks were run" in muted.html
    assert f"Without training rows, {len(codes) - 1} checks" in muted.html


def test_no_finding_is_raised_by_a_check_that_cannot_tell(made: Reported) -> None:
    for rows in ({}, {"test": made.test}, {"training": made.training}):
        evidence = gather(made.model, rows.get("test"), rows.get("training"))
        raised = {one.check.code for one in run_checks(evidence)}
        assert not raised & {check.code for check in checks_without_rows(evidence)}


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_scores_stand_under_their_names_where_the_test_rows_lack_one(
    name: str, request: pytest.FixtureRequest
) -> None:
    made: Reported = request.getfixturevalue(name)
    X, y = made.test
    evidence = gather(made.model, (X[:1], y[:1]), made.training)
    assert {len(row) for row in _score_rows(evidence)} == {len(_score_header(evidence))}


def test_page_says_what_loss_saved_has_to_do_with_r2(
    regressor: Reported, classifier: Reported
) -> None:
    said = "Loss saved goes by the mean of the training rows, r2 by that of the test rows."
    assert said in regressor.report.html
    assert "Loss saved goes by" not in classifier.report.html


def fitted_to(n_rows: int, **chosen: Any) -> tuple[Any, Any, Any]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(n_rows, 4))
    y = X[:, 0] + np.sin(3 * X[:, 1]) + generator.normal(scale=0.1, size=n_rows)
    settings: dict[str, Any] = {"hidden_sizes": (8,), "max_epochs": 2, "random_state": 0}
    return Regressor(**{**settings, **chosen}).fit(X[:200], y[:200]), X, y


def test_size_does_not_grow_with_rows() -> None:
    sizes = []
    for n_rows in (1_000, 10_000):
        model, X, y = fitted_to(n_rows)
        sizes.append(len(make_report(model, X, y, training=(X, y)).html))
    assert sizes[1] < 1.15 * sizes[0]


def test_size_does_not_grow_with_members() -> None:
    sizes = []
    for n_seeds in (9, 30):
        model, X, y = fitted_to(400, n_seeds=n_seeds, validation_fraction=0.2)
        sizes.append(len(make_report(model, X, y, training=(X, y)).html))
    assert sizes[1] < 1.15 * sizes[0]


def test_wide_table_with_long_names_fits_the_limit() -> None:
    generator = np.random.default_rng(0)
    names = [f"column {i} " + "&<" * 60 for i in range(400)]
    import pandas as pd

    X = pd.DataFrame(generator.normal(size=(300, 400)), columns=names)
    y = X.iloc[:, 0] + generator.normal(size=300)
    model = Regressor(hidden_sizes=(8,), max_epochs=2, random_state=0).fit(X[:200], y[:200])
    made = make_report(model, X[200:], y[200:], training=(X[:200], y[:200]))
    assert len(made.html.encode()) < MOST_BYTES
    assert "And 250 more columns" in made.html


def test_budget_leaves_columns_out_and_says_so(
    regressor: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importance, "BUDGET_SECONDS", 0.002)
    html = make_report(regressor.model, *regressor.test).html
    assert "of small slope had no room in it" in html
