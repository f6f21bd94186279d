"""Formulas of values, read off the operations that make them."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rightfit.graph.program import Operation, Value, is_floating

# Longer ones say less than a name does.
_MOST_CHARACTERS = 44
_MOST_OF_A_PART = 16
_MOST_TERMS = 2

_COMPARISON, _SUM, _PRODUCT, _ATOM = range(4)

_TRANSPARENT = frozenset(
    {
        "broadcast_in_dim",
        "convert_element_type",
        "copy",
        "expand_dims",
        "reshape",
        "squeeze",
        "stop_gradient",
    }
)
_SIGNS = {
    "add": "+",
    "div": "/",
    "dot_general": "·",
    "integer_pow": "power",
    "mul": "×",
    "neg": "−",
    "reduce_max": "max",
    "reduce_sum": "Σ",
    "select_n": "if",
    "sub": "−",
}
_INFIX = {
    "gt": ">",
    "ge": "≥",
    "lt": "<",
    "le": "≤",
    "eq": "=",
    "ne": "≠",
}
_POWERS = {2: "²", 3: "³", -1: "⁻¹"}
_FRACTIONS = {0.5: "½", 0.25: "¼", 0.75: "¾"}
_SUBSCRIPTS = re.compile("[₀-₉]+")


@dataclasses.dataclass(frozen=True)
class Formula:
    """A text, and how its parts hang together.

    Attributes:
        text: as it stands alone.
        strength: how firmly it holds; a weaker one needs parentheses in a stronger one.
        terms: the summands of a sum.
        coefficient: the number in a product.
        over: the factors of a product.
        under: what a product is divided by.
        matrices: the two sides of a matrix product.
        is_number: whether it is nothing but the coefficient.
    """

    text: str
    strength: int = _ATOM
    terms: tuple[str, ...] = ()
    coefficient: float = 1.0
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    matrices: tuple[str, str] | None = None
    is_number: bool = False

    def within(self, strength: int) -> str:
        """The text, in parentheses where it stands in something stronger."""
        return f"({self.text})" if self.strength < strength else self.text


def sign_of(operation: Operation) -> str:
    """How one operation is called in a formula, or "" if it only changes an array's form."""
    if operation.name in _TRANSPARENT:
        return ""
    return _INFIX.get(operation.name) or _SIGNS.get(operation.name, operation.name)


class Writer:
    """Writes formulas of values in the names of what a step reads.

    Args:
        makers: which operation makes a value.
        names: of the values at which a formula ends.
        varying: the values that depend on parameters or inputs.
    """

    def __init__(
        self, makers: Mapping[Value, Operation], names: Mapping[Value, str], varying: set[Value]
    ) -> None:
        self._makers = makers
        self._names = names
        self._varying = varying
        self._known: dict[Value, Formula] = {}

    def write(self, value: Value) -> str | None:
        """The formula of a value, or None if it would be long."""
        text = self._of(value).text
        return text if len(text) <= _MOST_CHARACTERS and "…(" not in text else None

    def _of(self, value: Value) -> Formula:
        if value not in self._known:
            self._known[value] = self._shortened(value, self._new(value))
        return self._known[value]

    def _shortened(self, value: Value, formula: Formula) -> Formula:
        """A name for what is long and is not what people look at."""
        if len(formula.text) <= _MOST_OF_A_PART or value in self._names:
            return formula
        if value.dtype == np.bool_:
            return Formula("mask")
        if value not in self._varying and is_floating(value):
            return Formula("c")
        return formula

    def _new(self, value: Value) -> Formula:
        if value.constant is not None:
            return _number(value.constant)
        if value in self._names:
            return Formula(self._names[value])
        operation = self._makers.get(value)
        if operation is None:
            return Formula(value.label or "…(")
        inputs = [self._of(read) for read in operation.inputs]
        if operation.name in _TRANSPARENT:
            return inputs[0]
        if operation.name in _INFIX:
            text = f"{inputs[0].within(_SUM)} {_INFIX[operation.name]} {inputs[1].within(_SUM)}"
            return Formula(text, _COMPARISON)
        written = _WRITTEN.get(operation.name, _applied)(operation, inputs)
        # A formula of formulas grows fast; nobody reads the rest.
        return written if len(written.text) < 200 else Formula("…(")


def _number(constant: Any) -> Formula:
    array = np.asarray(constant)
    if array.size != 1:
        return Formula("c")
    number = float(array.reshape(()))
    text = _FRACTIONS.get(number, f"{number:.3g}").replace("-", "−")
    return Formula(text, coefficient=number, is_number=True)


def _sum(operation: Operation, inputs: list[Formula]) -> Formula:
    first, second = inputs
    if operation.name == "sub":
        return Formula(f"{first.text} − {second.within(_PRODUCT)}", _SUM)
    left, right = ([] if f.text == "0" else list(f.terms or (f.within(_SUM),)) for f in inputs)
    terms = [*left, *right] or ["0"]
    return Formula(_added(terms), _SUM if len(terms) > 1 else _ATOM, terms=tuple(terms))


def _added(terms: list[str]) -> str:
    """Terms with their signs; of many that differ in a number only, the first and the last."""
    first = 0
    for first in range(len(terms)):
        alike = {_SUBSCRIPTS.sub("", term) for term in terms[first:]}
        if len(alike) == 1 and len(terms) - first > _MOST_TERMS:
            return " + ".join([*terms[:first], terms[first], "…", terms[-1]])
    return " + ".join(terms)


def _product(operation: Operation, inputs: list[Formula]) -> Formula:
    rest = [formula for formula in inputs if formula.text != "1"]
    if len(rest) == 1 and inputs[0] is rest[0]:
        return rest[0]
    coefficient = 1.0
    over: list[str] = []
    under: list[str] = []
    for number, formula in enumerate(inputs):
        divides = operation.name == "div" and number == 1
        if formula.is_number:
            value = formula.coefficient
            coefficient = coefficient / value if divides and value else coefficient * value
            continue
        tops, bottoms = formula.over, formula.under
        if not (tops or bottoms):
            tops, bottoms = (formula.within(_ATOM if divides else _PRODUCT),), ()
        coefficient *= 1 / formula.coefficient if divides else formula.coefficient
        over += bottoms if divides else tops
        under += tops if divides else bottoms
    return _multiplied(coefficient, tuple(over), tuple(under))


def _multiplied(coefficient: float, over: tuple[str, ...], under: tuple[str, ...]) -> Formula:
    over = tuple(sorted(over, key=lambda factor: factor != "∂"))
    sign = "−" if coefficient < 0 else ""
    size = abs(coefficient)
    shown = [] if size == 1 and over else [_FRACTIONS.get(size, f"{size:.3g}")]
    text = sign + " × ".join([*shown, *over]) + "".join(f" / {part}" for part in under)
    return Formula(text, _PRODUCT, (), coefficient, over, under)


def _negative(operation: Operation, inputs: list[Formula]) -> Formula:
    (formula,) = inputs
    if formula.over or formula.under:
        return _multiplied(-formula.coefficient, formula.over, formula.under)
    return _multiplied(-1.0, (formula.within(_ATOM),), ())


def _matrix_product(operation: Operation, inputs: list[Formula]) -> Formula:
    (left, right), _ = operation.equation.params["dimension_numbers"]
    sides = [formula.within(_ATOM) for formula in inputs]
    if tuple(left) == (0,) and len(operation.inputs[0].shape) == 2:
        sides[0] = _transposed(sides[0])
    if tuple(right) == (1,):
        sides[1] = _transposed(sides[1])
    return Formula("·".join(sides), _PRODUCT, matrices=(sides[0], sides[1]))


def _transposed(text: str) -> str:
    return text.removesuffix("ᵀ") if text.endswith("ᵀ") else f"{text}ᵀ"


def _transpose(operation: Operation, inputs: list[Formula]) -> Formula:
    (formula,) = inputs
    if formula.matrices is None:
        return Formula(_transposed(formula.within(_ATOM)))
    left, right = (_transposed(side) for side in formula.matrices)
    return Formula(f"{right}·{left}", _PRODUCT, matrices=(right, left))


def _total(operation: Operation, inputs: list[Formula]) -> Formula:
    (formula,) = inputs
    shape = operation.inputs[0].shape
    if all(shape[axis] == 1 for axis in operation.equation.params["axes"]):
        return formula
    text = formula.text if formula.strength == _ATOM else f"({formula.text})"
    return Formula(text if text.startswith("Σ ") else f"Σ {text}", _PRODUCT)


def _power(operation: Operation, inputs: list[Formula]) -> Formula:
    power = operation.equation.params.get("y", 2)
    return Formula(inputs[0].within(_ATOM) + _POWERS.get(power, f"^{power}"))


def _choice(operation: Operation, inputs: list[Formula]) -> Formula:
    if len(inputs) != 3:
        return _applied(operation, inputs)
    condition, otherwise, chosen = inputs
    if otherwise.text == "0":
        return _product(operation, [chosen, condition])
    text = f"{chosen.text} if {condition.text} else {otherwise.text}"
    return Formula(text, _COMPARISON)


def _applied(operation: Operation, inputs: list[Formula]) -> Formula:
    name = _FUNCTIONS.get(operation.name, operation.name)
    return Formula(f"{name}({', '.join(formula.text for formula in inputs)})")


_FUNCTIONS = {
    "reduce_max": "max",
    "reduce_min": "min",
    "concatenate": "join",
    "gather": "pick",
    "scatter-add": "scatter",
    "and": "and",
}
_WRITTEN: dict[str, Callable[[Operation, list[Formula]], Formula]] = {
    "add": _sum,
    "add_any": _sum,
    "sub": _sum,
    "mul": _product,
    "div": _product,
    "neg": _negative,
    "dot_general": _matrix_product,
    "transpose": _transpose,
    "reduce_sum": _total,
    "integer_pow": _power,
    "square": _power,
    "select_n": _choice,
}
