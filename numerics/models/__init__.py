"""Models of `theory` in numbers: prompts sampled, layers run, flows integrated, gradient descent."""

from numerics.models.descent import Descent, descend
from numerics.models.flow import ModelFlow, solve_flow
from numerics.models.sampled_error import SampledError, simulate

__all__ = ["Descent", "ModelFlow", "SampledError", "descend", "simulate", "solve_flow"]
