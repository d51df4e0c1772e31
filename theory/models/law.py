"""The law of a prompt: covariates, task, labels, query; letters are declared by name.

A prompt is (x_1, y_1), ..., (x_N, y_N), x_q: covariates and query independent, one task w for the whole prompt, labels
y_i = <w, x_i> + e_i or another function of w and x_i, target y_q = <w, x_q> (with noise of its own if asked for).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from theory.algebra.calculus import gradient
from theory.algebra.coefficients import Coefficient
from theory.algebra.expectation import Gaussian as EngineGaussian
from theory.algebra.expectation import expectation
from theory.algebra.expression import (
    Expression,
    indexed,
    length,
    letter,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
    zero,
)
from theory.algebra.monomials import Monomial
from theory.models.letters import Letters, ModelError, is_negative_number

# The random letters of every model. A letter of the user cannot have one of these names.
x, x_q, w = vector("x"), vector("x_q"), vector("w")
eps = scalar_letter("eps", latex="\\varepsilon")
eps_q = scalar_letter("eps_q", latex="\\varepsilon_q")
# Noise whose variance is s2 + x'B x is eps + eps_x'x with eps ~ N(0, s2) and eps_x ~ N(0, B): a polynomial.
eps_x, eps_xq = vector("eps_x", latex="\\eta"), vector("eps_xq", latex="\\eta_q")


@dataclass(frozen=True)
class Gaussian:
    """N(mean, covariance).

    Args:
        covariance: a formula, such as "Lambda", "I", "I/d", "psi2 I" or "Lambda^-1"; its matrices are positive
            definite, its numbers positive.
        mean: a formula such as "mu", whose new lower-case names are vectors; None is zero.
    """

    covariance: str
    mean: str | None = None


@dataclass(frozen=True)
class Elliptical:
    """x = mean + sqrt(r) z with z ~ N(0, covariance) and an independent r >= 0, E r = 1.

    Args:
        covariance: as for `Gaussian`.
        moments: names of E r^2, E r^3, ..., as many as are known. With mean zero and A symmetric, E[x x'A x x'] =
            E r^2 (2 Lambda A Lambda + tr(A Lambda) Lambda).
        mean: as for `Gaussian`.
    """

    covariance: str
    moments: tuple[str, ...] = ("kappa",)
    mean: str | None = None


@dataclass(frozen=True)
class RandomCovariance:
    """Covariates N(mean, C), where C is drawn once a prompt, for its covariates and its query alike.

    Expectations are nested: over the prompt at each covariance, then over the covariances.

    Args:
        covariances: two or more formulas, as for `Gaussian`.
        probabilities: for each a formula for its probability, such as "1/4", or "p" and "1 - p"; they must add up to 1.
            None is equally likely.
        mean: as for `Gaussian`.

    Raises:
        ModelError: for fewer than two covariances or another number of probabilities.
    """

    covariances: tuple[str, ...]
    probabilities: tuple[str, ...] | None = None
    mean: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.covariances, tuple | list) or len(self.covariances) < 2:
            raise ModelError(f"covariances must be two or more formulas, got {self.covariances!r}; Gaussian has one")
        object.__setattr__(self, "covariances", tuple(self.covariances))
        if self.probabilities is not None:
            object.__setattr__(self, "probabilities", tuple(self.probabilities))
            if len(self.probabilities) != len(self.covariances):
                raise ModelError(
                    f"there are {len(self.covariances)} covariances, but {len(self.probabilities)} probabilities"
                )

    @property
    def chances(self) -> tuple[str, ...]:
        """The formula of each covariance's probability."""
        count = len(self.covariances)
        return self.probabilities or (f"1/{count}",) * count


@dataclass(frozen=True)
class Fixed:
    """A task that is one fixed vector, given by its letter."""

    letter: str = "w"


@dataclass(frozen=True)
class FiniteTasks:
    """A task drawn uniformly from `count` fixed vectors, the rows of `letter`."""

    letter: str = "W"
    count: str = "T"


@dataclass(frozen=True)
class LowRank:
    """A task w = mean + sum_k g_k h_k with g ~ N(0, I) and fixed h_k, the columns of a d x rank matrix.

    Its covariance H H' has any rank up to that number, which `Gaussian`, whose letters are positive definite, has not.

    Args:
        letter: the name of H.
        rank: the number of columns or its name; for 1 the letter is a vector.
        mean: as for `Gaussian`.
    """

    letter: str = "H"
    rank: int | str = "k"
    mean: str | None = None

    def __post_init__(self) -> None:
        numbered = isinstance(self.rank, int) and not isinstance(self.rank, bool) and self.rank >= 1
        if not numbered and not (isinstance(self.rank, str) and self.rank.isidentifier()):
            raise ModelError(f"rank must be a positive integer or the name of a length, got {self.rank!r}")


@dataclass(frozen=True)
class Moments:
    """A task of which only E w, E ww' and, if it is constant, |w|^2 are known: enough where no more is needed.

    Args:
        second: a formula for E ww', symmetric.
        mean: a formula for E w; None is zero.
        square: a formula for |w|^2 where it is the same for every task, such as "d" on the sphere.
    """

    second: str
    mean: str | None = None
    square: str | None = None


Points = Gaussian | Elliptical
Covariates = Points | RandomCovariance
Task = Gaussian | LowRank | Fixed | FiniteTasks | Moments


@dataclass(frozen=True)
class Prompt:
    """The law of a prompt.

    Args:
        x: the law of a covariate.
        w: the law of the task.
        noise: the variance of independent Gaussian noise in the prompt's labels: a letter or number, or a formula in
            the covariate x that is a number plus a quadratic form, "s2 + x' B x"; its new capitals are positive
            definite. None is no noise.
        length: the name of the number of examples.
        query: the law of the query; None is that of a covariate, with its covariance where that is random.
        target_noise: whether the target carries noise of that variance too, at the query.
        label: a formula in w and x for the label without its noise; capitals in it are d x d matrices, other new names
            numbers.

    Raises:
        ModelError: when a model is made from it, for contradictory letters.
    """

    x: Covariates
    w: Task
    noise: str | None = None
    length: str = "N"
    query: Points | None = None
    target_noise: bool = False
    label: str = "w' x"

    def __post_init__(self) -> None:
        for name, value, kinds in (
            ("x", self.x, (Gaussian, Elliptical, RandomCovariance)),
            ("w", self.w, (Gaussian, LowRank, Fixed, FiniteTasks, Moments)),
            ("query", self.query, (Gaussian, Elliptical, type(None))),
        ):
            if not isinstance(value, kinds):
                known = ", ".join(kind.__name__ for kind in kinds if kind is not type(None))
                raise ModelError(f"{name} must be one of {known}, got {value!r}")
        if self.target_noise and self.noise is None:
            raise ModelError("target_noise needs the noise's variance: Prompt(..., noise='s2')")
        if self.length == "d":
            raise ModelError("d is the dimension of the covariates; choose another name for the prompt's length")

    def replace(self, **changes: Any) -> Prompt:
        """The law with some of its parts changed, such as law.replace(length="M").

        Raises:
            ModelError: for a part that a prompt does not have.
        """
        parts = [part.name for part in fields(self)]
        for name in changes:
            if name not in parts:
                raise ModelError(f"a prompt has no part {name!r}; it has {', '.join(parts)}")
        return replace(self, **changes)

    def lengths(self) -> tuple[str, ...]:
        """The names of the lengths that it mentions, d among them."""
        tasks = (self.w.count,) if isinstance(self.w, FiniteTasks) else ()
        ranks = (self.w.rank,) if isinstance(self.w, LowRank) and isinstance(self.w.rank, str) else ()
        return ("d", self.length, *tasks, *ranks)


@dataclass(frozen=True)
class PromptLaw:
    """A prompt's law in the engine's terms.

    `label` is the label without noise, an expression in w and x; `over_tasks` averages over tasks that are no Gaussian;
    `cases` are a random covariance's probabilities, each with the laws that differ from `laws` there.
    """

    prompt: Prompt
    laws: Mapping[Expression, EngineGaussian]
    label: Expression
    over_tasks: Callable[[Expression], Expression]
    cases: tuple[tuple[Expression, Mapping[Expression, EngineGaussian]], ...] = ()

    def average(
        self, expression: Expression, copies: Mapping[Expression, Sequence[Expression]] | None = None
    ) -> Expression:
        """The expectation over task, covariates, query and noise.

        Args:
            expression: in the random letters of this module.
            copies: for a random letter further letters that are independent and have its law.
        """
        total = zero(*expression.shape)
        for probability, different in self.cases or ((number(1), {}),):
            laws = {**self.laws, **different}
            for original, letters in (copies or {}).items():
                if original in laws:
                    laws |= dict.fromkeys(letters, laws[original])
            total = total + probability * expectation(expression, laws)
        return self.over_tasks(total)

    def target(self) -> Expression:
        """y_q: the label of the query."""
        value = self.label.substitute({letter(x): x_q})
        if not self.prompt.target_noise:
            return value
        return value + eps_q + (eps_xq.T @ x_q if eps_xq in self.laws else zero(1, 1))

    def noisy_label(self) -> Expression:
        """y_i: the label of an example, in w, x, eps and eps_x."""
        if self.prompt.noise is None:
            return self.label
        return self.label + eps + (eps_x.T @ x if eps_x in self.laws else zero(1, 1))


def prompt_law(prompt: Prompt, letters: Letters) -> PromptLaw:
    """Return the law with its letters declared in `letters`.

    Raises:
        ModelError: for letters that contradict each other or formulas of a wrong shape.
    """
    cases = _cases(prompt, letters)
    laws = dict(cases[0][1]) if cases else {}
    for point, law, who in ((x, prompt.x, "the covariates"), (x_q, prompt.query or prompt.x, "the query")):
        if not isinstance(law, RandomCovariance):
            laws[point] = _covariates(law, letters, who)
    if prompt.noise is not None:
        laws |= _noise(prompt.noise, letters)
    if isinstance(prompt.w, Gaussian):
        laws[w] = _gaussian(prompt.w, letters, "the task")
    elif isinstance(prompt.w, LowRank):
        H = letters.declare(prompt.w.letter, "d", prompt.w.rank)
        laws[w] = EngineGaussian(H @ H.T, _mean(prompt.w.mean, letters, "the task"))
    over_tasks = _task_average(prompt.w, letters)
    inside = letters.copy()
    inside.names |= {"x": x, "w": w}
    label = inside.read(prompt.label, (1, 1), "the label")
    _require_polynomial(label, prompt.label)
    letters.names |= {name: held for name, held in inside.names.items() if name not in ("x", "w")}
    return PromptLaw(prompt, laws, label, over_tasks, cases)


def _require_polynomial(label: Expression, text: str) -> None:
    for monomial in label.terms:
        for word, exponent in monomial.closed:
            random = any(_count(word, letter(of)) for of in (x, w))
            if random and not (isinstance(exponent, int) and exponent > 0):
                raise ModelError(
                    f"the label must be a polynomial in w and x, whose moments the law has, but {text!r} has the power "
                    f"{exponent} of a number made of them"
                )


def _noise(text: str, letters: Letters) -> dict[Expression, EngineGaussian]:
    """The laws of eps, and of eps_x where the variance depends on x; the same at the query."""
    role = "the variance of the noise"
    inside = letters.copy()
    inside.names["x"] = x
    variance = inside.read(text, (1, 1), role, non_negative=True, definite=True)
    letters.names |= {name: held for name, held in inside.names.items() if name != "x"}
    if is_negative_number(variance):
        raise ModelError(f"{role} must not be negative, got {text!r}")
    constant = variance.substitute({letter(x): zero("d", 1)})
    laws = dict.fromkeys((eps, eps_q), EngineGaussian(constant))
    if variance == constant:
        return laws
    # For x ~ N(0, Z) the mean of a number plus x'B x is the number plus tr(B Z), so that B is its gradient in Z.
    Z = matrix("Z_noise", symmetric=True)
    form = gradient(expectation(variance, {x: EngineGaussian(Z)}), Z)
    if variance != constant + x.T @ form @ x:
        raise ModelError(f'{role} must be a number plus a quadratic form in x, such as "s2 + x\' B x", {text!r} is not')
    return laws | dict.fromkeys((eps_x, eps_xq), EngineGaussian(form))


def _cases(prompt: Prompt, letters: Letters) -> tuple[tuple[Expression, Mapping[Expression, EngineGaussian]], ...]:
    """The probability of each covariance, and the laws of covariates and query there; none where it is not random."""
    law = prompt.x
    if not isinstance(law, RandomCovariance):
        return ()
    cases = []
    total = zero(1, 1)
    for covariance, chance in zip(law.covariances, law.chances, strict=True):
        gaussian = _gaussian(Gaussian(covariance, law.mean), letters, "the covariates")
        probability = letters.read(chance, (1, 1), f"the probability of {covariance}", definite=True)
        if is_negative_number(probability):
            raise ModelError(f"the probability of {covariance} must not be negative, got {chance!r}")
        total = total + probability
        cases.append((probability, dict.fromkeys((x,) if prompt.query is not None else (x, x_q), gaussian)))
    if total != number(1):
        raise ModelError(f"the probabilities {', '.join(law.chances)} must add up to 1, not to {total}")
    return tuple(cases)


def _mean(text: str | None, letters: Letters, who: str) -> Expression | None:
    return None if text is None else letters.read(text, ("d", 1), f"the mean of {who}", vectors=True)


def _gaussian(law: Gaussian, letters: Letters, who: str) -> EngineGaussian:
    mean = _mean(law.mean, letters, who)
    covariance = letters.read(law.covariance, ("d", "d"), f"the covariance of {who}", definite=True)
    try:
        return EngineGaussian(covariance, mean)
    except ValueError as error:
        raise ModelError(f"the law of {who}: {error}") from error


def _covariates(law: Points, letters: Letters, who: str) -> EngineGaussian:
    if isinstance(law, Gaussian):
        return _gaussian(law, letters, who)
    mean = _mean(law.mean, letters, who)
    covariance = letters.read(law.covariance, ("d", "d"), f"the covariance of {who}", definite=True)
    names = [letters.declare(name, 1, 1, definite=True) for name in law.moments]

    def radial_moment(k: int) -> Expression:
        if k - 2 >= len(names):
            raise ModelError(
                f"the model needs E r^{k} of the elliptical law of {who}, but only "
                f"{len(names)} of its moments have names, moments={law.moments}; name E r^2, ..., E r^{k}"
            )
        return names[k - 2]

    return EngineGaussian(covariance, mean, radial_moment)


def _task_average(law: Task, letters: Letters) -> Callable[[Expression], Expression]:
    """What is left of the expectation after the engine's: the task, where it is not Gaussian."""
    if isinstance(law, Fixed):
        value = vector(law.letter)
        if law.letter == "w":
            letters.names["w"] = value
        else:
            letters.declare(law.letter, "d", 1)
        return lambda expression: expression.substitute({letter(w): value})
    if isinstance(law, FiniteTasks):
        task = letters.declare(law.letter, "d", 1)

        def over_tasks(expression: Expression) -> Expression:
            one = expression.substitute({letter(w): indexed(task, "task")})
            return sum_over("task", law.count, one) / length(law.count)

        return over_tasks
    if isinstance(law, Moments):
        return _moment_average(law, letters)
    return lambda expression: expression


def _moment_average(law: Moments, letters: Letters) -> Callable[[Expression], Expression]:
    second = letters.read(law.second, ("d", "d"), "the second moment of the task", symmetric=True)
    mean = _mean(law.mean, letters, "the task")
    square = letters.read(law.square, (1, 1), "the task's squared norm") if law.square is not None else None
    if second != second.T:
        raise ModelError(f"the second moment of the task must be symmetric, {law.second!r} is not")
    # Of degree two in w and less, every law with these moments gives what the Gaussian one gives.
    gaussian = EngineGaussian(second if mean is None else second - mean @ mean.T, mean)

    def average(expression: Expression) -> Expression:
        total = Expression({}, *expression.shape)
        for monomial, coefficient in expression.terms.items():
            total = total + _without_square(monomial, coefficient, expression, square)
        degree = max((_degree(m) for m in total.terms), default=0)
        if degree > 2:
            raise ModelError(
                f"the model needs a moment of order {degree} of the task, Moments has the first two"
                + ("" if square is not None else "; say square= if |w|^2 is constant")
            )
        return expectation(total, {w: gaussian})

    return average


def _without_square(
    monomial: Monomial, coefficient: Coefficient, whole: Expression, square: Expression | None
) -> Expression:
    """The term with |w|^2 replaced by its constant value."""
    ((norm, _),) = next(iter((w.T @ w).terms)).closed
    powers = dict(monomial.closed)
    exponent = powers.pop(norm, 0) if square is not None else 0
    rest = Expression({Monomial(tuple(powers.items()), monomial.word): coefficient}, *whole.shape)
    return rest if square is None or not exponent else rest * square**exponent


def _degree(monomial: Monomial) -> int:
    """How often w occurs."""
    task = letter(w)
    closed = sum(int(exponent) * _count(word, task) for word, exponent in monomial.closed)
    return closed + _count(monomial.word, task)


def _count(word: Any, symbol: Any) -> int:
    return sum(1 for f in word if f.symbol == symbol)
