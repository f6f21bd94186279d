"""Threads that call the compiled program for several blocks at once."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew(Generic[T, R]):
    """Does jobs, a few at a time, while the calling thread watches the time.

    A job cannot be cut short, but it can be left alone: its thread ends with it, and nobody waits
    for that but Python itself before it ends.
    """

    def __init__(self, n_at_once: int) -> None:
        self.n_at_once = n_at_once
        self._pool = ThreadPoolExecutor(n_at_once, "rightfit")
        self._jobs: dict[Future[R], T] = {}
        self._is_over = threading.Event()

    @property
    def n_free(self) -> int:
        """Jobs that may be begun now."""
        return self.n_at_once - len(self._jobs)

    @property
    def is_idle(self) -> bool:
        """Whether no job is under way."""
        return not self._jobs

    def is_wanted(self) -> bool:
        """Whether anybody still waits for the crew; jobs may ask before they do what is long."""
        return not self._is_over.is_set()

    @property
    def names(self) -> Iterable[T]:
        """Of the jobs that are under way."""
        return tuple(self._jobs.values())

    def begin(self, name: T, job: Callable[[], R]) -> None:
        """Begin a job."""
        self._jobs[self._pool.submit(job)] = name

    def ended(self, seconds: float) -> list[tuple[T, R]]:
        """Wait so long for a job to end; give those that have, with their results."""
        done, _ = wait(self._jobs, seconds, FIRST_COMPLETED)
        # In the order in which they were begun, which is the order of the dict.
        ready = [future for future in self._jobs if future in done]
        return [(self._jobs.pop(future), future.result()) for future in ready]

    def leave(self, name: T) -> None:
        """Forget a job that is under way."""
        self._jobs = {future: other for future, other in self._jobs.items() if other is not name}

    def __enter__(self) -> "Crew[T, R]":
        """Nothing is to be set up."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave what is under way alone, and go."""
        self._is_over.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
