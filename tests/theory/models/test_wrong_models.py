"""A model that does not exist is refused with a sentence that names the value and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

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
    SoftmaxAttention,
    Stack,
)

PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
ATTENTION = LinearAttention()

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a number as covariance": (lambda: Model(Prompt(Gaussian("2"), Gaussian("I")), ATTENTION), "must be d x d.*'s I'"),
    "a vector as covariance": (
        lambda: Model(Prompt(Gaussian("Lambda"), Gaussian("Psi mu", "mu")), ATTENTION),
        "must be d x d",
    ),
    "a matrix as mean": (lambda: Model(Prompt(Gaussian("A", mean="A"), Gaussian("I")), ATTENTION), "must be d x 1"),
    "one letter, two roles": (
        lambda: Model(Prompt(Gaussian("Lambda"), Gaussian("I", "m"), noise="m"), ATTENTION),
        "mean of the task must be d x 1, but 'm' is 1 x 1",
    ),
    "the length as a letter": (
        lambda: Model(Prompt(Gaussian("N"), Gaussian("I")), ATTENTION),
        "covariance of the covariates must be d x d, but 'N' is 1 x 1",
    ),
    "a covariance that is not symmetric": (
        lambda: Model(Prompt(Gaussian("Lambda Psi"), Gaussian("I")), ATTENTION),
        "not symmetric",
    ),
    "a covariance as an array": (lambda: Model(Prompt(Gaussian([[1]]), Gaussian("I")), ATTENTION), "formula as text"),  # type: ignore[arg-type]
    "an unreadable formula": (lambda: Model(Prompt(Gaussian("Lambda +"), Gaussian("I")), ATTENTION), "cannot be read"),
    "code": (lambda: Model(Prompt(Gaussian("__import__('os')"), Gaussian("I")), ATTENTION), "cannot be read"),
    "a law of another kind": (lambda: Prompt(Gaussian("I"), Elliptical("I")), "w must be one of Gaussian"),  # type: ignore[arg-type]
    "noise in the target alone": (lambda: Prompt(Gaussian("I"), Gaussian("I"), target_noise=True), "needs the noise"),
    "no sixth moment": (lambda: Model(Prompt(Elliptical("Lambda"), Gaussian("I")), ATTENTION).loss(), "E r\\^3"),
    "no fourth moment of the task": (
        lambda: Model(Prompt(Gaussian("I"), Moments("R")), ATTENTION).loss(),
        "moment of order 4 of the task",
    ),
    "a reserved name": (lambda: Model(PLAIN, ATTENTION, {"U11": "U11", "u": "w"}), "w means the task"),
    "a block of another network": (lambda: Model(PLAIN, ATTENTION, {"U11_0": "A"}), "no block 'U11_0'.*U11"),
    "a block of a wrong shape": (lambda: Model(PLAIN, ATTENTION, {"U11": "a"}), "block U11 must be d x d"),
    "a product whose shapes do not fit": (
        lambda: Model(PLAIN, ATTENTION, {"U11": "k q"}, vectors=("k", "q")),
        "block U11 cannot be read.*shapes",
    ),
    "another word for the weights": (lambda: Model(PLAIN, ATTENTION, "dense"), "'all', 'reduced', 'sparse'"),
    "no heads": (lambda: LinearAttention(heads=0), "heads must be a positive integer, got 0"),
    "another mask": (lambda: LinearAttention(mask="future"), "mask must be one of.*'future'"),
    "another form of keys": (lambda: LinearAttention(key_query="tied"), "key_query must be one of.*'tied'"),
    "no layer": (Stack, "at least one layer"),
    "a stack of something else": (lambda: Stack(GradientStep()), "layers LinearAttention"),  # type: ignore[arg-type]
    "shared and different": (lambda: Stack(ATTENTION, LinearAttention(heads=2), shared=True), "must be equal"),
    "causal in part": (lambda: Stack(ATTENTION, LinearAttention(mask="causal")), "in all its layers or in none"),
    "the name of a direction": (
        lambda: Model(PLAIN, ATTENTION, {"U11": "a I", "u": "da"}),
        "da is the direction of the weight a",
    ),
    "the name of a copy": (lambda: Model(PLAIN, ATTENTION, {"U11": "A_at1", "u": "1"}), "given to copies of letters"),
    "another sign": (lambda: Model(PLAIN, ATTENTION, sign=2), "sign must be 1, -1 or None, got 2"),
    "no law": (lambda: Model("Lambda", ATTENTION), "the law must be a Prompt"),  # type: ignore[arg-type]
    "no network": (lambda: Model(PLAIN, 3), "the network must be"),  # type: ignore[arg-type]
    "an expectation inside": (
        lambda: Model(Prompt(Gaussian("I"), Gaussian("I"), label="E[w' x]"), ATTENTION),
        "E\\[...\\]",
    ),
    "a sum inside": (lambda: Model(Prompt(Gaussian("I"), Gaussian("I"), label="sum_i(c)"), ATTENTION), "sum_i"),
    "one covariance": (lambda: RandomCovariance(("Lambda",)), "two or more formulas.*Gaussian has one"),
    "covariances that are text": (lambda: RandomCovariance("Lambda"), "two or more formulas, got 'Lambda'"),  # type: ignore[arg-type]
    "a probability too few": (
        lambda: RandomCovariance(("Lambda", "Sigma"), ("1",)),
        "there are 2 covariances, but 1 probabilities",
    ),
    "probabilities that are none": (
        lambda: Model(Prompt(RandomCovariance(("Lambda", "I"), ("1/2", "1/3")), Gaussian("I")), ATTENTION),
        "1/2, 1/3 must add up to 1, not to 5/6",
    ),
    "a negative probability": (
        lambda: Model(Prompt(RandomCovariance(("Lambda", "I"), ("3/2", "-1/2")), Gaussian("I")), ATTENTION),
        "the probability of I must not be negative, got '-1/2'",
    ),
    "a probability that is a matrix": (
        lambda: Model(Prompt(RandomCovariance(("Lambda", "I"), ("P", "I - P")), Gaussian("I")), ATTENTION),
        "the probability of Lambda must be 1 x 1",
    ),
    "a query of its own random covariance": (
        lambda: Prompt(Gaussian("I"), Gaussian("I"), query=RandomCovariance(("Lambda", "I"))),  # type: ignore[arg-type]
        "query must be one of Gaussian, Elliptical",
    ),
    "noise of negative variance": (
        lambda: Model(Prompt(Gaussian("I"), Gaussian("I"), noise="-1"), ATTENTION),
        "the variance of the noise must not be negative, got '-1'",
    ),
    "tasks of rank zero": (lambda: LowRank("H", 0), "rank must be a positive integer or the name of a length, got 0"),
    "tasks of rank 2k": (lambda: LowRank("H", "2k"), "rank must be a positive integer.*'2k'"),
    "a factor that is a covariance too": (
        lambda: Model(Prompt(Gaussian("H"), LowRank("H", "k")), ATTENTION),
        "H is a letter of shape d x d already and cannot be a letter of shape d x k",
    ),
    "a rank that is a letter": (
        lambda: Model(Prompt(Gaussian("I"), LowRank("H", "k", mean="k")), ATTENTION),
        "mean of the task must be d x 1, but 'k' is 1 x 1",
    ),
    "a label that is no polynomial": (
        lambda: Model(Prompt(Gaussian("I"), Gaussian("I"), label="w' x/(w' w)"), ATTENTION),
        "polynomial in w and x.*has the power -1",
    ),
    "a root in a label": (
        lambda: Model(Prompt(Gaussian("I"), Gaussian("I"), label="(w' x)^(1/2)"), ATTENTION),
        "label cannot be read.*positive",
    ),
    "a letter of the law as a weight": (
        lambda: Model(PLAIN.replace(label="x' U x"), ATTENTION, "reduced"),
        "U is a letter of the law or of the decay and would be a weight too; choose another name",
    ),
    "a letter of the law as a block of its own": (
        lambda: Model(PLAIN.replace(noise="u"), ATTENTION, {"U11": "A", "u": "u"}),
        "u is a letter of the law or of the decay and would be a weight too",
    ),
    "a weight as a letter of the test law": (
        lambda: Model(PLAIN, ATTENTION, "reduced").error(test=PLAIN.replace(label="x' U x")),
        "U is a weight of the model; choose another name for it in the test law",
    ),
    "a test law by its length": (
        lambda: Model(PLAIN, ATTENTION).error(test="M"),  # type: ignore[arg-type]
        "test must be a Prompt.*got 'M'",
    ),
    "no block": (lambda: Model(PLAIN, ATTENTION, {}), "prediction is zero on every prompt with weights={}.*'u': '1'"),
    "a block of Q alone": (lambda: Model(PLAIN, ATTENTION, {"U11": "A"}), "prediction is zero.*a block of P"),
    "vectors as one text": (
        lambda: Model(PLAIN, ATTENTION, {"U11": "k k'", "u": "1"}, vectors="k"),
        r"tuple of names, such as \('k',\), got 'k'",
    ),
    "a step of descent with weights": (
        lambda: Model(PLAIN, GradientStep(), "sparse"),
        "weights= and sign= are for layers of attention",
    ),
    "a step of descent with a sign": (lambda: Model(PLAIN, GradientStep(), sign=-1), "weights= and sign= are for"),
    "a length in numbers": (lambda: Model(PLAIN.replace(length=5), ATTENTION), "a name such as N, got 5; its value"),
    "a number of tasks in numbers": (
        lambda: Model(Prompt(Gaussian("I"), FiniteTasks("W", 5)), ATTENTION),  # type: ignore[arg-type]
        "a name such as N, got 5",
    ),
    "as many examples as dimensions": (lambda: PLAIN.replace(length="d"), "d is the dimension.*another name"),
    "a part that no prompt has": (lambda: PLAIN.replace(len="M"), "no part 'len'; it has x, w, noise, length"),
    "a scale of zero": (lambda: Model(PLAIN, LinearAttention(scale="0")), "scale of the scores must not be zero"),
    "a scale that would be trained": (
        lambda: Model(PLAIN, LinearAttention(scale="tau"), "reduced"),
        "tau in 'tau' is neither; a number that is trained belongs into a block",
    ),
    "a scale that is a weight": (
        lambda: Model(PLAIN, LinearAttention(scale="a"), {"U11": "a A", "u": "1"}),
        "a in 'a' is neither",
    ),
    "a rank without a product": (lambda: LinearAttention(rank=3), "rank=3 .*add key_query='separate'"),
    "separate keys with blocks of one's own": (
        lambda: Model(PLAIN, LinearAttention(key_query="separate"), {"U11": "A", "u": "1"}),
        "write the product there.*leave key_query out",
    ),
    "a softmax layer without its order": (lambda: SoftmaxAttention("2"), "order.*integer from 1 to 4, got '2'"),  # type: ignore[arg-type]
    "a loss that is too large": (
        lambda: Model(PLAIN, Stack(ATTENTION, ATTENTION)).loss(),
        "loss cannot be written out.*weights={...}, or work on samples",
    ),
    "the number of tasks is a letter": (
        lambda: Model(Prompt(Gaussian("T"), FiniteTasks("W", "T")), ATTENTION),
        "must be d x d, but 'T' is 1 x 1",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_models_are_refused(what: str) -> None:
    """The message says what does not fit."""
    make, message = WRONG[what]
    with pytest.raises(ModelError, match=message):
        make()


def test_values_of_a_wrong_shape_are_refused() -> None:
    """`evaluate` names the letter."""
    loss = Model(PLAIN, ATTENTION, "reduced").loss()
    two = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    with pytest.raises(ValueError, match="U must be an array of shape 2 x 2"):
        loss.evaluate(Lambda=two, U=[[Fraction(1)]], u=Fraction(1), N=2)
    with pytest.raises(TypeError, match="missing argument 'N'"):
        loss.evaluate(Lambda=two, U=two, u=Fraction(1))
    with pytest.raises(TypeError, match="unknown argument 'covariance'"):
        loss.evaluate(covariance=two, U=two, u=Fraction(1), N=2)


def test_a_fixed_task_and_finitely_many_tasks_have_the_same_letter_rules() -> None:
    """Fixed("w") uses the task's own letter; any other letter is free."""
    for law, name in ((Fixed(), "w"), (Fixed("v"), "v"), (FiniteTasks("W", "T"), "W")):
        assert name in Model(Prompt(Gaussian("I"), law), ATTENTION, "reduced").loss().arguments
