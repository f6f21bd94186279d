import threading
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.train import compilation
from rightfit.train.compilation import call, compile_ahead, compile_if, compiled
from tests.train.runs import counted_compilations, run_on_two_devices

ONE = np.ones(3, np.float32)


class Jitted:
    """Stands in for a jitted function; what it does while it compiles is the test's."""

    __name__ = "program"

    def __init__(self, compiling: Callable[[], None] = lambda: None) -> None:
        self.compiling = compiling
        self.n_compilations = 0

    def lower(self, *arguments: Any) -> "Jitted":
        return self

    def compile(self) -> None:
        self.n_compilations += 1
        self.compiling()

    def __call__(self, *arguments: Any) -> str:
        return "called"

    def clear_cache(self) -> None:
        """Forget nothing: there is nothing to forget."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_compiled_computes_in_the_type_of_its_arrays(dtype: type) -> None:
    twice: Callable[..., Any] = jax.jit(lambda tree, *, factor: tree["x"] * factor)
    result = compiled(twice, {"x": np.ones(2, dtype)}, factor=np.int32(2))
    assert result.dtype == dtype
    assert jnp.ones(1).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_call_compiles_nothing_after_its_program_was_compiled_ahead(dtype: type) -> None:
    function: Callable[..., Any] = jax.jit(
        lambda scale, tree: jax.tree.map(lambda a: a * scale + 1, tree),
        static_argnums=0,
        donate_argnums=1,
    )
    shape = jax.ShapeDtypeStruct((2, 5), dtype)
    with counted_compilations() as ahead:
        compile_ahead(function, 3, {"x": shape})
    assert len(ahead) == 1
    with counted_compilations() as compilations:
        first = call(function, 3, {"x": np.ones((2, 5), dtype)})
        second = call(function, 3, first)
        compile_ahead(function, 3, second)
    assert compilations == []
    np.testing.assert_array_equal(second["x"], 13)
    assert first["x"].is_deleted()


def test_program_is_compiled_once_for_what_is_alike() -> None:
    function: Any = Jitted()
    for array, static in ((ONE, "a"), (2 * ONE, "a"), (ONE[:2], "a"), (ONE, "b")):
        assert compiled(function, array, static) == "called"
    assert function.n_compilations == 3


@pytest.mark.slow
def test_program_is_compiled_ahead_for_each_device() -> None:
    program = """
import jax, numpy as np
from rightfit.train.compilation import call, compile_ahead
from tests.train.runs import counted_compilations
twice = jax.jit(lambda x: 2 * x)
placed = [jax.device_put(np.ones(3, np.float32), device) for device in jax.devices()]
assert len(placed) == 2
for array in placed:
    compile_ahead(twice, array)
with counted_compilations() as compilations:
    for array in placed:
        call(twice, array)
assert compilations == []
"""
    run_on_two_devices(program)


def test_very_many_programs_are_forgotten_and_compiled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twice: Any = jax.jit(lambda x: 2 * x)
    compiled(twice, np.ones(1))
    n_before = sum(map(len, compilation._COMPILED.values()))
    monkeypatch.setattr(compilation, "_MOST_PROGRAMS", n_before + 3)
    for size in range(2, 5):
        compiled(twice, np.ones(size))
    assert twice._cache_size() == 4
    with counted_compilations() as compilations:
        np.testing.assert_array_equal(compiled(twice, np.ones(9)), 2 * np.ones(9))
    assert twice._cache_size() == len(compilations) == 1
    np.testing.assert_array_equal(compiled(twice, np.ones(4)), 2 * np.ones(4))
    assert twice._cache_size() == 2


def test_no_two_threads_compile_at_the_same_time() -> None:
    begun, may_end = threading.Event(), threading.Event()
    second_begun = threading.Event()

    def slowly() -> None:
        begun.set()
        assert may_end.wait(60)

    first: Any = Jitted(slowly)
    second: Any = Jitted(second_begun.set)
    threads = [
        threading.Thread(target=compile_ahead, args=(function, ONE)) for function in (first, second)
    ]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    # What is compiled already needs no turn.
    assert call(second, ONE) == "called"
    assert not second_begun.wait(0.2)
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert second_begun.is_set()


def test_program_that_two_threads_want_is_compiled_once() -> None:
    function: Any = Jitted(lambda: None)
    with compilation._COMPILING:
        threads = [threading.Thread(target=compile_ahead, args=(function, ONE)) for _ in range(3)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    assert function.n_compilations == 1


def test_function_joins_those_that_are_compiled_in_its_turn_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = threading.Event()
    # The last thing before a function waits for its turn.
    monkeypatch.setattr(compilation, "use_compilation_cache", waits.set)
    function: Any = Jitted()
    thread = threading.Thread(target=compile_ahead, args=(function, ONE))
    with compilation._COMPILING:
        thread.start()
        assert waits.wait(60)
        assert function not in compilation._COMPILED
    thread.join(60)
    assert function.n_compilations == 1


def test_program_that_nobody_wants_any_more_is_not_compiled_when_its_turn_comes() -> None:
    function: Any = Jitted()
    assert not compile_if(lambda: False, function, ONE)
    assert function.n_compilations == 0
    assert compile_if(lambda: True, function, ONE)
    assert compile_if(lambda: False, function, ONE)
    assert function.n_compilations == 1


def test_compilation_that_fails_is_tried_anew() -> None:
    def fail() -> None:
        raise ValueError("no such shape")

    function: Any = Jitted(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="no such shape"):
            compiled(function, ONE)
    assert function.n_compilations == 2


def test_programs_of_a_function_that_is_gone_are_forgotten() -> None:
    before = len(compilation._COMPILED)
    function: Any = Jitted()
    compile_ahead(function, ONE)
    assert len(compilation._COMPILED) == before + 1
    del function
    assert len(compilation._COMPILED) == before
