"""Section 4: stacks of layers of the form (8), which are steps of preconditioned gradient descent."""

from __future__ import annotations

from proofs_check.judge.claims import Finding
from proofs_check.papers.ahn2023.language import WHITENED, WISHART, one_layer, stack

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

STATEMENTS = (*FORWARD, *CLOSED, *PERMUTED)
