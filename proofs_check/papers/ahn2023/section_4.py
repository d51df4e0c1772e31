"""Section 4: stacks of layers of the form (8), which are steps of preconditioned gradient descent."""

from __future__ import annotations

from proofs_check.judge.claims import Finding
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.ahn2023 import quantities
from proofs_check.papers.ahn2023.instances import two_layers
from proofs_check.papers.ahn2023.language import ISOTROPIC, LETTERS, WHITENED, WISHART, one_layer, stack, state
from theory.algebra.expression import identity, scalar_letter

# w_l = (1/n) W_l' X y, R(w) = |X'w - y|^2 / (2n), w_0 = 0.
STEPS = {
    "B": "1/n X X'",
    "W0": "A0",
    "W1": "W0 + (I - W0 B) A1",
    "W2": "W1 + (I - W1 B) A2",
}
DESCENT = (
    r"$w_{l+1} = w_l - A_l^\top \nabla R(w_l)$ from $w_0 = 0$ with $R(w) = \|X^\top w - y\|^2/(2 n)$",
    r"$w_{l+1} = W_l^\top X y/n$",
)

FORWARD = (
    one_layer.prediction(
        "ahn2023-lem-1-1",
        r"A layer of the form (8) is a step of gradient descent preconditioned by $A^\top$: one layer, any prompt",
        "Lemma 1",
        "1/n y' X' A x_q",
        assumptions=DESCENT,
    ),
    *(
        stack(layers).prediction(
            f"ahn2023-lem-1-{layers}",
            rf"{layers} layers of the form (8) are {layers} steps of gradient descent, preconditioned by $A_l^\top$",
            "Lemma 1",
            f"1/n y' X' W{layers - 1} x_q",
            where=STEPS,
            largest={"d": 3, "n": 3},
            assumptions=DESCENT,
        )
        for layers in (2, 3)
    ),
    one_layer.prediction(
        "ahn2023-lem-1-printed",
        "A layer of the form (8) is a step of gradient descent preconditioned by $A$",
        "Lemma 1",
        "1/n x_q' A X y",
        assumptions=(r"$w_1 = -A \nabla R(0)$, $R(w) = \|X^\top w - y\|^2/(2 n)$", "$A$ need not be symmetric"),
        finding=Finding(
            "reading",
            r"the same as taking $L$ steps of gradient descent, preconditioned by $A_\ell$",
            r"The step is $A_l^\top$ times the gradient. It is $A_l$ times it for symmetric $A_l$, which (8) does not"
            " ask for; the theorems that use the lemma have symmetric ones.",
        ),
        corrected_by=("ahn2023-lem-1-1",),
    ),
)

SAMPLE = "(sum_i(x_i x_i')/n)"
WHITE_SAMPLE = "(sum_i(z_i z_i')/n)"
LAWS = {"x": LETTERS["Sigma"], "x_q": LETTERS["Sigma"], "w": identity("d")}
RESIDUAL = {2: f"(I - {SAMPLE} A0) (I - {SAMPLE} A1)", 3: f"(I - {SAMPLE} A0) (I - {SAMPLE} A1) (I - {SAMPLE} A2)"}

LOSS = (
    state(
        "ahn2023-loss-2",
        r"The loss of two layers is half the mean square of $w^\top (I - S A_0) (I - S A_1) x_q$",
        "(5)",
        quantities.loss(2),
        f"1/2 E[(w' {RESIDUAL[2]} x_q)^2]",
        place="two layers",
        law=LAWS,
        upto={"i": "n"},
        letters=("Sigma", "A0", "A1"),
        assumptions=(
            r"$S = (1/n) \sum_i x_i x_i^\top$",
            "51 terms in $A_0$ and $A_1$ if multiplied out",
        ),
    ),
    state(
        "ahn2023-loss-3",
        "The loss of three layers is the same with one more factor $I - S A_2$",
        "(5)",
        quantities.loss(3, derived=False),
        f"1/2 E[(w' {RESIDUAL[3]} x_q)^2]",
        place="three layers",
        law=LAWS,
        upto={"i": "n"},
        letters=("Sigma", "A0", "A1", "A2"),
        assumptions=(r"$S = (1/n) \sum_i x_i x_i^\top$", "1,870 terms if multiplied out"),
        reason="the engine derives it, but to send wrong statements of 1,870 terms through it would take minutes",
    ),
)

# Of a + b and a b, which the loss at a I, b I is a quadratic in.
BEST_STEPS = {**WISHART, "D": "m2 m4 - m3^2", "s": "(m4 - m2 m3)/D", "p": "(m3 - m2^2)/D"}

LEAST = (
    state(
        "ahn2023-thm-2-multiples",
        r"Among multiples of $I$ the error is least where $a + b = s$ and $a b = p$ only",
        "Theorem 2",
        Quantity.formula("1 - 2 (a + b) + ((a + b)^2 + 2 a b) m2 - 2 a b (a + b) m3 + (a b)^2 m4"),
        "1 - s + p m2 + m2 (a + b - s)^2 - 2 m3 (a + b - s) (a b - p) + m4 (a b - p)^2",
        where={name: BEST_STEPS[name] for name in ("D", "s", "p")},
        more={name: scalar_letter(name, definite=True) for name in ("b", "m2", "m3", "m4")},
        letters=("a", "b", "m2", "m3", "m4"),
        place="multiples of $I$; the error of Lemma 4 over $d$",
        assumptions=(r"for moments $D > 0$, so that the last three terms are a definite form",),
        rests_on=("ahn2023-lem-4",),
    ),
    stack(2, ISOTROPIC).loss(
        "ahn2023-thm-2",
        "Over isotropic data no weights of two layers do better than the best multiples of $I$",
        "Theorem 2",
        "d/2 (1 - s + p m2)",
        relation=">=",
        where=BEST_STEPS,
        search=two_layers(),
        searched=15,
        rests_on=("ahn2023-thm-2-multiples",),
        reason="the engine sees no sign in a polynomial of 51 terms; exact where the search drives it towards equality",
    ),
)

TWO_LAYERS = tuple(
    stack(2, ISOTROPIC).gradient(
        f"ahn2023-thm-2-A{k}",
        rf"At $A_0 = a I$, $A_1 = b I$ the gradient in $A_{k}$ is $I$ times a polynomial: where both are zero it rests",
        "Theorem 2",
        f"A{k}",
        f"({of_step}) I",
        weights={"A0": "a I", "A1": "b I"},
        where=WISHART,
        place="stationary points among multiples of $I$",
    )
    for k, of_step in enumerate(
        (
            "a b^2 m4 - (2 a b + b^2) m3 + (a + 2 b) m2 - 1",
            "b a^2 m4 - (2 a b + a^2) m3 + (b + 2 a) m2 - 1",
        )
    )
)

CLOSED = tuple(
    stack(layers, WHITENED).gradient(
        f"ahn2023-thm-3-{layers}-A{k}",
        rf"At $A_l = a_l \Sigma^{{-1}}$ the gradient in $A_{k}$ is a number times $\Sigma$: {layers} layers",
        "Theorem 3",
        f"A{k}",
        "0",
        weights={f"A{j}": f"a{j} Sigma^-1" for j in range(layers)},
        along=f"dA{k} - tr(Sigma dA{k})/d Sigma^-1",
        place="so that the flow stays in the set, which the proof needs",
        assumptions=(r"the derivative along every direction that is orthogonal to $\Sigma$ is zero",),
    )
    for layers in (2, 3)
    for k in range(layers)
)

# A polynomial in a of odd degree 2 L - 1 has a root, and there all gradients of L layers are zero.
STATIONARY = (
    *(
        stack(2, WHITENED).gradient(
            f"ahn2023-10-2-A{k}",
            rf"At $A_0 = A_1 = a \Sigma^{{-1}}$ the gradient in $A_{k}$ is a cubic in $a$ times $\Sigma$",
            "(10)",
            f"A{k}",
            "(m4 a^3 - 3 m3 a^2 + 3 m2 a - 1) Sigma",
            weights={"A0": "a Sigma^-1", "A1": "a Sigma^-1"},
            where=WISHART,
            place="two layers: a cubic has a root, so that the infimum is 0 and attained",
        )
        for k in (0, 1)
    ),
    *(
        state(
            f"ahn2023-10-3-A{k}",
            rf"At $A_l = a \Sigma^{{-1}}$ the gradient in $A_{k}$ of three layers is a quintic in $a$ times $\Sigma$",
            "(10)",
            quantities.gradient_at_equal_layers(3, k),
            f"E[tr({WHITE_SAMPLE} (a {WHITE_SAMPLE} - I)^5)]/d Sigma",
            place="three layers: a quintic has a root, so that the infimum is 0 and attained",
            law={"z": identity("d")},
            upto={"i": "n"},
            letters=("Sigma", "a"),
            assumptions=(r"$w \sim N(0, \Sigma^{-1})$", r"$z_i \sim N(0, I)$ under the mean"),
        )
        for k in (0, 1, 2)
    ),
)

PERMUTED = (
    stack(2, WHITENED).error(
        "ahn2023-lem-4",
        r"The loss at $a \Sigma^{-1}$, $b \Sigma^{-1}$ does not change if the layers are exchanged: it is symmetric",
        "Lemma 4",
        "d - 2 d (a + b) + d (a^2 + 4 a b + b^2) m2 - 2 d a b (a + b) m3 + d a^2 b^2 m4",
        weights={"A0": "a Sigma^-1", "A1": "b Sigma^-1"},
        where=WISHART,
        place="two layers",
    ),
)

STATEMENTS = (*FORWARD, *LOSS, *LEAST, *TWO_LAYERS, *CLOSED, *STATIONARY, *PERMUTED)
