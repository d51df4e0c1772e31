"""Variants of the training law: noisy labels, a task covariance, elliptical covariates.

Nothing is derived here by a case of its own: each variant is the same code with another law.

Source: statement B5 and B6.
"""

from __future__ import annotations

from dataclasses import replace

from theory.derivation import Derivation, Formula, Step
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.notation import notation
from theory.zhang2024.population_loss import population_loss

VARIANTS: dict[str, dict[str, bool]] = {
    "noisy labels": {"noise": True},
    "task covariance": {"task_covariance": True},
    "noisy labels and task covariance": {"noise": True, "task_covariance": True},
    "elliptical covariates": {"elliptical": True},
}


def derivation() -> Derivation:
    """Gamma and the least loss for each variant."""
    steps: list[Step] = []
    results: dict[str, Formula] = {}
    for name, law in VARIANTS.items():
        minimum = global_minimum(**law)
        slug = "-".join(law)
        steps += [
            Step(
                "L",
                f"The population loss with {name}, in all blocks.",
                population_loss(**law).expression,
                id=f"loss-{slug}",
            ),
            Step(
                r"\Gamma",
                f"The preconditioner with {name}: minimisers are $uU = \\Gamma^{{-1}}$.",
                minimum["Gamma"].expression,
                id=f"gamma-{slug}",
            ),
            Step(r"\min L", f"The least loss with {name}.", minimum["minimum of L"].expression, id=f"minimum-{slug}"),
        ]
        results[f"Gamma, {name}"] = replace(
            minimum["Gamma"], name=rf"$\Gamma$ with {name}", title=rf"The preconditioner $\Gamma$ with {name}"
        )
    return Derivation(
        "variants",
        "Variants of the training law",
        "statement B5 and B6",
        tuple(steps),
        results,
        notation(
            (r"\Gamma", "the preconditioner of the law at hand, given by its equation"),
            ("m_3", "third moment of the squared radius of elliptical covariates, whose mean is 1"),
        ),
    )
