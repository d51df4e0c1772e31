from __future__ import annotations

import multiprocessing
import operator
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from numerics.executor import (
    DaskExecutor,
    Executor,
    ExecutorError,
    ProcessExecutor,
    SerialExecutor,
    choose_executor,
)

ROOT = Path(__file__).parents[2]
SQUARE = partial(operator.mul, 3)  # importable by name in any process


@pytest.mark.parametrize("executor", [SerialExecutor(), ProcessExecutor(2)])
def test_results_come_in_the_order_of_the_tasks(executor: Executor) -> None:
    """Every task once, in order, for more tasks than are in flight at once, and for none."""
    assert list(executor.map(SQUARE, range(50))) == [3 * k for k in range(50)]
    assert list(executor.map(SQUARE, [])) == []


def test_few_tasks_are_in_flight() -> None:
    """Tasks are taken from the iterator as results are used, so memory does not grow with their number."""
    taken = []

    def tasks() -> object:
        for k in range(10**9):
            taken.append(k)
            yield k

    results = ProcessExecutor(2).map(SQUARE, tasks())  # type: ignore[arg-type]
    assert [next(results) for _ in range(5)] == [0, 3, 6, 9, 12]
    results.close()
    assert len(taken) < 40


def test_killed_worker_is_replaced() -> None:
    """kill -9 of every worker in the middle loses no task and changes no result."""
    results = ProcessExecutor(2).map(SQUARE, range(200))
    collected = [next(results)]
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)  # type: ignore[arg-type]
    collected += results
    assert collected == [3 * k for k in range(200)]


def test_workers_that_keep_dying_are_reported() -> None:
    """A task that kills its worker each time ends in a clear error, not in an endless loop."""
    with pytest.raises(ExecutorError, match="died 3 times in a row"):
        list(ProcessExecutor(1).map(os._exit, range(1, 3)))  # type: ignore[arg-type]


def test_error_of_a_task_reaches_the_caller() -> None:
    """An exception in a worker is the caller's exception."""
    with pytest.raises(ZeroDivisionError):
        list(ProcessExecutor(1).map(partial(operator.floordiv, 1), [0]))


def test_function_that_cannot_be_sent_is_reported() -> None:
    """Lambdas fail before any process starts, with the remedy."""
    for executor in (ProcessExecutor(1), DaskExecutor("tcp://127.0.0.1:1")):
        with pytest.raises(ExecutorError, match="at the top level of an importable module"):
            next(executor.map(lambda k: k, [1]))


def test_workers_hold_blas_to_one_thread() -> None:
    """threadpoolctl, asked in a worker and in a serial task, sees one BLAS thread."""
    code = (
        "import numpy, threadpoolctl\n"
        "from numerics.executor import ProcessExecutor, SerialExecutor\n"
        "from functools import partial\n"
        "import operator\n"
        "def threads(task):\n"
        "    return max(pool['num_threads'] for pool in threadpoolctl.threadpool_info())\n"
        "if __name__ == '__main__':\n"
        "    before = threads(0)\n"
        "    print(set(SerialExecutor().map(threads, range(2))), before == threads(0), before)\n"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONPATH": str(ROOT)}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["{1}", "True", "2"]


SHARED = """
import multiprocessing, pathlib
from functools import partial
import numpy as np
from numerics.executor import ProcessExecutor

def place(pair, task):
    # Returns the array's values, whether it can be written, and the file that the kernel has mapped at its address.
    whole, fortran = pair
    address = whole.__array_interface__["data"][0]
    for line in pathlib.Path("/proc/self/maps").read_text().splitlines():
        low, high = (int(end, 16) for end in line.split()[0].split("-"))
        if low <= address < high:
            return float(whole[task]), float(fortran[1, 2]), whole.flags.writeable, line.split()[-1]

if __name__ == "__main__":
    pair = np.arange(1e6), np.asfortranarray(np.arange(6.0).reshape(2, 3))
    found = list(ProcessExecutor(2).map(partial(place, pair), range(3)))
    print([row[:3] for row in found], {row[3].startswith("/dev/shm/") for row in found}, len({row[3] for row in found}))
    print(pathlib.Path(found[0][3]).exists())
"""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="asks the kernel through /proc")
def test_arrays_are_shared_with_the_workers_and_cannot_be_written_there(tmp_path: Path) -> None:
    """Both workers read the same block of shared memory, which is gone afterwards."""
    script = tmp_path / "shared.py"
    script.write_text(SHARED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True)
    first, second = out.stdout.splitlines()
    assert first == "[(0.0, 5.0, False), (1.0, 5.0, False), (2.0, 5.0, False)] {True} 1"
    assert second == "False"
    assert not out.stderr


def running(pid: int) -> bool:
    """Return whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the kernel through /proc")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    """kill -9 of the parent alone leaves no worker behind."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import multiprocessing, operator, time\n"
        "from functools import partial\n"
        "from numerics.executor import ProcessExecutor\n"
        "if __name__ == '__main__':\n"
        "    results = ProcessExecutor(2).map(partial(operator.mul, 3), range(1000))\n"
        "    [next(results) for _ in range(20)]\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(running(pid) for pid in workers)
        parent.kill()
    deadline = time.monotonic() + 20
    while any(running(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_script_without_main_guard_gets_a_clear_error(tmp_path: Path) -> None:
    """A script that starts processes at import time would start them for ever; it is told what it lacks."""
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import operator\n"
        "from functools import partial\n"
        "from numerics.executor import ProcessExecutor\n"
        "list(ProcessExecutor(1).map(partial(operator.mul, 3), range(3)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False)
    assert out.returncode != 0
    assert "if __name__ == '__main__':" in out.stderr.splitlines()[-1]


def test_choice_from_options() -> None:
    """Jobs and a scheduler's address select the executor; both at once are an error."""
    assert choose_executor() == SerialExecutor()
    assert choose_executor(jobs=3) == ProcessExecutor(3)
    assert choose_executor(scheduler="tcp://host:1") == DaskExecutor("tcp://host:1")
    assert ProcessExecutor().workers == os.cpu_count()
    with pytest.raises(ValueError, match="exclude each other"):
        choose_executor(jobs=2, scheduler="tcp://host:1")
    with pytest.raises(ValueError, match="jobs must be at least 1, got 0"):
        choose_executor(jobs=0)
    with pytest.raises(ValueError, match="workers must be at least 1"):
        ProcessExecutor(0)


def test_missing_distributed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional extra the error says how to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install 'icl-theory\[distributed\]'"):
        next(DaskExecutor("tcp://127.0.0.1:1").map(SQUARE, [1]))


def test_scheduler_that_does_not_answer_is_reported() -> None:
    """A wrong address is named, with what would be right."""
    pytest.importorskip("distributed")
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        next(DaskExecutor("tcp://127.0.0.1:1", timeout=0.5).map(SQUARE, [1]))
