from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.export.network import _Writer
from rightfit.export.nodes import Nodes
from rightfit.graph import Value, operations_of
from tests.export.cases import run_nodes

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
W = np.random.default_rng(1).normal(size=(2, 3, 5)).astype(np.float32)


def exported(function: Any, *arrays: np.ndarray) -> np.ndarray:
    """What a traced function gives as nodes."""
    closed = jax.make_jaxpr(function)(*arrays)

    def add(nodes: Nodes) -> list[str]:
        values = [Value(array.shape, array.dtype) for array in arrays]
        operations, outputs = operations_of(closed, values)
        writer = _Writer(nodes)
        for value, name in zip(values, "abc", strict=False):
            writer.remember(value, name)
        for operation in operations:
            writer.write(operation)
        return [writer.read(output).name for output in outputs]

    feeds = dict(zip("abc", arrays, strict=False))
    right = jax.eval_shape(function, *arrays)
    (made,) = run_nodes(add, feeds, right.dtype, rank=len(right.shape))
    found: np.ndarray = made
    return found


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[:, 1:3],
        lambda x: x[1],
        lambda x: x[jnp.array([2, 0])],
        lambda x: jnp.squeeze(x[:1], 0),
        lambda x: x**2 + x**3 - jnp.square(x),
        lambda x: jnp.where(x != 0.5, jnp.abs(x), -x),
        lambda x: jnp.broadcast_to(x[:, None], (4, 2, 3)).reshape(8, 3),
        lambda x: jnp.concatenate([x, jnp.ones((4, 0)), jnp.broadcast_to(x[:1], (4, 3))], axis=1),
        lambda x: jnp.sum(jnp.broadcast_to(x[:, :1], (4, 7)), axis=1),
        lambda x: jnp.expm1(x) + jnp.log1p(jnp.exp(x)) + jax.nn.sigmoid(x),
        lambda x: x.T @ x,
        lambda x: jnp.einsum("bf,cf->bc", x, 2 * x),
        lambda x: jnp.einsum("bf,kfo->kbo", x, W),
        lambda x: jnp.einsum("bf,kfo->bko", x, W),
        lambda x: jnp.einsum("kbf,kfo->kbo", jnp.concatenate([x[None], x[None] * 2]), W),
    ],
)
def test_operations_compute_what_jax_computes(function: Any) -> None:
    right = np.asarray(jax.jit(function)(X))
    np.testing.assert_allclose(exported(function, X), right, rtol=2e-6, atol=2e-6)
