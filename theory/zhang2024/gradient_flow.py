"""The gradient flow of the population loss: all blocks, the invariant subspace u21 = u12 = 0, and Lemma 5.2.

Source: Zhang, Frei and Bartlett (2024), Lemmas 5.2, A.1.
"""

from __future__ import annotations

from functools import cache

from theory.algebra.calculus import gradient
from theory.algebra.definitions import abbreviate
from theory.algebra.expression import letter
from theory.algebra.latex import name_latex
from theory.derivation import Derivation, DerivationError, Formula, Step, require_equal
from theory.zhang2024.model import BLOCKS, U11, Law, u
from theory.zhang2024.notation import notation
from theory.zhang2024.population_loss import population_loss, reduced
from theory.zhang2024.preconditioner import U, preconditioner


@cache
def gradient_flow(*, noise: bool = False, task_covariance: bool = False, elliptical: bool = False) -> Derivation:
    """Return theta' = -grad L for all blocks, and on the invariant subspace u21 = u12 = 0.

    Results, all as Formula: "U11'", "u21'", "u12'", "u'" in all blocks; "U' reduced" and "u' reduced", Lemma 5.2.
    Arguments as for `population_loss`.

    Raises:
        DerivationError: if the subspace were not invariant.

    Source: Zhang, Frei and Bartlett (2024), Lemma 5.2 and A.1.
    """
    law = Law(noise, task_covariance, elliptical)
    formula = population_loss(noise=noise, task_covariance=task_covariance, elliptical=elliptical)
    arguments = formula.arguments
    fields = {name: -gradient(formula.expression, block) for name, block in BLOCKS.items()}
    steps = [Step("L", "The population loss.", formula.expression, id="loss")]
    labels = {name: rf"\frac{{d}}{{dt}} {name_latex(name)}" for name in fields}
    for name, field in fields.items():
        steps.append(
            Step(
                labels[name],
                rf"Minus the gradient of $L$ with respect to ${name_latex(name)}$.",
                field,
                id=f"gradient-{name}",
            )
        )
    for name in ("u21", "u12"):
        on_subspace = reduced(fields[name])
        if on_subspace:
            raise DerivationError(f"u21 = u12 = 0 is not invariant: there {name}' = {on_subspace}")
        steps.append(
            Step(
                rf"{labels[name]} \bigr|_{{u_{{21}} = u_{{12}} = 0}}",
                "Every term of this gradient and the next carries $u_{21}$ or $u_{12}$: both gradients vanish on the "
                "subspace $u_{21} = u_{12} = 0$, so the flow does not leave it.",
                on_subspace,
                id=f"invariance-{name}",
            )
        )
    parts = preconditioner(law)
    reduced_arguments = {**law.arguments(), "U": "U", "u": "u"}
    definition = parts.Gamma
    results = {
        f"{name}'": Formula(
            f"flow of ${name_latex(name)}$",
            field,
            arguments,
            left=labels[name],
            title=f"The flow of ${name_latex(name)}$ in all blocks",
        )
        for name, field in fields.items()
    }
    for name, block, full in (("U", U, "U11"), ("u", u, "u")):
        field = require_equal(
            reduced(fields[full]).substitute({letter(U11): U}), -gradient(parts.loss, block), "Lemma A.1"
        )
        short = abbreviate(field, definition)
        require_equal(short, field, "Lemma 5.2", (definition,))
        steps.append(
            Step(
                rf"\frac{{d}}{{dt}} {name}",
                "On the subspace the flow is the gradient flow of the restricted loss (Lemma A.1); "
                rf"${name_latex(definition.symbol.name)}$ collects its coefficients (Lemma 5.2).",
                short,
                id=f"flow-{name}",
            )
        )
        results[f"{name}' reduced"] = Formula(
            rf"flow of ${name}$ on $u_{{21}} = u_{{12}} = 0$",
            short,
            reduced_arguments,
            source="Zhang et al. (2024), Lemma 5.2",
            definitions=(definition,),
            left=rf"\frac{{d}}{{dt}} {name}",
            title=f"The flow of ${name}$ on the subspace $u_{{21}} = u_{{12}} = 0$",
        )
    return Derivation(
        "gradient_flow",
        "Gradient flow of the population loss",
        "Zhang, Frei and Bartlett (2024), Lemma 5.2 and Lemma A.1",
        tuple(steps),
        results,
        notation(),
    )


def derivation() -> Derivation:
    """The gradient flow of the paper's model."""
    return gradient_flow()
