from typing import Any

import jax
import jax.numpy as jnp

from rightfit.graph.described import Described, describe_steps
from rightfit.graph.steps import Step, fold
from tests.graph.programs import N_HIDDEN, N_ROWS, small_loss, traced


def described(loss: Any = small_loss) -> dict[str, Described]:
    program = traced(loss)
    return {step.step.full_name: step for step in describe_steps(program, fold(program))}


def slopes(step: Described) -> dict[str, str]:
    return {slope.of: slope.formula for slope in step.slopes}


def test_steps_have_the_formulas_of_both_directions() -> None:
    steps = described()
    assert {name: step.formula for name, step in steps.items()} == {
        "linear 1": "x·W₁ + b₁",
        "activation 1": "max(x, 0)",
        "output layer": "x·W₂",
        "squared error": "0.2 × Σ (x − y)²",
        "l2": "x + 0.1 × (Σ W₁² + Σ W₂²)",
    }
    assert {name: slopes(step) for name, step in steps.items()} == {
        "linear 1": {"W₁": "xᵀ·∂", "b₁": "Σ ∂"},
        "activation 1": {"x": "∂ × (x > 0)"},
        "output layer": {"x": "∂·W₂ᵀ", "W₂": "xᵀ·∂"},
        "squared error": {"x": "0.4 × ∂ × (x − y)"},
        "l2": {"x": "∂", "W₁": "0.2 × ∂ × W₁", "W₂": "0.2 × ∂ × W₂"},
    }


def test_what_the_backward_pass_reads_of_the_forward_pass_is_told_without_parameters() -> None:
    steps = described()
    stored = {
        name: [(one.name, one.home.full_name if one.home else None) for one in step.stored]
        for name, step in steps.items()
    }
    assert stored == {
        "linear 1": [("x", None)],
        "activation 1": [("x > 0", "activation 1")],
        "output layer": [("x", "activation 1")],
        "squared error": [("2 × (x − y)", "squared error")],
        "l2": [],
    }


def test_outputs_and_slopes_by_them_have_one_shape() -> None:
    for step in described().values():
        assert step.output is not None
        assert [value.shape for value in step.incoming] == [step.output.shape]
    assert described()["linear 1"].incoming[0].shape == (N_ROWS, N_HIDDEN)


def test_what_a_step_reads_are_steps_and_inputs() -> None:
    steps = described()
    (read,) = steps["linear 1"].reads
    assert not isinstance(read, Step)
    assert read.label == "x"
    assert steps["l2"].reads == (steps["squared error"].step,)


def test_what_is_too_long_has_a_name_and_its_operations() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        def wave(hidden: Any) -> Any:
            wide = jnp.sin(hidden) * jnp.exp(hidden) / (1 + jnp.cos(hidden) ** 2)
            return wide + jnp.sqrt(hidden**3) / 7

        return small_loss(parameters, x, y, wave)

    step = described(loss)["activation 1"]
    assert step.formula == "activation(x)"
    assert set(step.operations) == {
        "sin",
        "exp",
        "cos",
        "power",
        "sqrt",
        "×",
        "/",
        "+",
    }
    assert slopes(step) == {"x": "∂ × activation′(x)"}


def test_a_slope_passes_through_a_step_that_only_adds() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        with jax.named_scope("first"):
            hidden = jnp.tanh(x @ parameters[0])
        with jax.named_scope("plus"):
            hidden = hidden + 1
        with jax.named_scope("last"):
            return jnp.sum(hidden @ parameters[2]) + 0 * jnp.sum(parameters[1])

    step = described(loss)["plus"]
    assert step.step.backward == []
    assert [value.shape for value in step.incoming] == [(N_ROWS, N_HIDDEN)]
    assert slopes(step) == {"x": "∂"}


def test_no_slope_flows_where_nothing_is_learned() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        with jax.named_scope("inputs"):
            x = jnp.cos(x)
        return small_loss(parameters, x, y)

    step = described(loss)["inputs"]
    assert (step.formula, step.incoming, step.slopes) == ("cos(x)", (), ())


def test_a_value_that_is_read_twice_gets_the_slopes_of_both() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        with jax.named_scope("first"):
            hidden = jnp.tanh(x @ parameters[0])
        with jax.named_scope("second"):
            other = jnp.sin(hidden)
        with jax.named_scope("third"):
            return jnp.sum(hidden * other) + 0 * small_loss(parameters, x, y)

    steps = described(loss)
    assert steps["third"].reads[:2] == (steps["first"].step, steps["second"].step)
    assert set(slopes(steps["third"])) >= {"x", "x₂"}
    assert {value.shape for value in steps["first"].incoming} == {(N_ROWS, N_HIDDEN)}
