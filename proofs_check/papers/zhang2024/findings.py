"""Printed statements that do not hold as they stand, or whose proof does not cover them, each as a claim under test.

The run searches for a counterexample, shrinks it and prints it; nothing is stored here. Before each stands the claim
that holds instead.
"""

from __future__ import annotations

from proofs_check.judge.claims import Finding
from proofs_check.papers.zhang2024.instances.errors import (
    finite_power_labels,
    infinite_power_labels,
    orthogonal_queries,
    random_query_instances,
)
from proofs_check.papers.zhang2024.instances.flows import starts
from proofs_check.papers.zhang2024.instances.matrices import products_with_positive_form
from proofs_check.papers.zhang2024.instances.weights import all_weights, generic_prompts
from proofs_check.papers.zhang2024.language import GAMMA, GAUSSIAN, RANDOM, SMALL, TWO_ATOMS, state
from proofs_check.papers.zhang2024.quantities import (
    labels,
    layer,
    limit,
    loss,
    random_covariance,
    random_error,
    random_limit,
    random_query,
    technical,
)
from proofs_check.papers.zhang2024.section_4_3 import IN_THE_PLANE, PLANE
from theory.algebra.expression import matrix, scalar_letter, vector

PROMPTS = {"X": matrix("X", "d", "N"), "rank": scalar_letter("rank", definite=True, latex=r"\operatorname{rank} E")}
ALMOST_SURELY = r"a prompt outside a null set: covariates in general position, $\langle w, x_q\rangle$ not 0"

NEGATIVE_DIRECTIONS = (
    state(
        "F1-corrected",
        "$H$ has as many negative eigenvalues as $E$ has rank",
        "F1",
        layer.negative_directions_of_H(),
        "rank",
        place="corrects section 5.1",
        more=PROMPTS,
        search=generic_prompts(),
        searched=30,
        assumptions=(ALMOST_SURELY,),
    ),
    state(
        "F1",
        "$H$ has at least $d + 1$ negative eigenvalues almost surely",
        "F1",
        layer.negative_directions_of_H(),
        "d + 1",
        place="section 5.1",
        relation=">=",
        more=PROMPTS,
        search=generic_prompts(),
        searched=30,
        assumptions=(ALMOST_SURELY,),
        finding=Finding(
            "false",
            r"Thus $H_\tau$ has at least $d + 1$ negative eigenvalues",
            (
                r"There are as many as $E$ has rank. Almost surely that is $\min(d, N) + 1$, which is less"
                " than $d + 1$ for $N < d$."
            ),
        ),
        corrected_by=("F1-corrected",),
    ),
)

QUERIES = {"X": matrix("X", "d", "M"), "y": vector("y", "M")}

ORTHOGONAL_QUERIES = (
    state(
        "F2-corrected",
        r"The prediction for a query orthogonal to the prompt's covariates is 0 if $\Lambda$ is isotropic",
        "F2",
        limit.limiting_prediction(),
        "0",
        place="corrects section 4.2, query shifts",
        more=QUERIES,
        search=orthogonal_queries(True),
        searched=30,
        assumptions=(r"$x_q$ orthogonal to $x_1, \ldots, x_M$", r"$\Lambda = c I$"),
        rests_on=("eq-4.3",),
    ),
    state(
        "F2",
        "The prediction for a query orthogonal to the prompt's covariates is 0",
        "F2",
        limit.limiting_prediction(),
        "0",
        place="section 4.2, query shifts",
        more=QUERIES,
        search=orthogonal_queries(False),
        searched=30,
        assumptions=(r"$x_q$ orthogonal to $x_1, \ldots, x_M$",),
        rests_on=("eq-4.3",),
        finding=Finding(
            "false",
            r"orthogonal to the subspace spanned by the $x_i$'s, the prediction will be zero",
            (
                r"The predictor is $x_q^\top \Gamma^{-1}$ times a combination of the $x_i$. It is 0 for"
                r" such a query if $\Gamma^{-1}$ leaves their span invariant, as for isotropic"
                " covariances; otherwise it need not be."
            ),
        ),
        corrected_by=("F2-corrected",),
    ),
)

EXPONENTIAL = (
    (
        r"$\Lambda_{\mathrm{new}} = \operatorname{diag}(\lambda_1, \ldots, \lambda_d)$, $\lambda_i$ i.i.d. Exp(1), and"
        r" $x_q \sim N(0, \Lambda_{\mathrm{new}})$"
    ),
    r"$M$ and $N$ tend to infinity, so that $\hat y = \tfrac{1}{3} x_q^\top \Lambda_{\mathrm{new}} w$",
)
NEW_PROMPT = (
    RANDOM,
    (
        r"a new prompt with $\Lambda_{\mathrm{new}}$ of the same law,"
        r" $y_i = \langle w, x_i\rangle$"
    ),
)

OWN_QUERY = (
    state(
        "eq-4.13-own-query",
        "The mean of prediction times target, for a query from the law of its own prompt",
        "F3",
        random_error.mean_alignment(),
        "tr(A (p L1^2 + q L2^2))",
        place="corrects section 4.3, after (4.13)",
        letters=("L1", "L2", "A"),
        more=TWO_ATOMS,
        largest={"d": 2, "M": 2},
        assumptions=NEW_PROMPT,
        rests_on=("eq-4.13",),
    ),
    state(
        "eq-4.13-independent-query",
        r"The printed mean of the prediction, for a query drawn independently of $\Lambda_{\mathrm{new}}$",
        "F3",
        random_error.mean_prediction_over_atoms(),
        "x_q' A (p L1 + q L2) w",
        place="corrects section 4.3, after (4.13)",
        letters=("L1", "L2", "A", "x_q", "w"),
        more=TWO_ATOMS,
        largest={"d": 2, "M": 2},
        assumptions=(*NEW_PROMPT, r"$x_q$ given, of a law that does not depend on $\Lambda_{\mathrm{new}}$"),
        rests_on=("eq-4.13",),
    ),
    state(
        "F3-corrected",
        "For Exp(1) entries the mean of the prediction given the prompt's own query is not linear in the query",
        "F3",
        random_query.mean_prediction_given_query(),
        "1/6 x_q' w + rho/3 r' w",
        place="corrects section 4.3, after (4.13)",
        search=random_query_instances(),
        searched=25,
        assumptions=(*EXPONENTIAL, r"$r$ the vector of $|x_{q,i}| x_{q,i}$, $\rho = 1/\sqrt{2}$"),
        rests_on=("eq-4.13", "exp-minimiser"),
    ),
    state(
        "F3",
        (
            "For Exp(1) entries the mean of the prediction given the query and the task is"
            r" $\tfrac{1}{3} \langle w, x_q\rangle$"
        ),
        "F3",
        random_query.mean_prediction_given_query(),
        "1/3 x_q' w",
        place="section 4.3, after (4.13)",
        search=random_query_instances(),
        searched=25,
        assumptions=EXPONENTIAL,
        rests_on=("eq-4.13", "exp-minimiser"),
        finding=Finding(
            "false",
            r"Then, taking expectation over $\Lambda_{\mathrm{new}}$ in (4.13), we obtain",
            (
                "The display that follows, part of which the extracted text has lost, takes the plain"
                r" mean of $\Lambda_{\mathrm{new}}$. Given its own query, $\Lambda_{\mathrm{new}}$ has"
                r" another law: $\mathbb{E}[\lambda_i \mid x_{q,i}] = 1/2 + |x_{q,i}|/\sqrt{2}$."
            ),
        ),
        corrected_by=("F3-corrected", "eq-4.13-independent-query"),
    ),
)

ALL_BLOCKS = (
    state(
        "F4",
        "The restricted loss is the population loss up to a constant, in all blocks",
        "F4",
        loss.loss_by_layer(),
        "1/2 tr(Lambda) + 1/2 u^2 tr(Gamma Lambda U11 Lambda U11') - u tr(Lambda^2 U11')",
        place="section 5.2 and appendix A.3, behind Theorem 4.1",
        where=GAMMA,
        search=all_weights(),
        searched=30,
        assumptions=(GAUSSIAN,),
        finding=Finding(
            "gap",
            "We remark that actually this is the loss function $L$ up to some constant.",
            (
                "So it is on $u_{12} = u_{21} = 0$ only. Lemmas 5.3 and 5.4 show that the limit is least"
                " there; that it is least over all blocks, as Theorem 4.1 says, is true by B10 and not"
                " shown in the paper."
            ),
        ),
        corrected_by=("lem-A.1", "thm-4.1-global"),
    ),
)

INITIALISATION = (
    state(
        "F5",
        "Under Assumption 3.3 alone the restricted loss starts below 0, as the proof of Corollary 4.3 needs",
        "F5",
        loss.relative_start(),
        "0",
        place="Corollary 4.3, through Lemma A.4",
        relation="<",
        search=starts(),
        searched=30,
        assumptions=(r"Assumption 3.3; no condition on $\sigma$",),
        finding=Finding(
            "gap",
            "for initializations satisfying Assumption 3.3 converges to the model",
            (
                "The proof is that of Theorem 4.1, which asks for"
                r" $\sigma^2 \|\Gamma\|_{\mathrm{op}} \sqrt{d} < 2$ so that the loss starts below 0."
                " Without it the loss can start above 0. The flow converges all the same (B1, B12)."
            ),
        ),
        corrected_by=("B1-positive", "B12-decay"),
    ),
)

LABEL_MOMENTS = (
    state(
        "F6-corrected",
        (
            r"For $y = |x|^{-h}$ with $2h < d$, where $\mathbb{E} y^2$ is finite, the error of the predictor"
            r" $\langle w, x\rangle$ is $w^\top w + \mathbb{E} y^2$"
        ),
        "F6",
        labels.error_on_power_labels(),
        "w' w + square",
        place="corrects Theorem 4.2",
        more={"square": scalar_letter("square", definite=True, latex=r"\mathbb{E} y^2")},
        search=finite_power_labels(),
        searched=20,
        assumptions=(
            r"$x \sim N(0, I)$, $y = |x|^{-h}$ with $2h < d$",
            r"$\mathbb{E} y^2 = 2^{-h} \Gamma(d/2 - h)/\Gamma(d/2)$ with Euler's function $\Gamma$",
        ),
    ),
    state(
        "F6",
        r"The moments that Theorem 4.2 asks for keep $\mathbb{E} y^2$ below a given number $b$",
        "F6",
        labels.truncated_square(),
        "b",
        place="Theorem 4.2 and appendix B",
        relation="<=",
        more={"b": scalar_letter("b", definite=True)},
        search=infinite_power_labels(),
        searched=20,
        assumptions=(
            (
                r"$x \sim N(0, I)$, $y = |x|^{-h}$ with $2h = d$: $\mathbb{E} y$, $\mathbb{E} xy$ and"
                r" $\mathbb{E} y^2 x x^\top$ are finite"
            ),
            r"the left side counts $2^{-K} \le |x| \le 8$ only, $K$ the least integer that is at least $4 b$",
        ),
        finding=Finding(
            "false",
            r"we know that $\mathbb{E}(\langle w, x_{\mathrm{query}}\rangle - y_{\mathrm{query}})^2$ exists"
            " for each $w$",
            (
                r"The moments that are asked for, $\mathbb{E} y$, $\mathbb{E} xy$ and"
                r" $\mathbb{E} y^2 x x^\top$, do not bound $\mathbb{E} y^2$: for $y = |x|^{-h}$ with $2h = d$"
                r" they are finite and $\mathbb{E} y^2$ is not. Then both sides of (4.6) are infinite."
            ),
        ),
        corrected_by=("F6-corrected", "thm-4.2"),
    ),
)

PAIR = {name: matrix(name, symmetric=True) for name in ("A", "B")}

COMMUTING = (
    state(
        "lem-D.4-symmetric",
        "If $A$, $B$ and the symmetric matrix $AB$ are positive semidefinite, $A$ and $B$ commute",
        "F7",
        technical.commutator(),
        "0 A",
        place="corrects Lemma D.4",
        more=PAIR,
        search=products_with_positive_form(True),
        searched=30,
        assumptions=("$A$, $B$ positive semidefinite", "$AB$ symmetric and positive semidefinite"),
    ),
    state(
        "F7",
        r"If $A$ and $B$ are positive semidefinite and $x^\top ABx \ge 0$ for all $x$, $A$ and $B$ commute",
        "F7",
        technical.commutator(),
        "0 A",
        place=r"Lemma D.4, where $AB \ge 0$ is read as a quadratic form",
        more=PAIR,
        search=products_with_positive_form(False),
        searched=100,
        assumptions=(
            "$A$, $B$ positive semidefinite",
            (
                r"$x^\top ABx \ge 0$ for all $x$; $AB$ need not be"
                " symmetric"
            ),
        ),
        finding=Finding(
            "reading",
            r"$AB \ge 0$ if and only if $A$ and $B$ commute.",
            (
                "True for a symmetric $AB$, and for $AB$ read as symmetric by the notation; false if"
                r" $AB \ge 0$ only says that its quadratic form is at least 0. The extracted text shows"
                r" the sign $\ge$ as a question mark."
            ),
        ),
        corrected_by=("lem-D.4-symmetric",),
    ),
)

ALIGNMENT = (
    state(
        "lem-C.6-alignment",
        "The linear term of the loss at the initialisation",
        "Lemma C.6",
        random_covariance.initial_alignment(),
        "tr((p L1^2 + q L2^2) Theta Theta')",
        place="corrects its proof",
        letters=("L1", "L2", "Theta"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=(RANDOM,),
        rests_on=("lem-C.3",),
    ),
    state(
        "lem-C.6-alignment-printed",
        r"The linear term of the loss at the initialisation is $\|\mathbb{E}[\Lambda] \Theta\|_F^2$",
        "Lemma C.6",
        random_covariance.initial_alignment(),
        "tr((p L1 + q L2) Theta Theta' (p L1 + q L2))",
        place="in the proof, after (C.11)",
        letters=("L1", "L2", "Theta"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=(RANDOM,),
        rests_on=("lem-C.3",),
        finding=Finding(
            "false",
            "From the property of trace, we know",
            (
                "The display that follows, of which the extracted text has lost a part, puts"
                r" $\|\mathbb{E}[\Lambda] \Theta\|_F^2$ for"
                r" $\operatorname{tr}(\mathbb{E}[\Lambda^2] \Theta \Theta^\top)$. The second is at least"
                " the first by Jensen, so Lemma C.6 still holds."
            ),
        ),
        corrected_by=("lem-C.6-alignment",),
    ),
)


MISPRINTS = (
    state(
        "eq-C.15-printed",
        r"The limit of $u$ is $(\sum_i \xi_i/\gamma_i)^{1/4}$",
        "(C.15)",
        random_limit.limit(of_u=True),
        "F^(1/4)",
        place="Lemma C.8",
        where={**PLANE, "F": "x1/g1 + x2/g2"},
        rests_on=("lem-C.4-minimiser", "lem-C.5"),
        finding=Finding(
            "misprint",
            "converges to the global minimal value, $u_{ij}$ and $u_{-1}$ converge to the following limits,",
            (
                r"The second limit, in (C.15), is printed with $\xi_i/\gamma_i$ under the root; (C.17) has"
                " their squares, and so has the first limit of (C.15)."
            ),
        ),
        corrected_by=("thm-4.5-u",),
        **IN_THE_PLANE,
    ),
)

STATEMENTS = (
    *NEGATIVE_DIRECTIONS,
    *ORTHOGONAL_QUERIES,
    *OWN_QUERY,
    *ALL_BLOCKS,
    *INITIALISATION,
    *LABEL_MOMENTS,
    *COMMUTING,
    *ALIGNMENT,
    *MISPRINTS,
)
