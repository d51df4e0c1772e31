"""The theory of in-context learning by linear attention, derived from the model for every d and N at once.

In the paper's order (`theory.zhang2024`): the model, its population loss, the gradient flow, the global minimum,
convergence, the limiting predictor, the prediction error, distribution shift. `expect` is the engine by itself
(`theory.algebra`), `Model` a model of one's own (`theory.models`).

Source: Zhang, Frei and Bartlett, Trained Transformers Learn Linear Models In-Context, JMLR 25(49), 2024.
"""

from theory.algebra.evaluation import evaluate
from theory.algebra.expect import expect
from theory.algebra.grammar import GrammarError
from theory.catalogue import DERIVATIONS
from theory.derivation import Derivation, DerivationError, Formula, Step
from theory.errors import IclTheoryError
from theory.models import (
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
from theory.zhang2024.convergence import convergence
from theory.zhang2024.distribution_shift import distribution_shift
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.gradient_flow import gradient_flow
from theory.zhang2024.limiting_predictor import limiting_predictor
from theory.zhang2024.population_loss import population_loss
from theory.zhang2024.prediction_error import prediction_error

__all__ = [
    "DERIVATIONS",
    "Derivation",
    "DerivationError",
    "Elliptical",
    "FiniteTasks",
    "Fixed",
    "Formula",
    "Gaussian",
    "GradientStep",
    "GrammarError",
    "IclTheoryError",
    "LinearAttention",
    "LowRank",
    "Model",
    "ModelError",
    "Moments",
    "Prompt",
    "RandomCovariance",
    "SoftmaxAttention",
    "Stack",
    "Step",
    "convergence",
    "distribution_shift",
    "evaluate",
    "expect",
    "global_minimum",
    "gradient_flow",
    "limiting_predictor",
    "population_loss",
    "prediction_error",
]
