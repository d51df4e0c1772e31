"""The error of a model on sampled prompts, through its real layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.models.layers import predictions
from numerics.models.prompts import PromptDrawer, Radius, Tasks, letter_values
from numerics.problem import checked_length
from numerics.sequential import Moments
from theory.models.law import Prompt
from theory.models.model import Model

# Numbers in the embeddings of a batch: 2 MB, so that a batch stays in the cache.
_BATCH_NUMBERS = 2**18


@dataclass(frozen=True)
class SampledError:
    """An estimate of E (y_hat - y_q)^2; `loss` is half of it, without the penalty of a weight decay.

    Attributes:
        moments: count, sum and sum of squares of the squared errors, all that `SequentialTest` needs.
    """

    moments: Moments

    @property
    def mean(self) -> float:
        """The mean of the squared errors."""
        return self.moments.mean

    @property
    def loss(self) -> float:
        """Half of the mean: an estimate of the population loss, less the penalty of a weight decay."""
        return self.moments.mean / 2

    @property
    def standard_error(self) -> float:
        """The estimated standard error of the mean."""
        return self.moments.standard_error

    @property
    def prompts(self) -> int:
        """How many prompts were drawn."""
        return self.moments.count


def simulate(
    model: Model,
    prompts: int = 100_000,
    seed: int = 0,
    test: Prompt | None = None,
    radius: Radius | None = None,
    tasks: Tasks | None = None,
    expanded: bool = True,
    **values: Any,
) -> SampledError:
    """Draw prompts, run the model's layers on each, and return the mean square error on the query.

    No formula of the theory is used: of the model only the texts of its formulas are read, and evaluated on arrays.

    Args:
        model: the law and the network.
        prompts: how many prompts.
        seed: the same seed gives the same numbers.
        test: the law of the prompts; None is the model's.
        radius: for elliptical covariates: radius(generator, shape) draws r.
        tasks: for a task that is known by its moments only: tasks(generator, count) draws tasks, (count, d).
        expanded: whether layers of softmax attention are expanded to their order, as all that is derived is; False runs
            softmax itself.
        values: the letters by their names, Lambda=, N=, U=, u=, ...; d= where none of them shows it.

    Raises:
        ValueError, TypeError: for values that are missing or of a wrong shape.
    """
    law = model.law if test is None else test
    arrays, d = letter_values(values, model.letters_for(test))
    drawer = PromptDrawer(law, arrays, d, radius, tasks)
    generator = np.random.default_rng(seed)
    size = max(1, _BATCH_NUMBERS // ((d + 1) * (drawer.examples + 1)))
    moments = Moments()
    left = checked_length("prompts", prompts)
    while left:
        batch = drawer.draw(min(size, left), generator)
        moments = moments + Moments.of((predictions(model, arrays, d, batch, law.length, expanded) - batch.target) ** 2)
        left -= len(batch.target)
    return SampledError(moments)
