"""What is drawn on the surface, in the network and on paper, and how it is read out."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.web.conftest import Open, wait_until
from tests.web.test_page import SMALL, epoch_of, has_epochs

pytestmark = pytest.mark.slow

SIDE = 64
# Every stroke and filling from now on: canvas, colour, alpha; and every word.
SPY = """() => {
  window.drawn = []; window.written = [];
  const { prototype } = CanvasRenderingContext2D;
  for (const [name, style] of [["stroke", "strokeStyle"], ["fill", "fillStyle"]]) {
    const before = prototype[name];
    prototype[name] = function (...rest) {
      window.drawn.push([this.canvas.id, String(this[style]), this.globalAlpha]);
      return before.apply(this, rest);
    };
  }
  const write = prototype.fillText;
  prototype.fillText = function (text, ...rest) {
    window.written.push([this.canvas.id, text]);
    return write.call(this, text, ...rest);
  };
}"""


def lines_of(page: Any, function: str, values: np.ndarray, *rest: Any) -> np.ndarray:
    script = f"async all => (await import('./contours.js')).{function}(...all)"
    return np.array(page.evaluate(script, [values.ravel().tolist(), SIDE, *rest]))


def test_line_of_a_level_lies_where_the_level_is_passed(opened: Open) -> None:
    page = opened(SMALL)
    row, column = np.mgrid[:SIDE, :SIDE]
    slope = lines_of(page, "levelLines", 4 * column, [127.5])
    assert len(slope) == SIDE - 1
    np.testing.assert_allclose(slope[:, [0, 2]], 127.5 / 4)
    bowl = np.minimum(255, np.round((row - 31.5) ** 2 + (column - 31.5) ** 2))
    ring = lines_of(page, "levelLines", bowl, [127.5]).reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*(ring - 31.5).T), 127.5**0.5, atol=0.2)
    # Closed: every end is the end of two lines.
    assert np.unique(ring.round(6), axis=0, return_counts=True)[1].tolist() == [2] * (
        len(ring) // 2
    )
    assert len(lines_of(page, "levelLines", np.full((SIDE, SIDE), 7), [127.5])) == 0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(100, 255, [0.82, 0.0, 1.0, 0.18]), (0, 200, [0.0, 0.36, 0.36, 0.0])],
)
def test_middle_of_a_saddle_says_which_corners_are_joined(
    opened: Open, low: int, high: int, expected: list[float]
) -> None:
    page = opened(SMALL)
    values = np.full((SIDE, SIDE), low)
    values[0, 0] = values[1, 1] = high
    first = [line for line in lines_of(page, "levelLines", values, [127.5]) if max(line) <= 1]
    assert len(first) == 2
    np.testing.assert_allclose(first[0], expected, atol=0.01)


def test_borders_lie_between_classes(opened: Open) -> None:
    page = opened(SMALL)
    row, column = np.mgrid[:SIDE, :SIDE]
    quarters = (row >= 20) + 2 * (column >= 40)
    lines = lines_of(page, "classBorders", quarters)
    assert len(lines) == 2 * (SIDE - 2) + 4
    assert all((x == 39.5) or (y == 19.5) for x, y in lines.reshape(-1, 2))


@pytest.mark.parametrize("data", ["circle", "blobs", "hills"])
def test_surface_has_lines_beside_its_colours(opened: Open, data: str) -> None:
    page = opened(f"n_rows=60&data={data}")
    page.evaluate(SPY)
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
    assert ["surface", ink.strip(), 1] in page.evaluate("drawn")
    assert "line" in page.text_content("#legend")


def test_nothing_is_drawn_too_faint(opened: Open) -> None:
    page = opened(SMALL + "&unit=1-0")
    page.fill("#unit-weights input >> nth=0", "0")
    page.keyboard.press("Enter")
    page.evaluate(SPY)
    page.click("#phase-backward")
    wait_until(lambda: page.evaluate("drawn.length") > 60)
    page.click("#phase-forward")
    wait_until(lambda: page.evaluate("drawn.length") > 120)
    assert min(alpha for _, _, alpha in page.evaluate("drawn")) >= 0.6


def test_losses_have_axes_with_names_and_numbers(opened: Open) -> None:
    page = opened(SMALL)
    page.evaluate(SPY)
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)
    wait_until(lambda: ["curve", "epoch"] in page.evaluate("written"))
    words = [text for canvas, text in page.evaluate("written") if canvas == "curve"]
    assert {"loss", "epoch", "0", "2", "10"} <= set(words)
    assert [word for word in words if word.startswith("0.")]


def train(page: Any, n_epochs: int) -> None:
    for epoch in range(n_epochs):
        page.click("#epoch")
        wait_until(partial(has_epochs, page, epoch + 1))


def test_losses_are_read_out_by_mouse_and_keys(opened: Open) -> None:
    page = opened(SMALL)
    train(page, 3)
    box = page.locator("#curve").bounding_box()
    page.mouse.move(box["x"] + 46, box["y"] + 40)
    assert page.text_content("#curve-readout").startswith("epoch 1: training ")
    page.mouse.move(5, 5)
    assert page.text_content("#curve-readout") == ""
    page.focus('[data-table="surface"] summary')
    while page.evaluate("document.activeElement.id") != "curve":
        page.keyboard.press("Tab")
    said = [page.text_content("#curve-readout")]
    for key in ("ArrowLeft", "Home", "ArrowLeft", "ArrowRight", "End", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        said.append(page.text_content("#curve-readout"))
    assert [int(text.split(":")[0].removeprefix("epoch ")) for text in said] == [
        3,
        2,
        1,
        1,
        2,
        3,
        1,
    ]
    losses = page.evaluate("playground.page.records[0]")
    assert f"training {losses[1]:.3g}, validation {losses[2]:.3g}" in said[-1]
    assert page.get_attribute("#curve-readout", "aria-live") == "polite"
    page.keyboard.press("Tab")
    assert page.text_content("#curve-readout") == ""


def test_epoch_that_is_read_out_stays_while_training_goes_on(opened: Open) -> None:
    page = opened(SMALL)
    train(page, 2)
    page.focus('[data-table="points"] summary')
    page.keyboard.press("Tab")
    assert page.text_content("#curve-readout").startswith("epoch 2: ")
    page.evaluate("document.getElementById('play').click()")
    wait_until(lambda: epoch_of(page) > 8)
    assert page.text_content("#curve-readout").startswith("epoch 2: ")


def test_predictions_are_read_out_by_mouse_and_keys(opened: Open) -> None:
    page = opened(SMALL)
    box = page.locator("#surface").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert "x1 −" in page.text_content("#surface-readout")
    page.mouse.move(5, 5)
    assert page.text_content("#surface-readout") == ""
    page.focus("#theme")
    while page.evaluate("document.activeElement.id") != "surface":
        page.keyboard.press("Tab")
    before = page.evaluate("document.getElementById('surface').toDataURL()")
    middle = page.text_content("#surface-readout")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    x, y = page.evaluate(
        "async () => (await import('./surface.js')).placeOf(33, 24).map(v => v.toPrecision(3))"
    )
    said = page.text_content("#surface-readout")
    assert said != middle
    assert said.replace("−", "-").startswith(f"x1 {float(x):g}, x2 {float(y):g}: ")
    assert page.evaluate("document.getElementById('surface').toDataURL()") != before
    assert page.get_attribute("#surface-readout", "aria-live") == "polite"


def state_of(page: Any) -> str:
    return str(page.evaluate("location.hash"))


def says(page: Any, part: str) -> bool:
    return part in state_of(page)


def test_member_kept_epoch_and_validation_points_stand_in_the_address(opened: Open) -> None:
    page = opened(SMALL + "&path=l2")
    page.click("#strip button >> nth=4")
    page.check("#show-kept")
    page.uncheck("#show-validation")
    for part in ("member=4", "kept=true", "validation=false"):
        wait_until(partial(says, page, part))
    page.reload()
    page.wait_for_function("window.playground?.frames.count > 0")
    wait_until(lambda: page.evaluate("playground.page.frame.member") == 4)
    wait_until(lambda: page.evaluate("playground.page.frame.kept"))
    assert page.is_checked("#show-kept")
    assert not page.is_checked("#show-validation")
    page.check("#show-validation")
    page.select_option("#path", "")
    wait_until(lambda: "member" not in state_of(page))
    assert "validation" not in state_of(page)
    assert "kept=true" in state_of(page)


def test_address_that_is_changed_by_hand_is_shown(opened: Open) -> None:
    page = opened(SMALL + "&tour=2&kept=true")
    page.wait_for_selector("#tour")
    page.evaluate(f"location.hash = '{SMALL}&path=l2&member=3&speed=slow'")
    wait_until(lambda: page.evaluate("playground.page.frame.member") == 3)
    assert page.input_value("#speed") == "slow"
    assert not page.is_checked("#show-kept")
    assert not page.is_visible("#tour")


def test_pack_says_that_it_has_no_single_steps(opened: Open) -> None:
    page = opened(SMALL + "&path=l2")
    for button in ("#step", "#phase-update"):
        page.wait_for_selector(f"{button}:disabled")
        assert "whole epochs" in page.get_attribute(button, "title")
    assert "there is no single step" in page.text_content("#pack-words")
    page.select_option("#path", "")
    for button in ("#step", "#phase-update"):
        page.wait_for_selector(f"{button}:enabled")
        assert "whole epochs" not in page.get_attribute(button, "title")


def test_paper_is_light_and_has_no_controls(opened: Open, tmp_path: Path) -> None:
    page = opened(SMALL, color_scheme="dark", viewport={"width": 700, "height": 1000})
    train(page, 1)
    page.evaluate(
        """addEventListener("beforeprint", () => {
             window.printed = document.documentElement.dataset.theme;
           })"""
    )
    page.pdf(path=str(tmp_path / "page.pdf"))
    assert page.evaluate("window.printed") == "light"
    assert page.get_attribute("html", "data-theme") == "dark"
    assert "Learning rate: 0.01" in page.text_content("#printed")
    page.emulate_media(media="print")
    for control in page.locator("button, select, input").all():
        assert not control.is_visible(), control.get_attribute("id")
    for shown in ("#printed", "#surface", "#curve", "#network-canvas", "#train-loss"):
        assert page.is_visible(shown), shown
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    # Nothing is squeezed.
    for canvas in ("surface", "curve", "network-canvas"):
        ratios = page.eval_on_selector(
            f"#{canvas}", "c => [c.width / c.height, c.clientWidth / c.clientHeight]"
        )
        assert ratios[0] == pytest.approx(ratios[1], rel=0.03), canvas
