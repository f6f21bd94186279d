"""Both graphs as DOT text, and as rows of a table for whoever cannot see them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from rightfit.graph.described import Described, describe_steps
from rightfit.graph.nodes import Arrow, Column, Keep, arrange
from rightfit.graph.program import Program, Value, at_once, is_floating, root_mean_squares
from rightfit.graph.steps import fold

_MOST_STORED = 2
_MOST_OPERATIONS = 9
_SIZE = 2  # the place of the size in a line
_MOST_ALIKE = 3

Sizes = Mapping[tuple[Value, ...], float]


@dataclasses.dataclass(frozen=True)
class SlopeRow:
    """A slope that an operation hands on.

    Attributes:
        of: "∂x", for what the operation reads, or the name of a parameter after "∂".
        formula: how it follows from "∂", the slope by the operation's own output.
        size: root of its mean square; None without rows.
    """

    of: str
    formula: str
    size: float | None


@dataclasses.dataclass(frozen=True)
class OperationRow:
    """One folded operation, forward and backward.

    Attributes:
        node: the node that it is drawn in.
        operation: what it is called.
        forward: its formula; "x" is what it reads.
        backward: the slopes that it hands on.
        shape: of its output.
        value_size: root of the mean square of its output; None without rows.
        gradient_size: the same of the slope of the loss by its output; None without rows, and
            where no slope flows.
        stored: what its backward pass reads of the forward pass.
    """

    node: str
    operation: str
    forward: str
    backward: tuple[SlopeRow, ...]
    shape: tuple[int, ...]
    value_size: float | None
    gradient_size: float | None
    stored: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Picture:
    """Both graphs, drawn.

    Attributes:
        dot: in the language of Graphviz.
        rows: the same as a table, in the order in which the operations run.
        n_nodes: of both graphs together.
    """

    dot: str
    rows: tuple[OperationRow, ...]
    n_nodes: int


def draw(
    program: Program,
    *,
    title: str = "",
    arguments: Sequence[Any] | None = None,
    max_nodes: int = 20,
    call: Callable[..., Any] = at_once,
) -> Picture:
    """Draw the forward graph of a program and, under it, the backward graph.

    Args:
        program: from `trace`.
        title: what stands above the explanation of the signs.
        arguments: arrays to run it on, for the sizes of values and slopes; None leaves
            sizes out.
        max_nodes: with more than that, the operations of an outer scope share a node.
        call: takes a jitted function and its arguments, and calls it.
    """
    steps = describe_steps(program, fold(program))
    nodes = arrange(steps, max_nodes)
    sizes: Sizes = {}
    if arguments is not None:
        wanted = list(dict.fromkeys([*_measured(steps), *((v,) for v in _numbers(nodes.inputs))]))
        sizes = dict(zip(wanted, root_mean_squares(program, arguments, wanted, call), strict=True))
    names = {column: f"{number}" for number, column in enumerate(nodes.columns, start=1)}
    lines = [
        "digraph {",
        '  rankdir=LR nodesep=0.6 ranksep=0.15 fontname="Verdana" fontsize=12 labeljust=l',
        f"  label={_quoted(_legend(title, sizes))}",
        '  node [shape=plain fontname="Verdana" fontsize=12]',
        '  edge [fontname="Verdana" fontsize=10 arrowsize=0.7]',
    ]
    for number, value in enumerate(nodes.inputs, start=1):
        label = _quoted(f"{value.label}\\n{_times(value.shape)}")
        lines.append(f"  x{number} [class=input shape=box style=rounded label={label}]")
    ends: dict[Column | Value, str] = {v: f"x{n}" for n, v in enumerate(nodes.inputs, start=1)}
    ends |= {column: f"f{name}" for column, name in names.items()}
    for column, name in names.items():
        lines += _column(column, name, sizes)
    for arrow in nodes.arrows:
        lines += _arrows(arrow, ends, sizes)
    lines += [_keep(keep, ends) for keep in nodes.keeps]
    rows = tuple(_row(step, column, sizes) for column in nodes.columns for step in column.steps)
    return Picture("\n".join([*lines, "}", ""]), rows, nodes.n_nodes)


def _legend(title: str, sizes: Sizes) -> str:
    lines = [
        *([f"{title}."] if title else []),
        "Above, solid: the forward pass; x is what a node reads. Below, dashed, from right to "
        "left: the backward pass that was derived from it, which begins with ∂ = 1.",
        "∂ is the slope of the loss by the output of the node above, and ∂x by what that node "
        "reads. Dotted: what the forward pass stores for the backward pass.",
    ]
    if sizes:
        lines.append("Numbers beside and under shapes: the root mean square over all elements.")
    # Graphviz ends a line on the left so.
    return "".join(f"{line}\\l" for line in lines)


def _measured(steps: Sequence[Described]) -> list[tuple[Value, ...]]:
    wanted: list[tuple[Value, ...]] = []
    for step in steps:
        if step.output is not None and is_floating(step.output):
            wanted.append((step.output,))
        wanted += [slope.values for slope in step.slopes if slope.values]
        wanted += [step.incoming] if step.incoming else []
    return wanted


def _numbers(inputs: Sequence[Value]) -> list[Value]:
    return [value for value in inputs if is_floating(value)]


def _column(column: Column, name: str, sizes: Sizes) -> list[str]:
    lines = [
        f"  f{name} [class=forward group=f label={_table(column.name, _forward(column, sizes))}]"
    ]
    if column.is_derived:
        lines.append(
            f"  b{name} [class=backward group=b label="
            f"{_table(f'∂ {column.name}', _backward(column, sizes), dashed=True)}]"
        )
        # The forward node first: so it comes to lie above.
        lines.append(f"  {{rank=same f{name} -> b{name} [style=invis weight=9]}}")
    return lines


def _forward(column: Column, sizes: Sizes) -> list[tuple[str, str, str]]:
    lines = []
    for step in column.steps:
        size = _size(sizes, () if step.output is None else (step.output,))
        name = "" if len(column.steps) == 1 else step.step.name
        lines.append((name, step.formula, size))
        if step.operations:
            lines.append(("", _abridged(step.operations), ""))
    return lines


def _backward(column: Column, sizes: Sizes) -> list[tuple[str, str, str]]:
    lines = []
    for step in reversed(column.steps):
        name = "" if len(column.steps) == 1 else f"∂ {step.step.name}"
        slopes = list(step.slopes)
        shown = slopes if len(slopes) <= _MOST_ALIKE + 1 else slopes[:_MOST_ALIKE]
        for slope in shown:
            text = f"∂{slope.of} = {slope.formula}"
            lines.append((name, text, _size(sizes, slope.values)))
            name = ""
        if len(shown) < len(slopes):
            rest = [f"∂{slope.of}" for slope in slopes[len(shown) :]]
            lines.append(("", f"{rest[0]} … {rest[-1]} alike", ""))
    return lines


def _table(head: str, lines: Sequence[tuple[str, str, str]], *, dashed: bool = False) -> str:
    style = ' style="dashed"' if dashed else ""
    # Columns that are empty in every line would only take room.
    kept = [place for place in range(3) if any(line[place] for line in lines)]
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td align="{"right" if place == _SIZE else "left"}">{escape(line[place])}</td>'
            for place in kept
        )
        + "</tr>"
        for line in lines
    )
    return (
        f'<<table border="1" cellborder="0" cellspacing="0" cellpadding="2"{style}>'
        f'<tr><td align="left" colspan="{len(kept)}"><b>{escape(head)}</b></td></tr>{rows}</table>>'
    )


def _abridged(operations: Sequence[str]) -> str:
    shown = list(operations[:_MOST_OPERATIONS])
    return ", ".join(shown if len(shown) == len(operations) else [*shown, "…"])


def _arrows(arrow: Arrow, ends: Mapping[Column | Value, str], sizes: Sizes) -> list[str]:
    source, target = ends[arrow.source], ends[arrow.target]
    shape = _times(arrow.value.shape)
    label = "\\n".join(text for text in (shape, _size(sizes, (arrow.value,))) if text)
    lines = [f"  {source} -> {target} [class=value weight=8 label={_quoted(label)}]"]
    if arrow.slope:
        back = "\\n".join(text for text in (shape, _size(sizes, arrow.slope, "∂ ")) if text)
        # Written from left to right, as the forward arrow, so that the ranks stay.
        lines.append(
            f"  b{source[1:]} -> b{target[1:]} "
            f"[class=slope dir=back style=dashed label={_quoted(back)}]"
        )
    return lines


def _keep(keep: Keep, ends: Mapping[Column | Value, str]) -> str:
    parts = [f"{one.name}  {_times(one.value.shape)}" for one in keep.stored[:_MOST_STORED]]
    more = len(keep.stored) - len(parts)
    parts += [f"and {more} more"] if more else []
    label = _quoted("\\n".join(parts))
    source, target = ends[keep.source], ends[keep.target]
    return f"  {source} -> b{target[1:]} [class=stored style=dotted arrowhead=empty label={label}]"


def _row(step: Described, column: Column, sizes: Sizes) -> OperationRow:
    output = () if step.output is None else (step.output,)
    return OperationRow(
        column.name,
        step.step.name,
        step.formula,
        tuple(
            SlopeRow(f"∂{slope.of}", slope.formula, sizes.get(slope.values))
            for slope in step.slopes
        ),
        step.output.shape if step.output is not None else (),
        sizes.get(output),
        sizes.get(step.incoming),
        tuple(f"{one.name} {_times(one.value.shape)}" for one in step.stored),
    )


def _size(sizes: Sizes, values: tuple[Value, ...], before: str = "") -> str:
    return f"{before}{sizes[values]:.2g}" if values in sizes else ""


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) if shape else "scalar"


def _quoted(text: str) -> str:
    # `\n` is DOT's own, so backslashes stay.
    return '"' + text.replace('"', '\\"') + '"'
