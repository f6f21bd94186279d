"""The page on paper: nothing of tables and graphs is cut off."""

from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import Reported

pytestmark = pytest.mark.slow
# What A4 leaves between margins of 18 mm, in CSS pixels.
PAPER = {"width": 657, "height": 986}
FITS = """() => {
  const box = document.querySelector('.graphs .wide');
  const drawing = box.querySelector('svg').getBoundingClientRect();
  return [getComputedStyle(box).overflowX, box.scrollWidth, drawing.right, drawing.height];
}"""


def test_two_graphs_fit_the_paper(browser: Any, classifier: Reported, tmp_path: Path) -> None:
    classifier.report.save(tmp_path / "report.html")
    page = browser.new_page(viewport=PAPER)
    page.emulate_media(media="print")
    page.goto((tmp_path / "report.html").as_uri())
    overflow, content, right, height = page.evaluate(FITS)
    page.close()
    assert overflow == "visible"
    assert content <= PAPER["width"]
    assert right <= PAPER["width"]
    assert height < PAPER["height"]


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_tables_fit_the_paper(
    browser: Any, request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    request.getfixturevalue(name).report.save(tmp_path / "report.html")
    page = browser.new_page(viewport=PAPER)
    page.emulate_media(media="print")
    page.goto((tmp_path / "report.html").as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= PAPER["width"]
