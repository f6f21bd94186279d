from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.graph.formula import Writer, sign_of
from rightfit.graph.program import Role, trace

MATRIX = np.ones((3, 3), np.float32)


def written(function: Callable[..., Any]) -> str | None:
    """The formula of a function of a matrix x, before it is summed."""
    program = trace(
        lambda x, c: function(x, c).sum(),
        MATRIX,
        MATRIX,
        labels=["x", "c"],
        roles=["parameter", "other"],
    )
    names = {argument: argument.label for argument in program.arguments}
    total = [o for o in program.operations if o.name == "reduce_sum" and not o.is_backward][-1]
    varying = {v for o in program.operations for v in o.outputs}
    return Writer(program.makers(), names, varying).write(total.inputs[0])


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (lambda x, c: x @ c + c, "x·c + c"),
        (lambda x, c: x.T @ c, "xᵀ·c"),
        (lambda x, c: (x.T @ c).T, "cᵀ·x"),
        (lambda x, c: jax.lax.dot_general(x, c, (((0,), (1,)), ((), ()))), "xᵀ·cᵀ"),
        (lambda x, c: jnp.maximum(x, 0), "max(x, 0)"),
        (lambda x, c: jnp.where(x > 0, c, 0), "c × (x > 0)"),
        (lambda x, c: jnp.where(x > 0, c, x), "c if x > 0 else x"),
        (lambda x, c: 0.5 * x * 4 / c, "2 × x / c"),
        (lambda x, c: x / 2 / (x / c), "½ × x × c / x"),
        (lambda x, c: -x * c, "−x × c"),
        (lambda x, c: (x + c) * 3 - c, "3 × (x + c) − c"),
        (lambda x, c: x - (c - x), "x − (c − x)"),
        (lambda x, c: x**2 + c**3, "x² + c³"),
        (lambda x, c: (x - c) ** 2, "(x − c)²"),
        (lambda x, c: jnp.sum(x * c, axis=0), "Σ (x × c)"),
        (lambda x, c: jnp.exp(jnp.tanh(x)), "exp(tanh(x))"),
        (lambda x, c: x + 0, "x"),
        (lambda x, c: x * 1, "x"),
    ],
)
def test_formula_of(function: Callable[..., Any], formula: str) -> None:
    assert written(function) == formula


def test_formula_of_something_long_is_left_to_a_name() -> None:
    assert (
        written(lambda x, c: jnp.exp(x) * jnp.sin(c) / jnp.tanh(x) + jnp.cos(x) ** 3 - jnp.sqrt(c))
        is None
    )


def test_of_many_terms_alike_the_first_and_the_last_are_written() -> None:
    parameters: list[Role] = ["parameter"] * 5
    program = trace(
        lambda ws, x: x + sum(jnp.sum(w**2) for w in ws),
        [MATRIX] * 5,
        np.float32(1),
        labels=[f"W{n}" for n in "₁₂₃₄₅"] + ["x"],
        roles=[*parameters, "input"],
    )
    names = {argument: argument.label for argument in program.arguments}
    varying = {v for o in program.operations for v in o.outputs}
    formula = Writer(program.makers(), names, varying).write(program.loss)
    assert formula == "x + Σ W₁² + … + Σ W₅²"


def test_a_long_condition_is_a_mask() -> None:
    formula = written(lambda x, c: jnp.where(jnp.sin(c) > jnp.cos(c * c) / 3, x, 0))
    assert formula == "x × mask"


def test_operations_have_signs_and_changes_of_form_have_none() -> None:
    program = trace(lambda x: jnp.sum(x.reshape(9) * 2), MATRIX, labels=["x"], roles=["parameter"])
    signs = [sign_of(operation) for operation in program.operations if not operation.is_backward]
    assert signs == ["", "×", "Σ"]
