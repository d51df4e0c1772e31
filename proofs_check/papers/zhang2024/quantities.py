"""The left sides of the paper's claims, each computed from the definition of the model by more than one path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from numerics.attention import AttentionWeights
from numerics.full_flow import full_flow
from numerics.gradient_flow import gradient_flow as gradient_flow_path
from numerics.problem import Problem
from numerics.prompts import FixedTask, LinearLabels, QuadraticLabels, Shift
from numerics.sequential import Moments
from numerics.simulate_error import simulate_error, simulate_loss
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.exact_moments import Coordinates, Layer, rational
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse
from theory.algebra.calculus import differential, gradient
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression, letter, zero
from theory.convergence import convergence
from theory.estimator_variance import error_estimator_variance, loss_estimator_variance
from theory.global_minimum import global_minimum
from theory.gradient_flow import gradient_flow
from theory.limiting_predictor import limiting_predictor
from theory.model import BLOCKS, U11, Law, prediction_from_layer, quadratic_form, u
from theory.population_loss import population_loss, reduced
from theory.preconditioner import U, preconditioner
from theory.prediction_error import label_law, prediction_error

Array = Any
Derived = tuple[Expression, tuple[Definition, ...]]


def _vector(instance: Instance, name: str) -> Array:
    return instance.arrays[name].reshape(-1)


def _number(instance: Instance, name: str) -> Fraction:
    value: Fraction = instance.arrays[name][0, 0]
    return value


def _training_layer(instance: Instance, law: Law) -> Layer:
    covariance = instance.arrays["Lambda"]
    task = instance.arrays["Psi"] if law.task_covariance else exact_identity(len(covariance))
    noise = _number(instance, "s2") if law.noise else Fraction(0)
    return Layer(covariance, instance.lengths["N"], task=task, noise_variance=noise)


def _all_blocks(instance: Instance) -> dict[str, Any]:
    return {
        "U11": instance.arrays["U11"],
        "u21": _vector(instance, "u21"),
        "u12": _vector(instance, "u12"),
        "u": _number(instance, "u"),
    }


def _on_subspace(U_value: Array, u_value: Fraction) -> dict[str, Any]:
    zeros = np.full(len(U_value), Fraction(0), dtype=object)
    return {"U11": U_value, "u21": zeros, "u12": zeros, "u": u_value}


def _subspace_blocks(instance: Instance) -> dict[str, Any]:
    return _on_subspace(instance.arrays["U"], _number(instance, "u"))


def _exactly(compute: Callable[[Instance], Array]) -> Callable[[Instance], tuple[Array, Mapping[str, Any]]]:
    return lambda instance: (np.asarray(compute(instance), dtype=object), {})


def _loss(law: Law) -> Expression:
    return population_loss(noise=law.noise, task_covariance=law.task_covariance).expression


# --- the layer -------------------------------------------------------------------------------------------------------


def _numeric_layer(instance: Instance) -> Array:
    """The layer's prediction on a given prompt, by multiplying f(E) out in numbers."""
    X, y, x_q = instance.arrays["X"], _vector(instance, "y"), _vector(instance, "x_q")
    d, N = X.shape
    E = np.full((d + 1, N + 1), Fraction(0), dtype=object)
    E[:d, :N], E[d, :N], E[:d, N] = X, y, x_q
    blocks = _all_blocks(instance)
    W_PV = np.array([[Fraction(3 * i - j + 1, 4) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
    W_KQ = np.array([[Fraction(i + 2 * j - 2, 5) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
    W_PV[d, :d], W_PV[d, d] = blocks["u12"], blocks["u"]
    W_KQ[:d, :d], W_KQ[d, :d] = blocks["U11"], blocks["u21"]
    output = E + W_PV @ E @ (E.T @ W_KQ @ E) / Fraction(N)
    return output[d : d + 1, N : N + 1]


def _numeric_form(instance: Instance) -> Array:
    """u'Hu with H = (X (x) E E'/N)/2, the Kronecker product written out."""
    X, y, x_q = instance.arrays["X"], _vector(instance, "y"), _vector(instance, "x_q")
    d, N = X.shape
    E = np.full((d + 1, N + 1), Fraction(0), dtype=object)
    E[:d, :N], E[d, :N], E[:d, N] = X, y, x_q
    gram = E @ E.T / Fraction(N)
    border = np.full((d + 1, d + 1), Fraction(0), dtype=object)
    border[:d, d], border[d, :d] = x_q, x_q
    H = np.array(
        [
            [border[i // (d + 1), j // (d + 1)] * gram[i % (d + 1), j % (d + 1)] / 2 for j in range((d + 1) ** 2)]
            for i in range((d + 1) ** 2)
        ],
        dtype=object,
    )
    blocks = _all_blocks(instance)
    M = np.full((d + 1, d + 1), Fraction(0), dtype=object)
    M[:d, :d], M[:d, d], M[d, :d], M[d, d] = blocks["U11"], blocks["u12"], blocks["u21"], blocks["u"]
    stacked = M.T.reshape(-1)
    return np.array([[stacked @ H @ stacked]], dtype=object)


def layer_prediction() -> Quantity:
    """[f(E)]_{d+1,N+1}."""
    return Quantity(r"[f(E)]_{d+1,N+1}", derive=lambda: (prediction_from_layer(), ()), exact=_exactly(_numeric_layer))


def lemma_5_1_form() -> Quantity:
    """u'Hu of Lemma 5.1."""
    return Quantity(r"u^\top H u", derive=lambda: (quadratic_form(), ()), exact=_exactly(_numeric_form))


# --- the population loss and its gradient ----------------------------------------------------------------------------


def _sample_loss(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values = instance.floats
    problem = Problem(values["Lambda"], instance.lengths["N"])
    weights = AttentionWeights.from_blocks(values["U11"], values["u21"], values["u12"], float(values["u"]))
    estimate = simulate_loss(problem, weights=weights, prompts=prompts, seed=seed)
    variance = loss_estimator_variance().evaluate(
        covariance=values["Lambda"],
        context_length=instance.lengths["N"],
        **{name: values[name] if name != "u" else float(values[name]) for name in BLOCKS},
    )
    return estimate.moments, _rounded_up(variance)


def _rounded_up(variance: float) -> float:
    """A variance evaluated in floating point, enlarged by far more than its rounding error."""
    return variance * (1 + 1e-6)


def training_loss(law: Law) -> Quantity:
    """L(U11, u21, u12, u)."""
    return Quantity(
        "L(U_{11}, u_{21}, u_{12}, u)",
        derive=lambda: (_loss(law), ()),
        exact=_exactly(lambda instance: [[_training_layer(instance, law).loss(_all_blocks(instance))]]),
        sample=_sample_loss if law == Law() else None,
    )


def training_gradient(law: Law, name: str) -> Quantity:
    """The gradient of L with respect to one block."""

    def exact(instance: Instance) -> Array:
        value = _training_layer(instance, law).gradient(_all_blocks(instance), name)
        return value.reshape(1, 1) if name == "u" else value

    tex = {"U11": "U_{11}", "u21": "u_{21}", "u12": "u_{12}", "u": "u"}[name]
    return Quantity(
        rf"\nabla_{{{tex}}} L", derive=lambda: (gradient(_loss(law), BLOCKS[name]), ()), exact=_exactly(exact)
    )


def gradient_on_subspace(law: Law, name: str) -> Quantity:
    """The gradient of L with respect to u21 or u12, at u21 = u12 = 0."""

    def exact(instance: Instance) -> Array:
        return _training_layer(instance, law).gradient(_subspace_blocks(instance), name)

    def derive() -> Derived:
        return reduced(gradient(_loss(law), BLOCKS[name])).substitute({letter(U11): U}), ()

    tex = {"u21": "u_{21}", "u12": "u_{12}"}[name]
    return Quantity(rf"\nabla_{{{tex}}} L \big|_{{u_{{21}} = u_{{12}} = 0}}", derive=derive, exact=_exactly(exact))


def _flow_on_subspace(instance: Instance) -> tuple[Array, Fraction]:
    """(U', u') at a point of the subspace, from the gradient of the full loss."""
    layer = _training_layer(instance, Law())
    blocks = _subspace_blocks(instance)
    return -layer.gradient(blocks, "U11"), -layer.gradient(blocks, "u")[()]


def flow_of_U() -> Quantity:
    """U' on the subspace."""
    parts = preconditioner(Law())
    return Quantity(
        r"\dot U",
        derive=lambda: (gradient_flow()["U' reduced"].expression, (parts.Gamma,)),
        exact=_exactly(lambda instance: _flow_on_subspace(instance)[0]),
    )


def flow_of_u() -> Quantity:
    """u' on the subspace."""
    parts = preconditioner(Law())
    return Quantity(
        r"\dot u",
        derive=lambda: (gradient_flow()["u' reduced"].expression, (parts.Gamma,)),
        exact=_exactly(lambda instance: [[_flow_on_subspace(instance)[1]]]),
    )


def growth_of_u_squared() -> Quantity:
    """d(u^2)/dt on the subspace."""
    parts = preconditioner(Law())

    def derive() -> Derived:
        return differential(u * u, {u: gradient_flow()["u' reduced"].expression}), (parts.Gamma,)

    def exact(instance: Instance) -> Array:
        return [[2 * _number(instance, "u") * _flow_on_subspace(instance)[1]]]

    return Quantity(r"\frac{d}{dt} u^2", derive=derive, exact=_exactly(exact))


def restricted_loss() -> Quantity:
    """l(U, u) = L - tr(Lambda)/2 on the subspace."""
    parts = preconditioner(Law())

    def exact(instance: Instance) -> Array:
        layer = _training_layer(instance, Law())
        covariance = instance.arrays["Lambda"]
        return [[layer.loss(_subspace_blocks(instance)) - sum(np.diag(covariance)) / 2]]

    return Quantity(r"\ell(U, u)", derive=lambda: (parts.loss - parts.constant, ()), exact=_exactly(exact))


# --- the minimum -----------------------------------------------------------------------------------------------------


def least_loss(instance: Instance, law: Law) -> tuple[Array, Fraction]:
    """(argmin of uU, min of the loss) on the subspace, by solving the normal equations of the brute-force loss.

    At u = 1 the loss is a quadratic polynomial in the entries of U, with gradient g(U); g is affine, so its values at 0
    and at the unit matrices give a linear system.
    """
    layer = _training_layer(instance, law)
    d = len(instance.arrays["Lambda"])
    one = Fraction(1)
    origin = np.full((d, d), Fraction(0), dtype=object)

    def slope(at: Array) -> Array:
        return layer.gradient(_on_subspace(at, one), "U11").reshape(-1)

    start = slope(origin)
    columns = []
    for i, j in product(range(d), repeat=2):
        unit = origin.copy()
        unit[i, j] = one
        columns.append(slope(unit) - start)
    hessian = np.array(columns, dtype=object).T
    best = -(inverse(hessian) @ start).reshape(d, d)
    return best, layer.loss(_on_subspace(best, one))


def minimiser(law: Law) -> Quantity:
    """The value of uU at which the loss is least."""
    minimum = global_minimum(noise=law.noise, task_covariance=law.task_covariance)
    return Quantity(
        r"\operatorname{argmin}_{uU} L",
        derive=lambda: (minimum["minimiser"].expression, minimum["minimiser"].definitions),
        exact=_exactly(lambda instance: least_loss(instance, law)[0]),
    )


def floor_of_restricted_loss() -> Quantity:
    """min l."""
    floor = global_minimum()["floor"]

    def exact(instance: Instance) -> Array:
        return [[least_loss(instance, Law())[1] - sum(np.diag(instance.arrays["Lambda"])) / 2]]

    return Quantity(r"\min \ell", derive=lambda: (floor.expression, floor.definitions), exact=_exactly(exact))


def excess_of_restricted_loss() -> Quantity:
    """l(U, u) - min l."""
    excess = global_minimum()["excess loss"]

    def compute(instance: Instance) -> tuple[Array, float]:
        value = _training_layer(instance, Law()).loss(_subspace_blocks(instance)) - least_loss(instance, Law())[1]
        # The left side is exact; the tolerance is for the roots of matrices on the right side.
        return np.array([[float(value)]]), 1e-9 * (1 + abs(float(value)))

    return Quantity(
        r"\ell(U, u) - \min \ell",
        derive=lambda: (excess.expression, excess.definitions),
        compute=compute,
        computed_by="exact loss, roots of matrices in floating point",
    )


def excess_over_all_blocks() -> Quantity:
    """L(all blocks) - min over the subspace."""

    def derive() -> Derived:
        minimum = global_minimum()["minimum of L"]
        return _loss(Law()) - minimum.expression, minimum.definitions

    def exact(instance: Instance) -> Array:
        return [[_training_layer(instance, Law()).loss(_all_blocks(instance)) - least_loss(instance, Law())[1]]]

    return Quantity(
        r"L(U_{11}, u_{21}, u_{12}, u) - \min_{u_{21} = u_{12} = 0} L", derive=derive, exact=_exactly(exact)
    )


# --- the limit -------------------------------------------------------------------------------------------------------

# How near the limit the flow is followed, and how near the statement must then be.
_FLOW_DISTANCE = 1e-8
_FLOW_TOLERANCE = 1e-6


@lru_cache(maxsize=32)
def _integrated_limit(covariance: Any, theta: Any, context_length: int) -> tuple[Array, float]:
    """(U11, u) at the end of a flow of all blocks of the derived loss, from the paper's initialisation.

    Only the time at which to stop is taken from the fast flow; the trajectory is that of all (d + 1)^2 parameters.
    """
    problem = Problem(np.array(covariance, dtype=float), context_length)
    root = np.array(theta, dtype=float)
    root = root / np.sqrt(np.linalg.norm(root @ root.T))
    stop = gradient_flow_path(problem, sigma=_SIGMA, theta=root, until=_FLOW_DISTANCE).t[-1]
    path = full_flow(problem, _SIGMA, root, times=[0.0, stop], method="LSODA", tolerance=1e-10)
    return path.U11[-1], float(path.u[-1])


# The size of the initialisation. It breaks the paper's condition for most instances, as convergence does not need it.
_SIGMA = 0.7


def _at_limit(part: int) -> Callable[[Instance], tuple[Array, float]]:
    def compute(instance: Instance) -> tuple[Array, float]:
        values = instance.values
        result = _integrated_limit(values["Lambda"], values["Theta"], instance.lengths["N"])
        value = np.atleast_2d(result[part])
        return value, _FLOW_TOLERANCE * (1 + float(np.max(np.abs(value))))

    return compute


def limit_of_u() -> Quantity:
    """lim u(t)."""
    derived = convergence()["u limit"]
    return Quantity(
        r"\lim_{t \to \infty} u(t)",
        derive=lambda: (derived.expression, derived.definitions),
        compute=_at_limit(1),
        computed_by="flow of all parameters, integrated to the limit",
    )


def limit_of_U() -> Quantity:
    """lim U(t)."""
    derived = convergence()["U limit"]
    return Quantity(
        r"\lim_{t \to \infty} U(t)",
        derive=lambda: (derived.expression, derived.definitions),
        compute=_at_limit(0),
        computed_by="flow of all parameters, integrated to the limit",
    )


def prediction_at_limit() -> Quantity:
    """The layer's prediction on a prompt of length M with weights at the minimum."""

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        best, _ = least_loss(instance, Law())
        columns = np.array(instance.values["x"], dtype=object)
        labels = np.array(instance.values["y"], dtype=object)
        # Any split of uU gives the same prediction; the limit's own roots would not be rational.
        prompt = Instance(
            instance.lengths,
            {
                "X": tuples(columns.T),
                "y": tuples(labels),
                "x_q": instance.values["x_q"],
                "U11": tuples(best / 3),
                "u": Fraction(3),
                "u21": tuples(np.full(len(best), Fraction(0), dtype=object)),
                "u12": tuples(np.full(len(best), Fraction(0), dtype=object)),
            },
        )
        return _numeric_layer(prompt), {}

    derived = limiting_predictor()
    return Quantity(r"\hat y", derive=lambda: (derived.expression, derived.definitions), exact=exact)


# --- the prediction error --------------------------------------------------------------------------------------------


class _Test:
    """A test prompt of length M with labels y = <w, x> + x'Bx + c + noise, in coordinates."""

    def __init__(self, instance: Instance, quadratic: bool):
        arrays = instance.arrays
        covariance, M = arrays["Lambda"], instance.lengths["M"]
        d = len(covariance)
        noise = _number(instance, "s2")
        draws: dict[tuple[str, int], Any] = {("x", i): covariance for i in range(M + 1)}
        draws |= {("e", i): [[noise]] for i in range(M + 1)}
        self.space = space = Coordinates(draws)
        B = space.constant(arrays["B"]) if quadratic else space.constant(np.full((d, d), Fraction(0), dtype=object))
        c = rational(_number(instance, "c")) if quadratic else rational(Fraction(0))
        w = space.constant(arrays["w"])
        self.points = [space.vectors["x", i] for i in range(M + 1)]
        self.labels = [
            (w.T @ x + x.T @ B @ x)[0, 0] + space.vectors["e", i][0, 0] + c for i, x in enumerate(self.points)
        ]
        self.length = M

    def error(self, A: Array) -> Fraction:
        """E(x_q' A (1/M) sum_i y_i x_i - y_q)^2; the last point is the query."""
        total = sum((self.points[i] * self.labels[i] for i in range(1, self.length)), self.points[0] * self.labels[0])
        averaged = total * rational(Fraction(1, self.length))
        gap = (self.points[-1].T @ self.space.constant(A) @ averaged)[0, 0] - self.labels[-1]
        return self.space.mean_of_product(gap, gap)

    def moments(self, covariance: Array) -> dict[str, Any]:
        """a = Lambda^{-1} E[xy], Sigma = Cov(xy), floor = E(y - a'x)^2."""
        x, y = self.points[-1], self.labels[-1]
        mean = self.space.means(x * y)
        a = inverse(covariance) @ mean
        sigma = self.space.means((x * y) @ (x * y).T) - mean @ mean.T
        rest = y - (self.space.constant(a).T @ x)[0, 0]
        return {
            "a": tuples(a.reshape(-1)),
            "Sigma": tuples(sigma),
            "floor": self.space.mean_of_product(rest, rest),
        }


def _sample_error(quadratic: bool) -> Callable[[Instance, np.random.SeedSequence, int], tuple[Moments, float]]:
    def sample(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
        values = instance.floats
        problem = Problem(values["Lambda"], instance.lengths["N"])
        noise, w = float(values["s2"]), values["w"]
        M = instance.lengths["M"]
        labels = QuadraticLabels(values["B"], float(values["c"]), noise) if quadratic else LinearLabels(noise)
        estimate = simulate_error(
            problem, prompt_length=M, labels=labels, shift=Shift(task=FixedTask(w)), prompts=prompts, seed=seed
        )
        more = {"B": values["B"], "c": float(values["c"])} if quadratic else {}
        variance = error_estimator_variance(quadratic=quadratic).evaluate(
            A=problem.Gamma_inverse, covariance=values["Lambda"], prompt_length=M, w=w, noise_variance=noise, **more
        )
        return estimate.moments, _rounded_up(variance)

    return sample


def general_prediction_error() -> Quantity:
    """E(y_hat - y_q)^2 on quadratic labels, stated through a, Sigma and floor."""
    derived = prediction_error()

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        test = _Test(instance, quadratic=True)
        best, _ = least_loss(instance, Law())
        return np.array([[test.error(best)]], dtype=object), test.moments(instance.arrays["Lambda"])

    return Quantity(
        r"\mathbb{E}(\hat y - y_q)^2", derive=lambda: (derived.expression, derived.definitions), exact=exact
    )


def labelled_prediction_error(label: str) -> Quantity:
    """E(y_hat - y_q)^2 on linear or quadratic labels with noise."""
    derived = prediction_error(label)
    quadratic = label == "quadratic"

    def exact(instance: Instance) -> Array:
        best, _ = least_loss(instance, Law())
        return [[_Test(instance, quadratic).error(best)]]

    return Quantity(
        r"\mathbb{E}(\hat y - y_q)^2",
        derive=lambda: (derived.expression, derived.definitions),
        exact=_exactly(exact),
        sample=_sample_error(quadratic),
    )


def label_covariance() -> Quantity:
    """Cov(xy) for noiseless linear labels."""

    def exact(instance: Instance) -> Array:
        covariance = instance.arrays["Lambda"]
        space = Coordinates({("x", 0): covariance})
        x = space.vectors["x", 0]
        xy = x * (space.constant(instance.arrays["w"]).T @ x)[0, 0]
        mean = space.means(xy)
        return space.means(xy @ xy.T) - mean @ mean.T

    def derive() -> Derived:
        noisy = label_law("linear").covariance
        s2 = next(s for s in noisy.symbols if s.name == "s2")
        return noisy.substitute({s2: zero()}), ()

    return Quantity(r"\operatorname{Cov}(xy)", derive=derive, exact=_exactly(exact))
