from functools import partial
from typing import Any

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.nn import drop
from rightfit.nn import dropout as dropout_module
from rightfit.nn.random_bits import fold_in

KEY = np.array([0x243F6A88, 0x85A308D3], np.uint32)
RATES = st.floats(0, 1, width=32, exclude_max=True)

_dropped = jax.jit(drop)


def dropped(x: NDArray[Any], rate: float, key: NDArray[np.uint32] = KEY) -> NDArray[Any]:
    with jax.enable_x64(x.dtype == np.float64):
        return np.asarray(_dropped(x, x.dtype.type(rate), key))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rate_zero_changes_nothing(dtype: Any) -> None:
    x = np.random.default_rng(0).standard_normal((8, 5)).astype(dtype)
    np.testing.assert_array_equal(dropped(x, 0), x)


@hypothesis.given(rate=RATES)
@hypothesis.example(rate=0.5)
@hypothesis.example(rate=float(np.float32(0.1)))
@hypothesis.example(rate=1 - 2**-20)
@hypothesis.example(rate=2**-32)
def test_threshold_is_the_rate_as_a_share_of_all_patterns(rate: float) -> None:
    # Patterns around the threshold stand in for random ones.
    threshold = int(rate * 2**32)
    patterns = np.array([[0, max(threshold - 1, 0), threshold, 2**32 - 1]], np.uint32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropout_module, "random_bits", lambda key, shape: jnp.asarray(patterns))
        with jax.disable_jit():
            ones = jnp.ones((1, 4), jnp.float32)
            kept = np.asarray(drop(ones, jnp.float32(rate), jnp.asarray(KEY)))
    np.testing.assert_array_equal(kept[0] != 0, [threshold == 0, threshold == 0, True, True])
    # The share of patterns that are dropped is the rate, to less than 2^-24.
    share = threshold / 2**32
    assert abs(share - rate) < 2**-24
    # What is kept grows by exactly what is lost.
    assert kept[0, 3] == np.float32(1) / (np.float32(1) - np.float32(share))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.25, 0.5, 0.75, 0.99])
def test_share_of_dropped_elements_is_the_rate(rate: float, dtype: Any) -> None:
    x = np.ones((512, 128), dtype)
    n_kept = 0
    for step in range(4):
        after = dropped(x, rate, np.asarray(fold_in(jnp.asarray(KEY), step)))
        share = dtype(int(dtype(rate) * 2**32) / 2**32)
        assert set(np.unique(after).tolist()) == {0.0, float(dtype(1) / (dtype(1) - share))}
        n_kept += int((after != 0).sum())
    n = 4 * x.size
    # Five standard deviations of the binomial distribution.
    assert abs(n_kept - n * (1 - rate)) < 5 * np.sqrt(n * rate * (1 - rate))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_expectation_over_many_keys_is_the_activation(rate: float) -> None:
    n_keys = 20_000
    x = np.array([[-2.0, -0.5, 0.0], [0.25, 1.0, 3.0]], np.float32)
    keys = jax.vmap(fold_in, (None, 0))(jnp.asarray(KEY), jnp.arange(n_keys, dtype=jnp.uint32))
    all_dropped = jax.jit(jax.vmap(partial(drop, jnp.asarray(x), jnp.float32(rate))))(keys)
    mean = np.asarray(all_dropped, np.float64).mean(axis=0)
    deviation = np.abs(x) * np.sqrt(rate / (1 - rate) / n_keys)
    assert (np.abs(mean - x) <= 5 * deviation).all()


@hypothesis.given(rate=RATES, word=st.integers(0, 2**32 - 1))
@hypothesis.settings(max_examples=30)
def test_elements_are_zero_or_scaled(rate: float, word: int) -> None:
    x = np.random.default_rng(1).uniform(1, 2, (8, 5)).astype(np.float32)
    after = dropped(x, rate, np.array([word, 5], np.uint32))
    scaled = x / (np.float32(1) - np.float32(int(rate * 2**32) / 2**32))
    kept = after != 0
    np.testing.assert_allclose(after[kept], scaled[kept], rtol=1e-6)


def test_equal_keys_drop_the_same_and_others_do_not() -> None:
    x = np.ones((64, 64), np.float32)
    np.testing.assert_array_equal(dropped(x, 0.5), dropped(x, 0.5))
    other = dropped(x, 0.5, np.asarray(fold_in(jnp.asarray(KEY), 1)))
    same = np.mean((dropped(x, 0.5) != 0) == (other != 0))
    assert abs(same - 0.5) < 5 * 0.5 / 64


def test_higher_rates_drop_what_lower_ones_drop_and_more() -> None:
    x = np.ones((32, 32), np.float32)
    low, high = (dropped(x, rate) != 0 for rate in (0.2, 0.6))
    assert not (high & ~low).any()


def test_gradient_flows_through_what_is_kept_alone() -> None:
    x = np.random.default_rng(2).standard_normal((8, 5)).astype(np.float32)
    slope = jax.jit(jax.grad(lambda x: jnp.sum(drop(x, jnp.float32(0.5), jnp.asarray(KEY)))))(x)
    np.testing.assert_array_equal(slope, np.where(dropped(x, 0.5) == 0, 0, 2))


def test_infinite_activation_leaves_no_trace_when_it_is_dropped() -> None:
    x = np.where(dropped(np.ones((8, 5), np.float32), 0.5) == 0, np.inf, 1).astype(np.float32)
    assert np.isfinite(dropped(x, 0.5)).all()
