"""The page in a real browser."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rightfit.web.drawings import Drawing, Sheet
from tests.conftest import Axe
from tests.web.conftest import Open, csv_of, wait_until

pytestmark = pytest.mark.slow

SMALL = "hidden_sizes=3&n_rows=60"


def epoch_of(page: Any) -> int:
    return int(page.evaluate("playground.page.frame?.epoch ?? 0"))


def has_epochs(page: Any, n_epochs: int) -> bool:
    return epoch_of(page) == n_epochs


def losses_of(page: Any) -> list[float]:
    return list(page.evaluate("playground.page.records.map((record) => record[1])"))


def picture_of(page: Any, name: str = "surface") -> str:
    return str(page.evaluate(f"document.getElementById('{name}').toDataURL()"))


def test_surface_changes_and_loss_falls_while_it_plays(opened: Open) -> None:
    page = opened("n_rows=100&learning_rate=0.03&speed=fastest")
    before = picture_of(page)
    page.click("#play")
    wait_until(lambda: epoch_of(page) > 60)
    page.click("#play")
    losses = losses_of(page)
    assert losses[-1] < 0.7 * losses[0]
    assert picture_of(page) != before


def test_page_works_with_the_keyboard_alone(opened: Open) -> None:
    page = opened(SMALL)
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.id || document.activeElement.dataset.place"
            " || document.activeElement.dataset.set || document.activeElement.name"
        )
        reached.add(name)
        if name == "epoch":
            page.keyboard.press("Enter")
        if name == "1-1":
            page.keyboard.press("Space")
            break
    assert {"restart", "play", "step", "epoch", "speed", "open-tour", "circle", "0-0"} <= reached
    assert {"activation", "learning_rate", "dropout_rate", "more-layers"} <= reached
    wait_until(lambda: epoch_of(page) == 1)
    assert page.text_content("#unit-title") == "Unit 2 of layer 1"
    assert "relu" in page.text_content("#equation")


def test_sets_are_chosen_with_arrow_keys(opened: Open) -> None:
    page = opened(SMALL)
    page.focus('[data-set="circle"]')
    page.keyboard.press("ArrowRight")
    wait_until(lambda: page.evaluate("playground.page.settings.data") == "xor")
    assert page.get_attribute('[data-set="xor"]', "aria-checked") == "true"


def test_weight_is_set_by_hand(opened: Open) -> None:
    page = opened(SMALL + "&unit=1-0")
    page.fill("#unit-weights input >> nth=0", "2.5")
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("playground.page.frame.weights[0]") == 2.5)
    assert "2.5" in page.text_content("#equation")


def test_layers_and_units_are_changed(opened: Open) -> None:
    page = opened(SMALL)
    page.click("#more-layers")
    wait_until(lambda: page.locator('[data-place^="2-"]').count() == 3)
    page.click('[data-place="less-1"]')
    wait_until(lambda: page.evaluate("playground.page.lesson.hidden_sizes") == [2, 3])
    assert "hidden_sizes=2,3" in page.url


def test_same_link_gives_the_same_curve(opened: Open) -> None:
    curves = []
    for _ in range(2):
        page = opened(SMALL + "&data=blobs&dropout_rate=0.2&seed=5")
        page.click("#epoch")
        page.click("#epoch")
        wait_until(partial(has_epochs, page, 2))
        curves.append(losses_of(page))
    assert curves[0] == curves[1]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("learning_rate=abc", "Got 'abc' instead."),
        ("learning_rate=", "Got '' instead."),
        ("hidden_sizes=3,x", "Got '3,x' instead."),
        ("noise=7", "Got 7 instead."),
        ("foo=3", "There is no setting 'foo'."),
    ],
)
def test_wrong_address_is_said_and_a_picture_is_shown(opened: Open, state: str, said: str) -> None:
    page = opened("data=xor&" + state)
    wait_until(lambda: page.is_visible("#problem"))
    assert said in page.text_content("#problem-what")
    assert page.evaluate("playground.page.settings.learning_rate") == 0.01
    assert page.evaluate("playground.page.settings.noise") == 0.1
    assert page.evaluate("playground.page.lesson.hidden_sizes") == [4, 2]
    assert page.url.endswith("#data=xor")
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)


def test_gradient_flow_is_live_from_the_beginning(opened: Open) -> None:
    page = opened(SMALL + "&speed=fastest")
    page.wait_for_selector("#flow-figure", timeout=5000)
    before = picture_of(page, "flow")
    page.click("#play")
    wait_until(lambda: epoch_of(page) > 20)
    wait_until(lambda: page.evaluate("playground.page.batch.epoch") > 20)
    assert picture_of(page, "flow") != before


def test_controls_are_hidden_by_link(opened: Open) -> None:
    page = opened(SMALL + "&hide=data,learning_rate,layers")
    assert not page.is_visible("#sets")
    assert not page.is_visible('[name="learning_rate"]')
    assert page.is_visible('[name="activation"]')


def test_what_a_link_hides_is_called_as_on_the_page(opened: Open) -> None:
    page = opened(SMALL)
    page.click("#open-link")
    names = [name.strip() for name in page.locator("#hide label").all_text_contents()]
    assert {"Kept for validation", "Early stopping", "Your own table", "L2"} <= set(names)
    assert len(set(names)) == len(names)
    assert not any("_" in name or name[0].islower() for name in names)


def test_lines_are_explained_as_they_are_drawn(opened: Open) -> None:
    page = opened(SMALL)
    assert page.is_visible("#lines-weights")
    page.click("#phase-backward")
    assert not page.is_visible("#lines-weights")
    assert page.is_visible("#lines-slopes")
    page.click("#phase-leave")
    assert page.is_visible("#lines-weights")


def test_tour_is_walked(opened: Open) -> None:
    page = opened(SMALL)
    page.click("#open-tour")
    pictures = set()
    for stop in range(1, 9):
        assert page.text_content("#tour-title").startswith(f"{stop}. ")
        assert page.text_content("#tour-watch")
        wait_until(
            lambda: page.evaluate("playground.page.frame?.number === playground.page.lesson.number")
        )
        if stop == 4:
            wait_until(lambda: page.evaluate("Boolean(playground.page.batch)"))
            page.click("#phase-forward")
            page.click("#phase-update")
            wait_until(lambda: page.evaluate("playground.page.frame.batch") == 1)
        else:
            wait_until(lambda: page.evaluate("playground.page.frame.batch") + epoch_of(page) > 0)
        # Each stop shows a network of its own, as soon as it is drawn.
        wait_until(lambda: picture_of(page, "network-canvas") not in pictures)
        pictures.add(picture_of(page, "network-canvas"))
        page.click("#tour-next")
    assert not page.is_visible("#tour")
    assert len(pictures) == 8


def test_own_table_is_a_trained_network_in_three_clicks(opened: Open, tmp_path: Path) -> None:
    page = opened(SMALL + "&speed=fastest")
    page.set_input_files("#file", csv_of(tmp_path))
    wait_until(lambda: page.evaluate("playground.page.lesson?.classes?.[0]") == "home")
    assert "80 rows" in page.text_content("#own-columns")
    page.click("#play")
    wait_until(lambda: epoch_of(page) > 20)
    page.select_option('[name="x"]', "size")
    wait_until(lambda: page.evaluate("playground.page.lesson.axes") == ["size", "age"])


def test_table_of_the_command_line_is_shown_at_once(opened: Open) -> None:
    page = opened()
    wait_until(lambda: page.evaluate("playground.page.settings.data") == "own")
    assert "houses.csv" in page.text_content("#own-columns")


def test_broken_table_gets_a_message_in_the_page(
    browser: Any, address: str, tmp_path: Path
) -> None:
    # A refused request is an error on the console, so no fixture watches it here.
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(address + "#" + SMALL)
    page.wait_for_function("window.playground?.frames.count > 0")
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1\n2,3,4\n")
    page.set_input_files("#file", broken)
    wait_until(lambda: page.is_visible("#problem"))
    assert "broken.csv" in page.text_content("#problem-what")
    page.context.close()


def test_diverged_run_says_so_and_what_to_do(opened: Open) -> None:
    state = "data=plane&activation=identity&optimizer=sgd&learning_rate=1e9&hidden_sizes=4,4"
    page = opened(state + "&speed=fastest")
    page.click("#play")
    wait_until(lambda: page.is_visible("#problem"))
    assert "diverged" in page.text_content("#problem-what")
    page.click("#problem-fix")
    wait_until(lambda: page.evaluate("playground.page.settings.learning_rate") == 1e8)


def test_early_stopping_shows_the_kept_epoch(opened: Open) -> None:
    page = opened(
        "noise=1&hidden_sizes=8&n_rows=60&learning_rate=0.1&patience_epochs=2&speed=fastest"
    )
    page.click("#play")
    wait_until(lambda: page.evaluate("playground.page.frame.stopped"))
    wait_until(lambda: "Stopped early" in page.text_content("#status"))
    before = picture_of(page)
    page.check("#show-kept")
    wait_until(lambda: page.evaluate("playground.page.frame.kept"))
    assert picture_of(page) != before


def test_pack_is_dragged_along(opened: Open) -> None:
    page = opened(SMALL + "&path=l2")
    assert page.locator("#strip button").count() == 8
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)
    page.fill("#drag", "7")
    wait_until(lambda: page.evaluate("playground.page.frame.member") == 7)
    assert page.get_attribute("#strip button >> nth=7", "aria-pressed") == "true"


def test_code_is_shown(opened: Open) -> None:
    page = opened(SMALL)
    page.click("#open-code")
    page.wait_for_selector("#code-dialog[open]")
    assert "make_points('circle', n_rows=60" in page.text_content("#python")
    assert page.text_content("#command").startswith("rightfit train circle.csv")


PLAIN_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="3" fill="currentColor"/></svg>'


@pytest.fixture
def plain_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing that takes no time."""
    drawing = Drawing(PLAIN_SVG, Sheet("Parts", ("part", "size"), (("circle", "3"),)))
    drawings = {"The two graphs": lambda lesson, member: drawing}
    for module in ("drawings", "commands"):
        monkeypatch.setattr(f"rightfit.web.{module}.DRAWINGS", drawings)


@pytest.mark.usefixtures("plain_drawing")
def test_drawing_made_elsewhere_is_shown_with_its_data(opened: Open) -> None:
    page = opened(SMALL)
    page.click("#drawings button")
    page.wait_for_selector('#drawings svg[aria-label="The two graphs"]')
    assert "after 0 epochs, over mini-batch 1 of 3 " in page.text_content("#drawing-about")
    page.click("#drawings summary")
    assert page.locator("#drawings details tbody tr").all_text_contents() == ["circle3"]


@pytest.mark.usefixtures("plain_drawing")
@pytest.mark.parametrize(
    "change",
    ["#more-layers", '[data-place="more-1"]', '[data-set="xor"]', "#restart"],
)
def test_drawing_of_a_network_that_is_gone_goes_too(opened: Open, change: str) -> None:
    page = opened(SMALL)
    page.click("#drawings button")
    page.wait_for_selector("#drawings figure")
    page.click(change)
    page.wait_for_selector("#drawings figure", state="detached")
    page.click("#drawings button")
    page.wait_for_selector("#drawings figure")


@pytest.mark.usefixtures("plain_drawing")
@pytest.mark.parametrize("change", ["#step", "#epoch", "l2", "weight"])
def test_drawing_says_when_the_network_has_changed(opened: Open, change: str) -> None:
    page = opened(SMALL + "&unit=1-0")
    page.click("#drawings button")
    page.wait_for_selector("#drawings figure")
    assert not page.is_visible("#drawing-old")
    if change == "l2":
        page.select_option('[name="l2"]', "0.1")
    elif change == "weight":
        page.fill("#unit-weights input >> nth=0", "2.5")
        page.keyboard.press("Enter")
    else:
        page.click(change)
    page.wait_for_selector("#drawing-old")
    assert page.text_content("#drawing-old") == "The network has changed since: draw it again."
    page.click("#drawings button")
    page.wait_for_selector("#drawing-old", state="hidden")


@pytest.mark.usefixtures("plain_drawing")
def test_drawing_says_which_member_of_a_pack_it_is_of(opened: Open) -> None:
    page = opened(SMALL + "&path=l2")
    page.click("#strip button >> nth=4")
    wait_until(lambda: page.evaluate("playground.page.frame.member") == 4)
    page.click("#drawings button")
    page.wait_for_selector("#drawings figure")
    assert page.text_content("#drawing-about").endswith("of the network with L2 0.01.")
    page.click("#strip button >> nth=5")
    page.wait_for_selector("#drawing-old")
    assert "Another network of the pack" in page.text_content("#drawing-old")


def test_two_graphs_stand_beside_their_gradient_check(opened: Open, axe: Axe) -> None:
    page = opened(SMALL)
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)
    page.click("#drawings button")
    page.wait_for_selector("#drawings figure")
    said = page.text_content("#drawings .said")
    assert said.startswith("The gradient check: the largest relative error is ")
    rows = page.locator("#drawings .sheet tbody tr").all_text_contents()
    assert [row.partition(".weight")[0] for row in rows[::2]] == ["layers.0", "layers.1"]
    page.click("#drawings summary")
    assert page.locator("#drawings details tbody tr").count() >= 4
    assert axe(page) == []


def test_every_figure_has_its_data_as_a_table(opened: Open) -> None:
    page = opened(SMALL + "&path=l2")
    page.click("#epoch")
    wait_until(lambda: epoch_of(page) == 1)
    page.wait_for_selector("#flow-figure")
    names = page.eval_on_selector_all("details.data", "all => all.map(d => d.dataset.table)")
    assert set(names) == {"network", "flow", "pack", "surface", "points", "curve"}
    for name in names:
        page.click(f'[data-table="{name}"] summary')
        page.wait_for_selector(f'[data-table="{name}"] table')
        assert page.locator(f'[data-table="{name}"] tbody tr').count() > 0
        assert page.locator(f'[data-table="{name}"] tbody :empty').count() == 0
    for canvas in page.query_selector_all("figure canvas"):
        assert canvas.get_attribute("aria-labelledby")
        assert canvas.get_attribute("aria-describedby")


@pytest.mark.parametrize(
    ("state", "n_shown", "target"), [("", 60, "AB"), ("&data=hills&n_rows=200", 120, None)]
)
def test_points_are_told_as_a_table(
    opened: Open, state: str, n_shown: int, target: str | None
) -> None:
    page = opened(SMALL + state)
    page.wait_for_selector("#flow-figure")
    page.click('[data-table="points"] summary')
    page.wait_for_selector('[data-table="points"] table')
    told = page.eval_on_selector_all(
        '[data-table="points"] tbody tr',
        "rows => rows.map(r => [...r.cells].map(c => c.innerText))",
    )
    lesson, batch = page.evaluate("[playground.page.lesson, playground.page.batch.rows]")
    assert len(told) == n_shown
    for number, x, _, y, use, chosen in told:
        point = lesson["points"][int(number) - 1]
        assert float(x.replace("−", "-")) == pytest.approx(point[0], rel=5e-3)
        assert (use == "validation") == bool(point[3])
        assert (chosen == "yes") == (int(number) - 1 in batch)
        if target:
            assert y == target[point[2]]
    assert [chosen for *_, chosen in told][: len(batch)] == ["yes"] * len(batch)


# The themes differ in their colours alone.
@pytest.mark.parametrize(("theme", "rules"), [("light", []), ("dark", ["color-contrast"])])
def test_axe_finds_nothing(opened: Open, axe: Axe, theme: str, rules: list[str]) -> None:
    page = opened(SMALL + "&unit=1-0", color_scheme=theme, reduced_motion="reduce")
    for stop in range(9):
        if stop:
            page.click("#open-tour" if stop == 1 else "#tour-next")
            wait_until(lambda: page.evaluate("playground.page.frame?.epoch >= 0"))
            page.click("#play") if page.get_attribute("#play", "aria-pressed") == "true" else None
        assert axe(page, *rules) == [], f"stop {stop}"
