"""From a Matplotlib figure to SVG that stands in a page, light or dark, and can be read aloud.

Figures are drawn in marker colours that stand for roles; in the SVG each is replaced by a CSS
variable, or by `currentColor`, so that one drawing serves every theme.
"""

import dataclasses
import io
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from html import escape
from types import MappingProxyType
from typing import Final, ParamSpec, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

P = ParamSpec("P")
R = TypeVar("R")

INK = "#010203"
QUIET = "#010204"
RULE = "#010205"
PAPER = "#010206"
ONE = "#010207"
TWO = "#010208"
THREE = "#010209"
FOUR = "#01020a"
SERIES = (ONE, TWO, THREE, FOUR)
# Colour is never the only sign.
LINE_STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")

_ROLES: Mapping[str, str] = MappingProxyType(
    {
        INK: "currentColor",
        QUIET: "var(--quiet)",
        RULE: "var(--rule)",
        PAPER: "var(--paper)",
        ONE: "var(--one)",
        TWO: "var(--two)",
        THREE: "var(--three)",
        FOUR: "var(--four)",
    }
)
_SETTINGS: Mapping[str, object] = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "rightfit",
        "font.size": 9.5,
        "text.color": INK,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "axes.facecolor": "none",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9.5,
        "axes.titlepad": 8.0,
        "axes.labelsize": 9.0,
        "axes.titlelocation": "left",
        "axes.unicode_minus": True,
        "axes.axisbelow": True,
        "text.parse_math": False,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "grid.color": RULE,
        "grid.linewidth": 0.8,
        "legend.frameon": True,
        "legend.facecolor": PAPER,
        "legend.edgecolor": "none",
        "legend.framealpha": 1.0,
        "legend.fancybox": False,
        "legend.fontsize": 8.5,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "path.simplify": True,
    }
)
_NOTHING = MappingProxyType({"Date": None, "Creator": None, "Format": None, "Type": None})
_FONT = re.compile(r"font: (?:\w+ )*?([\d.]+px) [^;\"]*;?|font-family: [^;\"]*;? ?")
# Inches; narrower figures stand side by side.
_HALF = 6.0
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Attributes:
        key: a word that is unique in the page.
        title: what is drawn.
        description: what there is to see, for whoever does not see it.
        svg: the drawing.
        header: names of the columns of its data.
        rows: the data, as text.
        caption: how to read it; may be empty.
        is_wide: whether it takes the whole width of the page.
    """

    key: str
    title: str
    description: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    is_wide: bool = True


_ONE_AT_A_TIME: Final = threading.RLock()


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Let a function draw in the report's style, whatever the program around it has set."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        # The settings are those of the whole process: of two threads the one that entered first
        # would leave the other's behind.
        with _ONE_AT_A_TIME, matplotlib.rc_context(dict(_SETTINGS)):  # type: ignore[arg-type]
            return draw(*args, **kwargs)

    return drawn


def axes_grid(
    n_rows: int, n_columns: int, width: float, height: float, **more: object
) -> tuple[Figure, list[Axes]]:
    """Make a figure with axes; sizes in inches. For functions that are `styled`."""
    figure = Figure(figsize=(width, height))
    grid = figure.subplots(n_rows, n_columns, squeeze=False, **more)  # type: ignore[call-overload]
    return figure, list(grid.flat)


def margins(
    figure: Figure,
    *,
    left: float = 0.6,
    right: float = 0.15,
    top: float = 0.3,
    bottom: float = 0.5,
    between: tuple[float, float] = (0.6, 0.65),
) -> None:
    """Set the room around and between axes, in inches."""
    width, height = figure.get_size_inches()
    shape = figure.axes[0].get_gridspec()
    n_rows, n_columns = (1, 1) if shape is None else (shape.nrows, shape.ncols)
    inner_width = (width - left - right - between[0] * (n_columns - 1)) / n_columns
    inner_height = (height - top - bottom - between[1] * (n_rows - 1)) / n_rows
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=between[0] / inner_width,
        hspace=between[1] / inner_height,
    )


def picture(
    figure: Figure,
    key: str,
    title: str,
    description: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
) -> Picture:
    """Draw a figure, and put its name, its description and its data beside it."""
    found = io.StringIO()
    FigureCanvasSVG(figure).print_svg(found, metadata=dict(_NOTHING))  # type: ignore[no-untyped-call]
    svg = _for_the_page(found.getvalue(), key, title, description)
    data = tuple(tuple(row) for row in rows)
    is_wide = bool(figure.get_figwidth() > _HALF)
    return Picture(key, title, description, svg, tuple(header), data, caption, is_wide)


def mark_kept(axes: Axes, kept: int, epochs: Sequence[int], height: float | None = None) -> None:
    """Mark the epoch whose weights were kept, and say it there.

    Args:
        axes: with epochs along the bottom.
        kept: the epoch; nothing is marked if it was not recorded.
        epochs: those that were.
        height: of the curve in that epoch, above which it is said; None for the top of the axes.
    """
    if kept not in epochs:
        return
    is_early = kept < 0.7 * epochs[-1]
    at_top = height is None
    axes.axvline(kept, color=QUIET, linewidth=0.9, linestyle=":")
    axes.annotate(
        f"kept: epoch {kept}",
        (kept, 1.0 if height is None else height),
        xycoords=("data", "axes fraction") if at_top else "data",
        textcoords="offset points",
        xytext=(6 if is_early else -6, -3 if at_top else 9),
        ha="left" if is_early else "right",
        va="top" if at_top else "baseline",
        color=INK,
        fontsize=8.5,
    )


def _for_the_page(svg: str, key: str, title: str, description: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for marker, role in _ROLES.items():
        svg = svg.replace(marker, role)
    svg = _FONT.sub(lambda found: f"font-size: {found[1]};" if found[1] else "", svg)
    # Tenths of a point will do, in places and paths, not in what is written.
    svg = _TAG.sub(lambda tag: _NUMBER.sub(lambda n: f"{float(n[0]):.1f}", tag[0]), svg)
    # Several drawings stand in one page, and ids are the page's; those of groups serve nobody.
    used = set(re.findall(r"(?:#)([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda f: f' id="{key}-{f[1]}"' if f[1] in used else "", svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{key}-", svg)
    svg = re.sub(r"\n\s*", "\n", svg).replace('\n"', '"')
    head = re.match(r"<svg[^>]*>", svg)
    assert head is not None
    box = re.search(r'viewBox="([^"]*)"', head[0])
    assert box is not None
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" role="img" aria-labelledby="{key}-title {key}-description">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-description">{escape(description)}</desc>'
    )
    return opening + svg[head.end() :].strip()
