"""Least squares on a prompt: moments of the inverse sample covariance, and the risk with many or few examples."""

from __future__ import annotations

from proofs_check.papers.comparators import quantities
from proofs_check.papers.comparators.instances import few_examples, ridge_arguments, wishart_instances
from proofs_check.papers.comparators.language import PROMPT, SAMPLE, state

INVERSES = (
    state(
        "inverse-wishart-mean",
        "The mean of an inverse Wishart matrix",
        "inverse moments",
        quantities.mean_of_inverse(),
        "Lambda^-1/(M - d - 1)",
        search=wishart_instances(1),
        searched=30,
        largest={},
        assumptions=(SAMPLE, "$M > d + 1$"),
    ),
    state(
        "inverse-wishart-second-moment",
        "The second moments of an inverse Wishart matrix",
        "inverse moments",
        quantities.second_moment_of_inverse(),
        "((M - d - 2) P A P + P A' P + tr(A P) P)/((M - d) (M - d - 1) (M - d - 3))",
        where={"P": "Lambda^-1"},
        search=wishart_instances(3),
        searched=30,
        largest={},
        assumptions=(SAMPLE, "$M > d + 3$"),
    ),
)

RISKS = (
    state(
        "least-squares-enough-examples",
        "The risk of least squares with enough examples, for any covariance and task",
        "least squares",
        quantities.risk_with_enough_examples(),
        "s2 d/(M - d - 1)",
        search=wishart_instances(1),
        searched=30,
        largest={},
        assumptions=(PROMPT, r"$x_i \sim N(0, \Lambda)$", "$M > d + 1$"),
        rests_on=("inverse-wishart-mean",),
    ),
    state(
        "least-squares-few-examples",
        "The risk of the least-squares solution of least norm with few examples, isotropic covariates",
        "least squares",
        quantities.risk_with_few_examples(),
        "lambda (1 - M/d) w' w + s2 M/(d - M - 1)",
        search=few_examples(),
        searched=30,
        largest={},
        assumptions=(PROMPT, r"$x_i \sim N(0, \lambda I)$", "$M < d - 1$"),
        cited=("the projection onto the span of $M$ isotropic Gaussian vectors has the mean $(M/d) I$",),
    ),
)

RIDGE = (
    state(
        "ridge-limit",
        "The risk of ridge regression where dimension and prompt grow together, by the resolvent",
        "ridge",
        quantities.limiting_ridge_risk(),
        "signal x^2 (c m^2 + m)/e + s2 c (m - x (c m^2 + m)/e)",
        where={"e": "2 c x m + 1 - c + x"},
        search=ridge_arguments(),
        searched=25,
        largest={},
        assumptions=(
            r"$\hat w = (X^\top X/M + x I)^{-1} X^\top y/M$, $x_i \sim N(0, I)$, $\|w\|^2$ the signal; $d = c M$ grows;"
            r" the risk is $\mathbb{E} \|\hat w - w\|^2$",
            "$m$ the positive root of $c x m^2 + (1 - c + x) m - 1$",
        ),
        reason="enclosed for $x$ of at least 1000, where the moments up to the fourth tell",
    ),
)

STATEMENTS = (*INVERSES, *RISKS, *RIDGE)
