r"""An explicit rate for gradient descent with a fixed step (statement B13).

The setting is that of `theory.zhang2024.explicit_rate`: in suitable coordinates

    l - min l = 1/2 sum_ij a_ij (u U_ij - [i = j] b_i)^2,   a_ij > 0,  b_i = f_i / a_ii > 0,

and one step takes (U, u) to (U, u) - eta grad l(U, u) from a balanced start, u(0)^2 = ||U(0)||_F^2, with u(0) > 0 and
U_ii(0) >= 0. Let E0 be the excess at the start, kappa0 and K the least and the largest a_ij,
P = ||b|| + sqrt(2 E0/kappa0), u_max^2 = 5 P/4, and c^2 = sum_i min(U_ii(0), b_i/u_max)^2 > 0. If

    eta <= 1/(4 K P)  and  eta <= c^2/(4 E0),

then for every k: |u_k^2 - ||U_k||_F^2| <= 2 eta E0, c^2/2 <= u_k^2 <= u_max^2, and the excess falls at least by the
factor 1 - eta kappa0 c^2/2 a step. The identities are computed here by the engine; the estimates that join them are
cited as the standard arguments that they are.

Source: statement B13; Zhang, Frei and Bartlett (2024), Corollary A.2, Lemmas 5.2, A.3, C.3 to C.5.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from theory.algebra.calculus import differential, gradient
from theory.algebra.expression import Expression, number, scalar_letter
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.explicit_rate import a_ii, f_i
from theory.zhang2024.gradient_flow import gradient_flow
from theory.zhang2024.model import u
from theory.zhang2024.notation import notation
from theory.zhang2024.preconditioner import U
from theory.zhang2024.random_covariance import u_ii

HALF = Fraction(1, 2)
eta = scalar_letter("eta", definite=True)
_LETTERS = notation(
    (r"\eta", "the size of a step"),
    ("U_+", "$U$ after a step, and $u_+$, $(u_{ii})_+$ the same of $u$ and $u_{ii}$"),
    ("U_k", "$U$ after $k$ steps, and $u_k$ the same of $u$"),
    ("v", "the entry for $u$ of a direction in which the weights move"),
    ("w_{ii}", "its entry for $u_{ii}$"),
    ("u_{ij}", "the entry of $U$ in row $i$ and column $j$, in the eigenbasis"),
    (r"\zeta_{ij}", r"the coefficient of $u^2 u_{ij}^2/2$ in the restricted loss"),
    (r"\xi_i", "the coefficient of $-u u_{ii}$ in the restricted loss"),
    ("b_i", r"$\xi_i / \zeta_{ii}$, the value of $u u_{ii}$ at the minimum"),
    ("b", "the vector of the $b_i$"),
    (r"\kappa_0", r"$\min_{ij} \zeta_{ij}$"),
    ("K", r"$\max_{ij} \zeta_{ij}$"),
    ("E_k", r"$\ell(U_k, u_k) - \min \ell$, the excess loss after $k$ steps"),
    ("P", r"$\|b\| + (2 E_0 / \kappa_0)^{1/2}$"),
    (r"u_{\max}", r"the upper bound of $u$, $u_{\max}^2 = 5 P / 4$"),
    ("c", r"the positive root of $c^2 = \sum_i \min(u_{ii}(0), b_i / u_{\max})^2$"),
)


@cache
def imbalance_after_step() -> Formula:
    """u_+^2 - tr(U_+ U_+') after one step of size eta, for every d and N.

    It is the imbalance before the step and eta^2 ((d l/du)^2 - ||d l/dU||_F^2): there is no term of first order.

    Raises:
        DerivationError: if that fails.
    """
    flow = {name: gradient_flow()[f"{name}' reduced"] for name in ("U", "u")}
    u_slope, U_slope = flow["u"].expression, flow["U"].expression
    after = (u + eta * u_slope) ** 2 - ((U + eta * U_slope) @ (U + eta * U_slope).T).trace()
    drift = eta**2 * (u_slope**2 - (U_slope @ U_slope.T).trace())
    require_equal(after, u**2 - (U @ U.T).trace() + drift, "the imbalance moves by eta^2 only", flow["u"].definitions)
    arguments = {**flow["u"].arguments, "step": "eta"}
    return Formula("imbalance after a step", after, arguments, (), "statement B13", flow["u"].definitions)


@cache
def descent_rate() -> Derivation:
    """Return B13: the imbalance, the bounds of u and the rate of gradient descent, with its steps.

    Results, as Formula: "imbalance", after a step, in matrices; "diagonal step", one diagonal entry after a step, in
    one coordinate's numbers.

    Raises:
        DerivationError: if an identity fails.

    Source: statement B13.
    """
    imbalance = imbalance_after_step()
    target = f_i / a_ii
    excess = HALF * a_ii * (u * u_ii - target) ** 2
    after = u_ii - eta * gradient(excess, u_ii)
    share = eta * u**2 * a_ii
    require_equal(after, (1 - share) * u_ii + share * target / u, "a step mixes u_ii and b_i/u")
    require_equal(gradient(excess, u_ii) ** 2, 2 * u**2 * a_ii * excess, "the squared gradient")
    v, w = scalar_letter("v"), scalar_letter("w_ii", latex="w_{ii}")
    along = {u: v, u_ii: w}
    bend = differential(differential(excess, along), along)
    split = a_ii * (u * w + u_ii * v) ** 2 + 2 * a_ii * (u * u_ii - target) * v * w
    require_equal(bend, split, "the second derivative along a line")
    steps = (*_identities(imbalance.expression, after, bend), *_estimates())
    return Derivation(
        "descent_rate",
        "The rate of gradient descent for small steps",
        "statement B13; Zhang, Frei and Bartlett (2024), Corollary A.2, Lemmas 5.2, A.3, C.3 to C.5",
        steps,
        {
            "imbalance": Formula(
                imbalance.name,
                imbalance.expression,
                imbalance.arguments,
                steps,
                imbalance.source,
                imbalance.definitions,
                left=r"u_+^2 - \|U_+\|_F^2",
                title="The imbalance after a step",
            ),
            "diagonal step": Formula(
                "a diagonal entry after a step",
                after,
                {"zeta_ii": "zeta_ii", "xi_i": "xi_i", "u": "u", "u_ii": "u_ii", "eta": "eta"},
                steps,
                "statement B13",
                left="(u_{ii})_+",
                title="A diagonal entry after a step",
            ),
        },
        _LETTERS,
    )


def _identities(imbalance: Expression, after: Expression, bend: Expression) -> tuple[Step, ...]:
    """What is computed."""
    return (
        Step(
            r"u_+^2 - \|U_+\|_F^2",
            r"One step of size $\eta$ along the flow of Lemma 5.2. By balance (Lemma A.3) the terms of first order in "
            r"$\eta$ cancel: the imbalance moves by $\eta^2 ((\partial_u \ell)^2 - \|\partial_U \ell\|_F^2)$.",
            imbalance,
            id="imbalance",
        ),
        Step(
            "(u_{ii})_+",
            r"A diagonal entry after a step. Where $\eta u^2 \zeta_{ii} \le 1$ this is a "
            r"mean of $u_{ii}$ and $b_i / u$ with non-negative weights, so it is at least the smaller of the two.",
            after,
            id="diagonal-step",
        ),
        Step(
            r"\frac{d^2}{ds^2} (\ell - \min \ell)_{ii}",
            r"The second derivative of one coordinate's term along the line through $(u_{ii}, u)$ with the direction "
            r"$(w_{ii}, v)$. It is $\zeta_{ii} (u w_{ii} + u_{ii} v)^2$ plus $2 \zeta_{ii} (u u_{ii} - b_i) v w_{ii}$; "
            r"summed over all coordinates, with $K = \max_{ij} \zeta_{ij}$, it is at most "
            r"$K (u^2 + \|U\|_F^2 + \|u U - \operatorname{diag} b\|_F)$ for a direction of length 1.",
            bend,
            id="second-derivative",
        ),
    )


def _estimates() -> tuple[Step, ...]:
    """What follows from it along the steps."""
    kappa, c, K, P, start = (
        scalar_letter(name, definite=True, latex=latex)
        for name, latex in (("kappa0", r"\kappa_0"), ("c", ""), ("K", ""), ("P", ""), ("E0", "E_0"))
    )
    return (
        Step(
            r"\|\nabla^2 \ell\|_{\mathrm{op}}",
            r"Let $E_k = \ell(U_k, u_k) - \min \ell$ after $k$ steps, and $P = \|b\| + (2 E_0/\kappa_0)^{1/2}$. "
            r"Where the excess is at most $E_0$, $\|u U\|_F \le P$ and $\|u U - \operatorname{diag} b\|_F \le P$; "
            r"where the imbalance is at most $P$, $u^2 + \|U\|_F^2 \le (P^2 + 4 P^2)^{1/2} < 3 P$. The step before "
            "then bounds the Hessian.",
            4 * K * P,
            r"\le",
            cited=True,
            id="smoothness",
        ),
        Step(
            r"(E_{k + 1} - E_k)/\|\nabla \ell\|^2",
            r"The descent lemma, as long as the segment between the two points stays in that region: the excess falls "
            r"along it, and the imbalance moves by at most $\eta^2 \|\nabla \ell\|^2 \le 3 P/16$ for "
            r"$\eta \le 1/(4 K P)$, so it does stay.",
            -eta / 2,
            r"\le",
            cited=True,
            id="descent",
        ),
        Step(
            r"|u_k^2 - \|U_k\|_F^2|",
            r"Each step moves the imbalance by at most $\eta^2 \|\nabla \ell\|^2 \le 2 \eta (E_k - E_{k + 1})$. The "
            r"sum telescopes, and is at most $P/4$ since $E_0 \le K P^2/2$.",
            2 * eta * start,
            r"\le",
            cited=True,
            id="imbalance-bound",
        ),
        Step(
            "u_k^2",
            r"$u_k^2 \le 5 P/4 = u_{\max}^2$ and $\eta u_k^2 \zeta_{ii} \le 1$, so every diagonal entry stays at least "
            r"$\min(u_{ii}(0), b_i/u_{\max})$, and $\|U_k\|_F^2 \ge c^2$, the sum of their "
            r"squares. For $\eta \le c^2/(4 E_0)$ the imbalance is at most "
            r"$c^2/2$. The sign of $u$ stays: a step moves $u$ by at most $(2 \eta E_0)^{1/2} \le c/\sqrt{2}$.",
            c**2 / 2,
            r"\ge",
            cited=True,
            id="lower-bound",
        ),
        Step(
            r"E_{k + 1}/E_k",
            r"The descent step with $\|\nabla \ell\|^2 \ge 2 u_k^2 \kappa_0 E_k$, as in statement B12.",
            number(1) - eta * kappa * c**2 / 2,
            r"\le",
            cited=True,
            id="rate",
        ),
    )


def derivation() -> Derivation:
    """Statement B13."""
    return descent_rate()
