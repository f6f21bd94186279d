from typing import Any

import jax
import numpy as np
import pytest

from rightfit.arrays import Features
from rightfit.errors import RightFitError
from rightfit.export import network
from rightfit.export.network import add_networks
from rightfit.export.nodes import Nodes
from rightfit.export.operations import LOWERINGS
from rightfit.model.predict import forward, place_networks
from rightfit.nn import ACTIVATIONS, Network, NetworkShape, build_network
from tests.export.cases import run_nodes

N_ROWS = 40
BOTH_TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def shape_of(**changes: Any) -> NetworkShape:
    shape: dict[str, Any] = {
        "n_numbers": 4,
        "n_levels": (4, 6),
        "embedding_widths": (0, 3),
        "hidden_sizes": (5, 4),
        "n_outputs": 2,
        **changes,
    }
    activations = tuple(changes.get("activations") or ["relu"] * len(shape["hidden_sizes"]))
    return NetworkShape(**{**shape, "activations": activations})


def network_of(shape: NetworkShape, dtype: Any, seed: int = 0) -> Network:
    random = np.random.default_rng(seed)
    built = build_network(shape, random, dtype)
    moved: Network = jax.tree.map(
        lambda leaf: (leaf + random.normal(scale=0.3, size=leaf.shape)).astype(dtype), built
    )
    return moved


def assert_alike(networks: list[Network], shape: NetworkShape, dtype: Any) -> None:
    """File and engine give the same outputs, for one row and for many."""
    random = np.random.default_rng(5)
    numbers = (3 * random.normal(size=(N_ROWS, shape.n_numbers))).astype(dtype)
    codes = np.stack([random.integers(0, n, N_ROWS) for n in shape.n_levels or (1,)], axis=1)
    features = Features(numbers, codes.astype(np.int32)[:, : len(shape.n_levels)])
    feeds = {name: side for name, side in features._asdict().items() if side.shape[1]}
    sides = Features(*(name if name in feeds else None for name in Features._fields))
    with jax.enable_x64(dtype == np.float64):
        placed = place_networks(networks)
        right = [np.asarray(side) for side in forward(placed.groups, features)]
    widths = (shape.n_numbers, len(shape.n_levels))

    def add(nodes: Nodes) -> list[str]:
        return add_networks(nodes, placed, sides, widths)

    tolerance = 1e-12 if dtype == np.float64 else 2e-5
    for rows in (slice(None), slice(1)):
        some = {name: array[rows] for name, array in feeds.items()}
        found = run_nodes(add, some, dtype, rank=3)
        assert len(found) == len(right)
        for one, other in zip(found, right, strict=True):
            assert one.dtype == dtype
            np.testing.assert_allclose(one, other[:, rows], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_is_exported(activation: str) -> None:
    shape = shape_of(activations=(activation, activation))
    assert_alike([network_of(shape, np.float64)], shape, np.float64)


@BOTH_TYPES
@pytest.mark.parametrize(
    ("embedding", "widths"),
    [
        ("piecewise", (4, 4, 7)),
        ("robust", (4, 1, 7)),
        ("cosine", (3, 3, 3)),
        ("periodic", (3, 3, 3)),
    ],
)
@pytest.mark.parametrize("n_copies", [1, 3])
def test_each_number_embedding_is_exported(
    embedding: str, widths: tuple[int, ...], n_copies: int, dtype: Any
) -> None:
    shape = shape_of(number_embedding=embedding, number_widths=widths, n_copies=n_copies)
    assert_alike([network_of(shape, dtype)], shape, dtype)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_sizes": ()},
        {"hidden_sizes": (), "n_levels": (), "embedding_widths": (), "n_numbers": 1},
        {"n_levels": (), "embedding_widths": ()},
        {"n_numbers": 0},
        {"n_numbers": 0, "n_levels": (3,), "embedding_widths": (2,)},
        {"input_scaling": True, "parametrisation": "ntk"},
        {"input_scaling": True, "hidden_sizes": ()},
        {"n_copies": 4, "parametrisation": "ntk", "activations": ("parametric_relu", "gelu")},
        {"n_copies": 4, "hidden_sizes": (1,), "n_outputs": 1},
        {"n_outputs": 1},
        {"link": "log"},
        {"link": "elu", "n_copies": 3},
    ],
)
def test_each_kind_of_network_is_exported(changes: dict[str, Any]) -> None:
    shape = shape_of(**changes)
    assert_alike([network_of(shape, np.float64)], shape, np.float64)


@BOTH_TYPES
def test_networks_of_one_shape_and_of_several_are_exported_together(dtype: Any) -> None:
    copies = shape_of(n_copies=3, number_embedding="piecewise", number_widths=(4, 4, 4))
    plain, line = shape_of(hidden_sizes=(6,)), shape_of(hidden_sizes=(), n_outputs=1)
    shapes = [copies, plain, copies, plain, line]
    networks = [network_of(shape, dtype, seed) for seed, shape in enumerate(shapes)]
    assert_alike(networks, plain, dtype)


def test_a_file_of_copies_holds_what_they_share_once() -> None:
    shape = shape_of(n_numbers=60, hidden_sizes=(80,), n_copies=32)
    placed = place_networks([network_of(shape, np.float32)])
    nodes = Nodes()
    names = Features(*(nodes.input(name, np.float32, ["rows", 1], "") for name in "ab"))
    (made,) = add_networks(nodes, placed, names, (60, 2))
    nodes.output(made, "y", np.float32, ["rows"], "")
    n_bytes = len(nodes.to_model("part", {}, "0").SerializeToString())
    n_parameters = sum(leaf.size for leaf in jax.tree.leaves(placed.groups))
    assert n_bytes < 1.2 * 4 * n_parameters


def test_an_unknown_operation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = shape_of(activations=("tanh", "tanh"))
    known = {name: lower for name, lower in LOWERINGS.items() if name != "tanh"}
    monkeypatch.setattr(network, "LOWERINGS", known)
    with pytest.raises(RightFitError) as caught:
        assert_alike([network_of(shape, np.float32)], shape, np.float32)
    assert str(caught.value) == (
        "The networks have an operation that cannot be exported: 'tanh'.\n"
        "RightFit's own layers and activations can be exported.\n"
        "hint: please report it, with the parameters of the model"
    )
