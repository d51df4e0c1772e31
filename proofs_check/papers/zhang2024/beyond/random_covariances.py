"""Random covariances beyond the paper: laws that are not diagonal, errors at finite lengths, named laws (B7, B9)."""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2024.language import GAMMAS, RANDOM, SMALL, SUBSPACE, TWO_ATOMS, state
from proofs_check.papers.zhang2024.quantities import named_laws, random_covariance, random_error
from proofs_check.papers.zhang2024.quantities.named_laws import LAWS, NamedLaw, named_moments

ON_SUBSPACE = (RANDOM, SUBSPACE)

ANY_LAW = (
    state(
        "lem-C.4-any-law",
        "Two covariances that need not commute: the loss minus its value at any $A$ is a square plus a linear term",
        "Lemma C.4",
        random_covariance.excess_over_any_point(),
        "1/2 p tr(G1 L1 V L1 V') + 1/2 q tr(G2 L2 V L2 V') + tr((p G1 L1 A L1 + q G2 L2 A L2 - S) V')",
        place="for covariances that are not diagonal",
        where={**GAMMAS, "S": "p L1^2 + q L2^2", "V": "u U - A"},
        letters=("L1", "L2", "U", "u", "A"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-C.3",),
    ),
    state(
        "lem-C.4-any-law-minimiser",
        (
            r"The minimiser $A$ solves $\mathbb{E}[\Gamma \Lambda A \Lambda] = \mathbb{E}[\Lambda^2]$, so"
            " that the linear term vanishes"
        ),
        "Lemma C.4",
        random_covariance.stationarity_of_minimiser(),
        "p L1^2 + q L2^2",
        place="for covariances that are not diagonal",
        letters=("L1", "L2"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-C.4-any-law",),
    ),
    state(
        "lem-C.4-any-law-floor",
        r"The least loss is $-\tfrac{1}{2} \operatorname{tr}(\mathbb{E}[\Lambda^2] A^\top)$ with that $A$",
        "Lemma C.4",
        random_covariance.floor_of_any_law(),
        "-1/2 tr((p L1^2 + q L2^2) A')",
        place="for covariances that are not diagonal",
        letters=("L1", "L2"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-C.4-any-law-minimiser",),
    ),
)

IID = (
    RANDOM,
    r"$\Lambda_\tau = \operatorname{diag}(\lambda_1, \ldots, \lambda_d)$ with i.i.d. entries,"
    r" $\mathbb{E} \lambda^k = m_k$",
)

ERRORS = (
    state(
        "B9-random-covariance",
        "The error on a new prompt with one of two covariances, for any matrix $A$",
        "B9",
        random_error.error_over_atoms(),
        "p (1/M tr(A' L1 A (tr(L1) L1 + L1^2 + s2 L1)) + tr((A L1 - I)' L1 (A L1 - I)))"
        " + q (1/M tr(A' L2 A (tr(L2) L2 + L2^2 + s2 L2)) + tr((A L2 - I)' L2 (A L2 - I)))",
        letters=("L1", "L2", "A", "s2"),
        more=TWO_ATOMS,
        largest={"d": 2, "M": 2},
        assumptions=(RANDOM, "labels with noise of variance $s^2$"),
    ),
    state(
        "thm-4.5-iid-error",
        "The exact error of the limit for i.i.d. entries, at every $d$, $N$ and $M$",
        "B7",
        random_error.iid_error(),
        "d (mu1 - 2 a1 mu2 + a1^2 mu3 + 1/M a1^2 (2 mu3 + (d - 1) mu1 mu2))",
        where={"g": "mu3 + (2 mu3 + (d - 1) mu1 mu2)/N", "a1": "mu2/g"},
        letters=("l1", "l2"),
        more=TWO_ATOMS,
        largest={"d": 2, "N": 3, "M": 3},
        assumptions=IID,
        rests_on=("B9-random-covariance", "lem-C.4-minimiser"),
    ),
    state(
        "B7",
        "The error of the limit for i.i.d. entries as $N$ and $M$ tend to infinity",
        "B7",
        random_error.iid_error_limit(),
        "d (mu1 - mu2^2/mu3)",
        letters=("l1", "l2"),
        more=TWO_ATOMS,
        largest={"d": 3},
        assumptions=IID,
        rests_on=("thm-4.5-iid-error",),
    ),
)

WEIGHTS = {name: TWO_ATOMS[name] for name in ("p", "q")}


def _assumptions(law: NamedLaw) -> tuple[str, ...]:
    return rf"$\lambda_i$ i.i.d., {law.title}", (
        r"a new prompt with $\Lambda_{\mathrm{new}}$ of the same"
        r" law, $w \sim N(0, I)$"
    )


def _minimiser(name: str, law: NamedLaw) -> Claim:
    return state(
        f"law-{name}-minimiser",
        f"The minimiser for i.i.d. entries: {law.title}",
        "Theorem 4.5",
        named_laws.minimiser_for(law),
        law.best,
        place="for a named law",
        where=law.best_where,
        letters=law.letters,
        more=WEIGHTS,
        largest={"d": 2, "N": 3},
        assumptions=_assumptions(law),
        rests_on=("lem-C.4-minimiser",),
    )


def _error(name: str, law: NamedLaw) -> Claim:
    return state(
        f"law-{name}-error",
        f"The error of the limit at any $N$ and $M$ for i.i.d. entries: {law.title}",
        "B7",
        named_laws.error_for(law),
        "d (m1 - 2 A1 m2 + A1^2 m3 + 1/M A1^2 (2 m3 + (d - 1) m1 m2))",
        where={**named_moments(law.moments), **law.best_where, "A1": law.best},
        letters=law.letters,
        more=WEIGHTS,
        largest={"d": 2, "N": 3, "M": 3},
        assumptions=_assumptions(law),
        rests_on=("exp-minimiser" if name == "exp" else f"law-{name}-minimiser", "B9-random-covariance"),
    )


def _error_limit(name: str, law: NamedLaw) -> Claim:
    return state(
        f"law-{name}-error-limit",
        f"The error that no length removes, for i.i.d. entries: {law.title}",
        "B7",
        named_laws.limiting_error_for(law),
        law.limit,
        where=law.limit_where,
        letters=law.letters,
        more=WEIGHTS,
        largest={"d": 3},
        assumptions=_assumptions(law),
        rests_on=(f"law-{name}-error",),
    )


NAMED = (
    *(_minimiser(name, law) for name, law in LAWS.items() if name != "exp"),
    *(_error(name, law) for name, law in LAWS.items()),
    *(_error_limit(name, law) for name, law in LAWS.items()),
)

STATEMENTS = (*ANY_LAW, *ERRORS, *NAMED)
