"""Section 3: the layer, its prediction, and the population loss."""

from __future__ import annotations

from proofs_check.papers.zhang2024.language import GAMMA, GAUSSIAN, state
from proofs_check.papers.zhang2024.quantities import layer, loss
from theory.algebra.expression import matrix, vector
from theory.zhang2024.model import Law

PROMPT = {"X": matrix("X", "d", "N"), "y": vector("y", "N")}
# The prediction splits by parity in the task and the noise. Its odd part is (1/N) sum_i y_i x_i' V x_q; the mean square
# of its even part is the letter `even`, of which B10-even gives the form below: G is E[S U11 Lambda U11' S] for the
# second moment S of the prompt's x_i, K is E[x_q x_q' U11 x_q x_q'], H twice the symmetric part of U11.
ODD_MATRIX = {"V": "u U11 + u12 u21'"}
EVEN_PARTS = {
    "t": "tr(Lambda)",
    "H": "U11 + U11'",
    "h": "tr(U11 Lambda)",
    "K": "Lambda H Lambda + h Lambda",
    "G": "(1 + 1/N) Lambda U11 Lambda U11' Lambda + 1/N tr(U11 Lambda U11' Lambda) Lambda",
    "P": "(h^2 + 1/2 tr(H Lambda H Lambda)) Lambda + 2 h Lambda H Lambda + 2 Lambda H Lambda H Lambda",
    "T": "t Lambda + 2/N Lambda^2",
    "m": "(1 + 2/N) (t^2 + 2 tr(Lambda^2))",
}
EVEN_SQUARE = (
    "u12' G u12 + 1/N^2 u12' P u12 + 2/N u12' Lambda U11 K u12"
    " + u^2 m (u21' Lambda u21) + 2 u u12' T U11 Lambda u21 + 2 u t/N u12' K u21"
)
EVEN = r"$\hat y_{\mathrm{even}}$ the part of the prediction that is even in $w$"
OUTPUT = "((u12' X + u y') (X' U11 x_q + y u21' x_q) + u12' x_q x_q' U11 x_q)/N"

STATEMENTS = (
    state(
        "prediction",
        r"The prediction of the layer depends on four blocks of the weights; $E E^\top$ contains the query",
        "(3.6)",
        layer.layer_prediction(),
        OUTPUT,
        letters=("X", "y", "x_q", "U11", "u21", "u12", "u"),
        more=PROMPT,
        assumptions=("any prompt, any weights",),
    ),
    state(
        "population-loss",
        "The population loss in all blocks: half the mean square of a part odd in $w$ plus half that of an even part",
        "(3.8)",
        loss.training_loss(Law()),
        "1/2 (tr(Lambda) - 2 tr(Lambda^2 V') + tr(Gamma Lambda V Lambda V')) + 1/2 even",
        place="not written out in the paper",
        where={**GAMMA, **ODD_MATRIX},
        letters=("Lambda", "U11", "u21", "u12", "u"),
        assumptions=(GAUSSIAN, EVEN),
        rests_on=("prediction",),
    ),
)
