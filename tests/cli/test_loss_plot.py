import io
import itertools
import math
from typing import Any

import pytest
from rich.console import Console

from rightfit.cli.loss_plot import LossPlot, loss_plot, print_loss_plot
from tests.cli.conftest import TINY, Type


def epochs(n: int = 60, member: int = 0, held_out: bool = True) -> list[dict[str, Any]]:
    """Losses that fall, and a validation loss that rises again after epoch 25."""
    return [
        {
            "member": member,
            "epoch": epoch,
            "train_loss": 2 * math.exp(-epoch / 12) + 0.05,
            "validation_loss": 2 * math.exp(-epoch / 10) + 0.2 + 0.006 * max(0, epoch - 25)
            if held_out
            else None,
        }
        for epoch in range(1, n + 1)
    ]


def epoch_of(epoch: int, training: float, validation: float | None = None) -> dict[str, Any]:
    return {
        "member": 0,
        "epoch": epoch,
        "train_loss": training,
        "validation_loss": validation,
    }


def plot_of(*arguments: Any) -> LossPlot:
    made = loss_plot(*arguments)
    assert made is not None
    return made


def printed(plot: LossPlot | None, encoding: str = "utf-8", **options: Any) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    options = {"force_terminal": True, "width": 80, "color_system": None, **options}
    print_loss_plot(Console(file=file, legacy_windows=False, **options), plot)
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.fixture(autouse=True)
def terminal_with_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_plot_in_ascii_whole() -> None:
    lines = plot_of(epochs(), [], 25).drawn(60, is_ascii=True).plain.splitlines()
    assert [line.rstrip() for line in lines] == [
        "Loss by epoch (log axis)",
        "  2.01 +***                  :",
        "       |   *****             :",
        "       |        ******       :",
        "       |             .********                    **********",
        " 0.279 +                   ...********************",
        "       |                     :   ........",
        "       |                     :           .........",
        "0.0635 +                     :                    ..........",
        "       +---------------------^------------------------------",
        "        1                    ^ kept: epoch 25             60",
        "*** validation  ... training",
    ]


@pytest.mark.parametrize("columns", [40, 47, 60])
@pytest.mark.parametrize("kept", [1, 30, 59, 60, 61])
@pytest.mark.parametrize("is_ascii", [False, True])
def test_plot_is_as_wide_as_there_is_room(columns: int, kept: int, is_ascii: bool) -> None:
    members = [{"member": 987, "weight": 1.0}]
    text = plot_of(epochs(60, 987), members, kept).drawn(columns, is_ascii=is_ascii).plain
    lines = text.splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) == columns
    assert f"kept: epoch {kept}" in text
    assert lines[0] == "Loss of member 987 by epoch (log axis)"


def test_plot_of_very_many_epochs_has_room_for_their_numbers() -> None:
    history = [epoch_of(n * 1_000_000, 1.5e-9 * n) for n in range(1, 5)]
    lines = plot_of(history, [], 4_000_000).drawn(40).plain.splitlines()
    assert max(map(len, lines)) == 40
    assert lines[-2].split() == ["▲", "kept:", "epoch", "4000000", "4000000"]


def test_curves_differ_without_colour() -> None:
    """A solid and a dotted line: beside each other, half of the dots of the latter are missing."""
    rows = [epoch_of(n, 1.0, 2.0) for n in range(1, 61)]
    lines = plot_of(rows, [], 60).drawn(60).plain.splitlines()
    assert set(lines[1].split("┤")[1][:-1]) == {"⠉"}
    assert set(lines[8].split("┤")[1][:-1]) == {"⡀"}
    assert lines[-1] == "⠒⠒⠒ validation  ⠐⠐⠐ training"


def test_axis_is_logarithmic_only_for_a_long_fall() -> None:
    short = [epoch_of(n, 1 - n / 10) for n in range(1, 6)]
    assert plot_of(short, [], 5).drawn(60).plain.startswith("Loss by epoch\n")
    negative = [{**row, "train_loss": row["train_loss"] - 0.5} for row in short]
    assert plot_of(negative, [], 5).drawn(60).plain.startswith("Loss by epoch\n")
    assert "(log axis)" in plot_of(epochs(), [], 5).drawn(60).plain


def test_heaviest_member_is_shown() -> None:
    history = [*epochs(60, 0), *epochs(30, 1), *epochs(40, 2)]
    weights = {0: 0.0, 1: 0.5, 2: 0.5}
    members = [{"member": number, "weight": weight} for number, weight in weights.items()]
    text = plot_of(history, members, 20).drawn(60).plain
    assert text.startswith("Loss of member 1 by epoch")
    assert " 30\n" in text


def test_losses_that_are_not_finite_and_epochs_that_were_repeated_are_left_out() -> None:
    history = epochs(10)
    history[4]["train_loss"] = history[4]["validation_loss"] = math.nan
    again = [{**row, "train_loss": 0.5} for row in history[5:8]]
    plot = plot_of([*history, *again], [], 9)
    assert [epoch for epoch, _ in plot.curves["training"]] == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert dict(plot.curves["training"])[7] == 0.5


def test_plot_without_validation_rows_has_one_curve() -> None:
    lines = plot_of(epochs(held_out=False), [], 60).drawn(60).plain.splitlines()
    assert lines[-1] == "⠐⠐⠐ training"


def test_loss_that_stays_is_drawn_in_the_middle() -> None:
    rows = [epoch_of(n, 0.5) for n in (1, 2, 3)]
    lines = plot_of(rows, [], 3).drawn(60).plain.splitlines()
    assert lines[5].startswith("0.5 ┤⠁")


def test_plot_is_left_out_for_fewer_than_three_epochs() -> None:
    assert loss_plot(epochs(2), [], 2) is None
    assert loss_plot([], [], 0) is None
    assert loss_plot(epochs(3), [], 2) is not None
    assert printed(None) == ""


def test_plot_is_left_out_where_nobody_looks_or_there_is_no_room() -> None:
    plot = loss_plot(epochs(), [], 25)
    assert printed(plot, width=39) == ""
    assert printed(plot, force_terminal=False) == ""
    assert max(map(len, printed(plot, width=40).splitlines())) == 40
    assert max(map(len, printed(plot, width=200).splitlines())) == 60


@pytest.mark.parametrize(
    ("encoding", "terminal", "drawn"),
    [
        ("utf-8", "xterm", "⠒⠒⠒ validation"),
        ("utf-8", "linux", "*** validation"),
        ("ascii", "xterm", "*** validation"),
        ("latin-1", "xterm", "*** validation"),
        ("cp437", "xterm", "*** validation"),
    ],
)
def test_plot_is_ascii_where_braille_is_unknown(
    encoding: str, terminal: str, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", terminal)
    text = printed(loss_plot(epochs(), [], 25), encoding)
    assert drawn in text
    assert text.isascii() == drawn.startswith("*")


def test_plot_has_colours_unless_they_are_not_wanted() -> None:
    plot = loss_plot(epochs(), [], 25)
    coloured = printed(plot, color_system="standard")
    assert "\x1b[36m" in coloured
    assert "\x1b[33m" in coloured
    assert "\x1b" not in printed(plot, color_system="standard", no_color=True)


def test_train_shows_the_plot_on_a_terminal_only_and_not_with_json(
    table: object, rightfit: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count()

    def train(*more: str) -> str:
        out = f"{next(numbers)}.model"
        answer = rightfit("train", "houses.csv", "--target", "use", "--out", out, *TINY, *more)
        assert answer.code == 0
        return answer.out + answer.err

    assert "kept: epoch" not in train()
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "kept: epoch" in train()
    assert "kept: epoch" not in train("--json")
    assert "kept: epoch" not in train("--max-epochs", "2")
