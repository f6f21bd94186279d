"""The colours: whatever is drawn or written stands out from what it stands on, in every theme."""

import re
from itertools import combinations
from pathlib import Path

import pytest

import rightfit

STYLE = Path(rightfit.__file__).parent / "report" / "templates" / "style.css"
THEMES = ("light", "dark", "print")
DRAWN = ("one", "two", "three", "four", "good", "bad")
WRITTEN = ("ink", "quiet", "one")


def themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(), re.DOTALL)
    found = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks]
    return dict(zip(THEMES, found, strict=True))


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(colour: str, paper: str, alpha: float) -> str:
    mixed = zip(channels(colour), channels(paper), strict=True)
    return "#" + "".join(f"{round(255 * (alpha * c + (1 - alpha) * p)):02x}" for c, p in mixed)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_has_a_contrast_of_three(theme: str, name: str) -> None:
    colours = themes()[theme]
    # Points lie half over each other, so they let some of the paper through.
    drawn = over(colours[name], colours["paper"], 0.8)
    assert contrast(drawn, colours["paper"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_what_is_written_has_a_contrast_of_four_and_a_half(
    theme: str, name: str, ground: str
) -> None:
    colours = themes()[theme]
    assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_every_colour(theme: str) -> None:
    assert set(themes()[theme]) == set(themes()["light"])


@pytest.mark.parametrize("theme", THEMES)
def test_series_differ(theme: str) -> None:
    colours = [themes()[theme][name] for name in ("one", "two", "three", "four")]
    for one, other in combinations(colours, 2):
        apart = sum((a - b) ** 2 for a, b in zip(channels(one), channels(other), strict=True))
        assert apart**0.5 > 0.25
