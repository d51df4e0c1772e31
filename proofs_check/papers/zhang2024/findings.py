"""Printed statements that do not hold as they stand, or whose proof does not cover them, each as a claim under test.

The run searches for a counterexample, shrinks it and prints it; nothing is stored here. Before each stands the claim
that holds instead.
"""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.errors import orthogonal_queries, power_labels
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
    technical,
)
from proofs_check.papers.zhang2024.section_4_3 import CONVERGES, DIAGONAL_START, PLANE, PLANE_LETTERS
from theory.algebra.expression import matrix, scalar_letter, vector

PROMPTS = {"X": matrix("X", "d", "N"), "rank": scalar_letter("rank", definite=True)}
ALMOST_SURELY = "a prompt outside a null set: covariates in general position, <w, x_q> not 0"

NEGATIVE_DIRECTIONS = (
    state(
        "F1-corrected",
        "H has as many negative eigenvalues as E has rank",
        "F1",
        layer.negative_directions_of_H(),
        "rank",
        place="corrects section 5.1",
        more=PROMPTS,
        search=generic_prompts(),
        searched=30,
        assumptions=(ALMOST_SURELY, "rank is that of E"),
    ),
    state(
        "F1",
        "H has at least d + 1 negative eigenvalues almost surely",
        "F1",
        layer.negative_directions_of_H(),
        "d + 1",
        place="section 5.1",
        relation=">=",
        more=PROMPTS,
        search=generic_prompts(),
        searched=30,
        assumptions=(ALMOST_SURELY,),
        finding=True,
        corrected_by=("F1-corrected",),
    ),
)

QUERIES = {"X": matrix("X", "d", "M"), "y": vector("y", "M")}

ORTHOGONAL_QUERIES = (
    state(
        "F2-corrected",
        "A query orthogonal to the prompt's covariates is predicted 0 if Lambda is isotropic",
        "F2",
        limit.limiting_prediction(),
        "0",
        place="corrects section 4.2, query shifts",
        more=QUERIES,
        search=orthogonal_queries(True),
        searched=30,
        assumptions=("x_q orthogonal to x_1, ..., x_M", "Lambda = c I"),
        rests_on=("eq-4.3",),
    ),
    state(
        "F2",
        "A query orthogonal to the prompt's covariates is predicted 0",
        "F2",
        limit.limiting_prediction(),
        "0",
        place="section 4.2, query shifts",
        more=QUERIES,
        search=orthogonal_queries(False),
        searched=30,
        assumptions=("x_q orthogonal to x_1, ..., x_M",),
        rests_on=("eq-4.3",),
        finding=True,
        corrected_by=("F2-corrected",),
    ),
)

NEW_PROMPT = (RANDOM, "a new prompt with Lambda_new of the same law, y_i = <w, x_i>")

OWN_QUERY = (
    state(
        "eq-4.13-own-query",
        "The prediction's alignment with the target, for a query from the law of its own prompt",
        "F3",
        random_error.mean_alignment(own_query=True),
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
        "The same for a query drawn independently of Lambda_new: E[y_hat | x_q, w] = x_q' A E[Lambda] w holds then",
        "F3",
        random_error.mean_alignment(own_query=False),
        "tr(A (p L1 + q L2) (p L1 + q L2))",
        place="corrects section 4.3, after (4.13)",
        letters=("L1", "L2", "A"),
        more=TWO_ATOMS,
        largest={"d": 2, "M": 2},
        assumptions=(*NEW_PROMPT, "x_q has an independent covariance of the same law"),
        rests_on=("eq-4.13",),
    ),
    state(
        "eq-4.13-printed",
        "E[y_hat | x_q, w] = x_q' A E[Lambda] w for the prompt's own query, averaged against <w, x_q>",
        "F3",
        random_error.mean_alignment(own_query=True),
        "tr(A (p L1 + q L2) (p L1 + q L2))",
        place="section 4.3, after (4.13)",
        letters=("L1", "L2", "A"),
        more=TWO_ATOMS,
        largest={"d": 2, "M": 2},
        assumptions=NEW_PROMPT,
        rests_on=("eq-4.13",),
        finding=True,
        corrected_by=("eq-4.13-own-query", "eq-4.13-independent-query"),
    ),
)

ALL_BLOCKS = (
    state(
        "F4",
        "l is the population loss up to a constant in the weights: so minimality is shown on the subspace only",
        "F4",
        loss.loss_by_layer(),
        "1/2 tr(Lambda) + 1/2 u^2 tr(Gamma Lambda U11 Lambda U11') - u tr(Lambda^2 U11')",
        place="section 5.2 and appendix A.3, behind Theorem 4.1",
        where=GAMMA,
        search=all_weights(),
        searched=30,
        assumptions=(GAUSSIAN,),
        finding=True,
        corrected_by=("lem-A.1", "thm-4.1-global"),
    ),
)

INITIALISATION = (
    state(
        "F5",
        "The proof of Corollary 4.3 applies to all of Assumption 3.3: the loss starts below that of u = 0",
        "F5",
        loss.relative_start(),
        "0",
        place="Corollary 4.3, through Lemma A.4",
        relation="<",
        search=starts(),
        searched=30,
        assumptions=("Assumption 3.3; sigma = s; no condition on sigma",),
        finding=True,
        corrected_by=("B1-positive", "B1-limit"),
    ),
)

LABEL_MOMENTS = (
    state(
        "F6-corrected",
        "With E y^2 finite in addition the error of linear predictors is finite",
        "F6",
        labels.order_of_squared_label(),
        "d",
        place="corrects Theorem 4.2",
        relation="<",
        search=power_labels(True),
        searched=30,
        assumptions=("y = |x|^-h with E y, E xy, E y^2 x x' and E y^2 finite; E |x|^-a is finite if a < d",),
    ),
    state(
        "F6",
        "The moments that Theorem 4.2 asks for make the error of linear predictors finite",
        "F6",
        labels.order_of_squared_label(),
        "d",
        place="Theorem 4.2 and appendix B",
        relation="<",
        search=power_labels(False),
        searched=30,
        assumptions=("y = |x|^-h with E y, E xy and E y^2 x x' finite; E |x|^-a is finite only if a < d",),
        finding=True,
        corrected_by=("F6-corrected", "thm-4.2"),
    ),
)

PAIR = {name: matrix(name, symmetric=True) for name in ("A", "B")}

COMMUTING = (
    state(
        "lem-D.4-symmetric",
        "If A, B and the symmetric matrix AB are positive semidefinite, A and B commute",
        "F7",
        technical.commutator(),
        "0 A",
        place="corrects Lemma D.4",
        more=PAIR,
        search=products_with_positive_form(True),
        searched=30,
        assumptions=("A, B positive semidefinite", "AB symmetric and positive semidefinite"),
    ),
    state(
        "F7",
        "If A and B are positive semidefinite and x'ABx >= 0 for all x, A and B commute",
        "F7",
        technical.commutator(),
        "0 A",
        place="Lemma D.4, where AB >= 0 is read as a quadratic form",
        more=PAIR,
        search=products_with_positive_form(False),
        searched=100,
        assumptions=("A, B positive semidefinite", "x'ABx >= 0 for all x; AB need not be symmetric"),
        finding=True,
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
        "The linear term is said to equal ||E[Lambda] Theta||_F^2; it is at least that, so Lemma C.6 still holds",
        "Lemma C.6",
        random_covariance.initial_alignment(),
        "tr((p L1 + q L2) Theta Theta' (p L1 + q L2))",
        place="in the proof, after (C.11)",
        letters=("L1", "L2", "Theta"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=(RANDOM,),
        rests_on=("lem-C.3",),
        finding=True,
        corrected_by=("lem-C.6-alignment",),
    ),
)

MISPRINTS = (
    state(
        "eq-C.15-printed",
        "The limit of u as printed, (sum_i xi_i/gamma_i)^(1/4): the squares of (C.17) are missing",
        "(C.15)",
        random_limit.limit(of_u=True),
        "F^(1/4)",
        place="Lemma C.8",
        where={**PLANE, "F": "x1/g1 + x2/g2"},
        letters=PLANE_LETTERS,
        more=TWO_ATOMS,
        largest={"N": 3},
        sampled={"N": 6},
        shared_with="thm-4.5",
        assumptions=DIAGONAL_START,
        rests_on=("lem-C.4-minimiser", "lem-C.5"),
        cited=(CONVERGES,),
        finding=True,
        corrected_by=("thm-4.5-u",),
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
