"""Compiling a program and calling it: two steps, so that each can be timed, and left alone.

No two threads compile at the same time: the compiler gains nothing from it, and what one has
compiled can be timed. And no process keeps too many programs, or Linux would end it.
"""

import threading
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

import jax
import numpy as np

from rightfit.train.compilation_cache import use_compilation_cache, with_sound_cache

_COMPILING = threading.Lock()

# What each function has been compiled for. A function that is gone takes its programs along.
_COMPILED: WeakKeyDictionary[Callable[..., Any], set[Hashable]] = WeakKeyDictionary()

# A program takes up to two hundred memory maps. Linux gives a process 65,530, and where they are
# used up, whatever needs one next ends the process with a segmentation fault.
_MOST_PROGRAMS = 150

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Compile a jitted function for its arguments, unless that is done, and call it."""
    compile_ahead(function, *args, **kwargs)
    return call(function, *args, **kwargs)


def compile_ahead(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
    """Compile a jitted function for arguments like these; calls with such compile nothing.

    Args:
        function: jitted.
        *args: arrays, of which only shapes and types count, or stand-ins that have those; and
            static arguments.
        **kwargs: the same by their names.
    """
    compile_if(lambda: True, function, *args, **kwargs)


def compile_if(
    is_wanted: Callable[[], bool], function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> bool:
    """Do what `compile_ahead` does, unless nobody wants it once it is this program's turn.

    Returns:
        Whether the function is compiled for these arguments.
    """
    likeness = _likeness((args, kwargs))
    if likeness in _COMPILED.get(function, ()):
        return True
    use_compilation_cache()
    with _COMPILING:
        # Functions join in their turn only: whoever makes room goes through all of them.
        known = _COMPILED.setdefault(function, set())
        if likeness in known:
            return True
        if not is_wanted():
            return False
        _make_room()
        with _in_precision_of((args, kwargs)):
            # The function keeps what is compiled, and finds it when it is called.
            jitted = cast(Any, function)
            with_sound_cache(jitted.__name__, lambda: jitted.lower(*args, **kwargs).compile())
        known.add(likeness)
    return True


def call(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function in float64 if any of its arrays is; it should be compiled already.

    JAX compiles it again where it was forgotten meanwhile.
    """
    with _in_precision_of((args, kwargs)):
        return with_sound_cache(function.__name__, lambda: function(*args, **kwargs))


def _make_room() -> None:
    """Forget all programs where there are very many; one that is called again is compiled again."""
    if sum(map(len, _COMPILED.values())) < _MOST_PROGRAMS:
        return
    for function, known in list(_COMPILED.items()):
        known.clear()
        cast(Any, function).clear_cache()


def _in_precision_of(tree: Any) -> AbstractContextManager[Any]:
    leaves = jax.tree.leaves(tree)
    return jax.enable_x64(any(getattr(leaf, "dtype", None) == np.float64 for leaf in leaves))


def _likeness(tree: Any) -> Hashable:
    """What programs are compiled for: structure, shapes, types and devices; static arguments."""
    leaves, structure = jax.tree.flatten(tree)
    return structure, tuple(
        (leaf.shape, leaf.dtype, _device(leaf)) if hasattr(leaf, "dtype") else leaf
        for leaf in leaves
    )


def _device(array: Any) -> Hashable:
    """Where an array must stay; None if it may go to any device."""
    return array.sharding if isinstance(array, jax.Array) and array.committed else None
