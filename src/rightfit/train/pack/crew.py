"""Threads that call the compiled program for several blocks at once."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew(Generic[T, R]):
    """Does jobs, a few at a time; a crew of one does them in the calling thread."""

    def __init__(self, n_at_once: int) -> None:
        self.n_at_once = n_at_once
        self._pool = ThreadPoolExecutor(n_at_once, "rightfit") if n_at_once > 1 else None
        self._jobs: dict[Future[R], T] = {}

    @property
    def n_free(self) -> int:
        """Jobs that may be begun now."""
        return self.n_at_once - len(self._jobs)

    @property
    def is_idle(self) -> bool:
        """Whether no job is under way."""
        return not self._jobs

    def begin(self, name: T, job: Callable[[], R]) -> None:
        """Begin a job."""
        if self._pool is not None:
            self._jobs[self._pool.submit(job)] = name
            return
        done: Future[R] = Future()
        done.set_result(job())
        self._jobs[done] = name

    def ended(self) -> list[tuple[T, R]]:
        """Wait until at least one job has ended; give those that have, with their results."""
        done, _ = wait(self._jobs, return_when=FIRST_COMPLETED)
        # In the order in which they were begun, which is the order of the dict.
        ready = [future for future in self._jobs if future in done]
        return [(self._jobs.pop(future), future.result()) for future in ready]

    def __enter__(self) -> "Crew[T, R]":
        """Nothing is to be set up."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the jobs that are under way, and leave."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
