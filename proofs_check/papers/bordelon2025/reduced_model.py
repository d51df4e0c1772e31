"""The reduced model: L layers are L steps of gradient descent on the prompt."""

from __future__ import annotations

from proofs_check.papers.bordelon2025.models import depth_1, depth_2, depth_3

# X has the covariates in its columns; K is I - S G/L with S = (1/N) X X'.
PREDICTIONS = (
    depth_1.prediction(
        "bordelon2025-prediction-1",
        "The prediction of one layer on any prompt",
        "reduced model",
        "1/N x_q' G X y",
        weights={"A": "G'"},
        place="$L = 1$",
    ),
    depth_2.prediction(
        "bordelon2025-prediction-2",
        "The prediction of two layers on any prompt",
        "reduced model",
        "1/(2 N) x_q' G (I + K) X y",
        weights={"A": "1/2 G'"},
        where={"K": "I - 1/(2 N) X X' G"},
        place="$L = 2$",
    ),
    depth_3.prediction(
        "bordelon2025-prediction-3",
        "The prediction of three layers on any prompt",
        "reduced model",
        "1/(3 N) x_q' G (I + K + K^2) X y",
        weights={"A": "1/3 G'"},
        where={"K": "I - 1/(3 N) X X' G"},
        place="$L = 3$",
    ),
)

STATEMENTS = PREDICTIONS
