"""Claims made from a model: true ones of each kind hold, wrong ones are refuted, what has no meaning is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from proofs_check import Claim, ClaimError, claims_of
from proofs_check.judge.check import check_claim
from proofs_check.judge.evidence import Budget
from proofs_check.judge.results import ClaimResult
from theory import (
    Elliptical,
    FiniteTasks,
    Fixed,
    Gaussian,
    GradientStep,
    LinearAttention,
    LowRank,
    Model,
    ModelError,
    Moments,
    Prompt,
    RandomCovariance,
    Stack,
)

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
OF = claims_of(Model(LAW, LinearAttention(), "reduced"), paper="trial")
G = {"G": "(1 + 1/N) Lambda + tr(Lambda)/N I"}
BEST = {"U": "G^-1", "u": "1"}


def checked(claim: Claim, prompts: int = 0) -> ClaimResult:
    """The result of a claim, of which no piece of evidence may raise an error or call the engine unsaid."""
    result = check_claim(claim, Budget(prompts=prompts))
    assert not result.reason.startswith("its evidence raised")
    assert not any(item.objection for item in result.evidence)
    return result


LOSS = "1/2 tr(Lambda) - u tr(Lambda^2 U) + 1/2 u^2 tr({} Lambda U Lambda U')"
SHIFTED = "tr(Lambda) - 2 tr(Lambda^2 G^-1) + tr((({0} + 1) Lambda + tr(Lambda) I)/{0} Lambda G^-1 Lambda G^-1)"


@pytest.mark.parametrize(
    ("right", "status"),
    [
        (LOSS.format("G"), "proved"),
        (LOSS.format("2 G"), "refuted"),
        (LOSS.format("((1 + 1/N) Lambda + tr(Lambda)/(N + 1) I)"), "refuted"),
        (LOSS.replace("U')", "U)").format("G"), "refuted"),
    ],
)
def test_a_loss(right: str, status: str) -> None:
    """Its terms, a wrong coefficient, N + 1 for N, and a transpose that is missing."""
    assert status == checked(OF.loss("loss", "The loss", "(1)", right, where=G)).status


@pytest.mark.parametrize(
    ("right", "status"),
    [
        (SHIFTED.format("M"), "proved"),
        (SHIFTED.format("N"), "refuted"),
        (SHIFTED.format("M").replace("2 tr", "tr"), "refuted"),
        (SHIFTED.format("(M + 1)"), "refuted"),
    ],
)
def test_an_error_at_given_weights_on_other_prompts(right: str, status: str) -> None:
    """Trained at length N, tested at M: N for M, a wrong coefficient, M + 1 for M."""
    claim = OF.error("error", "The error", "", right, weights=BEST, test=LAW.replace(length="M"), where=G)
    assert status == checked(claim).status


@pytest.mark.parametrize(
    ("right", "status"),
    [
        ("u^2 G Lambda U Lambda - u Lambda^2", "proved"),
        ("u^2 Lambda U Lambda G - u Lambda^2", "refuted"),
        ("u^2 G Lambda U' Lambda - u Lambda^2", "refuted"),
        ("u^2 G Lambda U Lambda - 2 u Lambda^2", "refuted"),
    ],
)
def test_a_gradient(right: str, status: str) -> None:
    """The order of the factors, a transpose, a coefficient."""
    assert status == checked(OF.gradient("slope", "The gradient", "", "U", right, where=G)).status


@pytest.mark.parametrize(
    ("weights", "status"),
    [
        (BEST, "proved"),
        ({"U": "G^-1/3", "u": "3"}, "proved"),
        ({"U": "0", "u": "0"}, "proved"),
        ({"U": "Lambda^-1", "u": "1"}, "refuted"),
        ({"U": "2 G^-1", "u": "1"}, "refuted"),
        ({"U": "G^-1", "u": "2"}, "refuted"),
    ],
)
def test_stationary_weights(weights: dict[str, str], status: str) -> None:
    """The minima and zero, and three points at which the gradient is not zero."""
    assert status == checked(OF.gradient("rest", "At rest", "", "U", "0", weights=weights, where=G)).status


@pytest.mark.parametrize(
    ("right", "relation", "status"),
    [
        ("1/2 tr(G Lambda (u U - G^-1) Lambda (u U - G^-1)')", "=", "proved"),
        ("0", ">=", "tested"),
        ("1/2 tr(Lambda (u U - G^-1) Lambda G (u U - G^-1)')", "=", "refuted"),
        ("1/2 tr(G Lambda (u U + G^-1) Lambda (u U - G^-1)')", "=", "refuted"),
        ("0", "<=", "refuted"),
    ],
)
def test_the_excess_over_a_minimum(right: str, relation: Any, status: str) -> None:
    """A square, that it is not negative, and wrong squares."""
    claim = OF.excess("excess", "Excess", "", right, relation=relation, weights=BEST, where=G)
    assert status == checked(claim).status


def test_an_excess_with_a_square_is_proved_not_negative() -> None:
    """A witness, a form whose terms are at least 0, makes the inequality a proof; a wrong one does not."""
    where = {**G, "D": "u U - G^-1"}
    square = "1/2 (1 + 1/N) tr(D' Lambda^2 D Lambda) + tr(Lambda)/(2 N) tr(D' Lambda D Lambda)"
    for witness, status in ((square, "proved"), (square.replace("1/2 ", ""), "tested")):
        claim = OF.excess("least", "Least", "", "0", relation=">=", weights=BEST, where=where, witness=witness)
        assert status == checked(claim).status


@pytest.mark.parametrize(
    ("formula", "status"),
    [("u^2 - tr(U U')", "proved"), ("u^2 - tr(U^2)", "refuted"), ("u^2 - 2 tr(U U')", "refuted"), ("u", "refuted")],
)
def test_an_invariant(formula: str, status: str) -> None:
    """The balance of U and u, and three formulas that move."""
    assert status == checked(OF.invariant("balance", "Balance", "", formula)).status


def test_an_invariant_that_is_a_matrix() -> None:
    """K'K - Q'Q for keys and queries of rank R, every entry of it; K K' - Q Q' moves."""
    model = Model(LAW, LinearAttention(key_query="separate", rank="R"), "reduced")
    for formula, status in (("K' K - Q' Q", "proved"), ("K K' - Q Q'", "refuted")):
        assert status == checked(claims_of(model).invariant("balance", "Balance", "", formula)).status


@pytest.mark.parametrize(
    ("right", "status"),
    [
        ("1/N u y' X' U x_q", "proved"),
        ("1/N u y' X' U' x_q", "refuted"),
        ("u y' X' U x_q", "refuted"),
        ("1/(N + 1) u y' X' U x_q", "refuted"),
    ],
)
def test_a_prediction_on_any_prompt(right: str, status: str) -> None:
    """One layer on any covariates, labels and query: a transpose, the divisor, N + 1 for N."""
    assert status == checked(OF.prediction("prediction", "The prediction", "", right)).status


@pytest.mark.parametrize(
    ("right", "status"),
    [("tr(Lambda U)", "proved"), ("tr(U^2 Lambda)", "refuted"), ("tr(U)", "refuted"), ("N tr(Lambda U)", "refuted")],
)
def test_an_identity(right: str, status: str) -> None:
    """tr(U Lambda), and what it is not."""
    assert status == checked(OF.formula("cycle", "A cycle", "", "tr(U Lambda)", right)).status


DECAYED = claims_of(Model(LAW, LinearAttention(), "reduced", decay="c"))
PENALTY = " + c/2 (u^2 + tr(U U'))"


@pytest.mark.parametrize(
    ("right", "status"),
    [
        (LOSS.format("G") + PENALTY, "proved"),
        (LOSS.format("G"), "refuted"),
        (LOSS.format("G") + PENALTY.replace("U'", "U"), "refuted"),
        (LOSS.format("G") + PENALTY.replace("c/2", "c"), "refuted"),
        (LOSS.format("G") + " + c/2 tr(U U')", "refuted"),
    ],
)
def test_a_loss_with_weight_decay(right: str, status: str) -> None:
    """The squares of all weights; none, a transpose that is missing, twice as many, one weight left out."""
    result = checked(DECAYED.loss("loss", "The loss", "", right, where=G), prompts=20_000)
    assert status == result.status
    assert {"proved": "holds", "refuted": "refuted"}[status] == result.evidence[1].outcome


def test_gradients_excess_and_rates_have_the_decay() -> None:
    """Each with its decay, and without it; the prediction error is that of the model without decay."""
    slope = "u^2 G Lambda U Lambda - u Lambda^2"
    along = "u^2 tr(G Lambda U Lambda dU') - u tr(Lambda^2 dU')"
    zero = {"U": "0", "u": "0"}
    two = {"U": "Lambda^-1", "u": "2"}
    there = "2 G Lambda - Lambda^2"
    one, least = {"U": "Lambda^-1", "u": "1"}, " - c/2 (1 + tr(Lambda^-2))"
    other = LOSS.format("G") + " + 1/2 tr(Lambda) - 1/2 tr(G)"
    excess = LOSS.format("G").removeprefix("1/2 tr(Lambda) ")
    for claim, status in (
        (DECAYED.gradient("a", "A", "", "U", slope + " + c U", where=G), "proved"),
        (DECAYED.gradient("b", "B", "", "U", slope, where=G), "refuted"),
        (DECAYED.gradient("c", "C", "", "U", along + " + c tr(U dU')", along="dU", where=G), "proved"),
        (DECAYED.gradient("d", "D", "", "U", along, along="dU", where=G), "refuted"),
        (DECAYED.gradient("e", "E", "", "U", f"2 ({there}) + c Lambda^-1", weights=two, where=G), "proved"),
        (DECAYED.gradient("f", "F", "", "U", f"2 ({there})", weights=two, where=G), "refuted"),
        (DECAYED.excess("g", "G", "", excess + PENALTY, weights=zero, where=G), "proved"),
        (DECAYED.excess("h", "H", "", excess, weights=zero, where=G), "refuted"),
        (DECAYED.excess("l", "L", "", other + PENALTY + least, weights=one, where=G), "proved"),
        (DECAYED.excess("m", "M", "", other + PENALTY, weights=one, where=G), "refuted"),
        (DECAYED.error("i", "I", "", f"2 ({LOSS.format('G')})", where=G), "proved"),
        (DECAYED.error("j", "J", "", f"2 ({LOSS.format('G')}{PENALTY})", where=G), "refuted"),
        (DECAYED.invariant("k", "K", "", "u^2 - tr(U U')"), "refuted"),
    ):
        assert (claim.id, status) == (claim.id, checked(claim).status)


def test_samples_of_real_prompts_agree_and_refute() -> None:
    """The real layers on drawn prompts support the loss, with their power, and alone refute one half too large."""
    right = checked(OF.loss("loss", "The loss", "", LOSS.format("G"), where=G), prompts=20_000)
    (sampled,) = [item for item in right.evidence if item.kind == "Monte Carlo"]
    assert "holds" == sampled.outcome
    assert sampled.power is not None
    wrong = checked(OF.loss("loss", "The loss", "", f"3/2 ({LOSS.format('G')})", where=G), prompts=20_000)
    assert {"refuted"} == {item.outcome for item in wrong.evidence if item.kind == "Monte Carlo"}


def test_three_layers_of_one_head_that_closes_its_set() -> None:
    """Ahn et al.'s Theorem 3: at A_l = a_l Sigma^-1 the gradient is a number times Sigma; for other tasks it is not."""
    layer = LinearAttention(mask="query")
    for w, status in (("Sigma^-1", "proved"), ("I", "refuted")):
        law = Prompt(x=Gaussian("Sigma"), w=Gaussian(w), length="n")
        of = claims_of(Model(law, Stack(layer, layer, layer), "sparse"))
        at = {f"A{k}": f"a{k} Sigma^-1" for k in range(3)}
        claim = of.gradient("closed", "Closed", "", "A1", "0", weights=at, along="dA1 - tr(Sigma dA1)/d Sigma^-1")
        assert status == checked(claim).status


def test_tasks_with_mean_and_one_step_of_gradient_descent() -> None:
    """Wu et al.'s GD-beta with noisy labels, and the same with the mean forgotten."""
    law = Prompt(x=Gaussian("H"), w=Gaussian("Psi", mean="b"), noise="s2")
    right = "tr(H S) - 2 tr(G H S H) + tr(H G ((N + 1)/N H S H + (tr(H S) + s2)/N H) G')"
    for S, status in (("Psi + (b - beta) (b - beta)'", "proved"), ("Psi", "refuted")):
        claim = claims_of(Model(law, GradientStep())).error("step", "A step", "", right, where={"S": S})
        assert status == checked(claim, prompts=5_000).status


@pytest.mark.parametrize(("A", "status"), [("V^-1 Lambda S", "proved"), ("V^-1 S Lambda", "refuted")])
def test_the_best_step_for_tasks_with_mean(A: str, status: str) -> None:
    """Its matrix is an inverse of a sum that contains another sum, the second moment of the task."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="m"), noise="s2")
    where = {"S": "Psi + m m'", "V": "(1 + 1/N) Lambda S Lambda + (tr(Lambda S) + s2)/N Lambda"}
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    assert status == checked(of.gradient("best", "Best", "", "A", "0", weights={"A": A}, where=where)).status


@pytest.mark.parametrize(("kappa", "status"), [("kappa", "proved"), ("kappa^2", "refuted"), ("1", "refuted")])
def test_elliptical_covariates(kappa: str, status: str) -> None:
    """The minimiser has kappa = E r^2 in it, which a law by moments gives exact evidence for."""
    law = Prompt(x=Elliptical("Lambda"), w=Gaussian("I"))
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    where = {"G": f"(N - 1 + 2 {kappa})/N Lambda + {kappa} tr(Lambda)/N I"}
    claim = of.gradient("elliptical", "Elliptical", "", "A", "0", weights={"A": "G^-1"}, where=where)
    assert status == checked(claim).status


def test_finitely_many_tasks() -> None:
    """T tasks W_t enter by their second moment only; with their mean in its place the statement is refuted."""
    law = Prompt(x=Gaussian("H"), w=FiniteTasks("W", "T"), noise="s2")
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    right = "tr(H S) - 2 tr(A' H S H) + tr(A H A' ((1 + 1/N) H S H + (tr(H S) + s2)/N H))"
    second = "sum_t(W_t W_t')/T"
    for S, status in ((second, "proved"), ("sum_t(W_t) sum_t(W_t)'/T^2", "refuted")):
        assert status == checked(of.error("tasks", "Tasks", "", right, where={"S": S}), prompts=5_000).status


@pytest.mark.parametrize(
    ("noise", "status"),
    [
        ("s2 Lambda + 2 Lambda B Lambda + tr(B Lambda) Lambda", "proved"),
        ("s2 Lambda + Lambda B Lambda + tr(B Lambda) Lambda", "refuted"),
        ("(s2 + tr(B Lambda)) Lambda", "refuted"),
        ("s2 Lambda", "refuted"),
    ],
)
def test_noise_that_depends_on_the_covariate(noise: str, status: str) -> None:
    """Its variance s2 + x'B x meets the fourth moment of x; independence of x, and B forgotten, are refuted."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"), noise="s2 + x' B x", target_noise=True)
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    right = "tr(Lambda) + s2 + tr(B Lambda) - 2 tr(A Lambda^2) + tr(G Lambda A Lambda A') + 1/N tr(A' V A Lambda)"
    claim = of.error("noise", "Noise", "", right, where={**G, "V": noise})
    result = checked(claim, prompts=20_000)
    assert status == result.status
    if status == "proved":
        assert {"holds"} == {item.outcome for item in result.evidence}


def test_noise_of_another_form_in_the_exact_prompts() -> None:
    """The form is read from the formula without the engine: a power of a letter of the law, its half, a number."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"), noise="x' Lambda^2 x/2 + 1/3", target_noise=True)
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    for third, status in (("1/3", "proved"), ("1/2", "refuted")):
        right = f"tr(Lambda) + tr(Lambda^3)/2 + {third}"
        assert status == checked(of.error("zero", "0", "", right, weights={"A": "0"})).status


def test_a_random_covariance_uneven_noise_finite_tasks_and_decay_together() -> None:
    """By hand, the query with a law of its own; the fourth moment in the noise and the decay changed are refuted."""
    law = Prompt(
        x=RandomCovariance(("Lambda", "Sigma"), ("1/4", "3/4")),
        w=FiniteTasks("W", "T"),
        noise="s2 + x' B x",
        query=Gaussian("Q"),
    )
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse", decay="1/3"))
    second = "((1 + 1/N) {0} S {0} + (tr({0} S) + s2 + tr(B {0}))/N {0} + 2/N {0} B {0})"
    mixed = f"(1/4 {second.format('Lambda')} + 3/4 {second.format('Sigma')})"
    right = f"1/2 (tr(Q S) - 2 tr(A' (Lambda/4 + 3/4 Sigma) S Q) + tr(A' {mixed} A Q)) + 1/6 tr(A A')"
    for text, status in (
        (right, "proved"),
        (right.replace("2/N", "1/N"), "refuted"),
        (right.replace("1/6", "1/3"), "refuted"),
    ):
        claim = of.loss("all", "All", "", text, where={"S": "sum_t(W_t W_t')/T"})
        assert status == checked(claim).status


AT_ONE = "(tr({0}) - 2 tr(A {0}^2) + tr(A' ((1 + 1/N) {0}^2 + (tr({0}) + s2)/N {0}) A {0}))"


@pytest.mark.parametrize(("first", "second", "kinds"), [("1/4", "3/4", 3), ("p", "1 - p", 2)])
def test_a_random_covariance(first: str, second: str, kinds: int) -> None:
    """The error is the mean of the errors; their order, and the error at the mean covariance, are refuted."""
    law = Prompt(x=RandomCovariance(("Lambda", "Sigma"), (first, second)), w=Gaussian("I"), noise="s2")
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    one, two = AT_ONE.format("Lambda"), AT_ONE.format("Sigma")
    for right, status in (
        (f"({first}) {one} + ({second}) {two}", "proved"),
        (f"({second}) {one} + ({first}) {two}", "refuted"),
        (AT_ONE.format(f"(({first}) Lambda + ({second}) Sigma)"), "refuted"),
    ):
        result = checked(of.error("mean", "Mean", "", right), prompts=5_000)
        assert status == result.status
        if status == "proved":
            # Instances give a letter any positive value, at which nothing can be drawn.
            assert ["holds"] * kinds == [item.outcome for item in result.evidence]


@pytest.mark.parametrize("rank", ["k", 1, 3])
def test_tasks_of_low_rank(rank: int | str) -> None:
    """w = m + H g enters by HH' + mm'; the mean forgotten, and one half of HH', are refuted."""
    law = Prompt(x=Gaussian("Lambda"), w=LowRank("H", rank, mean="m"), noise="s2")
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    noisy = "((1 + 1/N) Lambda S Lambda + (tr(Lambda S) + s2)/N Lambda)"
    right = f"tr(Lambda S) - 2 tr(A Lambda S Lambda) + tr(A' {noisy} A Lambda)"
    for S, status in (("H H' + m m'", "proved"), ("H H'", "refuted"), ("H H'/2 + m m'", "refuted")):
        result = checked(of.error("rank", "Rank", "", right, where={"S": S}), prompts=5_000)
        assert (S, status) == (S, result.status)
        if status == "proved":
            assert {"holds"} == {item.outcome for item in result.evidence}


def test_tasks_of_which_moments_are_known() -> None:
    """On the sphere |w|^2 = d: exact evidence draws tasks there, and the moments follow from them."""
    law = Prompt(x=Gaussian("I/d"), w=Moments("R", mean="m", square="d"), noise="s2", target_noise=True)
    of = claims_of(Model(law, LinearAttention(mask="query"), {"U11": "A", "u": "1", "u21": "u21"}))
    right = (
        "1 + s2 - 2/d (tr(A R)/d + (1 + s2) m' u21)"
        " + 1/d (tr(A' ((1 + s2) d/N I + (1 + {}/N) R) A)/d^2 + 2 (1 + s2) (1 + 2/N) m' A u21/d"
        " + (1 + s2)^2 (1 + 2/N) u21' u21)"
    )
    assert "proved" == checked(of.error("sphere", "Sphere", "", right.format("1"))).status
    assert "refuted" == checked(of.error("sphere", "Sphere", "", right.format("2"))).status


def test_moments_that_are_no_letters_have_no_exact_evidence() -> None:
    """Nothing is drawn that has the moments 2 R, so the claim stays undecided and says why."""
    law = Prompt(x=Gaussian("I"), w=Moments("2 R"))
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    claim = of.error("moments", "Moments", "", "2 tr(R)", weights={"A": "0 I"})
    result = checked(claim)
    assert ("undecided", True) == (result.status, "no letters" in claim.reason)


def test_a_fixed_task_and_labels_that_are_not_linear() -> None:
    """y = <w, x> + c for one task: the constant adds its square to the error of predicting zero."""
    law = Prompt(x=Gaussian("Lambda"), w=Fixed("w"), label="w' x + c")
    of = claims_of(Model(law, LinearAttention(mask="query"), "sparse"))
    assert "proved" == checked(of.error("zero", "0", "", "w' Lambda w + c^2", weights={"A": "0"}), prompts=5_000).status
    assert "refuted" == checked(of.error("zero", "0", "", "w' Lambda w + c", weights={"A": "0"})).status


def test_a_causal_stack_with_shared_weights() -> None:
    """Two causal layers with one set of weights: exact evidence runs them in order, and refutes the wrong balance."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="mu"), noise="s2")
    layer = LinearAttention(mask="causal")
    of = claims_of(Model(law, Stack(layer, layer, shared=True), "reduced"))
    assert "proved" == checked(of.invariant("balance", "Balance", "", "u^2 - tr(U U')")).status
    assert "refuted" == checked(of.invariant("balance", "Balance", "", "u^2 - tr(U) tr(U)")).status


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: OF.loss("a", "", "", "tr(Lambda) + tr(Sigma)"), "right side contains Sigma, which the model does not"),
        (lambda: OF.loss("a", "", "", "tr(F)", where={"F": "Lambda + Q"}), "abbreviation 'F' contains Q"),
        (lambda: OF.loss("a", "", "", "tr(Lambda + u)"), "the shapes do not fit"),
        (lambda: OF.loss("a", "", "", "tr(Lambda)", where={"Lambda": "I"}), "is a letter of the model already"),
        (lambda: OF.loss("a", "", "", "tr(Lambda", where=G), "column"),
        (lambda: OF.gradient("a", "", "", "V", "0"), "no weight 'V'; it has U, u"),
        (lambda: OF.gradient("a", "", "", "U", "0", weights={"U": "tr(G)"}, where=G), "must be d x d"),
        (lambda: OF.error("a", "", "", "0", weights={"A": "I"}), "no weight 'A'"),
        (lambda: OF.invariant("a", "", "", "tr(Lambda)"), "contains no weight"),
        (lambda: OF.loss("a", "", "", "0", size=3), "no argument 'size'"),
        (lambda: OF.loss("a", "", "", "0", relation="=>"), "relation must be one of =, <=, >=, <, >, got '=>'"),
        (lambda: OF.loss("a", "", "", "Lambda"), "the left side is 1 x 1, but 'Lambda' is d x d; take its trace"),
        (lambda: OF.gradient("a", "", "", "U", "tr(Lambda)"), "the left side is d x d, but 'tr(Lambda)' is 1 x 1"),
        (lambda: OF.formula("a", "", "", "Lambda", "u"), "the left side is d x d, but 'u' is 1 x 1"),
        (lambda: claims_of(LAW), "takes a Model"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(make: Any, says: str) -> None:
    """Letters that the model lacks, shapes, text that cannot be read, weights that do not exist."""
    with pytest.raises((ClaimError, ModelError, ValueError), match=re.escape(says)):
        make()
