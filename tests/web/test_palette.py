"""Contrast of what is drawn, read off the style sheet: at least 3:1, in both themes."""

import itertools
import re
from pathlib import Path

import pytest

from rightfit.web import guard

STATIC = Path(guard.__file__).with_name("static")
THEMES = {"light": ":root", "dark": ':root[data-theme="dark"]'}
MARKS = ("low", "high", "third", "fourth", "fifth", "sixth")
Colours = dict[str, tuple[float, float, float]]


@pytest.fixture(params=THEMES)
def colours(request: pytest.FixtureRequest) -> Colours:
    text = STATIC.joinpath("theme.css").read_text()
    found: dict[str, str] = {}
    for selector in [":root", THEMES[request.param]]:
        block = text.partition(f"{selector} {{")[2].partition("}")[0]
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    return {name: channels(value) for name, value in found.items()}


def channels(text: str) -> tuple[float, float, float]:
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("line", ["low", "high", "train", "validation", "kept", "gradient", "edge"])
def test_lines_stand_out_from_the_card(colours: Colours, line: str) -> None:
    assert contrast(colours[line], colours["card"]) >= 3


@pytest.mark.parametrize("line", ["low", "high", "gradient"])
def test_weights_stand_out_from_the_card_as_they_are_blended(colours: Colours, line: str) -> None:
    script = STATIC.joinpath("network.js").read_text()
    (alpha,) = re.findall(r"LINE_ALPHA = ([\d.]+)", script)
    share = float(alpha)
    red, green, blue = (
        share * one + (1 - share) * other
        for one, other in zip(colours[line], colours["card"], strict=True)
    )
    assert contrast((red, green, blue), colours["card"]) >= 3


def test_lines_stand_out_from_every_surface(colours: Colours) -> None:
    for ground in ["neutral", *(f"{mark}-tint" for mark in MARKS)]:
        assert contrast(colours["ink"], colours[ground]) >= 3, ground


def test_points_stand_out_from_every_surface(colours: Colours) -> None:
    grounds = ["neutral", *(f"{mark}-tint" for mark in MARKS)]
    for mark, ground in itertools.product(MARKS, grounds):
        assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def test_words_can_be_read(colours: Colours) -> None:
    for ground, ink in itertools.product(("paper", "card", "sunk"), ("ink", "quiet")):
        assert contrast(colours[ink], colours[ground]) >= 4.5
    for ink, ground in (("on-accent", "accent"), ("on-tour", "tour"), ("ink", "warn")):
        assert contrast(colours[ink], colours[ground]) >= 4.5
