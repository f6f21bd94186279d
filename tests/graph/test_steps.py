from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rightfit.graph.program import Program, trace
from rightfit.graph.steps import fold, instances
from tests.graph.programs import traced


def of_weights(loss: Any) -> Program:
    weights = np.ones((3, 3), np.float32)
    return trace(loss, [weights, weights], labels=["W₁", "W₂"], roles=["parameter"] * 2)


def test_steps_are_the_scopes_in_their_order() -> None:
    folded = fold(traced())
    assert [step.path for step in folded.steps] == [
        ("layer_1", "linear"),
        ("layer_1", "activation"),
        ("output_layer",),
        ("squared_error",),
        ("l2",),
    ]
    assert [step.full_name for step in folded.steps] == [
        "linear 1",
        "activation 1",
        "output layer",
        "squared error",
        "l2",
    ]


def test_every_operation_is_in_one_step_or_a_constant_or_collects_a_gradient() -> None:
    program = traced()
    placed = [o for step in fold(program).steps for o in (*step.forward, *step.backward)]
    assert len(placed) == len(set(placed))
    left = set(program.operations) - set(placed)
    assert {operation.name for operation in left if not operation.is_constant} == {"add_any"}


def test_a_gradient_is_parted_into_its_contributions() -> None:
    program = traced()
    folded = fold(program)
    homes = [
        [folded.home[value].name for value in folded.contributions[parameter]]
        for parameter in program.arguments[:3]
    ]
    assert [sorted(names) for names in homes] == [
        ["l2", "linear"],
        ["linear"],
        ["l2", "output layer"],
    ]


def test_a_scope_that_is_entered_again_begins_another_step() -> None:
    def loss(parameters: Any) -> Any:
        x = jnp.ones((2, 3))
        for weight in parameters:
            with jax.named_scope("linear"):
                x = x @ weight
            with jax.named_scope("wave"):
                x = jnp.sin(x)
        return jnp.sum(x)

    program = of_weights(loss)
    steps = fold(program).steps
    assert [step.name for step in steps[:4]] == ["linear", "wave", "linear", "wave"]
    # Each has the backward operations of its own.
    backward = [{operation.name for operation in step.backward} for step in steps[:4]]
    assert [("dot_general" in names, "mul" in names) for names in backward] == [
        (True, False),
        (False, True),
        (True, False),
        (False, True),
    ]


def test_without_scopes_chains_of_operations_become_steps() -> None:
    def loss(parameters: Any) -> Any:
        hidden = jnp.tanh(jnp.ones((2, 3)) @ parameters[0])
        return jnp.sum(hidden @ parameters[1])

    program = of_weights(loss)
    folded = fold(program)
    first, second = folded.steps
    assert first.name.startswith("dot_general, tanh")
    assert second.name == "dot_general, reduce_sum"
    # The gradient of each weight is made where the weight is read.
    makers = [folded.home[folded.contributions[weight][0]] for weight in program.arguments]
    assert makers == [first, second]


def test_what_only_prepares_a_step_is_a_part_of_it() -> None:
    def loss(parameters: Any, key: Any) -> Any:
        with jax.named_scope("outer"):
            key = key + 1
            with jax.named_scope("drop"):
                return jnp.sum(parameters * (key > 1))

    weights = np.ones(3, np.float32)
    program = trace(loss, weights, weights, labels=["W", "key"], roles=["parameter", "other"])
    assert [step.path for step in fold(program).steps] == [("outer", "drop")]


def test_groups_never_need_each_other() -> None:
    needs: dict[str, list[str]] = {"a1": [], "b1": ["a1"], "a2": ["b1"], "a3": [], "b2": ["a2"]}
    groups = instances(list(needs), key=lambda item: item[0], needs=lambda item: needs[item])
    assert groups == [0, 1, 2, 2, 3]
