"""The program of a loss and its gradient, as JAX traced it, in one flat list of operations."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import jax
import numpy as np

# A parameter is differentiated, an input gets a node of its own, the rest is only named.
Role = Literal["parameter", "input", "other"]

# Primitives that do nothing but run a program of their own, and where it is.
_CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "checkpoint": "jaxpr",
    "remat2": "jaxpr",
}
# `transpose(jvp(layer_1))` is JAX's way to write a scope in a program that it derived.
_SCOPE = re.compile(r"^(?:\w+\()*([^()]*)\)*$")


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    """What an operation reads or makes; two values are equal only if they are the same.

    Attributes:
        shape: of the array.
        dtype: of the array.
        label: how an argument of the program is called; "" for all others.
        role: what kind of argument; None for all others.
        constant: the number of a literal or constant; None for all others.
    """

    shape: tuple[int, ...]
    dtype: Any
    label: str = ""
    role: Role | None = None
    constant: Any = None


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """One equation of the program.

    Attributes:
        name: of JAX's primitive.
        inputs: the values it reads.
        outputs: the values it makes.
        scope: the names that it was traced under, the outermost first.
        is_backward: whether it depends on the slope that the backward pass starts from.
        equation: JAX's own.
    """

    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    scope: tuple[str, ...]
    is_backward: bool
    equation: Any

    @property
    def is_constant(self) -> bool:
        """Whether it reads nothing, such as a matrix of zeros."""
        return not any(value.constant is None for value in self.inputs)


@dataclasses.dataclass(frozen=True, eq=False)
class Program:
    """A loss and its gradient.

    Attributes:
        operations: in the order in which they run.
        arguments: all that goes in, the parameters first, without the seed.
        seed: the slope of the loss with regard to itself, which is 1.
        loss: what is minimised.
        gradients: by parameter, the slope of the loss.
    """

    operations: tuple[Operation, ...]
    arguments: tuple[Value, ...]
    seed: Value
    loss: Value
    gradients: dict[Value, Value]

    def makers(self) -> dict[Value, Operation]:
        """Which operation makes a value."""
        return {value: operation for operation in self.operations for value in operation.outputs}


def trace(
    loss: Callable[..., Any],
    parameters: Any,
    *data: Any,
    labels: Sequence[str],
    roles: Sequence[Role],
) -> Program:
    """Trace a loss and the gradient that JAX derives from it.

    What depends on the seed of the backward pass is backward, and nothing else; so the
    two halves are told apart by the data alone.

    Args:
        loss: from parameters and data to one number.
        parameters: tree of what the gradient is taken of.
        data: trees of all else; shapes are enough.
        labels: a short name for each array, first those of the parameters.
        roles: what each array is.
    """

    def both(seed: Any, parameters: Any, *data: Any) -> tuple[Any, Any]:
        value, pull = jax.vjp(lambda parameters: loss(parameters, *data), parameters)
        return value, pull(seed)[0]

    shape = jax.eval_shape(loss, parameters, *data)
    closed = jax.make_jaxpr(both)(shape, parameters, *data)
    seed = _value(closed.jaxpr.invars[0].aval, "1")
    arguments = tuple(
        _value(variable.aval, label, role)
        for variable, label, role in zip(closed.jaxpr.invars[1:], labels, roles, strict=True)
    )
    found: list[Operation] = []
    value, *slopes = _inline(closed, (seed, *arguments), (), {seed}, found)
    gradients = {
        argument: slope
        for argument, slope in zip(
            (argument for argument in arguments if argument.role == "parameter"),
            slopes,
            strict=True,
        )
    }
    operations = _needed(found, {value, *slopes})
    return Program(operations, arguments, seed, value, gradients)


def operations_of(
    closed: Any, arguments: Sequence[Value]
) -> tuple[tuple[Operation, ...], list[Value]]:
    """List what a traced program does, and what comes out of it.

    Args:
        closed: the program, from `jax.make_jaxpr`.
        arguments: what goes in, in order; some may be constants.

    Returns:
        The operations, those of the programs that it calls among them, and the values that come
        out.
    """
    found: list[Operation] = []
    outputs = _inline(closed, arguments, (), set(), found)
    return _needed(found, set(outputs)), outputs


def _inline(
    closed: Any,
    inputs: Sequence[Value],
    scope: tuple[str, ...],
    backward: set[Value],
    found: list[Operation],
) -> list[Value]:
    """Write down the operations of a program and of all programs that it calls."""
    jaxpr = getattr(closed, "jaxpr", closed)
    known: dict[Any, Value] = dict(zip(jaxpr.invars, inputs, strict=True))
    for variable, constant in zip(jaxpr.constvars, getattr(closed, "consts", ()), strict=True):
        known[variable] = _value(variable.aval, constant=constant)

    def read(variable: Any) -> Value:
        if hasattr(variable, "val"):
            return _value(variable.aval, constant=variable.val)
        return known[variable]

    for equation in jaxpr.eqns:
        values = tuple(read(variable) for variable in equation.invars)
        inner = (*scope, *_scope_names(str(equation.source_info.name_stack)))
        name = equation.primitive.name
        if name in _CALLS and _CALLS[name] in equation.params:
            called = str(equation.params.get("name", "_"))
            # Outside of every scope, the name of a compiled function is the best there is.
            inner = inner or (() if called.startswith("_") else (called,))
            made = _inline(equation.params[_CALLS[name]], values, inner, backward, found)
            known.update(zip(equation.outvars, made, strict=True))
            continue
        outputs = tuple(_value(variable.aval) for variable in equation.outvars)
        is_backward = not backward.isdisjoint(values)
        if is_backward:
            backward.update(outputs)
        found.append(Operation(name, values, outputs, inner, is_backward, equation))
        known.update(zip(equation.outvars, outputs, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _value(aval: Any, label: str = "", role: Role | None = None, constant: Any = None) -> Value:
    return Value(tuple(aval.shape), aval.dtype, label, role, constant)


def _scope_names(stack: str) -> Iterator[str]:
    for part in stack.split("/"):
        match = _SCOPE.match(part)
        if match and match[1]:
            yield match[1]


def _needed(operations: Iterable[Operation], wanted: set[Value]) -> tuple[Operation, ...]:
    """Leave out what nothing depends on."""
    kept = []
    for operation in reversed(list(operations)):
        if not wanted.isdisjoint(operation.outputs):
            kept.append(operation)
            wanted.update(operation.inputs)
    return tuple(reversed(kept))


def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a jitted function, which compiles it if need be."""
    return function(*arguments)


def root_mean_squares(
    program: Program,
    arguments: Sequence[Any],
    wanted: Sequence[tuple[Value, ...]],
    call: Callable[..., Any] = at_once,
) -> list[float]:
    """Run the program, and measure the size of sums of its values.

    Args:
        program: what runs.
        arguments: the arrays, in the order of `program.arguments`.
        wanted: for each number that comes back, the values that are added up.
        call: takes a jitted function and its arguments, and calls it.

    Returns:
        The root of the mean square over all elements, for each of `wanted`.
    """

    def run(arguments: Sequence[Any]) -> list[Any]:
        one = jax.numpy.ones(program.seed.shape, program.seed.dtype)
        known = dict(zip((program.seed, *program.arguments), (one, *arguments), strict=True))

        def read(value: Value) -> Any:
            return known[value] if value.constant is None else value.constant

        for operation in program.operations:
            primitive = operation.equation.primitive
            made = primitive.bind(*map(read, operation.inputs), **operation.equation.params)
            outputs = made if primitive.multiple_results else [made]
            known.update(zip(operation.outputs, outputs, strict=True))
        return [_size(sum(map(read, values))) for values in wanted]

    return [float(size) for size in call(jax.jit(run), list(arguments))]


def _size(array: Any) -> Any:
    return jax.numpy.sqrt(jax.numpy.mean(jax.numpy.square(array)))


def is_floating(value: Value) -> bool:
    """Say whether a value holds real numbers, which alone have slopes."""
    return bool(np.issubdtype(value.dtype, np.floating))


def depending_on(program: Program, sources: set[Value]) -> set[Value]:
    """Collect everything that follows from some values, themselves included."""
    found = set(sources)
    for operation in program.operations:
        if not found.isdisjoint(operation.inputs):
            found.update(operation.outputs)
    return found
