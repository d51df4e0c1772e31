"""The paper's claims, in its order, and those of its variants that the same code derives.

Right sides are typed here as the paper prints them. The polynomials that it never writes out are taken from the
derivation; for those only the evidence that does not share code with the engine counts as a check.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Plan, Quantity
from proofs_check.papers.zhang2024 import quantities
from proofs_check.papers.zhang2024.bounds import bound_claims
from proofs_check.papers.zhang2024.findings import finding_claims
from proofs_check.papers.zhang2024.further import further_claims
from proofs_check.judge.statements import Language, Statement
from theory.algebra.calculus import gradient
from theory.algebra.expression import Expression, identity, matrix, scalar_letter, vector
from theory.model import (
    BLOCKS,
    LAMBDA,
    NOISE_VARIANCE,
    PSI,
    U11,
    Law,
    u,
    u12,
    u21,
    w,
    x,
    x_q,
)
from theory.population_loss import population_loss
from theory.preconditioner import U
from theory.prediction_error import FLOOR, SIGMA, B, a, c, prediction_error

GAMMA = {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}
GAMMA_VARIANT = {"Gamma": "(1 + 1/N) Lambda + (tr(Psi Lambda) + s2)/N Psi^-1"}

LETTERS: dict[str, Expression] = {
    "Lambda": LAMBDA,
    "Psi": PSI,
    "s2": NOISE_VARIANCE,
    "U11": U11,
    "u21": u21,
    "u12": u12,
    "u": u,
    "U": U,
    "w": w,
    "x": x,
    "x_q": x_q,
    "a": a,
    "Sigma": SIGMA,
    "floor": FLOOR,
    "B": B,
    "c": c,
    "Theta": matrix("Theta"),
}
ALL_BLOCKS = ("Lambda", "U11", "u21", "u12", "u")
GAUSSIAN = "x_i, x_q ~ N(0, Lambda) i.i.d., Lambda positive definite; w ~ N(0, I)"
SMALL = {"d": 2, "N": 3, "M": 3}
ON_SUBSPACE = "u21 = u12 = 0"
SECTION = "Zhang, Frei and Bartlett (2024), "


def _claim(
    name: str,
    title: str,
    source: str,
    left: Quantity,
    right: str,
    letters: tuple[str, ...],
    *,
    where: dict[str, str] | None = None,
    law: dict[str, Expression] | None = None,
    upto: dict[str, str] | None = None,
    stacked: dict[str, str] | None = None,
    more: dict[str, Expression] | None = None,
    largest: dict[str, int] | None = None,
    sampled: dict[str, int] | None = None,
    assumptions: tuple[str, ...] = (GAUSSIAN,),
    rests_on: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    shared_with: str = "",
) -> Claim:
    language = Language({**LETTERS, **(more or {})}, law or {}, upto or {}, stacked or {})
    names = {"d", "N", "M"}
    exact = {name: size for name, size in (largest or {"d": 3, "N": 3, "M": 3}).items() if name in names}
    plan = Plan(letters, exact, sampled or {"d": 5, "N": 12, "M": 12}, shared_with)
    statement = Statement.of(right, where)
    return Claim(name, title, source, left, statement, language, plan, assumptions, rests_on, cited)


def paper_claims() -> tuple[Claim, ...]:
    """Return the claims, each resting only on earlier ones."""
    data = {"X": matrix("X", "d", "N"), "y": vector("y", "N")}
    layer = "((u12' X + u y') (X' U11 x_q + y u21' x_q) + u12' x_q x_q' U11 x_q)/N"
    prompt = ("X", "y", "x_q", "U11", "u21", "u12", "u")
    loss = population_loss()
    noisy = population_loss(noise=True, task_covariance=True)
    claims = [
        _claim(
            "prediction",
            "The prediction of the layer depends on four blocks of the weights; E E' contains the query",
            SECTION + "eq. (3.4)",
            quantities.layer_prediction(),
            layer,
            prompt,
            more=data,
            assumptions=("any prompt, any weights",),
        ),
        _claim(
            "lem-5.1",
            "The prediction is a quadratic form in the weights",
            SECTION + "Lemma 5.1",
            quantities.lemma_5_1_form(),
            layer,
            prompt,
            more=data,
            assumptions=("any prompt, any weights",),
            rests_on=("prediction",),
        ),
        _claim(
            "population-loss",
            "The population loss in all blocks",
            SECTION + "section 3.3 (not written out there)",
            quantities.training_loss(Law()),
            str(loss.expression),
            ALL_BLOCKS,
            sampled={"d": 5, "N": 10},
            rests_on=("prediction",),
        ),
    ]
    claims += [
        _claim(
            f"gradient-{name}",
            f"The gradient of the population loss with respect to {name}",
            SECTION + "Lemma 5.2, appendix A",
            quantities.training_gradient(Law(), name),
            str(gradient(loss.expression, BLOCKS[name])),
            ALL_BLOCKS,
            largest=SMALL,
            rests_on=("population-loss",),
        )
        for name in BLOCKS
    ]
    claims += [
        _claim(
            f"lem-5.2-invariance-{name}",
            f"{name} stays zero: its gradient vanishes on u21 = u12 = 0",
            SECTION + "Lemma 5.2",
            quantities.gradient_on_subspace(Law(), name),
            "0 a",
            ("Lambda", "U", "u", "a"),
            largest=SMALL,
            assumptions=(GAUSSIAN, ON_SUBSPACE),
            rests_on=(f"gradient-{name}",),
        )
        for name in ("u21", "u12")
    ]
    subspace = ("Lambda", "U", "u")
    on_subspace = (GAUSSIAN, ON_SUBSPACE)
    claims += [
        _claim(
            "lem-5.2-U",
            "The flow of U",
            SECTION + "Lemma 5.2",
            quantities.flow_of_U(),
            "-u^2 Gamma Lambda U Lambda + u Lambda^2",
            subspace,
            where=GAMMA,
            largest=SMALL,
            assumptions=on_subspace,
            rests_on=("gradient-U11", "lem-5.2-invariance-u21", "lem-5.2-invariance-u12"),
        ),
        _claim(
            "lem-5.2-u",
            "The flow of u",
            SECTION + "Lemma 5.2",
            quantities.flow_of_u(),
            "-u tr(Gamma Lambda U Lambda U') + tr(Lambda^2 U')",
            subspace,
            where=GAMMA,
            assumptions=on_subspace,
            rests_on=("gradient-u", "lem-5.2-invariance-u21", "lem-5.2-invariance-u12"),
        ),
        _claim(
            "lem-A.1",
            "The restricted loss, whose gradient flow this is",
            SECTION + "Lemma A.1",
            quantities.restricted_loss(),
            "1/2 u^2 tr(Gamma Lambda U Lambda U') - u tr(Lambda^2 U')",
            subspace,
            where=GAMMA,
            assumptions=on_subspace,
            rests_on=("population-loss",),
        ),
        _claim(
            "cor-A.2-square",
            "The excess loss is the square of a norm",
            SECTION + "Corollary A.2",
            quantities.excess_of_restricted_loss(),
            "1/2 tr(R R')",
            subspace,
            where={**GAMMA, "R": "Gamma^(1/2) (u Lambda^(1/2) U Lambda^(1/2) - Lambda Gamma^-1)"},
            largest=SMALL,
            sampled={"d": 3, "N": 3},
            assumptions=on_subspace,
            rests_on=("lem-A.1",),
        ),
        _claim(
            "cor-A.2-floor",
            "The least restricted loss",
            SECTION + "Corollary A.2",
            quantities.floor_of_restricted_loss(),
            "-1/2 tr(Lambda^2 Gamma^-1)",
            ("Lambda",),
            where=GAMMA,
            largest=SMALL,
            assumptions=on_subspace,
            rests_on=("lem-A.1", "cor-A.2-square"),
        ),
        _claim(
            "lem-5.3",
            "The minimisers: uU = Gamma^-1",
            SECTION + "Lemma 5.3",
            quantities.minimiser(Law()),
            "Gamma^-1",
            ("Lambda",),
            where=GAMMA,
            largest=SMALL,
            assumptions=on_subspace,
            rests_on=("cor-A.2-square",),
        ),
        _claim(
            "thm-4.1-global",
            "The minimum over u21 = u12 = 0 is the minimum over all blocks: the excess is a sum of two squares",
            SECTION + "Theorem 4.1; statement B10",
            quantities.excess_over_all_blocks(),
            "1/2 tr(Gamma Lambda (X - Gamma^-1) Lambda (X - Gamma^-1)')"
            " + 1/2 E[(1/N u12' (sum_i(x_i x_i') + x_q x_q') U11 x_q + 1/N u sum_i((w' x_i)^2) (u21' x_q))^2]",
            ALL_BLOCKS,
            where={
                **GAMMA,
                "X": "u U11 + u12 u21'",
            },
            law={"x": LAMBDA, "x_q": LAMBDA, "w": identity("d")},
            largest={"d": 2, "N": 2},
            rests_on=("population-loss", "lem-5.3"),
        ),
        _claim(
            "lem-A.3",
            "Balance: u^2 and tr(UU') grow at one rate",
            SECTION + "Lemma A.3",
            quantities.growth_of_u_squared(),
            "2 tr(V U')",
            subspace,
            where={**GAMMA, "V": "u Lambda^2 - u^2 Gamma Lambda U Lambda"},
            assumptions=on_subspace,
            rests_on=("lem-5.2-U", "lem-5.2-u"),
        ),
        _claim(
            "thm-4.1-u",
            "The limit of the last entry of W_PV",
            SECTION + "Theorem 4.1",
            quantities.limit_of_u(),
            "tr(Gamma^-2)^(1/4)",
            ("Lambda", "Theta"),
            where=GAMMA,
            sampled={"d": 3, "N": 8},
            assumptions=(GAUSSIAN, "the initialisation of Assumption 3.3"),
            rests_on=("lem-5.3", "lem-A.3"),
            cited=("the flow converges to a minimiser (gradient inequality; statement B1)",),
            shared_with="thm-4.1",
        ),
        _claim(
            "thm-4.1-U",
            "The limit of the first block of W_KQ",
            SECTION + "Theorem 4.1",
            quantities.limit_of_U(),
            "tr(Gamma^-2)^(-1/4) Gamma^-1",
            ("Lambda", "Theta"),
            where=GAMMA,
            sampled={"d": 3, "N": 8},
            assumptions=(GAUSSIAN, "the initialisation of Assumption 3.3"),
            rests_on=("lem-5.3", "lem-A.3"),
            cited=("the flow converges to a minimiser (gradient inequality; statement B1)",),
            shared_with="thm-4.1",
        ),
        _claim(
            "eq-4.3",
            "The predictor at the limit",
            SECTION + "eq. (4.3)",
            quantities.prediction_at_limit(),
            "1/M sum_i(y_i (x_q' Gamma^-1 x_i))",
            ("Lambda", "x", "y", "x_q"),
            where=GAMMA,
            more={"y": scalar_letter("y")},
            upto={"i": "M"},
            stacked={"x": "M", "y": "M"},
            largest=SMALL,
            assumptions=("any prompt of any length M",),
            rests_on=("prediction", "thm-4.1-u", "thm-4.1-U"),
        ),
    ]
    test_law = ("Lambda", "w", "B", "c", "s2")
    claims += [
        _claim(
            "thm-4.2",
            "The prediction error for any labels, through a, Sigma and the least linear error",
            SECTION + "Theorem 4.2",
            quantities.general_prediction_error(),
            "floor + 1/M tr(Sigma Gamma^-2 Lambda) + 1/N^2 (a' Gamma^-2 Lambda^3 a"
            " + 2 tr(Lambda) a' Gamma^-2 Lambda^2 a + tr(Lambda)^2 a' Gamma^-2 Lambda a)",
            test_law,
            where=GAMMA,
            largest={"d": 2, "N": 3, "M": 2},
            assumptions=("(x_i, y_i), (x_q, y_q) i.i.d., x ~ N(0, Lambda), E y^2 and E y^2 |x|^2 finite",),
            rests_on=("eq-4.3",),
        ),
        _claim(
            "thm-4.2-covariance",
            "Cov(xy) for noiseless linear labels",
            SECTION + "section 4.2",
            quantities.label_covariance(),
            "(w' Lambda w) Lambda + Lambda w w' Lambda",
            ("Lambda", "w"),
            assumptions=("y = <w, x>", "x ~ N(0, Lambda)"),
        ),
        _claim(
            "thm-4.2-linear",
            "The prediction error for noisy linear labels",
            SECTION + "Theorem 4.2 and section 4.2",
            quantities.labelled_prediction_error("linear"),
            "s2 + 1/M tr(S Gamma^-2 Lambda) + 1/N^2 (w' Gamma^-2 Lambda^3 w"
            " + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)",
            ("Lambda", "w", "s2"),
            where={**GAMMA, "S": "(w' Lambda w) Lambda + Lambda w w' Lambda + s2 Lambda"},
            largest=SMALL,
            assumptions=("y = <w, x> + noise of variance s2", "x ~ N(0, Lambda)"),
            rests_on=("thm-4.2", "thm-4.2-covariance"),
        ),
        _claim(
            "thm-4.2-quadratic",
            "The prediction error for quadratic labels",
            SECTION + "Theorem 4.2; statement B8",
            quantities.labelled_prediction_error("quadratic"),
            str(prediction_error("quadratic").expression),
            test_law,
            where=GAMMA,
            largest={"d": 2, "N": 3, "M": 2},
            assumptions=("y = <w, x> + x'Bx + c + noise of variance s2", "x ~ N(0, Lambda)"),
            rests_on=("thm-4.2",),
        ),
        _claim(
            "B5-loss",
            "The population loss in all blocks with noisy labels and a task covariance",
            "statement B5",
            quantities.training_loss(Law(noise=True, task_covariance=True)),
            str(noisy.expression),
            (*ALL_BLOCKS, "Psi", "s2"),
            largest={"d": 2, "N": 3},
            assumptions=("w ~ N(0, Psi)", "labels with noise of variance s2"),
            rests_on=("prediction",),
        ),
        _claim(
            "B5-minimiser",
            "The minimisers with noisy labels and a task covariance",
            "statement B5",
            quantities.minimiser(Law(noise=True, task_covariance=True)),
            "Gamma^-1",
            ("Lambda", "Psi", "s2"),
            where=GAMMA_VARIANT,
            largest=SMALL,
            assumptions=("w ~ N(0, Psi)", "labels with noise of variance s2", ON_SUBSPACE),
            rests_on=("B5-loss",),
        ),
    ]
    return (*claims, *bound_claims(), *further_claims(), *finding_claims())
