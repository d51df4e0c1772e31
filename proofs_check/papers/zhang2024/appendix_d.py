"""Appendix D: matrix derivatives, a fourth moment, and inequalities for traces."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.matrices import semidefinite_pairs, trace_instances
from proofs_check.papers.zhang2024.language import BY_INSTANCES, state
from proofs_check.papers.zhang2024.quantities import technical
from theory.algebra.expression import matrix, vector

DERIVATIVES = tuple(
    state(
        f"lem-D.1-{name}",
        f"The derivative of {function}",
        "Lemma D.1",
        technical.matrix_derivative(name),
        right,
        letters=letters,
        assumptions=("any matrices",),
    )
    for name, function, right, letters in (
        ("form", r"$x^\top Bx$ by $x$", "(B + B') x", ("B", "x")),
        ("square", r"$\operatorname{tr}(XBX^\top)$ by $X$", "X B' + X B", ("B", "X")),
        ("linear", r"$\operatorname{tr}(AX^\top)$ by $X$", "A", ("A", "X")),
        ("product", r"$\operatorname{tr}(AXBX^\top C)$ by $X$", "A' C' X B' + C A X B", ("A", "B", "C", "X")),
    )
)

MOMENTS = (
    state(
        "lem-D.1-vec",
        r"$\operatorname{vec}(AXB)$ through the Kronecker product, folded back into a matrix",
        "Lemma D.1",
        technical.vectorised_product(),
        "A X B",
        letters=("A", "B", "X"),
        assumptions=("any matrices",),
    ),
    state(
        "lem-D.1-inner",
        r"$\operatorname{tr}(A^\top B)$ through the entries of $A$ and $B$",
        "Lemma D.1",
        technical.inner_product_of_vectors(),
        "tr(A' B)",
        letters=("A", "B"),
        largest=None,
        assumptions=("any matrices",),
    ),
    state(
        "lem-D.2",
        "The fourth moment of a Gaussian vector",
        "Lemma D.2",
        technical.fourth_moment(),
        "Lambda (A + A') Lambda + tr(A Lambda) Lambda",
        letters=("Lambda", "A"),
        assumptions=(r"$x \sim N(0, \Lambda)$", "any $A$"),
    ),
)

WIDE = {"U": matrix("U", "d", "n"), "V": matrix("V", "d", "n"), "a": vector("a"), "b": vector("b")}
SINGULAR = (
    r"$U$, $V$ are $d \times n$ with $d \le n$; $a$, $b$ their singular values in falling"
    r" order, $\|U\|_{\mathrm{op}} = a_1$"
)
SEMIDEFINITE = "$A$, $B$ positive semidefinite"

TRACES = (
    state(
        "lem-D.3",
        "Von Neumann's trace inequality",
        "Lemma D.3",
        technical.inner_product(),
        "a' b",
        relation="<=",
        tight=True,
        search=trace_instances(),
        more=WIDE,
        assumptions=(SINGULAR,),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-D.3-middle",
        "The sum of products of singular values against the largest one",
        "Lemma D.3",
        technical.product_of_singular_values(),
        "opU total",
        place="second inequality",
        relation="<=",
        tight=True,
        search=trace_instances(),
        more=WIDE,
        assumptions=(SINGULAR, "the sum over the entries of $b$"),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-D.3-last",
        "The sum of singular values against the Frobenius norm, squared",
        "Lemma D.3",
        technical.squared_sum_of_singular_values(),
        "d tr(V V')",
        place="third inequality",
        relation="<=",
        tight=True,
        search=trace_instances(),
        more=WIDE,
        assumptions=(SINGULAR,),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-D.3-used",
        (
            "Von Neumann's trace inequality as it is used, squared:"
            r" $\operatorname{tr}(U^\top V) \le \sqrt{d} \|U\|_{\mathrm{op}} \|V\|_F$"
        ),
        "Lemma D.3",
        technical.squared_inner_product(),
        "d opU^2 tr(V V')",
        relation="<=",
        tight=True,
        search=trace_instances(),
        more=WIDE,
        assumptions=(SINGULAR,),
        rests_on=("lem-D.3", "lem-D.3-middle", "lem-D.3-last"),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-D.4-trace",
        "The trace of a product of positive semidefinite matrices is not negative",
        "Lemma D.4",
        technical.trace_of_product(),
        "0",
        relation=">=",
        search=semidefinite_pairs(False),
        assumptions=(SEMIDEFINITE,),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-D.4-commuting",
        "The product of commuting positive semidefinite matrices is positive semidefinite",
        "Lemma D.4",
        technical.form_of_product(),
        "0",
        relation=">=",
        search=semidefinite_pairs(True),
        assumptions=(SEMIDEFINITE, "$AB = BA$; then $AB$ is symmetric"),
        reason=BY_INSTANCES,
    ),
)

STATEMENTS = (*DERIVATIVES, *MOMENTS, *TRACES)
