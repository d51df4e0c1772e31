"""Section 3: the layer, its prediction, and the population loss."""

from __future__ import annotations

from proofs_check.papers.zhang2024.language import GAUSSIAN, state
from proofs_check.papers.zhang2024.quantities import layer, loss
from theory.algebra.expression import matrix, vector
from theory.zhang2024.model import Law
from theory.zhang2024.population_loss import population_loss

PROMPT = {"X": matrix("X", "d", "N"), "y": vector("y", "N")}
OUTPUT = "((u12' X + u y') (X' U11 x_q + y u21' x_q) + u12' x_q x_q' U11 x_q)/N"

STATEMENTS = (
    state(
        "prediction",
        "The prediction of the layer depends on four blocks of the weights; E E' contains the query",
        "(3.4)",
        layer.layer_prediction(),
        OUTPUT,
        letters=("X", "y", "x_q", "U11", "u21", "u12", "u"),
        more=PROMPT,
        assumptions=("any prompt, any weights",),
    ),
    state(
        "population-loss",
        "The population loss in all blocks",
        "(3.8)",
        loss.training_loss(Law()),
        str(population_loss().expression),
        place="not written out in the paper",
        letters=("Lambda", "U11", "u21", "u12", "u"),
        sampled={"d": 5, "N": 10},
        assumptions=(GAUSSIAN,),
        rests_on=("prediction",),
    ),
)
