"""What a query says about the covariance of its prompt: the conditioning after (4.13).

For N, M -> infinity the prediction given Lambda_new is x_q' A Lambda_new w. The paper then averages over Lambda_new
with x_q fixed as if x_q carried no information on Lambda_new. It does: x_q ~ N(0, Lambda_new) as well, so that

    E[y_hat | x_q, w] = x_q' A E[Lambda_new | x_q] w,

and E[Lambda_new | x_q] = E[Lambda_new] only where Lambda_new is constant or the query is drawn independently of it.

Source: Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13).
"""

from __future__ import annotations

from functools import cache

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, letter
from theory.derivation import Derivation, Formula, Step
from theory.zhang2024.distribution_shift import CONTEXT, QUERY, shifted_predictor
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, eps, w, x, x_q
from theory.zhang2024.notation import notation


@cache
def alignment() -> Expression:
    """E[y_hat <w, x_q>] = tr(A Lambda_c Lambda_q) for the predictor (4.13), given both covariances; w ~ N(0, I).

    If E[y_hat | x_q, w] = x_q' A E[Lambda] w with x_q from the prompt's own law, then averaging over Lambda_new gives
    tr(A E[Lambda] E[Lambda]) here, while Lambda_c = Lambda_q = Lambda_new gives tr(A E[Lambda^2]).
    """
    laws = {
        x: Gaussian(CONTEXT),
        x_q: Gaussian(QUERY),
        eps: Gaussian(NOISE_VARIANCE),
        w: Gaussian(identity("d")),
    }
    return expectation(shifted_predictor() * (w.T @ x_q), laws)


ALIGNMENT = r"\mathbb{E}[\hat y\, w^\top x_q]"


@cache
def random_query() -> Derivation:
    """Return E[y_hat <w, x_q>] for the predictor (4.13), in general, for a query of the prompt's law, and independent.

    Results, as Formula: "alignment", "alignment, own query" (average tr(A Lambda^2) over Lambda) and "alignment,
    independent query" is the first with the averages of both covariances in their places.

    Source: Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13).
    """
    general = alignment()
    own = general.substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})
    steps = (
        Step(r"\hat y", "The predictor at the limit of the flow, any matrix $A$.", shifted_predictor(), id="predictor"),
        Step(
            ALIGNMENT,
            (
                "Given the covariance of the context and the second moment of the query, for every "
                "$M$. It is linear in each of the two: drawn independently, they are replaced by "
                "their means, as the formula after (4.13) has it."
            ),
            general,
            id="apart",
        ),
        Step(
            ALIGNMENT,
            (
                "A query from the law of its own prompt: the mean is that of a square, "
                r"$\mathbb{E}[\Lambda^2]$, not $\mathbb{E}[\Lambda]^2$. The formula printed after (4.13) "
                "would give the latter; for such a query it is refuted (finding F3)."
            ),
            own,
            id="own-law",
        ),
    )
    source = "Zhang et al. (2024), section 4.3"
    return Derivation(
        "random_query",
        "The query of a prompt with a random covariance",
        "Zhang, Frei and Bartlett (2024), section 4.3, after eq. (4.13)",
        steps,
        {
            "alignment": Formula(
                "alignment",
                general,
                {"A": "A", "context_covariance": "Lambda_c", "query_covariance": "Lambda_q"},
                steps,
                source,
                left=ALIGNMENT,
                title="The mean of prediction times target for given covariances",
            ),
            "alignment, own query": Formula(
                "alignment, own query",
                own,
                {"A": "A", "covariance": "Lambda"},
                steps,
                source,
                left=ALIGNMENT,
                title="The same for a query from the law of its own prompt",
            ),
        },
        notation(
            ("x_i", r"covariates of the prompt's $i$-th example, independent with law $\mathcal{N}(0, \Lambda_c)$"),
            ("x_q", r"the query, independent of the prompt given the covariances, with second moment $\Lambda_q$"),
            (r"\Lambda", "the random covariance of a new prompt, where its query has it too"),
        ),
    )


def derivation() -> Derivation:
    """The query after (4.13)."""
    return random_query()
