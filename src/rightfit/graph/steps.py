"""Folding: operations traced under one scope become a step, forward and backward together."""

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from rightfit.graph.program import Operation, Program, Value, depending_on

# A scope within a scope is a step of its own; what lies deeper is detail.
_DEPTH = 2
# Each of these begins anew where nothing has a scope.
_HEAVY = frozenset({"dot_general", "conv_general_dilated", "scan", "while", "cond"})
# What only brings an array into another form.
QUIET = frozenset(
    {"broadcast_in_dim", "reshape", "squeeze", "convert_element_type", "transpose", "slice"}
)
_MOST_NAMED = 3

Item = TypeVar("Item")


@dataclasses.dataclass(eq=False)
class Step:
    """Operations of one scope, and those that JAX derived from them.

    Attributes:
        path: the scopes, the outermost first; empty outside of every scope.
        forward: operations in the order in which they run.
        backward: those of the backward pass.
    """

    path: tuple[str, ...]
    forward: list[Operation] = dataclasses.field(default_factory=list)
    backward: list[Operation] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The innermost scope, or the first operations where there is none."""
        if self.path:
            return self.path[-1].replace("_", " ")
        names = [operation.name for operation in self.forward if operation.name not in QUIET]
        shown = list(dict.fromkeys(names))
        return ", ".join(shown[:_MOST_NAMED]) + (" …" if len(shown) > _MOST_NAMED else "")

    @property
    def full_name(self) -> str:
        """The name, and where: "relu 2" in the scope `layer_2`, else "outer: inner"."""
        if len(self.path) < _DEPTH:
            return self.name
        outer, _, number = self.path[0].rpartition("_")
        where = self.path[0].replace("_", " ")
        return f"{self.name} {number}" if outer and number.isdigit() else f"{where}: {self.name}"


@dataclasses.dataclass(frozen=True)
class Folded:
    """A program in steps.

    Attributes:
        steps: in the order in which they begin.
        home: the step that makes a value; arguments, constants and the sums of slopes have none.
        contributions: by parameter, the slopes that add up to its gradient.
    """

    steps: tuple[Step, ...]
    home: Mapping[Value, Step]
    contributions: Mapping[Value, tuple[Value, ...]]


def fold(program: Program) -> Folded:
    """Fold the operations of a program into steps.

    Forward operations belong to the step of their scope. A backward operation carries the
    scope of the one that it was derived from; where that scope was entered more than once,
    what it reads tells which. The additions that only collect a parameter's gradient belong
    to no step.
    """
    contributions, collecting = _collected(program)
    home: dict[Value, Step] = {}
    steps: list[Step] = []
    forward = [o for o in program.operations if not o.is_backward and not o.is_constant]
    for operation, step in zip(forward, _grouped(forward), strict=True):
        if step not in steps:
            steps.append(step)
        step.forward.append(operation)
        home.update(dict.fromkeys(operation.outputs, step))
    _join_preparations(program, steps, home)
    backward = depending_on(program, {program.seed})
    for operation in program.operations:
        if operation.is_backward and operation not in collecting:
            step = _origin(operation, steps, home, backward)
            step.backward.append(operation)
            home.update(dict.fromkeys(operation.outputs, step))
    return Folded(tuple(steps), home, contributions)


def instances(
    items: Sequence[Item],
    key: Callable[[Item], Hashable],
    needs: Callable[[Item], Iterable[Item]],
) -> list[int]:
    """Number the groups of items with equal keys so that no two groups need each other.

    Items come in an order in which none needs a later one. An item joins the latest group
    of its key, unless something it needs depends on that group: then it begins another.
    """
    latest: dict[Hashable, int] = {}
    before: list[set[int]] = []
    group_of: dict[Item, int] = {}
    for item in items:
        needed = {group_of[other] for other in needs(item) if other in group_of}
        group = latest.get(key(item))
        if group is None or any(group in before[other] for other in needed - {group}):
            group = len(before)
            latest[key(item)] = group
            before.append(set())
        group_of[item] = group
        for other in needed - {group}:
            before[group] |= before[other] | {other}
    return [group_of[item] for item in items]


def _grouped(operations: Sequence[Operation]) -> list[Step]:
    maker = {value: operation for operation in operations for value in operation.outputs}
    strand: dict[Operation, int] = {}

    def key(operation: Operation) -> Hashable:
        path = operation.scope[:_DEPTH]
        if path:
            return path
        # Without a scope: a chain from one heavy operation to the next.
        if operation not in strand:
            known = [maker[value] for value in operation.inputs if value in maker]
            joined = [strand[other] for other in known if other in strand]
            begins = operation.name in _HEAVY or not joined
            strand[operation] = len(strand) + 1 if begins else max(joined)
        return strand[operation]

    def needs(operation: Operation) -> list[Operation]:
        return [maker[value] for value in operation.inputs if value in maker]

    made: dict[int, Step] = {}
    return [
        made.setdefault(number, Step(operation.scope[:_DEPTH]))
        for operation, number in zip(operations, instances(operations, key, needs), strict=True)
    ]


def _join_preparations(program: Program, steps: list[Step], home: dict[Value, Step]) -> None:
    """Let what neither parameters nor inputs enter be a part of the one step that reads it.

    Such as the key of random bits: it prepares an operation, and is none.
    """
    sources = {value for value in program.arguments if value.role in ("parameter", "input")}
    varying = depending_on(program, sources)
    readers: dict[Value, set[Step]] = {}
    # From the end, so that a chain of preparations follows its last one.
    for step in reversed(list(steps)):
        for operation in reversed(list(step.forward)):
            reading = {s for value in operation.outputs for s in readers.get(value, ())}
            if len(reading) == 1 and varying.isdisjoint(operation.outputs):
                (reader,) = reading
                if reader is not step:
                    step.forward.remove(operation)
                    reader.forward.insert(0, operation)
                    home.update(dict.fromkeys(operation.outputs, reader))
            for value in operation.inputs:
                maker = home[operation.outputs[0]]
                readers.setdefault(value, set()).add(maker)
        if not step.forward:
            steps.remove(step)


def _readers(steps: Iterable[Step], home: Mapping[Value, Step]) -> dict[Step, set[Step]]:
    """Which steps read what a step makes."""
    readers: dict[Step, set[Step]] = {step: set() for step in steps}
    for step in steps:
        for operation in step.forward:
            for value in operation.inputs:
                if value in home and home[value] is not step:
                    readers[home[value]].add(step)
    return readers


def _origin(
    operation: Operation,
    steps: Sequence[Step],
    home: Mapping[Value, Step],
    backward: set[Value],
) -> Step:
    """The step that a backward operation was derived from."""
    path = operation.scope[:_DEPTH]
    candidates = [step for step in steps if step.path == path] or list(steps)
    if len(candidates) == 1:
        return candidates[0]
    readers = _readers(steps, home)
    slopes = {home[value] for value in operation.inputs if value in home and value in backward}
    stored = [v for v in operation.inputs if v.constant is None and v not in backward]

    def likelihood(step: Step) -> tuple[bool, int, bool]:
        # A slope comes from the step itself, or from one that reads what the step makes.
        follows = not slopes or step in slopes or bool(readers[step] & slopes)
        reads = {value for forward in step.forward for value in forward.inputs}
        # A product needs what it read; other operations, what they made.
        near = [
            value in reads if operation.name in _HEAVY else home.get(value) is step
            for value in stored
        ]
        return follows, sum(near), step in slopes

    # Of equals the last one: the backward pass comes from the end.
    return max(enumerate(candidates), key=lambda pair: (*likelihood(pair[1]), pair[0]))[1]


def _collected(program: Program) -> tuple[dict[Value, tuple[Value, ...]], set[Operation]]:
    """Part each parameter's gradient into its contributions, and name the additions between."""
    makers = program.makers()
    collecting: set[Operation] = set()

    def parts(value: Value) -> list[Value]:
        operation = makers.get(value)
        if operation is None or operation.is_constant:
            return []
        if operation.name != "add_any":
            return [value]
        collecting.add(operation)
        return [part for summand in operation.inputs for part in parts(summand)]

    return {
        parameter: tuple(parts(slope)) for parameter, slope in program.gradients.items()
    }, collecting
