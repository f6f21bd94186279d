"""What people look at is whole: a browser loads nothing from elsewhere."""

import io
import re
import runpy

import pytest

from tests.conftest import REPOSITORY

SHOWN = [
    path
    for folder in ("docs/assets", "docs/pictures", "src/rightfit")
    for path in sorted((REPOSITORY / folder).rglob("*"))
    if path.is_file() and path.suffix not in (".pyc", ".png")
]
# What a browser follows by itself; it goes to a link only if somebody clicks.
_LOADED = re.compile(
    r"""(?:url\(|@import|\bimport\(?|\bfrom|\bfetch\(|\bEventSource\(|\bWorker\(|"""
    r"""\b(?:src|srcset|href|poster|data)\s*=)\s*["'`]?\s*(?:https?:)?//""",
    re.IGNORECASE,
)
_LINK = re.compile(r"<a\b[^>]*>", re.IGNORECASE)


def loaded_from_elsewhere(text: str) -> list[str]:
    """Find what a browser would load from another machine."""
    text = _LINK.sub("", text)
    return [text[found.start() : found.end() + 40] for found in _LOADED.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [
        '@font-face { src: local("Fira"), url("https://elsewhere.org/a.woff2") }',
        "@import 'https://elsewhere.org/a.css';",
        '<script src="//elsewhere.org/a.js"></script>',
        '<link rel="stylesheet" href="http://elsewhere.org/a.css">',
        '<image xlink:href="https://elsewhere.org/a.png"/>',
        'import x from "https://elsewhere.org/x.js"',
        "fetch(`https://elsewhere.org/x`)",
    ],
)
def test_what_would_be_loaded_is_found(text: str) -> None:
    assert loaded_from_elsewhere(text)


def test_links_and_namespaces_load_nothing() -> None:
    text = '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://elsewhere.org">there</a></svg>'
    assert not loaded_from_elsewhere(text)


def test_nothing_that_is_shown_loads_from_elsewhere() -> None:
    assert {"train.svg", "page.html"} <= {path.name for path in SHOWN}
    found = {
        path.relative_to(REPOSITORY).as_posix(): there
        for path in SHOWN
        if (there := loaded_from_elsewhere(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_pictures_of_the_terminal_are_made_without_web_fonts() -> None:
    pytest.importorskip("playwright")
    rich = pytest.importorskip("rich.console")
    script = runpy.run_path(str(REPOSITORY / "docs" / "make_pictures.py"))
    console = rich.Console(record=True, width=40, file=io.StringIO())
    console.print("any text")
    made = console.export_svg(title="rightfit", unique_id="rightfit")
    assert loaded_from_elsewhere(made)
    without = script["without_web_fonts"](made)
    assert not loaded_from_elsewhere(without)
    assert "any" in without
    assert "monospace" in without


def test_picture_of_the_terminal_says_what_people_type() -> None:
    text = (REPOSITORY / "docs" / "pictures" / "train.svg").read_text(encoding="utf-8")
    assert ">rightfit&#160;predict" in text
    assert "/rightfit&#160;" not in text
