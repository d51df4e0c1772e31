"""The theory of in-context learning by linear attention, derived from the model for every d and N at once.

In the paper's order: the model, its population loss, the gradient flow, the global minimum, convergence, the limiting
predictor, the prediction error, distribution shift. `expect` is the engine by itself, `Model` a model of one's own.

Source: Zhang, Frei and Bartlett, Trained Transformers Learn Linear Models In-Context, JMLR 25(49), 2024.
"""

import warnings

# `python -m theory.population_loss` finds the module already imported, because functions of the same names are
# exported here. Running it again as a script is what is wanted, so runpy's warning about that would only confuse.
warnings.filterwarnings("ignore", message="'theory\\.", category=RuntimeWarning, module="runpy")

from theory.algebra.evaluation import evaluate
from theory.algebra.grammar import GrammarError
from theory.catalogue import DERIVATIONS
from theory.convergence import convergence
from theory.derivation import Derivation, DerivationError, Formula, Step
from theory.distribution_shift import distribution_shift
from theory.expect import expect
from theory.global_minimum import global_minimum
from theory.gradient_flow import gradient_flow
from theory.limiting_predictor import limiting_predictor
from theory.models import (
    Elliptical,
    FiniteTasks,
    Fixed,
    Gaussian,
    GradientStep,
    LinearAttention,
    Model,
    ModelError,
    Moments,
    Prompt,
    Stack,
)
from theory.population_loss import population_loss
from theory.prediction_error import prediction_error

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
    "LinearAttention",
    "Model",
    "ModelError",
    "Moments",
    "Prompt",
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
