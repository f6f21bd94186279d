from typing import Any

import jax
import jax.numpy as jnp

from rightfit.graph.described import describe_steps
from rightfit.graph.nodes import Column, Nodes, arrange
from rightfit.graph.steps import fold
from tests.graph.programs import small_loss, traced


def arranged(max_nodes: int, loss: Any = small_loss) -> Nodes:
    program = traced(loss)
    return arrange(describe_steps(program, fold(program)), max_nodes)


def name_of(end: Any) -> str:
    return str(end.name if isinstance(end, Column) else end.label)


def test_every_step_has_a_column_if_there_is_room() -> None:
    nodes = arranged(11)
    names = [column.name for column in nodes.columns]
    assert names == ["linear 1", "activation 1", "output layer", "squared error", "l2"]
    assert nodes.n_nodes == 11


def test_steps_of_an_outer_scope_share_a_column_if_not() -> None:
    nodes = arranged(10)
    assert [column.name for column in nodes.columns] == [
        "layer 1",
        "output layer",
        "squared error",
        "l2",
    ]
    assert [step.step.name for step in nodes.columns[0].steps] == ["linear", "activation"]
    assert nodes.n_nodes == 9


def test_arrows_go_from_maker_to_reader_and_slopes_come_back() -> None:
    nodes = arranged(20)
    arrows = [(name_of(a.source), a.target.name, bool(a.slope)) for a in nodes.arrows]
    assert arrows == [
        ("x", "linear 1", False),
        ("linear 1", "activation 1", True),
        ("activation 1", "output layer", True),
        ("output layer", "squared error", True),
        ("squared error", "l2", True),
    ]


def test_stored_values_go_from_who_makes_them_to_who_needs_them() -> None:
    keeps = {
        (name_of(keep.source), keep.target.name): [one.name for one in keep.stored]
        for keep in arranged(20).keeps
    }
    assert keeps == {
        ("x", "linear 1"): ["x"],
        ("activation 1", "activation 1"): ["x > 0"],
        ("activation 1", "output layer"): ["x"],
        ("squared error", "squared error"): ["2 × (x − y)"],
    }


def test_a_column_without_slopes_has_no_backward_node() -> None:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        with jax.named_scope("inputs"):
            x = jnp.cos(x)
        return small_loss(parameters, x, y)

    nodes = arranged(20, loss)
    assert [column.is_derived for column in nodes.columns] == [False] + [True] * 5
    assert nodes.n_nodes == 1 + 6 + 5
