"""The global minimum of the population loss: completing the square, the floor, the minimisers, all blocks.

Source: Zhang, Frei and Bartlett (2024), Corollary A.2 and Lemma 5.3; statement B10 for all blocks.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from theory.algebra.definitions import is_positive
from theory.algebra.expectation import expectation
from theory.algebra.expression import Expression, letter
from theory.derivation import Derivation, DerivationError, Formula, Step, require_equal
from theory.zhang2024.model import LAMBDA, U11, Law, u, u12, u21
from theory.zhang2024.notation import notation
from theory.zhang2024.parity import error_by_parity
from theory.zhang2024.preconditioner import U, preconditioner

HALF = Fraction(1, 2)


@cache
def global_minimum(*, noise: bool = False, task_covariance: bool = False, elliptical: bool = False) -> Derivation:
    """Return the completed square, the minimum of the loss and the condition for it, over all blocks.

    Results, all as Formula: "excess loss", l - min l; "floor", min l = -tr(C Gamma^{-1})/2 (-tr(Lambda^2 Gamma^{-1})/2
    for the paper's law); "minimum of L"; "minimiser", the value Gamma^{-1} of uU, and "Gamma". l is the loss on
    u21 = u12 = 0 without its constant term.

    Raises:
        DerivationError: if any identity fails.

    Source: Zhang, Frei and Bartlett (2024), Corollary A.2, Lemma 5.3; statement B10.
    """
    law = Law(noise, task_covariance, elliptical)
    parts = preconditioner(law)
    S, Gamma, C = parts.square.name, parts.Gamma.name, parts.linear
    ell = parts.loss - parts.constant
    minimiser = S**-1 @ C @ LAMBDA**-1
    gap = u * U - minimiser
    excess = (S @ gap @ LAMBDA @ gap.T).trace() * HALF
    floor = -(S**-1 @ C @ LAMBDA**-1 @ C).trace() * HALF
    require_equal(ell, excess + floor, "completing the square", (parts.square,))
    if not is_positive(parts.square.expression):
        raise DerivationError(f"S is not positive definite by form: {parts.square.expression}")
    # S = C Lambda^{-1} Gamma, checked where Gamma is read off; from here on the floor is stated with Gamma.
    through_gamma = {letter(S): C @ LAMBDA**-1 @ Gamma}
    short_floor = floor.substitute(through_gamma)
    limit = require_equal(minimiser.substitute(through_gamma), Gamma**-1, "the minimiser")
    commuting = parts.Gamma.symbol.family == letter(LAMBDA).family
    if commuting:
        short_gap = u * U - Gamma**-1
        excess = ((C @ LAMBDA**-1 @ Gamma) @ short_gap @ LAMBDA @ short_gap.T).trace() * HALF
        require_equal(ell, excess + short_floor, "Corollary A.2", (parts.Gamma,))
    steps = [
        Step("L", "The loss on $u_{21} = u_{12} = 0$.", parts.loss, id="loss"),
        Step(
            "S",
            (
                r"The quadratic form of the loss: it is $u^2 \operatorname{tr}(S U \Lambda U^\top)/2 -"
                r" u \operatorname{tr}(C U^\top) + \mathrm{const}$."
            ),
            parts.square.expression,
            id="quadratic",
        ),
        Step("C", "Its linear part, minus the gradient at $u U = 0$.", C, id="linear"),
        Step(
            r"\ell = \tfrac12 \operatorname{tr}\left(S \left(uU - S^{-1} C \Lambda^{-1}\right) \Lambda"
            r" \left(uU - S^{-1} C \Lambda^{-1}\right)^\top\right)"
            r" - \tfrac12 \operatorname{tr}(S^{-1} C \Lambda^{-1} C)",
            "Completing the square; multiplied out, the square and the constant give back the loss exactly.",
            ell,
            id="square",
        ),
        Step(
            r"\Gamma = \Lambda C^{-1} S",
            (
                r"$S$ is positive definite, and so is $\Lambda$: the square vanishes exactly at $uU = "
                r"S^{-1} C \Lambda^{-1} = \Gamma^{-1}$ (Lemma 5.3)."
            ),
            parts.Gamma.expression,
            id="gamma",
        ),
        Step(r"u U", "All minimisers on the subspace.", limit, id="minimisers"),
        Step(r"\min \ell", "The value there (Corollary A.2).", short_floor, id="minimum"),
    ]
    if law == Law():
        root = Gamma**HALF @ (u * LAMBDA**HALF @ U @ LAMBDA**HALF - LAMBDA @ Gamma**-1)
        norm = (root @ root.T).trace() * HALF
        require_equal(excess, norm, "Corollary A.2, square of a norm")
        steps.append(
            Step(
                r"\ell - \min \ell = \tfrac12 \left\| \Gamma^{1/2}\left(u \Lambda^{1/2} U \Lambda^{1/2}"
                r" - \Lambda \Gamma^{-1}\right) \right\|_F^2",
                "The excess loss as the square of a Frobenius norm.",
                norm,
                id="frobenius",
            )
        )
    steps += list(_over_all_blocks(law, parts.loss))
    arguments = law.arguments()
    on_subspace = {**arguments, "U": "U", "u": "u"}
    source = "Zhang et al. (2024), Corollary A.2, Lemma 5.3"

    def formula(name: str, value: Expression, keywords: dict[str, str], left: str, title: str) -> Formula:
        definitions = (parts.Gamma, parts.square)
        return Formula(name, value, keywords, tuple(steps), source, definitions, left=left, title=title)

    return Derivation(
        "global_minimum",
        "The global minimum of the population loss",
        "Zhang, Frei and Bartlett (2024), Corollary A.2 and Lemma 5.3; all blocks: statement B10",
        tuple(steps),
        {
            "excess loss": formula(
                "excess loss",
                excess,
                on_subspace,
                r"\ell - \min \ell",
                "The excess loss, zero exactly at the minimisers",
            ),
            "floor": formula("floor", short_floor, arguments, r"\min \ell", "The least restricted loss"),
            "minimum of L": formula(
                "minimum of $L$", parts.constant + short_floor, arguments, r"\min L", "The least population loss"
            ),
            "minimiser": formula("minimiser", limit, arguments, "u U", "The minimisers on the subspace"),
            "Gamma": Formula(
                r"$\Gamma$",
                parts.Gamma.expression,
                arguments,
                tuple(steps),
                source,
                left=r"\Gamma",
                title=r"The preconditioner $\Gamma$",
            ),
        },
        _letters(),
    )


def _letters() -> dict[str, str]:
    return notation(
        ("S", "the matrix of the restricted loss's quadratic part"),
        ("C", "the matrix of its linear part"),
        (r"\hat y_{\mathrm{odd}}", "the part of the prediction that is odd in $w$ and the noise"),
        (r"\hat y_{\mathrm{even}}", "the part that is even"),
        ("V", r"$u U_{11} + u_{12} u_{21}^\top$, in which the odd part is linear"),
    )


def _over_all_blocks(law: Law, restricted: Expression) -> tuple[Step, ...]:
    """B10: over all blocks L = l(uU -> V) + E[even^2]/2 with V = u U11 + u12 u21'."""
    parity = error_by_parity(law)
    laws = law.laws()
    cross = expectation(parity.odd * parity.even, laws)
    if cross:
        raise DerivationError(f"the odd and the even part of the error are correlated: {cross}")
    odd_loss = expectation(parity.odd * parity.odd, laws) * HALF
    V = u * U11 + u12 @ u21.T
    require_equal(odd_loss, restricted.substitute({letter(U): V, letter(u): u * u**-1}), "the odd part of the loss")
    return (
        Step(
            r"\hat y_{\mathrm{even}}",
            "Over all blocks: the part of the prediction that is even in $w$ and the noise taken together.",
            parity.even,
            id="even",
        ),
        Step(
            r"\tfrac12 \mathbb{E}\left(\hat y_{\mathrm{odd}} - w^\top x_q\right)^2",
            (
                "The even part is uncorrelated with the odd part and the target. The odd part's loss "
                r"is the restricted loss with $uU$ replaced by $V = u U_{11} + u_{12} u_{21}^\top$. So"
                r" $L$ is that plus $\mathbb{E}[\hat y_{\mathrm{even}}^2]/2 \ge 0$, and no choice of blocks "
                "goes below the minimum found on the subspace (B10)."
            ),
            odd_loss,
            id="all-blocks",
        ),
    )


def derivation() -> Derivation:
    """The global minimum for the paper's law."""
    return global_minimum()
