"""Speed of the symbolic engine beside the peers that can do the task at all, measured in one run.

    python -m benchmarks.engine [--repeat 5] [--limit 60]

Times are processor times, so that other work on the machine counts little. Peers: tensorgrad (pip install tensorgrad;
needs torch), symbolic d and n, and sympy.stats at d = N = 2, which knows no symbolic d. A peer that is not installed,
or does not finish within the limit, is reported as such. WishartMoments imports SageMath, which pip does not install,
and wishmom is a package of R; neither runs here.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import multiprocessing
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over, vector
from theory.zhang2024.model import Law
from theory.zhang2024.population_loss import loss_expression, population_loss

# Seconds that one measurement takes at least.
SHORTEST = 0.02


def wishart() -> tuple[Expression, dict[Expression, Gaussian]]:
    """W = sum_i x_i x_i' and the law of x."""
    x = vector("x")
    xi = indexed(x, "i")
    return sum_over("i", "n", xi @ xi.T), {x: Gaussian(matrix("Lambda", definite=True))}


def our_awbw() -> Expression:
    """E tr(AWBW)."""
    W, law = wishart()
    return expectation((matrix("A") @ W @ matrix("B") @ W).trace(), law)


def our_power(k: int) -> Expression:
    """E[W^k]."""
    W, law = wishart()
    return expectation(W**k, law)


def our_distinct(k: int) -> Expression:
    """E tr(W A_1 ... W A_k): (2k - 1)!! terms, none of which merge."""
    W, law = wishart()
    word = W @ matrix("A1")
    for i in range(2, k + 1):
        word = word @ W @ matrix(f"A{i}")
    return expectation(word.trace(), law)


def our_layers(layers: int, scalar_steps: bool, most_work: int | None = None) -> Expression:
    """E tr(P' Lambda P), P = (I - A_1 W/n) ... (I - A_k W/n): the loss of k steps of preconditioned gradient descent.

    With scalar steps a_k I in place of A_k, and Lambda = I.
    """
    W, law = wishart()
    P = identity("d")
    for k in range(1, layers + 1):
        step = scalar_letter(f"a{k}") * identity("d") if scalar_steps else matrix(f"A{k}")
        P = P @ (identity("d") - step @ W / length("n"))
    if scalar_steps:
        return expectation((P.T @ P).trace(), {vector("x"): Gaussian(identity("d"))}, most_work=most_work)
    return expectation((P.T @ matrix("Lambda", definite=True) @ P).trace(), law, most_work=most_work)


def gradient_calls() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The gradient of the loss with a mean of the covariates (92 terms) at d = 10: compiled, and by `evaluate`."""
    formula = population_loss(covariate_mean=True).gradient("U11")
    generator = np.random.default_rng(0)
    root = generator.normal(size=(10, 10))
    values: dict[str, Any] = {name: generator.normal(size=10) for name in ("u21", "u12", "covariate_mean")}
    values |= {"covariance": root @ root.T, "U11": root, "u": 0.7, "context_length": 20}
    compiled = formula.lambdify("numpy")
    return (lambda: compiled(**values)), (lambda: formula.evaluate(**values))


def our_loss() -> Expression:
    """The population loss in all blocks."""
    return loss_expression(Law())[0]


def cold_start() -> None:
    """All derivations in a new process."""
    code = "from theory import DERIVATIONS\nfor make in DERIVATIONS.values(): make()"
    subprocess.run([sys.executable, "-c", code], check=True)


def _tensorgrad_word(factors: int, with_letters: bool) -> None:
    import tensorgrad as tg

    d, n = tg.symbols("d n")
    X = tg.Variable("X", x=d, i=n)
    Lambda = tg.Variable("L", x=d, x2=d).with_symmetries("x x2")

    def W(left: str, right: str) -> Any:
        return X.rename(x=left) @ X.rename(x=right)

    if with_letters:
        A, B = tg.Variable("A", p=d, q=d), tg.Variable("B", r=d, s=d)
        word = A @ W("q", "r") @ B @ W("s", "p")
    else:
        word = W("e0", "e1")
        for k in range(1, factors):
            word = word @ W(f"e{k}", f"e{k + 1}")
    covariance = Lambda @ tg.Delta(n, "i", "i2")
    tg.Expectation(word, X, covar=covariance, covar_names={"x": "x2", "i": "i2"}).full_simplify()


def tensorgrad_awbw() -> None:
    """E tr(AWBW) by tensorgrad."""
    _tensorgrad_word(2, with_letters=True)


def tensorgrad_cube() -> None:
    """E[W^3] by tensorgrad."""
    _tensorgrad_word(3, with_letters=False)


def _sympy_data(names: str) -> tuple[Any, Any]:
    """A 2 x 2 matrix of independent standard normals by sympy.stats, coloured by a symbolic triangular factor."""
    import sympy
    from sympy.stats import Normal

    a, b, c = sympy.symbols("a b c", positive=True)
    factor = sympy.Matrix([[a, 0], [b, c]])
    normals = sympy.Matrix(2, 2, [Normal(f"{names}{i}", 0, 1) for i in range(4)])
    return sympy, factor * normals


def sympy_awbw() -> None:
    """E tr(AWBW) by sympy.stats at d = N = 2."""
    from sympy.stats import E

    sympy, X = _sympy_data("z")
    W = X * X.T
    A = sympy.Matrix(2, 2, sympy.symbols("a0:4"))
    B = sympy.Matrix(2, 2, sympy.symbols("b0:4"))
    E(sympy.expand((A * W * B * W).trace()))


def sympy_cube() -> None:
    """E[W^3] by sympy.stats at d = N = 2."""
    from sympy.stats import E

    sympy, X = _sympy_data("z")
    W = X * X.T
    (W**3).applyfunc(lambda entry: E(sympy.expand(entry)))


def sympy_loss() -> None:
    """The population loss, Lambda = I, by sympy.stats at d = N = 2."""
    from sympy.stats import E, Normal

    sympy, X = _sympy_data("z")
    x_q = sympy.Matrix([Normal("q0", 0, 1), Normal("q1", 0, 1)])
    w = sympy.Matrix([Normal("w0", 0, 1), Normal("w1", 0, 1)])
    U = sympy.Matrix(2, 2, sympy.symbols("U0:4"))
    u21, u12 = sympy.Matrix(sympy.symbols("k0 k1")), sympy.Matrix(sympy.symbols("p0 p1"))
    u = sympy.Symbol("u")
    y = X.T * w
    row = u12.T * X + u * y.T
    predicted = (row * (X.T * U + y * u21.T) * x_q + u12.T * x_q * x_q.T * U * x_q)[0, 0] / 2
    E(sympy.expand((predicted - (w.T * x_q)[0, 0]) ** 2))


def processor_time() -> float:
    """Processor time of this process and of those that it waited for, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def median_time(task: Callable[[], Any], repeat: int) -> float:
    """Median processor time of a call in seconds; short tasks are called often enough to take `SHORTEST` together."""
    began = processor_time()
    task()
    number = max(1, math.ceil(SHORTEST / max(processor_time() - began, 1e-6)))
    times = []
    for _ in range(repeat):
        began = processor_time()
        for _ in range(number):
            task()
        times.append((processor_time() - began) / number)
    return statistics.median(times)


def limited_time(task: Callable[[], Any], limit: float) -> float | None:
    """Processor time of one run in a process of its own without its start; None if it takes longer than the limit.

    The limit counts for the clock on the wall.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        began = processor_time()
        task()
        sender.send(processor_time() - began)

    process = context.Process(target=run)
    process.start()
    taken = receiver.recv() if receiver.poll(limit) else None
    process.terminate()
    process.join()
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a peer may take for one task")
    parser.add_argument("--long", action="store_true", help="four general layers too: minutes, and gigabytes of memory")
    arguments = parser.parse_args()
    compiled, evaluated = gradient_calls()
    tasks: list[tuple[str, Callable[[], Any], float, dict[str, Callable[[], Any]]]] = [
        ("E tr(AWBW)", our_awbw, 0.02, {"tensorgrad": tensorgrad_awbw, "sympy.stats d=N=2": sympy_awbw}),
        ("E[W^3]", lambda: our_power(3), 0.02, {"tensorgrad": tensorgrad_cube, "sympy.stats d=N=2": sympy_cube}),
        ("E[W^6]", lambda: our_power(6), 0.5, {}),
        ("E[W^9]", lambda: our_power(9), 0.05, {}),
        ("E[W^12]", lambda: our_power(12), 1.0, {}),
        ("E tr(W A1 ... W A6)", lambda: our_distinct(6), 0.5, {}),
        ("E tr(W A1 ... W A7)", lambda: our_distinct(7), 5.0, {}),
        ("4 layers, scalar steps", lambda: our_layers(4, True), 0.1, {}),
        ("6 layers, scalar steps", lambda: our_layers(6, True), 2.0, {}),
        ("3 layers, general", lambda: our_layers(3, False), 0.1, {}),
        ("gradient at d = 10, compiled", compiled, 1e-4, {"evaluate": evaluated}),
        ("full loss, all blocks", our_loss, 2.0, {"sympy.stats d=N=2": sympy_loss}),
        ("all derivations, cold start", cold_start, 10.0, {}),
    ]
    if arguments.long:
        tasks.append(("4 layers, general", lambda: our_layers(4, False, 10**9), 60.0, {}))
    print(f"{'task':<28} {'ours [s]':>10} {'target':>7}   peer")
    for name, task, target, peers in tasks:
        ours = median_time(task, arguments.repeat)
        print(f"{name:<28} {ours:>10.3g} {target:>7.2g}", end="")
        for i, (peer, other) in enumerate(peers.items()):
            start = "   " if i == 0 else "\n" + " " * 50
            if peer == "tensorgrad" and importlib.util.find_spec("tensorgrad") is None:
                print(f"{start}{peer}: not installed", end="")
                continue
            taken = limited_time(other, arguments.limit)
            if taken is None:
                print(f"{start}{peer}: more than {arguments.limit:g} s, ratio > {arguments.limit / ours:,.0f}", end="")
            else:
                print(f"{start}{peer}: {taken:.3g} s, ratio {taken / ours:,.0f}", end="")
        print(flush=True)


if __name__ == "__main__":
    main()
