"""Where the blocks of a long computation run: this process, several processes, or a Dask cluster.

An executor only maps a function over tasks and yields the results in the order of the tasks. What a task is, and how
the results are combined, is fixed by the method that is run, so no number can depend on the executor or on how many
workers it has. BLAS is held to one thread everywhere, in this process too, since its rounding may depend on the thread
count.
"""

from __future__ import annotations

import importlib
import itertools
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.shared_memory import SharedMemory
from typing import Any, Protocol, TypeVar

from threadpoolctl import ThreadpoolController

from numerics.problem import checked_length
from theory.errors import IclTheoryError

Result = TypeVar("Result")

_TASKS_IN_FLIGHT = 4
"""Tasks for each worker: enough that none waits for work, few enough that memory stays flat."""

_ALIGNMENT = 64
"""Bytes: a cache line, on which arrays in shared memory begin."""

_BREAKDOWNS = 3
"""How often the pool may break without a single new result before the run is given up."""


class ExecutorError(IclTheoryError, RuntimeError):
    """Workers cannot be started, or keep dying."""


class Executor(Protocol):
    """Maps a function over block numbers."""

    def map(self, function: Callable[[int], Result], tasks: Iterable[int]) -> Generator[Result, None, None]:
        """Yield function(task) for each task, in the order of the tasks, holding only a few at a time."""


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _call_single_threaded(function: Callable[[int], Result], task: int) -> Result:
    with _blas().limit(limits=1):
        return function(task)


@dataclass(frozen=True)
class SerialExecutor:
    """Runs every task in this process, one after another."""

    def map(self, function: Callable[[int], Result], tasks: Iterable[int]) -> Generator[Result, None, None]:
        """Yield function(task) for each task, in the order of the tasks."""
        for task in tasks:
            yield _call_single_threaded(function, task)


@dataclass(frozen=True)
class _Package:
    """A pickled function; its arrays lie one after another in a block of shared memory."""

    content: bytes
    block: str
    places: tuple[tuple[int, int], ...]


@contextmanager
def _shared(function: Callable[[int], Any]) -> Iterator[_Package]:
    """Put the arrays of a function where all workers read them without a copy of their own."""
    buffers: list[pickle.PickleBuffer] = []
    content = _pickled(function, buffers.append)
    views = [buffer.raw() for buffer in buffers]
    places: list[tuple[int, int]] = []
    end = 0
    for view in views:
        start = -(-end // _ALIGNMENT) * _ALIGNMENT
        end = start + view.nbytes
        places.append((start, end))
    memory = SharedMemory(create=True, size=max(1, end))
    try:
        for (start, stop), view in zip(places, views, strict=True):
            _bytes(memory)[start:stop] = view
        yield _Package(content, memory.name, tuple(places))
    finally:
        memory.close()
        memory.unlink()


def _bytes(memory: SharedMemory) -> memoryview:
    if memory.buf is None:
        raise ExecutorError(f"the shared memory {memory.name} is closed already")
    return memory.buf


# The function is sent to each worker once, when it starts, and not again with every task.
_worker_function: Callable[[int], Any]
_worker_memory: SharedMemory


def _start_worker(package: _Package) -> None:
    global _worker_function, _worker_memory  # noqa: PLW0603 - the only state a spawned worker can keep between tasks
    _worker_memory = SharedMemory(package.block)
    # Read-only, so that no task can change what another one sees.
    shared = _bytes(_worker_memory).toreadonly()
    _worker_function = pickle.loads(package.content, buffers=[shared[start:stop] for start, stop in package.places])
    _blas().limit(limits=1)
    # Control-C reaches the whole process group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that is killed cannot shut its pool down, and its workers would wait for tasks for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_in_worker(task: int) -> Any:
    return _worker_function(task)


@dataclass(frozen=True)
class ProcessExecutor:
    """Runs tasks in worker processes, started afresh ("spawn") and holding BLAS to one thread each.

    The arrays that the function carries are put into shared memory once; workers read them there and cannot write.
    A worker that is killed is replaced and its tasks are run again; since a task's result does not depend on where and
    when it runs, the outcome is the same.

    Args:
        workers: the number of processes; None is one for each processor.

    Raises:
        ValueError, TypeError: if workers is not an integer of at least 1.
        ExecutorError: from map, if workers keep dying, or the function cannot be sent to them.
    """

    workers: int | None = None

    def __post_init__(self) -> None:
        count = (os.cpu_count() or 1) if self.workers is None else checked_length("workers", self.workers)
        object.__setattr__(self, "workers", count)

    def map(self, function: Callable[[int], Result], tasks: Iterable[int]) -> Generator[Result, None, None]:
        """Yield function(task) for each task, in the order of the tasks."""
        with _shared(function) as package:
            yield from self._results(package, iter(tasks))

    def _results(self, package: _Package, waiting: Iterator[int]) -> Generator[Any, None, None]:
        window = _TASKS_IN_FLIGHT * (self.workers or 1)
        unfinished: deque[int] = deque()
        breakdowns = 0
        while breakdowns < _BREAKDOWNS:
            pool = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(package,)
            )
            futures: deque[Future[Any]] = deque()
            try:
                futures.extend(pool.submit(_run_in_worker, task) for task in unfinished)
                while True:
                    for task in itertools.islice(waiting, window - len(unfinished)):
                        unfinished.append(task)
                        futures.append(pool.submit(_run_in_worker, task))
                    if not futures:
                        return
                    result = futures[0].result()
                    futures.popleft()
                    unfinished.popleft()
                    breakdowns = 0
                    yield result
            except BrokenProcessPool:
                breakdowns += 1
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        raise ExecutorError(
            f"the worker processes died {_BREAKDOWNS} times in a row without finishing a task: they may be out of "
            "memory, or the script that starts them lacks `if __name__ == '__main__':` around its work"
        )


@dataclass(frozen=True)
class DaskExecutor:
    """Runs tasks on a Dask cluster; needs the optional extra, `pip install icl-theory[distributed]`.

    Dask runs the tasks of a lost worker again on another one. The same bits come out as elsewhere if all workers have
    the same kind of processor and the same NumPy.

    Args:
        address: the address of the scheduler, such as "tcp://127.0.0.1:8786".

    Raises:
        ExecutorError: from map, if distributed is not installed or no scheduler answers at the address.
    """

    address: str
    timeout: float = 30.0

    def map(self, function: Callable[[int], Result], tasks: Iterable[int]) -> Generator[Result, None, None]:
        """Yield function(task) for each task, in the order of the tasks."""
        _pickled(function)
        try:
            distributed = importlib.import_module("distributed")
        except ImportError as error:
            raise ExecutorError(
                f"a Dask scheduler ({self.address}) needs the package distributed: "
                "pip install 'icl-theory[distributed]'"
            ) from error
        try:
            client = distributed.Client(self.address, timeout=self.timeout, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutorError(
                f"no Dask scheduler answers at {self.address!r} ({error}); "
                "start one with `dask scheduler` and give its tcp:// address"
            ) from error
        with client:
            shared = client.scatter(function, broadcast=True, hash=False)
            window = _TASKS_IN_FLIGHT * max(1, sum(client.nthreads().values()))
            waiting = iter(tasks)
            futures: deque[Any] = deque()
            while True:
                for task in itertools.islice(waiting, window - len(futures)):
                    futures.append(client.submit(_call_single_threaded, shared, task, pure=False))
                if not futures:
                    return
                result: Result = futures[0].result()
                futures.popleft()
                yield result


def choose_executor(jobs: int = 1, scheduler: str | None = None) -> Executor:
    """Return the executor for a number of processes or a Dask scheduler's address; both together are an error.

    Raises:
        ValueError, TypeError: if jobs is not an integer of at least 1, or both arguments are given.
    """
    jobs = checked_length("jobs", jobs)
    if scheduler is None:
        return SerialExecutor() if jobs == 1 else ProcessExecutor(jobs)
    if jobs != 1:
        raise ValueError(
            f"jobs = {jobs} and scheduler = {scheduler!r} exclude each other: "
            "the cluster decides how many workers it has"
        )
    return DaskExecutor(scheduler)


def _pickled(function: Callable[[int], Any], outside: Callable[[pickle.PickleBuffer], object] | None = None) -> bytes:
    try:
        return pickle.dumps(function, protocol=5, buffer_callback=outside)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ExecutorError(
            f"the computation cannot be sent to other processes ({error}); "
            "define your own label and query functions at the top level of an importable module, not as lambdas"
        ) from error
