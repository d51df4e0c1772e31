"""What a query says about the covariance of its prompt: the conditioning after (4.13).

For N, M -> infinity the prediction given Lambda_new is x_q' A Lambda_new w. The paper then averages over Lambda_new
with x_q fixed as if x_q carried no information on Lambda_new. It does: x_q ~ N(0, Lambda_new) as well, so that

    E[y_hat | x_q, w] = x_q' A E[Lambda_new | x_q] w,

and E[Lambda_new | x_q] = E[Lambda_new] only where Lambda_new is constant or the query is drawn independently of it.

Source: Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, letter
from theory.derivation import Derivation, DerivationError, Formula, Step
from theory.zhang2024.distribution_shift import CONTEXT, QUERY, shifted_predictor
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, eps, w, x, x_q
from theory.zhang2024.notation import notation


@cache
def alignment() -> Expression:
    """E[y_hat <w, x_q>] = tr(A Lambda_c Lambda_q) for the predictor (4.13), given both covariances; w ~ N(0, I).

    If E[y_hat | x_q, w] = x_q' A E[Lambda] w with x_q from the prompt's own law, then averaging over Lambda_new gives
    tr(A E[Lambda] E[Lambda]) here, while Lambda_c = Lambda_q = Lambda_new gives tr(A E[Lambda^2]).
    """
    laws = {
        x: Gaussian(CONTEXT),
        x_q: Gaussian(QUERY),
        eps: Gaussian(NOISE_VARIANCE),
        w: Gaussian(identity("d")),
    }
    return expectation(shifted_predictor() * (w.T @ x_q), laws)


@dataclass(frozen=True)
class Posterior:
    """One entry lambda given the entry x of the query, x | lambda ~ N(0, lambda), for a finite law of lambda.

    Args:
        values: of lambda, positive.
        probabilities: of the values.
    """

    values: tuple[Any, ...]
    probabilities: tuple[Any, ...]

    def mean(self, x_entry: Any) -> Any:
        """E[lambda | x]: an exact SymPy number for exact x, by Bayes' rule with the densities of N(0, lambda)."""
        import sympy

        square = sympy.sympify(x_entry) ** 2
        weights = []
        for value, probability in zip(self.values, self.probabilities, strict=True):
            v = sympy.Rational(value.numerator, value.denominator)
            p = sympy.Rational(probability.numerator, probability.denominator)
            weights.append((v, p * sympy.exp(-square / (2 * v)) / sympy.sqrt(v)))
        total = sum(weight for _, weight in weights)
        return sympy.simplify(sum(v * weight for v, weight in weights) / total)

    def prior_mean(self) -> Any:
        """E lambda."""
        return sum((v * p for v, p in zip(self.values, self.probabilities, strict=True)), start=Fraction(0))


@dataclass(frozen=True)
class Counterexample:
    """An entry x of the query at which E[lambda | x] differs from E[lambda]: both are rational."""

    posterior: Posterior
    x_squared: Any
    conditional_mean: Fraction
    mean: Fraction


def find_counterexample(laws: Sequence[Posterior], powers: Sequence[int] = (1, 2, 3)) -> Counterexample:
    """Search two-point laws for a query entry with a rational posterior mean other than the prior mean.

    With values a and b, both squares of rationals, x^2 = 2 k log 2 / (1/a - 1/b) makes the likelihood ratio
    2^k sqrt(a / b), so that the posterior is rational.

    Raises:
        ValueError: if no law of the sequence gives one.
    """
    import sympy

    for law in laws:
        if len(law.values) != 2 or law.values[0] == law.values[1]:
            continue
        a, b = sorted(law.values)
        for k in powers:
            gap = sympy.Rational(1, 1) / sympy.Rational(a.numerator, a.denominator) - sympy.Rational(
                b.denominator, b.numerator
            )
            square = 2 * k * sympy.log(2) / gap
            conditional = sympy.nsimplify(law.mean(sympy.sqrt(square)))
            prior = law.prior_mean()
            if conditional.is_Rational and conditional != sympy.Rational(prior.numerator, prior.denominator):
                return Counterexample(law, square, Fraction(int(conditional.p), int(conditional.q)), prior)
    raise ValueError("no law of the sequence has a rational posterior mean that differs from its mean")


@cache
def exponential_posterior() -> Any:
    """Return E[lambda | x] for lambda ~ Exp(1), x | lambda ~ N(0, lambda), as a SymPy expression in x > 0 (even in x).

    The Fourier transform of the density f of x is E e^(-s^2 lambda/2) = 1/(1 + s^2/2), that of E[lambda; x] is
    E[lambda e^(-s^2 lambda/2)] = 1/(1 + s^2/2)^2, its square. So E[lambda; x] is the convolution f * f, and the
    posterior mean is (f * f)/f. Both transforms and the convolution are integrated here; densities are determined
    by their transforms.

    Raises:
        DerivationError: if the transforms are not those.
    """
    import sympy

    s, t = sympy.symbols("s lambda", positive=True)
    y = sympy.Symbol("y", real=True)
    X = sympy.Symbol("x", positive=True)
    mixture = sympy.integrate(sympy.exp(-(1 + s**2 / 2) * t), (t, 0, sympy.oo))
    weighted = sympy.integrate(t * sympy.exp(-(1 + s**2 / 2) * t), (t, 0, sympy.oo))
    rate = sympy.sqrt(2)
    # Twice the real part of the transform of the exponential on the half line: the density is even.
    half_line = sympy.integrate(sympy.exp(-(rate - sympy.I * s) * t), (t, 0, sympy.oo), conds="none")
    transform = rate / 2 * (half_line + sympy.conjugate(half_line))
    if sympy.simplify(transform - mixture) != 0 or sympy.simplify(weighted - mixture**2) != 0:
        raise DerivationError("the transforms of the exponential mixture are not 1/(1 + s^2/2) and its square")

    def f(point: Any) -> Any:
        return rate / 2 * sympy.exp(-rate * point)

    # y < 0, 0 < y < x and y > x; f takes the absolute value of its argument.
    convolution = (
        sympy.integrate(f(-y) * f(X - y), (y, -sympy.oo, 0))
        + sympy.integrate(f(y) * f(X - y), (y, 0, X))
        + sympy.integrate(f(y) * f(y - X), (y, X, sympy.oo))
    )
    return sympy.expand(sympy.simplify(convolution / f(X)))


ALIGNMENT = r"\mathbb{E}[\hat y\, w^\top x_q]"


@cache
def random_query() -> Derivation:
    """Return E[y_hat <w, x_q>] for the predictor (4.13), in general, for a query of the prompt's law, and independent.

    Results, as Formula: "alignment", "alignment, own query" (average tr(A Lambda^2) over Lambda) and "alignment,
    independent query" is the first with the averages of both covariances in their places.

    Source: Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13).
    """
    general = alignment()
    own = general.substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})
    steps = (
        Step(r"\hat y", "The predictor at the limit of the flow, any matrix $A$.", shifted_predictor(), id="predictor"),
        Step(
            ALIGNMENT,
            (
                "Given the covariance of the context and the second moment of the query, for every "
                "$M$. It is linear in each of the two: drawn independently, they are replaced by "
                "their means, as the formula after (4.13) has it."
            ),
            general,
            id="apart",
        ),
        Step(
            ALIGNMENT,
            (
                "A query from the law of its own prompt: the mean is that of a square, "
                r"$\mathbb{E}[\Lambda^2]$, not $\mathbb{E}[\Lambda]^2$. The formula printed after (4.13) "
                "would give the latter; for such a query it is refuted (finding F3)."
            ),
            own,
            id="own-law",
        ),
    )
    source = "Zhang et al. (2024), section 4.3"
    return Derivation(
        "random_query",
        "The query of a prompt with a random covariance",
        "Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13)",
        steps,
        {
            "alignment": Formula(
                "alignment",
                general,
                {"A": "A", "context_covariance": "Lambda_c", "query_covariance": "Lambda_q"},
                steps,
                source,
                left=ALIGNMENT,
                title="The mean of prediction times target for given covariances",
            ),
            "alignment, own query": Formula(
                "alignment, own query",
                own,
                {"A": "A", "covariance": "Lambda"},
                steps,
                source,
                left=ALIGNMENT,
                title="The same for a query from the law of its own prompt",
            ),
        },
        notation(
            ("x_i", r"covariates of the prompt's $i$-th example, independent with law $\mathcal{N}(0, \Lambda_c)$"),
            ("x_q", r"the query, independent of the prompt given the covariances, with second moment $\Lambda_q$"),
            (r"\Lambda", "the random covariance of a new prompt, where its query has it too"),
        ),
    )


def derivation() -> Derivation:
    """The query after (4.13)."""
    return random_query()
