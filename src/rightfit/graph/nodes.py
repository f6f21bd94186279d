"""The nodes and arrows of both graphs, before anybody draws them."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

from rightfit.graph.described import Described, Stored
from rightfit.graph.program import Value, is_floating
from rightfit.graph.steps import Step, instances


@dataclasses.dataclass(frozen=True, eq=False)
class Column:
    """One forward node and, under it, the backward node that was derived from it.

    Attributes:
        name: what both are called.
        steps: in the order in which they run forward.
    """

    name: str
    steps: tuple[Described, ...]

    @property
    def is_derived(self) -> bool:
        """Whether slopes flow through it, so that there is a backward node."""
        return any(step.slopes for step in self.steps)


@dataclasses.dataclass(frozen=True, eq=False)
class Arrow:
    """A value on its way from one column to another; where there is a slope, it goes back.

    Attributes:
        source: the column that makes the value, or an input.
        target: the column that reads it.
        value: what goes forward.
        slope: the slope that comes back is the sum of these; empty if none does.
    """

    source: Column | Value
    target: Column
    value: Value
    slope: tuple[Value, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Keep:
    """What the forward pass stores for the backward pass.

    Attributes:
        source: the column that makes it, or an input.
        target: the column whose backward node reads it.
        stored: the values, the largest first.
    """

    source: Column | Value
    target: Column
    stored: tuple[Stored, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Nodes:
    """Both graphs.

    Attributes:
        inputs: arguments with nodes of their own.
        columns: from left to right.
        arrows: values and slopes.
        keeps: stored activations.
    """

    inputs: tuple[Value, ...]
    columns: tuple[Column, ...]
    arrows: tuple[Arrow, ...]
    keeps: tuple[Keep, ...]

    @property
    def n_nodes(self) -> int:
        """Nodes in both graphs together."""
        derived = sum(column.is_derived for column in self.columns)
        return len(self.inputs) + len(self.columns) + derived


def arrange(steps: Sequence[Described], max_nodes: int) -> Nodes:
    """Give every step a node, or the steps of an outer scope one together if that is too many."""
    alone = _nodes([Column(step.step.full_name, (step,)) for step in steps])
    return alone if alone.n_nodes <= max_nodes else _nodes(_by_outer_scope(steps))


def _by_outer_scope(steps: Sequence[Described]) -> list[Column]:
    by_step = {described.step: described for described in steps}

    def needs(described: Described) -> list[Described]:
        return [by_step[read] for read in described.reads if isinstance(read, Step)]

    def key(described: Described) -> object:
        # Outside of every scope, each stands alone.
        return described.step.path[:1] or described

    groups: dict[int, list[Described]] = {}
    for described, group in zip(steps, instances(steps, key, needs), strict=True):
        groups.setdefault(group, []).append(described)
    columns = []
    for members in groups.values():
        path = members[0].step.path
        name = path[0].replace("_", " ") if path else members[0].step.name
        columns.append(Column(name, tuple(members)))
    return columns


def _nodes(columns: list[Column]) -> Nodes:
    home = {described.step: column for column in columns for described in column.steps}
    by_step = {described.step: described for column in columns for described in column.steps}
    arrows: list[Arrow] = []
    keeps: dict[tuple[Column | Value, Column], list[Stored]] = {}
    inputs: dict[Value, None] = {}
    for column in columns:
        for described in column.steps:
            for read in described.reads:
                if isinstance(read, Value):
                    inputs[read] = None
                    arrows.append(Arrow(read, column, read, ()))
                elif home[read] is not column:
                    arrows.append(_arrow(by_step[read], home[read], described, column))
            for stored in described.stored:
                source = _source(stored, home)
                if source is not None:
                    keeps.setdefault((source, column), []).append(stored)
    return Nodes(
        tuple(inputs),
        tuple(columns),
        tuple(arrows),
        tuple(Keep(*ends, _largest_first(stored)) for ends, stored in keeps.items()),
    )


def _arrow(made: Described, source: Column, read: Described, target: Column) -> Arrow:
    assert made.output is not None
    flows = made.incoming if any(not slope.is_parameter for slope in read.slopes) else ()
    return Arrow(source, target, made.output, flows)


def _source(stored: Stored, home: Mapping[Step, Column]) -> Column | Value | None:
    if stored.home is not None:
        return home[stored.home]
    return stored.value if stored.value.role == "input" else None


def _largest_first(stored: Sequence[Stored]) -> tuple[Stored, ...]:
    return tuple(sorted(stored, key=lambda one: (not is_floating(one.value), -_n_numbers(one))))


def _n_numbers(stored: Stored) -> int:
    return math.prod(stored.value.shape)
