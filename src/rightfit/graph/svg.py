"""DOT text laid out by Graphviz, as SVG that fits a light and a dark page."""

import re
import shutil
import subprocess
import sysconfig
from xml.etree import ElementTree

from rightfit.errors import RightFitError

_PROGRAM = "graphviz-pure"
_NAMESPACE = "http://www.w3.org/2000/svg"
# What the style sheet says once need not be said at every element.
_DROPPED = (
    "id",
    "fill",
    "stroke",
    "font-family",
    "font-size",
    "transform",
    "{http://www.w3.org/XML/1998/namespace}space",
)
_NUMBER = re.compile(r"-?\d+\.\d+")

# The two colours have a contrast above 4:1 on white and on black; a page may set its own.
_STYLE = """
.rightfit-graph{color-scheme:light dark;font:12px Verdana,"DejaVu Sans",Arial,Helvetica,sans-serif;
--forward:var(--graph-forward,#2a7ab9);--backward:var(--graph-backward,#bd5b13)}
.rightfit-graph text{fill:currentColor}
.rightfit-graph .edge text{font-size:10px}
.rightfit-graph path,.rightfit-graph polygon{fill:none;stroke:currentColor}
.rightfit-graph :is(.input,.forward,.value) :is(path,polygon){stroke:var(--forward)}
.rightfit-graph :is(.backward,.slope) :is(path,polygon){stroke:var(--backward)}
.rightfit-graph .stored text{paint-order:stroke;stroke:var(--graph-background,Canvas);
stroke-width:4px}
.rightfit-graph .value polygon{fill:var(--forward)}
.rightfit-graph .slope polygon{fill:var(--backward)}
"""


def to_svg(dot: str, *, title: str, description: str) -> str:
    """Lay a graph out, and make it a picture for pages and screen readers.

    Lines and texts take the colour of the text around; forward and backward have two of
    their own, `--graph-forward` and `--graph-backward`, and differ in dashes too.

    Args:
        dot: the graph in Graphviz's language; classes of nodes and edges stay.
        title: what a screen reader says first.
        description: what it says then.

    Raises:
        RightFitError: Graphviz is not installed.
    """
    root = ElementTree.fromstring(_laid_out(dot))
    width, height = (float(size) for size in root.attrib["viewBox"].split()[2:])
    svg = ElementTree.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "class": "rightfit-graph",
            "role": "img",
            # In Graphviz's own coordinates, where the lower left corner is the origin.
            "viewBox": f"-4 {4 - height:.0f} {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
        },
    )
    ElementTree.SubElement(svg, "title").text = title
    ElementTree.SubElement(svg, "desc").text = description
    ElementTree.SubElement(svg, "style").text = _STYLE
    graph = root[0]
    for element in graph:
        kind = element.attrib.get("class", "")
        if kind.startswith(("node", "edge")):
            svg.append(_plain(element))
        elif element.tag.endswith("text"):
            svg.append(_plain(element))
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def is_installed() -> bool:
    """Say whether the package that lays graphs out is there."""
    return _program() is not None


def _program() -> str | None:
    places = (sysconfig.get_path("scripts"), None)
    return next(filter(None, (shutil.which(_PROGRAM, path=place) for place in places)), None)


def _laid_out(dot: str) -> bytes:
    program = _program()
    if program is None:
        raise RightFitError(
            "The package that lays graphs out is not installed.",
            hint="pip install 'rightfit[graph]'",
        )
    command = [program, "-Tsvg", "-q"]
    return subprocess.run(command, input=dot.encode(), capture_output=True, check=True).stdout


def _plain(element: ElementTree.Element) -> ElementTree.Element:
    """An element without namespaces, names and numbers that nobody needs."""
    made = ElementTree.Element(element.tag.rpartition("}")[2])
    for name, value in element.attrib.items():
        if name in _DROPPED or (name, value) == ("text-anchor", "start"):
            continue
        made.set(name, _NUMBER.sub(_rounded, value))
    made.text = element.text if made.tag == "text" else None
    for child in element:
        if not child.tag.endswith("title"):
            made.append(_plain(child))
    return made


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
