import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit import Classifier, DataError, NetworkGraph, Regressor, draw_graph
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.gradients import subject_of
from rightfit.estimators.graph import _picture
from rightfit.nn import network as network_module
from rightfit.nn.activations import ACTIVATIONS, Activation
from rightfit.objectives import losses, objective
from rightfit.objectives.losses import LOSSES, Loss
from rightfit.train import compilation
from tests.estimators.examples import NUMBERS, THREE, TWO, X, mixed, small, target_for

pytestmark = pytest.mark.slow

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])
PENALISED = {"l2": 0.1, "dropout_rate": 0.3, "input_dropout_rate": 0.1}


def operations(graph: NetworkGraph) -> list[str]:
    return [row.operation for row in graph.operations]


def drawn(model: AbstractEstimator, X: Any = X, y: Any = NUMBERS, **chosen: Any) -> NetworkGraph:
    return draw_graph(model, X, y, check=False, **chosen)


def test_operations_of_a_small_regressor_are_all_there() -> None:
    graph = drawn(small(Regressor, hidden_sizes=(8,)))
    assert [(row.operation, row.forward) for row in graph.operations] == [
        ("linear", "x·W₁ + b₁"),
        ("relu", "max(x, 0)"),
        ("linear", "x·W₂ + b₂"),
        ("squared error", "(x − y)²"),
        ("mean over rows", "Σ (x × w) / n"),
    ]
    assert all(row.gradient_size is not None for row in graph.operations)
    assert graph.n_nodes == 11


def test_dropout_and_l2_are_drawn_where_there_are_any() -> None:
    names = operations(drawn(small(Regressor, hidden_sizes=(8,), **PENALISED)))
    assert names[:4] == ["dropout", "linear", "relu", "dropout"]
    assert names[-1] == "l2"


@pytest.mark.parametrize("chosen", [{}, PENALISED], ids=str)
@pytest.mark.parametrize("hidden_sizes", [(8, 8, 8, 8), (4, 4, 4, 4, 4, 4, 4, 4)])
def test_four_layers_take_at_most_twenty_nodes_and_60_kilobytes(
    hidden_sizes: tuple[int, ...], chosen: dict[str, Any]
) -> None:
    model = small(Classifier, hidden_sizes=hidden_sizes, max_one_hot=3, **chosen)
    graph = drawn(model, mixed(), THREE)
    if len(hidden_sizes) == 4:
        assert graph.n_nodes <= 20
    assert len(graph.svg.encode()) < 60_000
    # Folded is not left out.
    assert operations(graph).count("relu") == len(hidden_sizes)
    assert operations(graph).count("linear") == len(hidden_sizes) + 1


def test_a_network_without_hidden_layers_has_one_linear_operation() -> None:
    graph = drawn(small(Classifier, hidden_sizes=()), X, TWO)
    assert operations(graph) == ["linear", "log loss", "mean over rows"]
    assert "no hidden layer" in graph.title


def test_categories_of_both_forms_are_inputs_and_an_embedding_has_a_slope() -> None:
    graph = drawn(small(Regressor, max_one_hot=3, embedding_size=2), mixed())
    first = graph.operations[0]
    assert first.operation == "inputs"
    assert [slope.of for slope in first.backward] == ["∂E₂"]
    assert "codes" in graph.dot


def test_the_key_of_dropped_inputs_is_no_input_of_theirs() -> None:
    first, second, *_ = drawn(small(Regressor, max_one_hot=3, **PENALISED), mixed()).operations
    assert (first.operation, second.operation) == ("inputs", "dropout")
    assert "key" not in first.forward
    assert second.forward == "x × mask / (1 − rate)"


def test_one_hot_categories_alone_have_no_slope() -> None:
    graph = drawn(small(Regressor, max_one_hot=50), mixed())
    assert (graph.operations[0].operation, graph.operations[0].backward) == ("inputs", ())


@pytest.mark.parametrize("function", [lambda x: x * jnp.sin(x), lambda x: jnp.cos(x)])
def test_a_new_activation_and_a_new_loss_are_in_the_picture(
    monkeypatch: pytest.MonkeyPatch, function: Any
) -> None:
    def cubed(outputs: Any, targets: Any, means: Any) -> Any:
        return jnp.sum(jnp.abs(outputs - targets) ** 3, axis=1)

    monkeypatch.setattr(
        network_module, "ACTIVATIONS", {**ACTIVATIONS, "wave": Activation(function, "glorot")}
    )
    monkeypatch.setattr(objective, "LOSSES", {**LOSSES, "cubed": Loss(cubed, ("regression",))})
    subject = subject_of(small(Regressor, hidden_sizes=(8,), activation="tanh"), X, NUMBERS, 64)
    changed = dataclasses.replace(
        subject,
        network=dataclasses.replace(subject.network, activations=("wave",)),
        plan=dataclasses.replace(
            subject.plan,
            loss="cubed",
            objective=dataclasses.replace(subject.plan.objective, loss="cubed"),
        ),
    )
    picture = _picture(changed, "", 20, measured=True)
    rows = {row.operation: row for row in picture.rows}
    wave = "x × sin(x)" if "sin" in rows["wave"].forward else "cos(x)"
    assert wave == ("x × sin(x)" if function(1.0) > 0.6 else "cos(x)")
    assert rows["cubed"].forward == "abs(x − y)³"
    assert wave in picture.dot
    assert "<b>∂ cubed</b>" in picture.dot
    assert rows["wave"].gradient_size is not None
    assert losses.LOSSES is LOSSES


def test_sizes_are_those_of_the_batch() -> None:
    model = small(Regressor).fit(X, NUMBERS)
    graph = drawn(model)
    outputs = (model.predict(X) - model._model.target.center) / model._model.target.scale
    row = next(row for row in reversed(graph.operations) if row.operation == "linear")
    assert row.value_size == pytest.approx(np.sqrt(np.mean(outputs**2)), rel=1e-4)
    assert graph.n_rows == len(X)


@both
def test_a_fitted_model_is_drawn_without_rows(estimator: type[AbstractEstimator]) -> None:
    y = target_for(estimator)
    model = small(estimator, max_one_hot=3, embedding_size=2, **PENALISED).fit(mixed(), y)
    shapes = draw_graph(model)
    sizes = drawn(model, mixed(), y)
    assert operations(shapes) == operations(sizes)
    assert (shapes.check, shapes.n_rows) == (None, 0)
    assert all(row.value_size is None for row in shapes.operations)
    assert [row.forward for row in shapes.operations] == [row.forward for row in sizes.operations]


def test_the_gradient_check_is_a_part() -> None:
    graph = draw_graph(small(Regressor), X, NUMBERS)
    assert graph.check is not None
    assert graph.check.largest_error < 1e-6
    plain = graph.as_plain()
    assert plain["check"]["largest_error"] == graph.check.largest_error
    assert plain["operations"][0]["backward"][0]["of"] == "∂W₁"


def test_of_a_pack_the_heaviest_member_is_drawn_and_named() -> None:
    model = small(Regressor, l2=[0, 0.1], hidden_sizes=[(8,), (4, 4)], n_seeds=2, random_state=0)
    model.fit(X, NUMBERS)
    graph = draw_graph(model)
    heaviest = model._model.members[0]
    assert operations(graph).count("linear") == len(heaviest.shape.hidden_sizes) + 1
    assert len(model._model.members) > 1
    assert f"Member {heaviest.number}, whose weight" in graph.title
    assert f"{graph.title}." in graph.dot
    fresh = drawn(small(Regressor, l2=[0, 0.1]))
    assert "The first network of the pack, not trained" in fresh.title


def test_the_text_says_every_operation() -> None:
    graph = drawn(small(Regressor, hidden_sizes=(8,)))
    lines = graph.text.splitlines()
    assert len(lines) == len(graph.operations)
    assert lines[1].startswith("relu 1: relu, max(x, 0), shape ")
    assert "backward ∂x = ∂ × (x > 0)" in lines[1]


@pytest.mark.parametrize("rows", [(X, None), (None, NUMBERS)])
def test_rows_and_targets_come_together_or_not_at_all(rows: tuple[Any, Any]) -> None:
    with pytest.raises(DataError, match=r"^Rows and targets were not handed over together\."):
        draw_graph(small(Regressor), *rows)


def test_no_program_of_a_graph_is_compiled_out_of_turn() -> None:
    """Two threads that compile at once gain nothing, and no damaged program would be mended."""
    had_their_turn: list[bool] = []

    def note(event: str, duration_secs: float, **details: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            had_their_turn.append(compilation._COMPILING.locked())

    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        # So many rows as no other test has.
        draw_graph(small(Classifier, **PENALISED), X, THREE, max_rows=7)
    finally:
        jax.monitoring.unregister_event_duration_listener(note)
    assert had_their_turn
    assert all(had_their_turn)
