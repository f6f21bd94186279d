"""The page in a real browser: nothing is loaded, nothing is hidden, and axe finds nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Axe
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow
SCHEMES = ("light", "dark")


@pytest.fixture(params=["classifier", "regressor", "several"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A report as a file."""
    made: Reported = request.getfixturevalue(request.param)
    made.report.save(tmp_path / "report.html")
    return tmp_path / "report.html"


# The themes differ in their colours alone.
@pytest.mark.parametrize(("scheme", "rules"), [("light", []), ("dark", ["color-contrast"])])
def test_axe_finds_nothing(
    browser: Any, axe: Axe, place: Path, scheme: str, rules: list[str]
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(place.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe(page, *rules)
    page.close()
    assert found == []


def test_page_asks_for_no_other_file(browser: Any, place: Path) -> None:
    asked: list[str] = []
    page = browser.new_page(java_script_enabled=False)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(place.as_uri())
    page.close()
    assert asked == [place.as_uri()]


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_window(browser: Any, place: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(place.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= width


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_have_the_colour_of_the_theme(browser: Any, place: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(place.as_uri())
    wanted = page.evaluate("getComputedStyle(document.body).color")
    # `currentColor` in a drawing is the colour of the text around it.
    found = page.evaluate(
        """[...document.querySelectorAll('figure svg text')]
           .map(each => getComputedStyle(each).fill)"""
    )
    page.close()
    assert wanted in found


@pytest.mark.parametrize("width", [360, 1200])
def test_no_word_of_a_table_is_broken(browser: Any, place: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(place.as_uri())
    # A word that is broken lies in more than one rectangle.
    broken = page.evaluate(
        """[...document.querySelectorAll('th, td')].map(each => each.firstChild)
           .filter(text => text && /^\\w{1,24}$/.test(text.data))
           .filter(text => {
             const range = document.createRange();
             range.selectNodeContents(text);
             return range.getClientRects().length > 1;
           }).map(text => text.data)"""
    )
    page.close()
    assert broken == []


def test_texts_of_the_two_graphs_lie_in_their_boxes(browser: Any, place: Path) -> None:
    page = browser.new_page()
    page.goto(place.as_uri())
    beyond = page.evaluate(
        """[...document.querySelectorAll('.rightfit-graph .node')].flatMap(node => {
             const right = node.querySelector('polygon, path').getBBox();
             return [...node.querySelectorAll('text')]
               .filter(text => text.getBBox().x + text.getBBox().width > right.x + right.width + 1)
               .map(text => text.textContent);
           })"""
    )
    page.close()
    assert beyond == []
