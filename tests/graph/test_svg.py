import shutil
from xml.etree import ElementTree

import pytest

from rightfit.errors import RightFitError
from rightfit.graph import draw
from rightfit.graph.svg import to_svg
from tests.graph.programs import flat, traced

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture() -> ElementTree.Element:
    dot = draw(traced(), arguments=flat()).dot
    return ElementTree.fromstring(to_svg(dot, title="The graphs", description="a & b"))


def test_a_screen_reader_gets_a_role_a_title_and_a_description(
    picture: ElementTree.Element,
) -> None:
    assert picture.tag == f"{SVG}svg"
    assert picture.attrib["role"] == "img"
    assert [picture[0].tag, picture[0].text] == [f"{SVG}title", "The graphs"]
    assert [picture[1].tag, picture[1].text] == [f"{SVG}desc", "a & b"]


def test_colours_are_those_of_the_page(picture: ElementTree.Element) -> None:
    for element in picture.iter():
        assert {"fill", "stroke", "style", "id"}.isdisjoint(element.attrib)
    style = picture[2].text
    assert style is not None
    assert "currentColor" in style
    assert "var(--graph-backward," in style


def test_nodes_and_arrows_have_classes(picture: ElementTree.Element) -> None:
    classes = [element.attrib.get("class", "") for element in picture]
    for name, number in [
        ("node input", 1),
        ("node forward", 5),
        ("node backward", 5),
        ("edge value", 5),
        ("edge slope", 4),
        ("edge stored", 4),
    ]:
        assert classes.count(name) == number


def test_backward_nodes_lie_under_their_forward_nodes(picture: ElementTree.Element) -> None:
    def box(element: ElementTree.Element) -> tuple[float, float]:
        points = [
            tuple(map(float, point.split(",")))
            for polygon in element.iter(f"{SVG}polygon")
            for point in polygon.attrib["points"].split()
        ]
        xs, ys = zip(*points, strict=True)
        return (min(xs) + max(xs)) / 2, sum(ys) / len(ys)

    forward, backward = (
        [box(element) for element in picture if element.attrib.get("class") == f"node {name}"]
        for name in ("forward", "backward")
    )
    for (x, y), (under_x, under_y) in zip(forward, backward, strict=True):
        assert x == pytest.approx(under_x, abs=2)
        assert under_y > y


def test_nobody_needs_the_package_before_something_is_laid_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(
        RightFitError, match=r"not installed\.\nhint: pip install 'rightfit\[graph]'"
    ):
        to_svg("digraph {}", title="", description="")
