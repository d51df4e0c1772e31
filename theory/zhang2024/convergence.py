"""Balance, the limit of the flow (Theorem 4.1), and the inequality behind its rate (Lemma 5.4).

What the engine proves here are the identities; the two facts of analysis that they are combined with are cited.

Source: Zhang, Frei and Bartlett (2024), Lemmas A.3 and 5.4, Theorem 4.1.
"""

from __future__ import annotations

from fractions import Fraction

from theory.algebra.calculus import differential
from theory.algebra.expression import Expression, letter
from theory.derivation import Derivation, DerivationError, Formula, Step, require_equal
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.gradient_flow import gradient_flow
from theory.zhang2024.model import LAMBDA, Law, u
from theory.zhang2024.notation import notation
from theory.zhang2024.preconditioner import U, preconditioner

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
BALANCE = r"\frac{d}{dt}\left(u^2 - \operatorname{tr} U U^\top\right)"


def convergence() -> Derivation:
    """Return the balance law, the limit of the flow and the Polyak-Lojasiewicz inequality's identity.

    Results: "u limit" = tr(Gamma^-2)^(1/4), "U limit" = tr(Gamma^-2)^(-1/4) Gamma^-1, "balance", d/dt (u^2 - tr UU'),
    and "PL factor", the bound of ||grad l||^2 / (l - min l) from below, as Formula.

    Raises:
        DerivationError: if any identity fails.

    Source: Zhang, Frei and Bartlett (2024), Lemmas A.3 and 5.4, Theorem 4.1.
    """
    parts = preconditioner(Law())
    flow = gradient_flow()
    Gamma = parts.Gamma.name
    u_field, U_field = flow["u' reduced"].expression, flow["U' reduced"].expression
    conserved = u**2 - (U @ U.T).trace()
    drift = differential(conserved, {U: U_field, u: u_field})
    if drift:
        raise DerivationError(f"u^2 - tr(U U') is not conserved: its derivative is {drift}")
    # At a minimiser uU = Gamma^{-1}, so u^4 = u^2 tr(U U') = tr(Gamma^-2).
    fourth_power = (Gamma**-1 @ (Gamma**-1).T).trace()
    u_limit = fourth_power**QUARTER
    U_limit = Gamma**-1 * u_limit.reciprocal()
    at_limit = {letter(U): U_limit, letter(u): u_limit}
    require_equal(u_limit * U_limit, Gamma**-1, "the limit is a minimiser")
    require_equal(conserved.substitute(at_limit), u * 0, "the limit is balanced")
    for name, field in (("U'", U_field), ("u'", u_field)):
        require_equal(field.substitute(at_limit), field * 0, f"{name} = 0 at the limit")
    residual = Gamma**HALF @ (u * LAMBDA**HALF @ U @ LAMBDA**HALF - LAMBDA @ Gamma**-1)
    excess = global_minimum()["excess loss"].expression
    require_equal(excess, (residual @ residual.T).trace() * HALF, "l - min l = ||R||^2 / 2")
    require_equal(-U_field, u * (LAMBDA**HALF @ Gamma**HALF @ residual @ LAMBDA**HALF), "the gradient through R")
    factor = 2 * u**2 / ((Gamma**-1 @ LAMBDA**-1).trace() * (LAMBDA**-1).trace())
    decay = differential(excess, {U: U_field, u: u_field}) + (U_field @ U_field.T).trace() + u_field**2
    require_equal(decay, u * 0, "dl/dt = -||grad l||^2", (parts.Gamma,))
    steps = (
        Step(r"\frac{d}{dt} U", "The flow on $u_{21} = u_{12} = 0$ (Lemma 5.2).", U_field, id="flow-U"),
        Step(r"\frac{d}{dt} u", "The flow on $u_{21} = u_{12} = 0$ (Lemma 5.2).", u_field, id="flow-u"),
        Step(
            BALANCE,
            "Balance (Lemma A.3): by the chain rule along the flow; at the initialisation the difference is zero.",
            drift,
            id="balance",
        ),
        Step(
            r"\nabla_U \ell = u \Lambda^{1/2} \Gamma^{1/2} R \Lambda^{1/2},\quad"
            r" \ell - \min\ell = \tfrac12 \|R\|_F^2,\quad R",
            "The gradient and the excess loss through the same matrix $R$.",
            residual,
            id="excess",
        ),
        Step(
            r"\|\nabla \ell\|^2 / (\ell - \min \ell)",
            (
                r"$\|R\|_F \le \|(u \Lambda^{1/2} \Gamma^{1/2})^{-1}\|_F \|\nabla_U \ell\|_F "
                r"\|\Lambda^{-1/2}\|_F$, since the Frobenius norm is submultiplicative; both norms are "
                "traces. With the lower bound on $u^2$ of Lemma A.5 this is Lemma 5.4."
            ),
            factor,
            r"\ge",
            cited=True,
            id="pl",
        ),
        Step(
            r"\lim u U",
            (
                r"$\frac{d}{dt} \ell = -\|\nabla \ell\|^2$, so $\ell$ decreases at the rate of Lemma 5.4 while "
                "$u$ stays bounded away from zero; the flow has finite length and tends to a "
                r"minimiser, where $uU = \Gamma^{-1}$."
            ),
            Gamma**-1,
            cited=True,
            id="limit-product",
        ),
        Step(
            r"\lim u^4",
            (
                r"Balance at the limit: $u^4 = u^2 \operatorname{tr}(U U^\top) = "
                r"\operatorname{tr}(\Gamma^{-2})$."
            ),
            fourth_power,
            id="limit-balance",
        ),
        Step(r"\lim u", "$u > 0$ along the flow.", u_limit, id="limit-u"),
        Step(r"\lim U", r"$U = \Gamma^{-1} / u$.", U_limit, id="limit-U"),
    )
    arguments = {"covariance": "Lambda", "context_length": "N"}
    weights = {**arguments, "U": "U", "u": "u"}

    def formula(name: str, value: Expression, keywords: dict[str, str], left: str, title: str) -> Formula:
        source = "Zhang et al. (2024), Theorem 4.1"
        return Formula(name, value, keywords, steps, source, (parts.Gamma,), left=left, title=title)

    return Derivation(
        "convergence",
        "Balance and the limit of the gradient flow",
        "Zhang, Frei and Bartlett (2024), Lemmas A.3 and 5.4, Theorem 4.1",
        steps,
        {
            "balance": formula("balance", drift, weights, BALANCE, "Balance: what the flow conserves"),
            "PL factor": formula(
                "PL factor",
                factor,
                weights,
                r"\|\nabla \ell\|^2 / (\ell - \min \ell) \ge \mu(u),\quad \mu(u)",
                "The lower bound of the squared gradient over the excess loss",
            ),
            "u limit": formula("limit of $u$", u_limit, arguments, r"\lim u", "The limit of $u$"),
            "U limit": formula("limit of $U$", U_limit, arguments, r"\lim U", "The limit of $U$"),
        },
        notation(
            (r"\mu", "as a function of $u$ the lower bound of the squared gradient over the excess loss"),
            ("R", "a matrix whose Frobenius norm gives the excess loss, defined by its equation"),
        ),
    )


def derivation() -> Derivation:
    """Theorem 4.1."""
    return convergence()
