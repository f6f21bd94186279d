from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rightfit.graph.program import Value, depending_on, root_mean_squares, trace
from tests.graph.programs import arrays, flat, small_loss, traced


def test_sizes_of_the_traced_gradient_are_those_of_the_gradient() -> None:
    program = traced()
    wanted = [(slope,) for slope in program.gradients.values()]
    sizes = root_mean_squares(program, flat(), [(program.loss,), *wanted])
    loss, gradient = jax.value_and_grad(small_loss)(*arrays())
    expected = [np.sqrt(np.mean(np.square(array))) for array in (loss, *gradient)]
    np.testing.assert_allclose(sizes, expected, rtol=1e-5)


def test_size_of_several_values_is_that_of_their_sum() -> None:
    program = traced()
    x = program.arguments[3]
    (size,) = root_mean_squares(program, flat(), [(x, x)])
    np.testing.assert_allclose(size, 2 * np.sqrt(np.mean(arrays()[1] ** 2)), rtol=1e-6)


def test_no_forward_operation_reads_what_a_backward_one_makes() -> None:
    program = traced()
    backward = {v for o in program.operations if o.is_backward for v in o.outputs}
    forward = [o for o in program.operations if not o.is_backward]
    assert all(backward.isdisjoint(operation.inputs) for operation in forward)
    assert {o.name for o in program.operations if o.is_backward} >= {"dot_general", "reduce_sum"}


def test_backward_operations_have_the_scope_of_what_they_come_from() -> None:
    program = traced()
    scopes = {o.scope for o in program.operations if o.is_backward and o.name == "dot_general"}
    assert scopes == {("layer_1", "linear"), ("output_layer",)}


def test_programs_within_the_program_are_written_down_in_it() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        return small_loss(parameters, x, y, jax.checkpoint(jax.jit(jax.nn.gelu)))

    program = traced(loss)
    scopes = {o.scope[:2] for o in program.operations if o.name == "tanh"}
    assert scopes == {("layer_1", "activation")}
    names = {operation.name for operation in program.operations}
    assert names.isdisjoint({"jit", "pjit", "checkpoint", "remat2", "custom_jvp_call"})


def test_a_compiled_function_outside_of_every_scope_lends_its_name() -> None:
    @jax.jit
    def wave(x: Any) -> Any:
        return jnp.sin(x) * x

    program = trace(
        lambda w, x: jnp.sum(wave(w * x)),
        np.float32(2),
        np.ones(3, np.float32),
        labels=["w", "x"],
        roles=["parameter", "input"],
    )
    assert {o.scope for o in program.operations if o.name == "sin"} == {("wave",)}


def test_what_nothing_depends_on_is_left_out() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        jnp.cos(x)
        return small_loss(parameters, x, y)

    assert "cos" not in {operation.name for operation in traced(loss).operations}


def test_what_depends_on_a_value_is_found() -> None:
    program = traced()
    first = depending_on(program, {program.arguments[0]})
    assert program.loss in first
    last: set[Value] = depending_on(program, {program.seed})
    assert set(program.gradients.values()) <= last
    assert program.loss not in last
