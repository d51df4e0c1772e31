"""An explicit rate of convergence for every scale of the initialisation (statement B12).

In the eigenbasis of Lambda, and for random diagonal covariances in the basis in which they are diagonal, the restricted
loss is a sum over coordinates,

    l - min l = 1/2 sum_ij a_ij (u U_ij - [i = j] b_i)^2,   a_ij > 0,  b_i = f_i / a_ii > 0,

with a_ij = gamma_i lambda_i lambda_j and f_i = lambda_i^2 for a fixed covariance (b_i = 1/gamma_i), and a_ij = zeta_ij
(gamma_i on the diagonal) and f_i = xi_i for random ones (Corollary C.2). What follows uses nothing else, so that it
holds for both. Identities are computed here by the engine; the two comparison arguments are cited as the standard facts
that they are.

Source: statement B12; Zhang, Frei and Bartlett (2024), Corollary A.2, Lemmas A.3, C.3 to C.5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from theory.algebra.calculus import differential, gradient
from theory.algebra.expression import Expression, number, scalar_letter
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.model import u
from theory.zhang2024.notation import notation
from theory.zhang2024.random_covariance import coefficients, lambda_i, lambda_j, u_ii, u_ij

HALF = Fraction(1, 2)
# One coordinate of the loss: a_ii and a_ij, the coefficients of the squares. b_i is f_i / a_ii.
a_ii = scalar_letter("zeta_ii", definite=True, latex="\\zeta_{ii}")
a_ij = scalar_letter("zeta_ij", definite=True, latex="\\zeta_{ij}")
f_i = scalar_letter("xi_i", definite=True, latex="\\xi_i")
_KEYWORDS = {"a_ii": "zeta_ii", "f_i": "xi_i"}


@dataclass(frozen=True)
class RateBounds:
    """The constants of B12: c <= u(t) <= u_max and l(t) - min l <= e^{-rate t} excess for all t >= 0.

    Attributes:
        u_max_squared: ||b|| + sqrt(2 excess / kappa0).
        c_squared: sum_i min(U_ii(0), b_i / u_max)^2.
        kappa0: min a_ij.
        excess: l(0) - min l.
        rate: 2 c^2 kappa0.
    """

    u_max_squared: Any
    c_squared: Any
    kappa0: Any
    excess: Any
    rate: Any


def rate_bounds(
    rates: Sequence[Sequence[Any]],
    forces: Sequence[Any],
    start: Sequence[Sequence[Any]],
    scale: Any,
    *,
    sqrt: Callable[[Any], Any],
    minimum: Callable[[Any, Any], Any] = min,
) -> RateBounds:
    """Return the constants of B12, in the arithmetic of its arguments: floats, balls, or fractions.

    Args:
        rates: a_ij > 0, d x d.
        forces: f_i > 0, d of them.
        start: U(0), d x d, with a diagonal that is at least 0 and not all 0.
        scale: u(0) = ||U(0)||_F > 0.
        sqrt: the square root in this arithmetic; for a proof it must not round down in u_max.
        minimum: of two numbers; for balls a ball that contains both answers.
    """
    d = len(forces)
    targets = [forces[i] / rates[i][i] for i in range(d)]
    kappa0 = rates[0][0]
    for i in range(d):
        for j in range(d):
            kappa0 = minimum(kappa0, rates[i][j])
    deviations = [
        rates[i][j] * (scale * start[i][j] - (targets[i] if i == j else 0)) ** 2 for i in range(d) for j in range(d)
    ]
    excess = sum(deviations[1:], deviations[0]) / 2
    squares = [b**2 for b in targets]
    u_max_squared = sqrt(sum(squares[1:], squares[0])) + sqrt(2 * excess / kappa0)
    u_max = sqrt(u_max_squared)
    least = [minimum(start[i][i], targets[i] / u_max) ** 2 for i in range(d)]
    c_squared = sum(least[1:], least[0])
    return RateBounds(u_max_squared, c_squared, kappa0, excess, 2 * c_squared * kappa0)


@cache
def explicit_rate() -> Derivation:
    """Return B12: bounds of u along the flow and the rate, for every sigma, with its steps.

    Results, as Formula in one coordinate's numbers: "excess", one term of the loss, "gradient identity",
    (d l/d U_ij)^2 - 2 u^2 a_ij (its term of the loss), which vanishes, and "diagonal flow".

    Raises:
        DerivationError: if an identity fails.

    Source: statement B12.
    """
    read = coefficients()
    # gamma_i of a fixed covariance: a_ij = gamma_i lambda_i lambda_j is the zeta_ij that was read off the loss.
    gamma = read.zeta / (lambda_i * lambda_j)
    require_equal(read.zeta, gamma * lambda_i * lambda_j, "a_ij = gamma_i lambda_i lambda_j")
    require_equal(read.xi, lambda_i**2, "f_i = lambda_i^2")
    target = f_i / a_ii
    diagonal, off_diagonal = u * u_ii - target, u * u_ij
    excess, rest = HALF * a_ii * diagonal**2, HALF * a_ij * off_diagonal**2
    loss = HALF * a_ii * u**2 * u_ii**2 - f_i * u * u_ii
    require_equal(excess, loss + HALF * f_i**2 / a_ii, "the excess loss is a sum of squares")
    slopes = {
        "diagonal": (gradient(excess, u_ii), u * a_ii * diagonal, 2 * u**2 * a_ii * excess),
        "off the diagonal": (gradient(rest, u_ij), u * a_ij * off_diagonal, 2 * u**2 * a_ij * rest),
    }
    for name, (slope, stated, square) in slopes.items():
        require_equal(slope, stated, f"the gradient on the {name}")
        require_equal(slope**2, square, f"the squared gradient on the {name}")
    scaling = [u * gradient(e, u) - x * gradient(e, x) for e, x in ((excess, u_ii), (rest, u_ij))]
    for balance in scaling:
        require_equal(balance, number(0), "balance, coordinate by coordinate")
    decay = differential(excess, {u_ii: -gradient(excess, u_ii)})
    require_equal(decay, -(gradient(excess, u_ii) ** 2), "the loss decreases by the squared gradient")
    slope = slopes["diagonal"][0]
    steps = (*_identities(read.zeta, gamma, excess, rest, slope, scaling[0]), *_bounds(slope))

    def formula(name: str, value: Expression, left: str, title: str, *letters: str) -> Formula:
        return Formula(
            name,
            value,
            {key: _KEYWORDS.get(key, key) for key in letters},
            steps,
            "statement B12",
            left=left,
            title=title,
        )

    return Derivation(
        "explicit_rate",
        "The rate of convergence for every scale of the initialisation",
        "statement B12; Zhang, Frei and Bartlett (2024), Corollary A.2, Lemmas A.3 and C.3 to C.5",
        steps,
        {
            "excess": formula(
                "one term of the excess loss",
                excess,
                r"(\ell - \min \ell)_{ii}",
                "One term of the excess loss",
                *("a_ii", "f_i", "u", "u_ii"),
            ),
            "gradient identity": formula(
                "squared gradient less its bound",
                slopes["diagonal"][0] ** 2 - slopes["diagonal"][2],
                r"(\partial \ell / \partial u_{ii})^2 - 2 u^2 \zeta_{ii} (\ell - \min \ell)_{ii}",
                "The squared gradient is its bound, coordinate by coordinate",
                "a_ii",
            ),
            "diagonal flow": formula(
                "flow of a diagonal entry",
                -slopes["diagonal"][0],
                r"\frac{d}{dt} u_{ii}",
                "The flow of a diagonal entry",
                *("a_ii", "f_i", "u", "u_ii"),
            ),
        },
        notation(
            (r"\lambda_i", r"the $i$-th eigenvalue of $\Lambda$"),
            ("u_{ij}", "the entry of $U$ in row $i$ and column $j$, in the eigenbasis"),
            (r"\zeta_{ij}", r"the coefficient of $u^2 u_{ij}^2/2$ in the restricted loss"),
            (r"\xi_i", "the coefficient of $-u u_{ii}$ in the restricted loss"),
            (r"\Gamma", r"the preconditioner, $(1 + 1/N) \Lambda + \operatorname{tr}(\Lambda) I / N$"),
            ("g_i", r"the $i$-th eigenvalue of $\Gamma$"),
            ("b_i", r"$\xi_i / \zeta_{ii}$, the value of $u u_{ii}$ at the minimum"),
            ("b", "the vector of the $b_i$"),
            (r"\kappa_0", r"$\min_{ij} \zeta_{ij}$"),
            ("E_0", r"$\ell(0) - \min \ell$, the excess loss at the start"),
            (r"u_{\max}", r"the upper bound of $u$, $u_{\max}^2 = \|b\| + \sqrt{2 E_0 / \kappa_0}$"),
            (r"u_{\min}", r"its lower bound, $u_{\min}^2 = \sum_i \min(u_{ii}(0), b_i / u_{\max})^2 > 0$"),
        ),
    )


def _identities(
    zeta: Expression, gamma: Expression, excess: Expression, rest: Expression, slope: Expression, balance: Expression
) -> tuple[Step, ...]:
    """What is computed."""
    return (
        Step(
            r"\zeta_{ij}",
            r"The coefficient of $u^2 u_{ij}^2 / 2$ in the restricted loss, in the basis in which the covariance is "
            r"diagonal. For random covariances the mean of this stands in its place (C.3).",
            zeta,
            id="coefficients",
        ),
        Step(
            r"g_i",
            r"For a fixed covariance $\zeta_{ij} = g_i \lambda_i \lambda_j$ with the eigenvalue $g_i$ of $\Gamma$, and "
            r"$b_i = 1 / g_i$ since $\xi_i = \lambda_i^2$.",
            gamma,
            id="fixed-covariance",
        ),
        Step(
            r"(\ell - \min \ell)_{ii}",
            r"Complete the square in one coordinate. The sum over all coordinates is $\ell - \min \ell$, and at least "
            r"$\kappa_0 \|u U - \operatorname{diag} b\|_F^2 / 2$.",
            excess,
            id="excess",
        ),
        Step(
            r"(\ell - \min \ell)_{ij}", "Off the diagonal there is nothing to complete.", rest, id="excess-off-diagonal"
        ),
        Step(
            r"\partial \ell / \partial u_{ii}",
            r"The gradient in one coordinate. Its square is $2 u^2 \zeta_{ii}$ times the coordinate's excess, exactly, "
            r"and the same holds off the diagonal: so $\|\nabla \ell\|^2 \ge 2 u^2 \kappa_0 (\ell - \min \ell)$.",
            slope,
            id="gradient",
        ),
        Step(
            r"u \, \partial \ell / \partial u - u_{ii} \, \partial \ell / \partial u_{ii}",
            r"Each coordinate's share of the loss depends on $u u_{ii}$ alone, so that $u$ and $u_{ii}$ take the same "
            r"part in this difference. Summed over the coordinates it is half of $\frac{d}{dt} (\|U\|_F^2 - u^2)$: "
            r"balance, $u^2 = \|U\|_F^2$ for all times if it holds at the start.",
            balance,
            id="balance",
        ),
    )


def _bounds(slope: Expression) -> tuple[Step, ...]:
    """What follows from it along the flow."""
    kappa = scalar_letter("kappa0", definite=True, latex=r"\kappa_0")
    least = scalar_letter("u_min", definite=True, latex=r"u_{\min}")
    start, size = (
        scalar_letter("E0", latex="E_0", definite=True),
        scalar_letter("norm_b", latex=r"\|b\|", definite=True),
    )
    return (
        Step(
            r"\left(u^2 - \|b\|\right)^2",
            r"The loss decreases, $\frac{d}{dt} \ell = -\|\nabla \ell\|^2$, so "
            r"$\|u U - \operatorname{diag} b\|_F^2 \le 2 E_0 / \kappa_0$. While "
            r"$u > 0$ balance gives $u^2 = \|u U\|_F$, so the triangle inequality gives this, and $u \le u_{\max}$.",
            2 * start / kappa,
            r"\le",
            id="upper-bound",
        ),
        Step(
            r"\frac{d}{dt} u_{ii}",
            r"The flow of a diagonal entry. While $u > 0$ the entry grows wherever $u_{ii} < b_i / u_{\max}$, since "
            r"$u u_{ii} < b_i$ there. A differentiable function cannot fall below a level under which it grows: "
            r"$u_{ii}(t) \ge \min(u_{ii}(0), b_i / u_{\max})$, so $u^2 = \|U\|_F^2 \ge u_{\min}^2$, and $u$ never "
            "reaches 0.",
            -slope,
            cited=True,
            id="lower-bound",
        ),
        Step(
            r"-\frac{d}{dt} \log(\ell - \min \ell)",
            r"The inequality of the gradient with $u \ge u_{\min}$; then by Grönwall's inequality $\ell(t) - \min \ell "
            r"\le \exp(-2 u_{\min}^2 \kappa_0 t) E_0$.",
            2 * least**2 * kappa,
            r"\ge",
            cited=True,
            id="rate",
        ),
        Step(
            r"\lim u^2",
            r"$\|u U - \operatorname{diag} b\|_F \to 0$ at half that rate, and $u^2 = \|u U\|_F \to \|b\|$: the limit "
            r"of Theorem 4.1, and with the means over a random covariance that of Theorem 4.5.",
            size,
            id="limit",
        ),
    )


def derivation() -> Derivation:
    """Statement B12."""
    return explicit_rate()
