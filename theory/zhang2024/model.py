"""The model: task, prompt, embedding and linear self-attention, from which everything else is computed.

Source: Zhang, Frei and Bartlett (2024), section 3 and Lemma 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from theory.algebra.blocks import block_matrix
from theory.algebra.expectation import Gaussian as LetterLaw
from theory.algebra.expression import Expression, length, letter, matrix, scalar_letter, vector, zero
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.models import Elliptical, Gaussian, LinearAttention, Model, Prompt, forward
from theory.models.forward import embedding as embedding
from theory.models.law import eps as eps
from theory.models.law import eps_q
from theory.models.law import w as w
from theory.models.law import x as x
from theory.models.law import x_q as x_q
from theory.zhang2024.notation import notation

# Letters of the data; the random ones are those of every model.
LAMBDA = matrix("Lambda", definite=True)
PSI = matrix("Psi", definite=True)
NOISE_VARIANCE = scalar_letter("s2", latex="s^2", non_negative=True)
RADIAL_FOURTH = scalar_letter("kappa4", definite=True)
# Letters of the two weight matrices, of the blocks that the prediction depends on.
U11 = matrix("U11", latex="U_{11}")
u21 = vector("u21", latex="u_{21}")
u12 = vector("u12", latex="u_{12}")
u = scalar_letter("u")

BLOCKS = {"U11": U11, "u21": u21, "u12": u12, "u": u}


@dataclass(frozen=True)
class Law:
    """The law of a training prompt. The paper's is the default; variants change the law and nothing else.

    Args:
        noise: the prompt's labels carry independent centred noise of variance s2 (the target stays <w, x_q>).
        task_covariance: w ~ N(0, Psi) in place of N(0, I).
        elliptical: covariates are scale mixtures of Gaussians, E[x x' A x x'] = kappa4 (2 Lambda A Lambda +
            tr(A Lambda) Lambda) for symmetric A (statement B6: kappa4 = E r^2 for x = sqrt(r) z, E r = 1), around
            their mean.
        task_mean: w has the mean mu in place of 0.
        covariate_mean: x_1, ..., x_N and x_q have the mean nu in place of 0.
    """

    noise: bool = False
    task_covariance: bool = False
    elliptical: bool = False
    task_mean: bool = False
    covariate_mean: bool = False

    @property
    def prompt(self) -> Prompt:
        """The law as a model's law of a prompt."""
        centre = "nu" if self.covariate_mean else None
        moments = tuple(letter(moment).name for moment in RADIAL_MOMENTS.values())
        return Prompt(
            x=Elliptical("Lambda", moments, centre) if self.elliptical else Gaussian("Lambda", centre),
            w=Gaussian("Psi" if self.task_covariance else "I", "mu" if self.task_mean else None),
            noise="s2" if self.noise else None,
        )

    def laws(self) -> dict[Expression, LetterLaw]:
        """The laws of the random letters."""
        return {letter_: held for letter_, held in model_of(self).prompt_law.laws.items() if letter_ != eps_q}

    def arguments(self) -> dict[str, str]:
        """Keywords for the letters of this law."""
        keywords = {"covariance": "Lambda", "context_length": "N"}
        if self.noise:
            keywords["noise_variance"] = "s2"
        if self.task_covariance:
            keywords["task_covariance"] = "Psi"
        if self.elliptical:
            keywords["kappa"] = "kappa4"
        if self.task_mean:
            keywords["task_mean"] = "mu"
        if self.covariate_mean:
            keywords["covariate_mean"] = "nu"
        return keywords


# E[r^k] for elliptical covariates; only the fourth moment of x, k = 2, has a name in the theory. The prediction has
# degree three in one covariate, its square degree six.
RADIAL_MOMENTS = {2: RADIAL_FOURTH, 3: scalar_letter("m3", definite=True)}


@cache
def model_of(law: Law) -> Model:
    """The paper's model under a law: one layer, the query in its own Gram matrix, every block a letter."""
    return Model(law.prompt, LinearAttention())


def prediction_from_layer(columns: str = "N") -> Expression:
    """The last entry of f(E) = E + W_PV E (E' W_KQ E) / rho, rho = `columns`, every block of the weights a letter."""
    return Model(Law().prompt.replace(length=columns), LinearAttention()).prediction.in_data()


def as_sums(expression: Expression) -> Expression:
    """Products of the data matrix and the labels as sums over the examples of the prompt."""
    return forward.as_sums(expression, "N")


def prediction(law: Law) -> Expression:
    """The prediction on a prompt of length N with labels y_i = <w, x_i> (+ noise), as sums over the examples."""
    held = model_of(law).prediction
    return held.labelled(model_of(law).prompt_law)


def quadratic_form() -> Expression:
    """Lemma 5.1's u'Hu for u = vec M, M = [[U11, u12], [u21', u]]: with (P (x) Q) vec M = vec(Q M P'), half a trace."""
    E = embedding("N")
    M = block_matrix([[U11, u12], [u21.T, u]])
    X_q = block_matrix([[zero("d", "d"), x_q], [x_q.T, zero(1, 1)]])
    form = M.T @ (E @ E.T) @ M @ X_q
    return form.trace() / (2 * length("N"))


def derivation() -> Derivation:
    """The prediction of the layer, the blocks that it depends on, and Lemma 5.1."""
    layer = prediction_from_layer()
    form = require_equal(layer, quadratic_form(), "Lemma 5.1")
    noisy = prediction(Law(noise=True))
    result = prediction(Law())
    E = embedding("N")
    gram = as_sums((E @ E.T).blocks[0][0])
    steps = (
        Step(
            r"\left[E E^\top\right]_{11}",
            ("The Gram matrix of the embedding contains the query's column $(x_q, 0)$ as well as the examples."),
            gram,
            id="gram",
        ),
        Step(
            r"\hat y",
            (
                r"Multiply $f(E) = E + W^{PV} E (E^\top W^{KQ} E)/N$ out in blocks; the last entry "
                r"depends on the last row $(u_{12}^\top, u)$ of $W^{PV}$ and the first $d$ columns "
                r"($U_{11}$; $u_{21}^\top$) of $W^{KQ}$ only."
            ),
            layer,
            id="prediction",
        ),
        Step(
            r"\tfrac12 (\operatorname{vec} \Omega)^\top \left(\Xi \otimes E E^\top / N\right) "
            r"\operatorname{vec} \Omega",
            (
                r"Lemma 5.1: since $(P \otimes Q) \operatorname{vec} \Omega = \operatorname{vec}(Q \Omega P^\top)$ for "
                r"matrices $P$ and $Q$, the form is $\operatorname{tr}(\Omega^\top (E E^\top/N) \Omega \Xi)/2$, and "
                "its blocks multiply out to the same prediction."
            ),
            form,
            id="lemma-5.1",
        ),
        Step(r"\hat y", "Write products of data matrices as sums over the examples.", as_sums(layer), id="sums"),
        Step(r"\hat y", r"Insert the labels of a linear task, $y_i = w^\top x_i$.", result, id="labels"),
        Step(r"\hat y", r"The same with noisy labels, $y_i = w^\top x_i + \varepsilon_i$.", noisy, id="noisy-labels"),
    )
    arguments = {"X": "X", "y": "y", "x_q": "x_q", **{name: name for name in BLOCKS}}
    source = "Zhang et al. (2024), eq. (3.4) and Lemma 5.1"
    formula = Formula(
        "prediction", layer, arguments, steps, source, left=r"\hat y", title="The prediction from the data matrices"
    )
    return Derivation(
        "model",
        "The prediction of one linear self-attention layer",
        "Zhang, Frei and Bartlett (2024), section 3, Lemma 5.1",
        steps,
        {"prediction": formula},
        notation(
            ("f", "the layer, a function of the embedding"),
            (
                r"\Omega",
                r"the weights that matter, $\Omega = \bigl(\begin{smallmatrix} U_{11} & u_{12} \\ u_{21}^\top & u "
                r"\end{smallmatrix}\bigr)$",
            ),
            (
                r"\Xi",
                r"the query in a symmetric matrix, $\Xi = \bigl(\begin{smallmatrix} 0 & x_q \\ x_q^\top & 0 "
                r"\end{smallmatrix}\bigr)$",
            ),
            ("P", "any matrix"),
            ("Q", "another one"),
        ),
    )
