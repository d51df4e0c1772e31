"""A model of one's own: the law of a prompt, a network, and what follows from both for every d and N."""

from theory.models.law import Elliptical, FiniteTasks, Fixed, Gaussian, LowRank, Moments, Prompt, RandomCovariance
from theory.models.letters import ModelError
from theory.models.model import Model
from theory.models.network import GradientStep, LinearAttention, SoftmaxAttention, Stack

__all__ = [
    "Elliptical",
    "FiniteTasks",
    "Fixed",
    "Gaussian",
    "GradientStep",
    "LinearAttention",
    "LowRank",
    "Model",
    "ModelError",
    "Moments",
    "Prompt",
    "RandomCovariance",
    "SoftmaxAttention",
    "Stack",
]
