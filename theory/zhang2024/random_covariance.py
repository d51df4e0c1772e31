"""Training on prompts with random covariances: Lemma C.1 for any law, Corollary C.2 to Theorem 4.5 for diagonal ones.

The outer expectation over Lambda_tau is written as the mean over n equally likely covariances,
(1/n) sum_tau f(Lambda_tau), which the engine knows as a sum over an index; letters of different indices do not commute
there. Both sides of every identity are linear in the law, and n = 1 is a point mass: an identity for all n and all
Lambda_1, ..., Lambda_n is one for every law under which both sides exist. As no term has more than three factors
Lambda_tau, third moments suffice.

In the diagonal case every word is a sum over coordinates, tr(Lambda^a U Lambda^b U') = sum_ij lambda_i^a lambda_j^b
u_ij^2; the coefficients of u_ij are read off as polynomials in lambda_i, lambda_j and
total = sum_k lambda_k, for every d.

Source: Zhang, Frei and Bartlett (2024), section 4.3 and appendix C; statement B7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

from theory.algebra.calculus import differential, gradient
from theory.algebra.coefficients import Coefficient
from theory.algebra.columns import in_columns
from theory.algebra.definitions import define
from theory.algebra.expectation import expectation
from theory.algebra.expression import (
    Expression,
    indexed,
    length,
    letter,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
    zero,
)
from theory.algebra.monomials import Monomial
from theory.algebra.words import Word, transpose
from theory.derivation import Derivation, DerivationError, Formula, Step, require_equal
from theory.zhang2024.distribution_shift import CONTEXT, QUERY, distribution_shift
from theory.zhang2024.distribution_shift import A as ANY_MATRIX
from theory.zhang2024.model import BLOCKS, LAMBDA, NOISE_VARIANCE, U11, Law, prediction_from_layer, u, u12, u21, x, x_q
from theory.zhang2024.notation import notation
from theory.zhang2024.parity import error_by_parity
from theory.zhang2024.population_loss import population_loss, reduced
from theory.zhang2024.preconditioner import U, preconditioner
from theory.zhang2024.random_entries import DiagonalLaw, IndependentEntries, Number

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
SOURCE = "Zhang et al. (2024), appendix C"
ERROR = r"\mathbb{E}(\hat y - w^\top x_q)^2"
BALANCE = r"\frac{d}{dt}\left(u^2 - \operatorname{tr} U U^\top\right)"
INVARIANT = (
    "Every term of these gradients carries $u_{21}$ or $u_{12}$: both gradients vanish on the subspace "
    "$u_{21} = u_{12} = 0$, so the flow does not leave it."
)

# Letters of the diagonal case. Lambda and A are diagonal, so they commute; the scalars are their entries.
A = matrix("A", definite=True, family="Lambda")
lambda_i = scalar_letter("lambda_i", definite=True, latex="\\lambda_i")
lambda_j = scalar_letter("lambda_j", definite=True, latex="\\lambda_j")
total = scalar_letter("total", definite=True, latex="\\textstyle\\sum_k \\lambda_k")
a_i = scalar_letter("a_i", definite=True, latex="A_{ii}")
u_ii = scalar_letter("u_ii", latex="u_{ii}")
u_ij = scalar_letter("u_ij", latex="u_{ij}")
gamma_i = scalar_letter("gamma_i", definite=True, latex="\\gamma_i")
xi_i = scalar_letter("xi_i", definite=True, latex="\\xi_i")
zeta_ij = scalar_letter("zeta_ij", definite=True, latex="\\zeta_{ij}")
# The moments of i.i.d. entries.
m1, m2, m3 = (scalar_letter(f"m{k}", definite=True, latex=f"m_{k}") for k in (1, 2, 3))


def over_law(expression: Expression) -> Expression:
    """E_tau of an expression in Lambda, as the mean over n equally likely covariances."""
    at_tau = expression.substitute({letter(LAMBDA): indexed(LAMBDA, "tau")})
    return sum_over("tau", "n", at_tau) / length("n")


def _covariance_degree(monomial: Monomial) -> int:
    words = [(monomial.word, 1), *monomial.closed]
    return sum(int(p * e) for w, p in words for f in w for symbol, e in f.powers if symbol == letter(LAMBDA))


@dataclass(frozen=True)
class CoordinateForm:
    """sum_ij square u_ij^2 + sum_i linear u_ii + sum_i constant: coefficients in lambda_i, lambda_j, total, u, a_i."""

    square: Expression
    linear: Expression
    constant: Expression


def coordinate_form(expression: Expression) -> CoordinateForm:
    """Return a scalar expression in diagonal Lambda, A and general U as sums over coordinates.

    Raises:
        ValueError: for a term that is no such sum, such as one with three factors U or a product of two sums.
    """
    square, linear, constant = number(0), number(0), number(0)
    for monomial, coefficient in expression.terms.items():
        factor: Expression = number(1) * coefficient
        main: list[Word] = []
        for word, exponent in monomial.closed:
            if word[0].rows == 1:
                factor = factor * Expression({Monomial(((word, exponent),), ()): Coefficient.number(1)}, 1, 1)
            elif word == _TRACE:
                factor = factor * total**exponent
            else:
                main += [word] * int(exponent)
        if not main and dict(monomial.closed).get(_TRACE):
            factor, main = factor / total, [_TRACE]
        if len(main) != 1:
            raise ValueError(f"not a sum over coordinates: {Expression({monomial: coefficient}, 1, 1)}")
        places = [k for k, f in enumerate(main[0]) if f.symbol == letter(U)]
        if any(main[0][k].powers[0][1] != 1 for k in places):
            raise ValueError(f"not a sum of squares of entries of U: {Expression({monomial: coefficient}, 1, 1)}")
        if not places:
            constant = constant + factor * _diagonal(main[0], 0)
            continue
        turned = main[0][places[0] :] + main[0][: places[0]]
        if turned[0].transposed:
            turned = transpose(turned)
            turned = turned[-1:] + turned[:-1]
        second = [k for k, f in enumerate(turned) if k and f.symbol == letter(U)]
        if not second:
            linear = linear + factor * _diagonal(turned[1:], 0)
        elif len(second) == 1 and turned[second[0]].transposed:
            between, after = turned[1 : second[0]], turned[second[0] + 1 :]
            square = square + factor * _diagonal(between, 1) * _diagonal(after, 0)
        else:
            raise ValueError(f"not a sum of squares of entries of U: {Expression({monomial: coefficient}, 1, 1)}")
    return CoordinateForm(square, linear, constant)


_TRACE: Word = next(iter(LAMBDA.trace().terms)).closed[0][0]


def _diagonal(word: Word, place: int) -> Expression:
    """The entry of a word in diagonal letters at coordinate i (place 0) or j (place 1)."""
    result = number(1)
    for f in word:
        for symbol, exponent in f.powers:
            if symbol.name == "A" and place == 0:
                result = result * a_i**exponent
            elif symbol == letter(LAMBDA):
                result = result * (lambda_i, lambda_j)[place] ** exponent
            else:
                raise ValueError(f"{symbol.name} is not one of the diagonal letters here")
    return result


def in_long_prompts(expression: Expression, name: str) -> Expression:
    """The limit of an expression as a length, N or M, tends to infinity; ValueError if it grows."""
    terms: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in expression.terms.items():
        if any(held == name for powers in coefficient.denominator for held, _ in powers):
            raise ValueError(f"the limit in {name} needs Laurent polynomials, got {coefficient}")
        kept = {}
        for powers, value in coefficient.numerator.items():
            power = dict(powers).get(name, 0)
            if power > 0:
                raise ValueError(f"{expression} grows with {name}")
            if power == 0:
                kept[powers] = value
        terms[monomial] = Coefficient(kept, coefficient.denominator)
    return Expression(terms, expression.rows, expression.cols)


def _powers(monomial: Monomial) -> dict[str, int]:
    """Exponents of a monomial in scalar letters."""
    return {word[0].symbol.name: int(exponent) for word, exponent in monomial.closed}


def iid_mean(expression: Expression, same: bool) -> Expression:
    """E of a polynomial in lambda_i, lambda_j, total (of degree <= 1 in total) for i.i.d. entries: in m1, m2, m3 and d.

    Args:
        same: i = j; otherwise i and j differ.
    """
    moments = (number(1), m1, m2, m3)
    result = number(0)
    for monomial, coefficient in expression.terms.items():
        powers = _powers(monomial)
        i, j, s = (powers.pop(name, 0) for name in ("lambda_i", "lambda_j", "total"))
        if s not in (0, 1):
            raise ValueError(f"only degree 1 in the trace is averaged in closed form, got {s}")
        rest = Expression(
            {Monomial(tuple((w, p) for w, p in monomial.closed if w[0].symbol.name in powers), ()): coefficient}, 1, 1
        )
        if same:
            # The total is lambda_i + (d - 1) other entries.
            mean = moments[i + j] if not s else moments[i + j + 1] + (length("d") - 1) * moments[i + j] * m1
        elif not s:
            mean = moments[i] * moments[j]
        else:
            others = (length("d") - 2) * moments[i] * moments[j] * m1
            mean = moments[i + 1] * moments[j] + moments[i] * moments[j + 1] + others
        result = result + rest * mean
    return result


@dataclass(frozen=True)
class Coefficients:
    """The coefficients of the diagonal case before averaging, in lambda_i, lambda_j, total: zeta_ij (gamma_i at i = j)
    and xi_i; and the summand of the prediction error, also in a_i, the entries of A."""

    zeta: Expression
    xi: Expression
    error: Expression


@cache
def coefficients() -> Coefficients:
    """Read the coefficients off the restricted loss and the error under shift; DerivationError unless as in (C.3)."""
    parts = preconditioner(Law())
    form = coordinate_form(parts.loss - parts.constant)
    zeta = 2 * form.square / u**2
    xi = -form.linear / u
    require_equal(form.constant, number(0), "the loss less its constant has no other term")
    scale = (length("N") + 1) / length("N")
    stated = scale * lambda_i**2 * lambda_j + lambda_i * lambda_j * total / length("N")
    require_equal(zeta, stated, "zeta_ij and gamma_i = zeta_ii of (C.3)")
    require_equal(xi, lambda_i**2, "xi_i of (C.3)")
    error = distribution_shift(random_task=True).expression
    in_diagonal = error.substitute({letter(ANY_MATRIX): A, letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})
    split = coordinate_form(in_diagonal)
    return Coefficients(zeta, xi, split.constant)


@cache
def random_covariance_theory() -> Derivation:
    """Return Lemma C.1 to Theorem 4.5: loss, flow, balance, minimum, limit and predictor for random covariances.

    Results, as Formula. For any law, `covariances` being n equally likely positive definite matrices (n x d x d):
    "population loss" in all blocks, "restricted loss", "U'", "u'", "balance". For a diagonal A: "u limit", "U limit",
    "predictor". For i.i.d. diagonal entries with E lambda^k = m1, m2, m3 (keywords dimension, context_length): "gamma",
    "zeta", "minimiser", the entry m2/gamma of A, and "error" and "error limit" (N, M -> infinity; B7).

    Raises:
        DerivationError: if any identity fails.

    Source: Zhang, Frei and Bartlett (2024), section 4.3, appendix C; statement B7.
    """
    any_law, steps = _any_law()
    diagonal = _diagonal_case()
    limit, more = _limit()
    iid, last = _iid()
    return Derivation(
        "random_covariance",
        "Training on prompts with random covariances",
        "Zhang, Frei and Bartlett (2024), section 4.3 and appendix C; statement B7",
        (*steps, *diagonal, *more, *last),
        {**any_law, **limit, **iid},
        notation(
            ("n", r"number of equally likely values of $\Lambda_\tau$, by which a law is written"),
            (r"\Lambda_\tau", r"the random covariance of a prompt; $\Lambda_i$ is the $i$-th of its $n$ values"),
            (r"\Lambda", r"$\Lambda_\tau$ where its index is left out"),
            (r"\Gamma_\tau", r"$(1 + 1/N) \Lambda_\tau + \operatorname{tr}(\Lambda_\tau) I / N$"),
            (r"\Lambda_i", r"the $i$-th of the $n$ values of $\Lambda_\tau$"),
            (r"\Lambda_{\mathrm{new}}", "the covariance of a new prompt, with any diagonal law"),
            (r"\hat y_{\mathrm{odd}}", "the part of the prediction that is odd in $w$"),
            ("V", r"$u U_{11} + u_{12} u_{21}^\top$"),
            (r"\lambda_i", r"the $i$-th entry of a diagonal $\Lambda_\tau$"),
            (r"\lambda", r"the entries of $\Lambda_\tau$ together"),
            ("u_{ij}", "the entry of $U$ in row $i$ and column $j$"),
            (r"\zeta_{ij}", r"the coefficient of $u^2 u_{ij}^2/2$ in the restricted loss"),
            (r"\gamma_i", r"$\zeta_{ii}$"),
            (r"\xi_i", "the coefficient of $-u u_{ii}$ in the restricted loss"),
            (r"\ell_i", "the terms of the restricted loss in $u_{ii}$"),
            (r"\ell_{ij}", "its term in $u_{ij}$"),
            ("v_i", r"what $u_{ii}$ adds to $\frac{d}{dt} u$"),
            ("v_{ij}", r"what $u_{ij}$ adds to $\frac{d}{dt} u$"),
            ("A", r"$\mathbb{E}[\Gamma_\tau \Lambda_\tau^2]^{-1} \mathbb{E}[\Lambda_\tau^2]$, the limit of $uU$"),
            ("A_{ii}", r"a diagonal entry of $A$, $\xi_i / \gamma_i$"),
            ("e_i", "one coordinate's share of the error before the mean is taken"),
            ("m_k", r"$\mathbb{E} \lambda_i^k$ for i.i.d. entries"),
            (r"\gamma", r"the common value of $\gamma_i$ for i.i.d. entries"),
            (r"\zeta", r"the common value of $\zeta_{ij}$, $i \ne j$, for i.i.d. entries"),
            ("p", "a power"),
            ("q", "a power"),
        ),
    )


def _any_law() -> tuple[dict[str, Formula], tuple[Step, ...]]:
    """Lemma C.1 and C.5 for any positive definite law, and minimality over all blocks."""
    given = population_loss().expression
    degree = max(_covariance_degree(monomial) for monomial in given.terms)
    if degree > 3:
        raise DerivationError(f"the loss has degree {degree} in the covariance: third moments do not suffice")
    loss = over_law(given)
    fields = {name: -gradient(loss, block) for name, block in BLOCKS.items()}
    for name in ("u21", "u12"):
        if reduced(fields[name]):
            raise DerivationError(f"u21 = u12 = 0 is not invariant: there {name}' = {reduced(fields[name])}")
    to_U = {letter(U11): U}
    Gamma = preconditioner(Law()).Gamma
    inserted = {Gamma.symbol: Gamma.expression}

    def averaged(expression: Expression) -> Expression:
        return over_law(expression.substitute(inserted))

    G = Gamma.name
    U_field = require_equal(
        reduced(fields["U11"]).substitute(to_U),
        -(u**2) * averaged(G @ LAMBDA @ U @ LAMBDA) + u * averaged(LAMBDA**2),
        "Lemma C.1, U'",
    )
    u_field = require_equal(
        reduced(fields["u"]).substitute(to_U),
        -u * averaged(G @ LAMBDA @ U @ LAMBDA @ U.T).trace() + (averaged(LAMBDA**2) @ U.T).trace(),
        "Lemma C.1, u'",
    )
    restricted = require_equal(
        reduced(loss).substitute(to_U) - over_law(LAMBDA.trace()) * HALF,
        averaged((u**2 * (G @ LAMBDA @ U @ LAMBDA @ U.T) * HALF - u * LAMBDA**2 @ U.T).trace()),
        "the loss of Lemma C.3",
    )
    drift = differential(u**2 - (U @ U.T).trace(), {U: U_field, u: u_field})
    if drift:
        raise DerivationError(f"u^2 - tr(U U') is not conserved: its derivative is {drift}")
    parity = error_by_parity(Law())
    laws = Law().laws()
    if expectation(parity.odd * parity.even, laws):
        raise DerivationError("the odd and the even part of the error are correlated")
    V = u * U11 + u12 @ u21.T
    odd = require_equal(
        over_law(expectation(parity.odd * parity.odd, laws)) * HALF,
        reduced(loss).substitute({letter(U11): V, letter(u): number(1)}),
        "the odd part of the loss over all blocks",
    )
    steps = (
        Step(
            r"L = \mathbb{E}_\tau L(\Lambda_\tau)",
            r"Given $\Lambda_\tau$ the prompt is that of the fixed-covariance model, so the loss is the mean of its "
            "loss over the law, here $n$ equally likely covariances. Both sides of what follows are linear in the law, "
            rf"so it holds for every law. No term has more than {degree} factors $\Lambda_\tau$: third "
            "moments suffice.",
            loss,
            id="loss",
        ),
        Step(
            r"\frac{d}{dt} u_{21} \bigr|_{u_{21} = u_{12} = 0}",
            INVARIANT,
            reduced(fields["u21"]),
            id="invariance-u21",
        ),
        Step(
            r"\frac{d}{dt} u_{12} \bigr|_{u_{21} = u_{12} = 0}", INVARIANT, reduced(fields["u12"]), id="invariance-u12"
        ),
        Step(
            r"\frac{d}{dt} U = -u^2 \mathbb{E}[\Gamma_\tau \Lambda_\tau U \Lambda_\tau] + u \mathbb{E}[\Lambda_\tau^2]",
            (r"The flow on the subspace (Lemma C.1), with the mean over $\tau$ and $\Gamma_\tau$ written out."),
            U_field,
            id="flow-U",
        ),
        Step(r"\frac{d}{dt} u", "The flow of $u$ there (Lemma C.1).", u_field, id="flow-u"),
        Step(
            r"\ell",
            (
                r"The loss there less the mean of $\operatorname{tr}(\Lambda_\tau)/2$, whose gradient "
                "flow this is."
            ),
            restricted,
            id="reduced-loss",
        ),
        Step(
            BALANCE,
            "Balance (Lemma C.5), for any law.",
            drift,
            id="balance",
        ),
        Step(
            r"\tfrac12 \mathbb{E}\left(\hat y_{\mathrm{odd}} - w^\top x_q\right)^2",
            (
                r"Over all blocks: given $\Lambda_\tau$ the part of the prediction that is even in $w$ is "
                "uncorrelated with the rest (B10), so $L$ is the restricted loss with $uU$ replaced "
                r"by $V = u U_{11} + u_{12} u_{21}^\top$ plus a mean of squares, and the minimum on "
                "the subspace is the minimum over all blocks."
            ),
            odd,
            id="all-blocks",
        ),
    )
    arguments = {"covariances": "Lambda", "context_length": "N"}
    source = "Zhang et al. (2024), Lemma C.1"

    def on_the_subspace(name: str, value: Expression, left: str, title: str) -> Formula:
        return Formula(name, value, {**arguments, "U": "U", "u": "u"}, steps, source, left=left, title=title)

    results = {
        "population loss": Formula(
            "population loss over random covariances",
            loss,
            {**arguments, **{n: n for n in BLOCKS}},
            steps,
            source,
            left="L",
        ),
        "restricted loss": on_the_subspace("restricted loss", restricted, r"\ell", "The restricted loss"),
        "U'": on_the_subspace("flow of $U$", U_field, r"\frac{d}{dt} U", "The flow of $U$"),
        "u'": on_the_subspace("flow of $u$", u_field, r"\frac{d}{dt} u", "The flow of $u$"),
        "balance": on_the_subspace("balance", drift, BALANCE, "Balance: what the flow conserves"),
    }
    return results, steps


def _diagonal_case() -> tuple[Step, ...]:
    """Corollary C.2, Lemmas C.3 and C.4 in coordinates."""
    read = coefficients()
    diagonal_part = HALF * gamma_i * u**2 * u_ii**2 - xi_i * u * u_ii
    off_diagonal = HALF * zeta_ij * u**2 * u_ij**2
    fields = {
        r"\frac{d}{dt} u_{ii}": (-gradient(diagonal_part, u_ii), -gamma_i * u**2 * u_ii + xi_i * u),
        r"\frac{d}{dt} u_{ij}": (-gradient(off_diagonal, u_ij), -zeta_ij * u**2 * u_ij),
        "v_i": (-gradient(diagonal_part, u), -gamma_i * u * u_ii**2 + xi_i * u_ii),
        "v_{ij}": (-gradient(off_diagonal, u), -zeta_ij * u * u_ij**2),
    }
    for name, (derived, stated) in fields.items():
        require_equal(derived, stated, f"(C.4), {name}")
    best = xi_i / gamma_i
    floor = -HALF * xi_i**2 / gamma_i
    completed = require_equal(diagonal_part - floor, HALF * gamma_i * (u * u_ii - best) ** 2, "(C.7)")
    return (
        Step(
            r"\zeta_{ij} = \mathbb{E}[\zeta_{ij}(\lambda)],\quad \zeta_{ij}(\lambda)",
            (
                r"Now let $\Lambda_\tau$ be diagonal. Then $\operatorname{tr}(\Lambda^p U \Lambda^q U^\top) = "
                r"\sum_{ij} \lambda_i^p \lambda_j^q u_{ij}^2$ for all powers $p$ and $q$, and the coefficient of "
                r"$u^2 u_{ij}^2 / 2$ is the mean of this (C.3), $\gamma_i = \zeta_{ii}$. Nothing is assumed on how "
                "the entries depend on each other."
            ),
            read.zeta,
            id="zeta",
        ),
        Step(
            r"\xi_i = \mathbb{E}[\xi_i(\lambda)],\quad \xi_i(\lambda)",
            "The coefficient of $-u u_{ii}$.",
            read.xi,
            id="xi",
        ),
        Step(
            r"\ell_i + \ell_{ij}",
            r"One term $\ell_i$ of the diagonal and one $\ell_{ij}$ off it, $i \ne j$, which has $\zeta_{ij}$; the "
            "loss (C.5) is the sum of all of them.",
            diagonal_part + off_diagonal,
            id="loss-in-coordinates",
        ),
        *(
            Step(
                name,
                r"The gradient flow in coordinates (C.4); $\frac{d}{dt} u$ is the sum of all $v_i$ and $v_{ij}$.",
                derived,
                id=f"flow-{key}",
            )
            for key, (name, (derived, _)) in zip(("ii", "ij", "u-i", "u-ij"), fields.items(), strict=True)
        ),
        Step(
            r"\ell_i - \min \ell_i",
            (
                r"Completing the square (C.7); $\gamma_i$, $\zeta_{ij} > 0$, so the sum vanishes "
                r"exactly where $u u_{ij} = 1\{i = j\} \xi_i/\gamma_i$ (C.8)."
            ),
            completed,
            id="square",
        ),
        Step(r"\min \ell_i", "The value there (C.6).", floor, id="minimum"),
    )


def _limit() -> tuple[dict[str, Formula], tuple[Step, ...]]:
    """Theorem 4.5: the limit with uU = A, and the predictor that it gives."""
    u_limit = ((A @ A.T).trace()) ** QUARTER
    U_limit = A * u_limit.reciprocal()
    require_equal(u_limit * U_limit, A, "the limit is a minimiser")
    require_equal(u_limit**2 - (U_limit @ U_limit.T).trace(), number(0), "the limit is balanced")
    weights = {
        letter(U11): U_limit,
        letter(u): u_limit,
        letter(u21): zero("d", 1),
        letter(u12): zero("d", 1),
    }
    predicted = prediction_from_layer("M").substitute(weights)
    y_entry = scalar_letter("y")
    as_sum = in_columns(predicted, {letter(matrix("X", "d", "M")): x, letter(vector("y", "M")): y_entry}, "M")
    yi, xi = indexed(y_entry, "i"), indexed(x, "i")
    require_equal(as_sum, sum_over("i", "M", yi * (x_q.T @ A @ xi)) / length("M"), "the predictor of section 4.3")
    steps = (
        Step(
            r"\lim u",
            (
                r"The limit (Theorem 4.5): the flow tends to a minimiser, $uU = A$, and balance gives "
                r"$u^4 = \operatorname{tr}(A A^\top) > 0$ (it converges: Lemmas C.6 to C.8, or statement B1 "
                r"for every $\sigma$)."
            ),
            u_limit,
            cited=True,
            id="limit-u",
        ),
        Step(r"\lim U", "$U = A / u$.", U_limit, id="limit-U"),
        Step(r"\hat y", "The layer with these weights on a prompt of length $M$ (4.13).", as_sum, id="predictor"),
    )
    arguments, source = {"A": "A"}, "Zhang et al. (2024), Theorem 4.5"
    results = {
        "u limit": Formula("limit of $u$", u_limit, arguments, steps, source, left=r"\lim u", title="The limit of $u$"),
        "U limit": Formula("limit of $U$", U_limit, arguments, steps, source, left=r"\lim U", title="The limit of $U$"),
        "predictor": Formula(
            "predictor",
            as_sum,
            {"A": "A", "prompt_length": "M", "x": "x", "y": "y", "x_q": "x_q"},
            steps,
            "Zhang et al. (2024), eq. (4.13)",
            left=r"\hat y",
            title="The predictor at the limit",
        ),
    }
    return results, steps


def _iid() -> tuple[dict[str, Formula], tuple[Step, ...]]:
    """The moments for i.i.d. entries, and the error of the limit."""
    read = coefficients()
    gamma = define("gamma", iid_mean(read.zeta, same=True))
    zeta = iid_mean(read.zeta, same=False)
    best = m2 * gamma.name**-1
    noiseless = read.error.substitute({letter(NOISE_VARIANCE): number(0)})
    per_coordinate = iid_mean(noiseless, same=True)
    error = (length("d") * per_coordinate).substitute({letter(a_i): best})
    long = in_long_prompts(in_long_prompts(per_coordinate, "M"), "N")
    in_limit = m2 / in_long_prompts(gamma.expression, "N")
    error_limit = require_equal(
        (length("d") * long).substitute({letter(a_i): in_limit}), length("d") * (m1 - m2**2 / m3), "B7"
    )
    square = in_long_prompts(noiseless, "M")
    require_equal(square, lambda_i * (a_i * lambda_i - 1) ** 2, "B7 as a square")
    steps = (
        Step(
            r"\mathbb{E}(\hat y - w^\top x_q)^2 = \sum_i \mathbb{E}[e_i],\quad e_i",
            (
                r"A new prompt of length $M$ with covariance $\Lambda_{\mathrm{new}}$ of any diagonal "
                r"law, $w \sim \mathcal{N}(0, I)$: statement B9 with context and query covariance "
                r"$\Lambda_{\mathrm{new}}$, in coordinates; $s^2$ is the variance of label noise."
            ),
            read.error,
            id="error",
        ),
        Step(
            r"\gamma",
            r"Now let the entries be i.i.d., each with the moments $m_k = \mathbb{E} \lambda_i^k$. In the sum over all "
            r"entries one is $\lambda_i$ itself and $d - 1$ are others; $\gamma$ is every $\gamma_i$.",
            gamma.expression,
            id="gamma-iid",
        ),
        Step(r"\zeta", r"The same for $\zeta_{ij}$, $i \ne j$.", zeta, id="zeta-iid"),
        Step("A_{ii}", r"The entries of $A$, all of them $\xi_i/\gamma_i$.", best, id="best-iid"),
        Step(
            ERROR,
            "The error for i.i.d. entries, all $d$, $N$ and $M$.",
            error,
            id="error-iid",
        ),
        Step(
            r"\lim_{M \to \infty} e_i",
            (
                r"A square: the limit of the error for $N$, $M \to \infty$ is zero if and only if "
                r"$\lambda_i (A_{ii} \lambda_i - 1)^2 = 0$ almost surely, so that $\lambda_i$ takes at most one "
                "positive value (B7)."
            ),
            square,
            id="square-iid",
        ),
        Step(
            rf"\lim_{{N, M \to \infty}} {ERROR}",
            "The error that no length of the prompts removes (B7).",
            error_limit,
            id="limit-iid",
        ),
    )
    entries = {"m1": "m1", "m2": "m2", "m3": "m3"}
    trained = {**entries, "dimension": "d", "context_length": "N"}
    source = "Zhang et al. (2024), (C.3); statement B7, B9"
    results = {
        "gamma": Formula(
            "gamma, i.i.d. entries",
            gamma.expression,
            trained,
            steps,
            source,
            left=r"\gamma",
            title=r"The coefficient $\gamma$ for i.i.d. entries",
        ),
        "zeta": Formula(
            "zeta, i.i.d. entries",
            zeta,
            trained,
            steps,
            source,
            left=r"\zeta",
            title=r"The coefficient $\zeta$ for i.i.d. entries",
        ),
        "minimiser": Formula(
            "minimiser, i.i.d. entries",
            best,
            trained,
            steps,
            source,
            (gamma,),
            left="A_{ii}",
            title="The minimiser for i.i.d. entries",
        ),
        "error": Formula(
            "error, i.i.d. entries",
            error,
            {**trained, "prompt_length": "M"},
            steps,
            source,
            (gamma,),
            left=ERROR,
            title="The error for i.i.d. entries",
        ),
        "error limit": Formula(
            "error limit, i.i.d. entries",
            error_limit,
            {**entries, "dimension": "d"},
            steps,
            source,
            left=rf"\lim_{{N, M \to \infty}} {ERROR}",
            title="The error that no length of the prompts removes, for i.i.d. entries",
        ),
    }
    return results, steps


@dataclass(frozen=True)
class RandomCovariance:
    """The theory of section 4.3 for one law of a diagonal Lambda_tau and one training length, in exact numbers.

    Args:
        law: of the diagonal.
        context_length: N; None is the limit of long training prompts.
    """

    law: DiagonalLaw
    context_length: int | None = None

    def __post_init__(self) -> None:
        _check_length("context_length", self.context_length)

    @property
    def dimension(self) -> int:
        """d."""
        return self.law.dimension

    @cached_property
    def zeta(self) -> tuple[tuple[Number, ...], ...]:
        """zeta_ij of (C.3), with gamma_i on the diagonal."""
        d = range(self.dimension)
        return tuple(tuple(self._mean(coefficients().zeta, i, j) for j in d) for i in d)

    @property
    def gamma(self) -> tuple[Number, ...]:
        """gamma_i of (C.3), the diagonal of E[Gamma Lambda^2]."""
        return tuple(self.zeta[i][i] for i in range(self.dimension))

    @cached_property
    def xi(self) -> tuple[Number, ...]:
        """xi_i of (C.3), the diagonal of E[Lambda^2]."""
        return tuple(self._mean(coefficients().xi, i, i) for i in range(self.dimension))

    @property
    def minimiser(self) -> tuple[Number, ...]:
        """The diagonal of A = E[Gamma Lambda^2]^{-1} E[Lambda^2], the value of uU at every minimum (C.8)."""
        return tuple(x / g for x, g in zip(self.xi, self.gamma, strict=True))

    @property
    def floor(self) -> Number:
        """min l = -1/2 sum_i xi_i^2 / gamma_i (C.6)."""
        return -sum(x**2 / g for x, g in zip(self.xi, self.gamma, strict=True)) / 2

    def loss(self, U: Sequence[Sequence[Number]], u: Number) -> Number:
        """The loss l(U, u) of (C.5)."""
        d = range(self.dimension)
        quadratic = sum(self.zeta[i][j] * u**2 * U[i][j] ** 2 for i in d for j in d)
        return quadratic / 2 - sum(self.xi[i] * u * U[i][i] for i in d)

    def flow(self, U: Sequence[Sequence[Number]], u: Number) -> tuple[tuple[tuple[Number, ...], ...], Number]:
        """(U', u') of (C.4)."""
        d = range(self.dimension)
        field = tuple(
            tuple(-self.zeta[i][j] * u**2 * U[i][j] + (self.xi[i] * u if i == j else 0) for j in d) for i in d
        )
        slope = sum(self.xi[i] * U[i][i] for i in d) - sum(self.zeta[i][j] * u * U[i][j] ** 2 for i in d for j in d)
        return field, slope

    def limit(self) -> tuple[tuple[Number, ...], Number]:
        """(diagonal of lim U, lim u): (A / ||A||_F^{1/2}, ||A||_F^{1/2}), exact SymPy numbers for exact laws."""
        import sympy

        squares = sum((sympy.sympify(a) ** 2 for a in self.minimiser), start=sympy.Integer(0))
        u_limit = squares ** sympy.Rational(1, 4)
        return tuple(sympy.sympify(a) / u_limit for a in self.minimiser), u_limit

    def error(
        self, prompt_length: int | None = None, *, noise_variance: Number = 0, test_law: DiagonalLaw | None = None
    ) -> Number:
        """E(y_hat - <w, x_q>)^2 of the limit on a new prompt, over Lambda_new, w ~ N(0, I), covariates and query.

        Args:
            prompt_length: M; None is the limit of long prompts.
            noise_variance: of the labels in the prompt.
            test_law: of Lambda_new; by default the training law. For covariates scaled by sqrt(c) scale the law by c.

        Source: statement B9, B7.
        """
        _check_length("prompt_length", prompt_length)
        law = self.law if test_law is None else test_law
        if law.dimension != self.dimension:
            raise ValueError(f"test_law has dimension {law.dimension}, the training law {self.dimension}")
        summand = coefficients().error
        if prompt_length is None:
            summand = in_long_prompts(summand, "M")
        sizes = {} if prompt_length is None else {"M": prompt_length}
        return sum(
            law_mean(summand, law, i, i, sizes, {"a_i": self.minimiser[i], "s2": noise_variance})
            for i in range(self.dimension)
        )

    def _mean(self, expression: Expression, i: int, j: int) -> Number:
        if self.context_length is None:
            return law_mean(in_long_prompts(expression, "N"), self.law, i, j, {}, {})
        return law_mean(expression, self.law, i, j, {"N": self.context_length}, {})


def random_covariance(law: DiagonalLaw | Sequence[Any], context_length: int | None = None) -> RandomCovariance:
    """Return the theory of section 4.3 for a law of diagonal covariances and training length N (None: long prompts).

    Args:
        law: a `DiagonalLaw`, or a sequence of `Entry`, one for each independent diagonal entry.
        context_length: N >= 1.

    Raises:
        ValueError, TypeError: for a law without entries or a length that is no positive integer.
    """
    held: DiagonalLaw = IndependentEntries(tuple(law)) if isinstance(law, Sequence) else law
    return RandomCovariance(held, context_length)


def _check_length(name: str, value: int | None) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise TypeError(f"{name} must be a positive integer or None, got {value!r}")
    if value is not None and value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")


def law_mean(
    expression: Expression, law: DiagonalLaw, i: int, j: int, lengths: Mapping[str, int], values: Mapping[str, Number]
) -> Number:
    """E of a polynomial in lambda_i, lambda_j and total = sum_k lambda_k under a law, other scalars given by name."""
    result: Number = Fraction(0)
    for monomial, coefficient in expression.terms.items():
        powers = _powers(monomial)
        weight: Number = coefficient.evaluate(lengths, Fraction(1))
        for name, exponent in powers.items():
            if name not in ("lambda_i", "lambda_j", "total"):
                weight = weight * values[name] ** exponent
        base: dict[int, int] = {}
        for place, name in ((i, "lambda_i"), (j, "lambda_j")):
            base[place] = base.get(place, 0) + powers.get(name, 0)
        expanded = [base]
        for _ in range(powers.get("total", 0)):
            expanded = [{**held, k: held.get(k, 0) + 1} for held in expanded for k in range(law.dimension)]
        result = result + weight * sum(law.moment(held) for held in expanded)
    return result


def derivation() -> Derivation:
    """Lemma C.1 to Theorem 4.5."""
    return random_covariance_theory()
