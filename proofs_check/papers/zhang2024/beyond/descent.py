"""Gradient descent with a fixed step beyond the paper (B13): the imbalance, the bounds of u, the rate."""

from __future__ import annotations

from collections.abc import Callable

from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import Relation
from proofs_check.papers.zhang2024.beyond.flow import FIXED_FLOW, RANDOM_FLOW
from proofs_check.papers.zhang2024.instances.descents import descents
from proofs_check.papers.zhang2024.language import (
    DIAGONAL_ATOMS,
    EIGENBASIS,
    GAMMA,
    GAUSSIAN,
    NORMALISED,
    SMALL,
    SUBSPACE,
    state,
)
from proofs_check.papers.zhang2024.quantities import descent
from theory.algebra.expression import scalar_letter
from theory.zhang2024.descent_rate import eta

ALONG_DESCENT = (
    f"the first {descent.STEPS} steps are enclosed at instances; the argument for every step, which the derivation"
    " gives, is not checked by the engine"
)
START = f"gradient descent started as in Assumption 3.3; {NORMALISED}"
CONSTANTS = (
    r"$c^2 = \sum_i \min(U_{ii}(0), b_i/u_{\max})^2$, $u_{\max}^2 = \tfrac{5}{4} P$,"
    r" $P = \|b\| + (2 E_0/\kappa_0)^{1/2}$, $\kappa_0$ and $K$ the least and the largest $a_{ij}$, $b_i = f_i/a_{ii}$,"
    r" $E_k = \ell(U_k, u_k) - \min \ell$; "
)
STEP = r"$\eta \le 1/(4 K P)$ and $\eta \le c^2/(4 E_0)$"
FIXED = CONSTANTS + EIGENBASIS
RANDOM = CONSTANTS + r"$a_{ij} = \zeta_{ij}$, $f_i = \xi_i$ of Corollary C.2"
LETTERS = {
    "eta": eta,
    "c2": scalar_letter("c2", definite=True, latex="c^2"),
    "k0": scalar_letter("k0", definite=True, latex=r"\kappa_0"),
    "gap": scalar_letter("gap", definite=True, latex="E_0"),
}

IMBALANCE = (
    state(
        "B13-imbalance",
        r"A step of descent moves the imbalance $u^2 - \|U\|_F^2$ by a term in $\eta^2$ only",
        "B13",
        descent.imbalance(),
        "u^2 - tr(U U') + eta^2 (v^2 - tr(V V'))",
        where={
            **GAMMA,
            "V": "u^2 Gamma Lambda U Lambda - u Lambda^2",
            "v": "u tr(Gamma Lambda U Lambda U') - tr(Lambda^2 U')",
        },
        letters=("Lambda", "U", "u", "eta"),
        more={"eta": eta},
        largest=SMALL,
        assumptions=(GAUSSIAN, SUBSPACE, r"$(U_+, u_+)$ is $(U, u)$ after one step of size $\eta$"),
        rests_on=("lem-5.2-U", "lem-5.2-u", "lem-A.3"),
    ),
)

# Name, title, left side, relation, right side, and which of these the statement rests on.
BOUNDS: tuple[tuple[str, str, Callable[[bool], Quantity], Relation, str, tuple[str, ...]], ...] = (
    (
        "balance",
        r"Along descent the imbalance stays below a bound in the step",
        descent.largest_imbalance,
        "<=",
        "2 eta gap",
        (),
    ),
    (
        "lower",
        r"Along descent $u$ stays above an explicit positive number",
        descent.least_squared_u,
        ">=",
        "1/2 c2",
        ("balance",),
    ),
    (
        "decay",
        r"Every step of descent lowers the excess loss by an explicit factor",
        descent.least_fall,
        ">=",
        "1/2 eta c2 k0",
        ("lower",),
    ),
)

RATE = tuple(
    state(
        f"B13-{kind}{name}",
        title + (", for random diagonal covariances" if averaged else ""),
        "B13",
        quantity(averaged),
        right,
        relation=relation,
        more={**(DIAGONAL_ATOMS if averaged else {}), **LETTERS},
        search=descents(averaged),
        searched=16,
        shared_with="averaged-descents" if averaged else "descents",
        assumptions=(
            *(
                (r"$\Lambda_\tau$ diagonal: $\Lambda_1$ or $\Lambda_2$ with probabilities $p_1$ and $p_2$",)
                if averaged
                else ()
            ),
            START,
            RANDOM if averaged else FIXED,
            STEP,
        ),
        rests_on=(*(RANDOM_FLOW if averaged else FIXED_FLOW), *(f"B13-{kind}{below}" for below in needed)),
        reason=ALONG_DESCENT,
    )
    for averaged, kind in ((False, ""), (True, "random-"))
    for name, title, quantity, relation, right, needed in BOUNDS
)

STATEMENTS = (*IMBALANCE, *RATE)
