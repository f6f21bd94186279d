import dataclasses
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import rightfit.nn
from rightfit.arrays import Features
from rightfit.nn import (
    ACTIVATIONS,
    CategoryInput,
    Cosine,
    Linear,
    Network,
    Periodic,
    PiecewiseLinear,
    Unbent,
)
from tests.train.runs import network_of

Make = Callable[[Any], tuple[eqx.Module, Any]]

N_ROWS = 6
BOTH_TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def _numbers(dtype: Any, *shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def _network(dtype: Any) -> tuple[eqx.Module, Any]:
    built = network_of(
        hidden_sizes=(4, 2), n_levels=(3, 5), embedding_widths=(0, 2), n_outputs=2, dtype=dtype
    )
    codes = np.array([[0, 0], [1, 4], [2, 1], [0, 2], [1, 3], [2, 0]], np.int32)
    return built, Features(_numbers(dtype, N_ROWS, 3), codes)


# How each layer is made, and what it is called with; `test_every_layer_is_here` keeps it whole.
LAYERS: dict[type[eqx.Module], list[Make]] = {
    Linear: [
        lambda dtype: (
            Linear(_numbers(dtype, 3, 4), _numbers(dtype, 4)),
            _numbers(dtype, N_ROWS, 3),
        )
    ],
    CategoryInput: [
        lambda dtype: (CategoryInput(_numbers(dtype, 4, 2), 4), np.arange(6, dtype=np.int32) % 4),
        lambda dtype: (CategoryInput(None, 4), np.arange(6, dtype=np.int32) % 4),
    ],
    PiecewiseLinear: [lambda dtype: (PiecewiseLinear((3, 3, 2)), _numbers(dtype, N_ROWS, 3))],
    Unbent: [lambda dtype: (Unbent((3, 3, 2)), _numbers(dtype, N_ROWS, 3))],
    Cosine: [
        lambda dtype: (
            Cosine(_numbers(dtype, 6), _numbers(dtype, 6), 3),
            _numbers(dtype, N_ROWS, 3),
        )
    ],
    Periodic: [
        lambda dtype: (
            Periodic(_numbers(dtype, 6), Linear(_numbers(dtype, 4, 5), _numbers(dtype, 5)), 3),
            _numbers(dtype, N_ROWS, 3),
        )
    ],
    Network: [_network],
}
MAKES = [make for makes in LAYERS.values() for make in makes]
EACH_LAYER = pytest.mark.parametrize(
    "make", MAKES, ids=[kind.__name__ for kind, makes in LAYERS.items() for _ in makes]
)


def call(layer: eqx.Module, inputs: Any) -> Any:
    if isinstance(layer, Unbent):
        return layer(inputs, jnp.arange(layer.n_edges, dtype=inputs.dtype))
    return layer(inputs)  # type: ignore[operator]


@pytest.fixture
def in_type(dtype: Any) -> Any:
    with jax.enable_x64(dtype == np.float64):
        yield dtype


def test_every_layer_is_here() -> None:
    found = {
        kind
        for module in vars(rightfit.nn).values()
        if isinstance(module, ModuleType)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, eqx.Module) and kind is not eqx.Module
    }
    assert found == set(LAYERS)


@EACH_LAYER
@BOTH_TYPES
def test_layer_keeps_rows_and_type_and_is_the_same_with_jit(make: Make, in_type: Any) -> None:
    layer, inputs = jax.tree.map(jnp.asarray, make(in_type))
    plain = call(layer, inputs)
    assert plain.shape[0] == N_ROWS
    assert plain.ndim == 2
    assert plain.dtype == in_type
    assert np.isfinite(plain).all()
    np.testing.assert_allclose(jax.jit(call)(layer, inputs), plain, rtol=1e-5, atol=1e-6)


@EACH_LAYER
@BOTH_TYPES
def test_layer_has_a_finite_gradient_of_its_own_shape(make: Make, in_type: Any) -> None:
    layer, inputs = make(in_type)
    slope = jax.jit(jax.grad(lambda layer, inputs: jnp.sum(call(layer, inputs) ** 2)))(
        layer, inputs
    )
    for leaf, array in zip(jax.tree.leaves(slope), jax.tree.leaves(layer), strict=True):
        assert leaf.shape == array.shape
        assert leaf.dtype == in_type
        assert np.isfinite(leaf).all()
        assert np.abs(leaf).max() > 0


@EACH_LAYER
def test_layer_treats_every_row_on_its_own(make: Make) -> None:
    layer, inputs = jax.tree.map(jnp.asarray, make(np.float32))
    whole = np.asarray(jax.jit(call)(layer, inputs))
    turned = jax.tree.map(lambda array: array[::-1], inputs)
    np.testing.assert_allclose(jax.jit(call)(layer, turned)[::-1], whole, rtol=1e-6, atol=1e-7)
    first = jax.tree.map(lambda array: array[:1], inputs)
    np.testing.assert_allclose(jax.jit(call)(layer, first), whole[:1], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ACTIVATIONS)
@BOTH_TYPES
def test_activation_keeps_shape_and_type_and_is_the_same_with_jit(name: str, in_type: Any) -> None:
    function = ACTIVATIONS[name].function
    x = jnp.asarray(_numbers(in_type, 3, 4) * 3)
    plain = function(x)
    assert plain.shape == x.shape
    assert plain.dtype == in_type
    np.testing.assert_allclose(jax.jit(function)(x), plain, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_maps_every_element_on_its_own(name: str) -> None:
    function = jax.jit(ACTIVATIONS[name].function)
    x = jnp.linspace(-4, 4, 12)
    np.testing.assert_allclose(function(x.reshape(3, 4)).ravel(), function(x), rtol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_has_a_finite_gradient_everywhere(name: str) -> None:
    x = np.array([-1e12, -1e4, -100, -1, -1e-30, 0, 1e-30, 1, 100, 1e4, 1e12], np.float32)
    slopes = jax.jit(jax.vmap(jax.grad(ACTIVATIONS[name].function)))(x)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize("kind", LAYERS)
def test_layer_cannot_be_changed(kind: type[eqx.Module]) -> None:
    layer, _ = LAYERS[kind][0](np.float32)
    field = dataclasses.fields(layer)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(layer, field, None)
