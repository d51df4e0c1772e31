"""Models of `theory` in numbers: prompts sampled, layers run, flows integrated, gradient descent."""

from numerics.models.descent import Descent, descend
from numerics.models.simulate import SampledError, simulate
from numerics.models.solve_flow import ModelFlow, solve_flow

__all__ = ["Descent", "ModelFlow", "SampledError", "descend", "simulate", "solve_flow"]
