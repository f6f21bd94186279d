"""What each step computes in both directions, in formulas, and what it keeps in between."""

import dataclasses
import math
from collections.abc import Iterable, Mapping

import numpy as np

from rightfit.graph.formula import Writer, sign_of
from rightfit.graph.program import Operation, Program, Value, depending_on, is_floating
from rightfit.graph.steps import Folded, Step

_MOST_OF_A_NAME = 16
_MOST_LISTED = 4
_MORE = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclasses.dataclass(frozen=True, eq=False)
class Slope:
    """A slope that a step hands on.

    Attributes:
        of: what the loss is differentiated by: "x" for what the step reads, or a parameter.
        formula: how it follows from the slope "∂" that the step is handed.
        values: it is their sum.
        is_parameter: whether it is (a part of) a parameter's gradient.
    """

    of: str
    formula: str
    values: tuple[Value, ...]
    is_parameter: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Stored:
    """A value that the forward pass makes and the backward pass of a step reads.

    Attributes:
        value: an array, and no parameter.
        name: a formula in the words of the step that reads it.
        home: the step that makes it; None for an argument.
    """

    value: Value
    name: str
    home: Step | None


@dataclasses.dataclass(frozen=True, eq=False)
class Described:
    """A step in words.

    Attributes:
        step: what is described.
        formula: of the output, with "x" for what other steps hand over.
        operations: what the output is made by, where the formula would be too long.
        output: what other steps read; None where nothing does.
        reads: the steps and inputs whose values it reads, in order.
        incoming: the slope of the loss by the output is their sum; empty where none flows.
        slopes: what it hands on in the backward pass.
        stored: what its backward pass reads of the forward pass.
    """

    step: Step
    formula: str
    operations: tuple[str, ...]
    output: Value | None
    reads: tuple[Step | Value, ...]
    incoming: tuple[Value, ...]
    slopes: tuple[Slope, ...]
    stored: tuple[Stored, ...]


def describe_steps(program: Program, folded: Folded) -> tuple[Described, ...]:
    """Describe each step of a folded program."""
    return _Describer(program, folded).all()


class _Describer:
    def __init__(self, program: Program, folded: Folded) -> None:
        self._program = program
        self._folded = folded
        self._makers = program.makers()
        parameters = {a for a in program.arguments if a.role == "parameter"}
        inputs = {a for a in program.arguments if a.role == "input"}
        self._varying = depending_on(program, parameters | inputs | {program.seed})
        # What follows from parameters alone is no activation; slopes are not stored.
        rows = set(program.arguments) - parameters
        constants = {v for o in program.operations if o.is_constant for v in o.outputs}
        self._fixed = (
            depending_on(program, parameters) - depending_on(program, rows)
            | depending_on(program, {program.seed})
            | constants
        )
        self._crossing = {
            step: list(dict.fromkeys(self._read_from_outside(step.forward, step)))
            for step in folded.steps
        }
        used = {value for values in self._crossing.values() for value in values}
        self._outputs = {step: self._output(step, used) for step in folded.steps}
        self._incoming: dict[Step, tuple[Value, ...]] = {}
        # The sources of a step come before it, so that a slope that passes through is known.
        for step in folded.steps:
            self._incoming[step] = self._handed(step)

    def all(self) -> tuple[Described, ...]:
        return tuple(self._described(step) for step in self._folded.steps)

    def _described(self, step: Step) -> Described:
        reads = [self._folded.home.get(value, value) for value in self._crossing[step]]
        reads = [r for r in reads if isinstance(r, Step) or r.role == "input"]
        names = self._names(step)
        writer = Writer(self._makers, names, self._varying)
        output = self._outputs[step]
        formula = writer.write(output) if output is not None else None
        return Described(
            step,
            formula or f"{step.name}({_listed(self._arguments(step, names))})",
            () if formula or output is None else tuple(self._signs(step, output)),
            output,
            tuple(dict.fromkeys(reads)),
            self._incoming[step],
            tuple(self._slopes(step, writer)),
            tuple(self._stored(step, writer)),
        )

    def _read_from_outside(self, operations: Iterable[Operation], step: Step) -> Iterable[Value]:
        """Values that the operations of a step take from other steps or arguments."""
        for operation in operations:
            for value in operation.inputs:
                elsewhere = self._folded.home.get(value) not in (None, step)
                if elsewhere or value.role is not None:
                    yield value

    def _output(self, step: Step, used: set[Value]) -> Value | None:
        """The largest of the values that other steps read."""
        made = [
            value
            for operation in step.forward
            for value in operation.outputs
            if value in used or value is self._program.loss
        ]
        made.sort(key=lambda value: (is_floating(value), _size(value)))
        return made[-1] if made else None

    def _handed(self, step: Step) -> tuple[Value, ...]:
        """The slopes by a step's output."""
        output = self._outputs[step]
        forward = {
            value for o in self._program.operations if not o.is_backward for value in o.outputs
        }
        found = [
            value
            for operation in step.backward
            for value in operation.inputs
            if value is self._program.seed
            or (self._folded.home.get(value) not in (None, step) and value not in forward)
        ]
        if output is not None:
            found = [value for value in found if value.shape == output.shape]
        if found:
            return tuple(dict.fromkeys(found))
        if output is self._program.loss:
            return (self._program.seed,)
        return self._passed_through(step)

    def _passed_through(self, step: Step) -> tuple[Value, ...]:
        """An addition leaves no operation behind: its slope is that of what it reads."""
        for value in self._crossing[step]:
            source = self._folded.home.get(value)
            if source is not None and self._incoming.get(source):
                return self._incoming[source]
        return ()

    def _names(self, step: Step) -> dict[Value, str]:
        names = {argument: argument.label for argument in self._program.arguments}
        inputs = [v for v in self._crossing[step] if v.role is None]
        taken = any(value.label == "x" for value in self._crossing[step])
        for number, value in enumerate(inputs, start=1 + taken):
            names[value] = "x" if number == 1 else f"x{number}".translate(_MORE)
        names.update(dict.fromkeys(self._incoming[step], "∂"))
        return names

    def _arguments(self, step: Step, names: Mapping[Value, str]) -> list[str]:
        values = sorted(
            (value for value in self._crossing[step] if value.shape),
            key=lambda value: (value.role is not None, value.role == "parameter"),
        )
        return list(dict.fromkeys(names[value] for value in values))

    def _signs(self, step: Step, output: Value) -> Iterable[str]:
        """The operations of a step that its output depends on, each once."""
        needed, signs = {output}, {}
        for operation in reversed(step.forward):
            if not needed.isdisjoint(operation.outputs):
                needed.update(operation.inputs)
                if is_floating(operation.outputs[0]) and sign_of(operation):
                    signs[operation] = sign_of(operation)
        return dict.fromkeys(reversed(signs.values()))

    def _slopes(self, step: Step, writer: Writer) -> Iterable[Slope]:
        if not self._incoming[step]:
            return
        of_step = {v for operation in step.backward for v in operation.outputs}
        sources = {self._folded.home.get(v): v for v in reversed(self._crossing[step])}
        names = self._names(step)
        for source, read in reversed(sources.items()):
            if source is not None and self._incoming[source]:
                handed = self._incoming[source]
                own = [value for value in handed if value in of_step]
                formula = writer.write(own[0]) if own else "∂"
                yield Slope(
                    names[read],
                    formula or f"∂ × {step.name}′({names[read]})",
                    handed,
                    False,
                )
        for parameter, parts in self._folded.contributions.items():
            own = [value for value in parts if value in of_step]
            if own:
                formula = writer.write(own[0]) or f"∂ × {step.name}′({parameter.label})"
                yield Slope(parameter.label, formula, tuple(own), True)

    def _stored(self, step: Step, writer: Writer) -> Iterable[Stored]:
        seen = set()
        for operation in step.backward:
            for value in operation.inputs:
                of_note = is_floating(value) or _size(value) > 1
                known = value.constant is not None or value in self._fixed or value in seen
                if value.shape and of_note and not known:
                    seen.add(value)
                    yield Stored(
                        value, self._short_name(value, writer), self._folded.home.get(value)
                    )

    def _short_name(self, value: Value, writer: Writer) -> str:
        name = writer.write(value)
        if name is not None and len(name) <= _MOST_OF_A_NAME:
            return name
        kind = np.dtype(value.dtype).kind
        return {"b": "mask", "i": "index", "u": "index"}.get(kind, self._makers[value].name)


def _listed(names: list[str]) -> str:
    return ", ".join(names if len(names) <= _MOST_LISTED else [*names[:2], "…", names[-1]])


def _size(value: Value) -> int:
    return math.prod(value.shape)
