from collections.abc import Sequence
from functools import cache, partial
from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.nn.random_bits import fold_in, random_bits
from tests.oracle.formulas import folded, mix

Key = tuple[int, int]
Bits = NDArray[np.uint32]

LARGEST = 2**32 - 1
PLAIN_KEYS: list[Key] = [(0, 0), (1, 0), (0, 1), (LARGEST, LARGEST), (0x243F6A88, 0x85A308D3)]
BASE = PLAIN_KEYS[-1]

_drawn = jax.jit(random_bits, static_argnames="shape")
_folded = jax.jit(fold_in)


def draw(key: Key, shape: tuple[int, int] = (64, 64)) -> Bits:
    return np.asarray(_drawn(jnp.array(key, jnp.uint32), shape=shape))


def fold(key: Key, *numbers: int) -> Key:
    folded = jnp.array(key, jnp.uint32)
    for number in numbers:
        folded = _folded(folded, np.uint32(number))
    return int(folded[0]), int(folded[1])


@cache
def training_keys() -> list[Key]:
    """Keys as training makes them: of some seeds, consecutive steps and layers."""
    seeds = [BASE, (BASE[0], BASE[1] + 1), (BASE[0] + 1, BASE[1]), (7, 7)]
    return [fold(seed, step, layer) for seed in seeds for step in range(4) for layer in range(3)]


@cache
def training_streams() -> list[Bits]:
    return [draw(key) for key in training_keys()]


def test_bits_keep_their_values() -> None:
    # If this fails, saved seeds have lost their meaning: that needs an entry in CHANGELOG.md.
    expected = [[0x7E70075F, 0x8864EF1C, 0xF7BB721E], [0x622807BB, 0xA0FEA174, 0x52477484]]
    assert draw(BASE, (2, 3)).tolist() == expected
    assert draw((0, 0), (1, 3)).tolist() == [[0, 0x01FCE552, 0x04F8D29E]]
    assert fold(BASE, 0) == (0x7E70075F, 0xD1CE8204)
    assert fold(BASE, 7) == (0x9BF09598, 0x3B5EB219)


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_bits_are_the_hash_of_key_and_position(key: Key) -> None:
    expected = mix(np.arange(15), *key).reshape(5, 3)
    np.testing.assert_array_equal(draw(key, (5, 3)), expected)
    for number in (0, 1, 2, 1_000_000, LARGEST):
        assert fold(key, number) == folded(key, number)


def test_bits_are_the_same_with_and_without_jit_and_in_float64() -> None:
    key = jnp.array(BASE, jnp.uint32)
    np.testing.assert_array_equal(random_bits(key, (5, 3)), draw(BASE, (5, 3)))
    with jax.enable_x64(True):
        wide = jax.jit(partial(random_bits, shape=(5, 3)))(np.array(BASE, np.uint32))
        assert wide.dtype == np.uint32
    np.testing.assert_array_equal(wide, draw(BASE, (5, 3)))


def test_bits_of_a_key_do_not_repeat() -> None:
    # A hash that loses nothing gives each position another value.
    assert len(np.unique(draw(BASE, (512, 128)))) == 512 * 128


@pytest.mark.parametrize("key", [*PLAIN_KEYS, *training_keys()[::7]])
def test_bytes_are_uniform(key: Key) -> None:
    drawn = draw(key, (256, 256))
    for shift in (0, 8, 16, 24):
        counts = np.bincount(((drawn >> shift) & 0xFF).ravel(), minlength=256)
        chi_square = ((counts - 256) ** 2 / 256).sum()
        # 255 degrees of freedom, five standard deviations.
        assert abs(chi_square - 255) < 5 * np.sqrt(2 * 255)


@pytest.mark.parametrize("key", [*PLAIN_KEYS, *training_keys()[::7]])
def test_neighbours_are_independent(key: Key) -> None:
    for bit in (31, 30, 16, 0):
        signs = signs_of([draw(key, (64, 1024))], bit)[0]
        spectrum = np.abs(np.fft.rfft(signs, 2 * len(signs))) ** 2
        lagged = np.fft.irfft(spectrum)[1 : len(signs) // 2]
        assert np.abs(lagged).max() < 6 * np.sqrt(len(signs))


@pytest.mark.parametrize("bit", [31, 30, 24, 16, 8, 0])
def test_bits_of_different_seeds_steps_and_layers_are_uncorrelated(bit: int) -> None:
    keys = training_keys()
    assert len(set(keys)) == len(keys) == 48
    signs = signs_of(training_streams(), bit)
    correlation = signs @ signs.T / signs.shape[1]
    between = np.abs(correlation - np.eye(len(keys)))
    # 1,128 pairs: about one in a million sets would have a pair beyond six deviations.
    assert between.max() < 6 / np.sqrt(signs.shape[1])


def test_no_two_keys_give_shifted_copies() -> None:
    streams = [set(stream.ravel().tolist()) for stream in training_streams()]
    # Two independent streams of 4,096 values share 0.004 on average; copies share thousands.
    assert max(len(a & b) for a, b in combinations(streams, 2)) <= 3


def test_shifted_streams_of_consecutive_steps_are_uncorrelated() -> None:
    for step in range(8):
        a, b = signs_of([draw(fold(BASE, step + i, 1)) for i in (0, 1)], 31)
        crossed = np.fft.irfft(np.fft.rfft(a) * np.conj(np.fft.rfft(b)))
        assert np.abs(crossed).max() < 6 * np.sqrt(len(a))


def test_fold_in_gives_no_key_twice() -> None:
    numbers = jnp.arange(20_000, dtype=jnp.uint32)
    keys = np.asarray(jax.vmap(fold_in, (None, 0))(jnp.array(BASE, jnp.uint32), numbers))
    # Neither word repeats: a shared one would make streams shifted copies.
    for word in keys.T:
        assert len(np.unique(word)) == len(numbers)


def signs_of(streams: Sequence[Bits], bit: int) -> NDArray[np.float64]:
    """One bit of each position as -1 or 1, a row a stream."""
    return np.array([((stream.ravel() >> bit) & 1) * 2.0 - 1 for stream in streams])
