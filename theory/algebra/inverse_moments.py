"""Expectations of words in a Wishart matrix W = sum_{i <= M} x_i x_i', x_i ~ N(0, Lambda), and in its inverse V.

*Stein's identity.* E[x g(x)] = Lambda E[grad g(x)] for x ~ N(0, Lambda). With d V = -V (dx x' + x dx') V, W V = I, and
gamma = M - d - 1 it gives, for a product R of entries of V and V_ac beside it,

    gamma E[V_ac R] - sum_{V_pq in R} E[(V_pa V_cq + V_pc V_aq) R / V_pq] = Lambda^-1_ac E[R].

*Solution.* The sum over all pairings p of the 2k indices of c(p) prod_{pairs (e, f) of p} Lambda^-1_ef solves the
identity if c, a function of the cycle type that p forms with the pairing by the V themselves, solves a linear system
over Q(gamma), one unknown for each partition of k. `inverse_weights` solves it and checks the identity for every
pairing. If M > d + 2k - 1 the moments exist, and there is no other solution: the moves of the sum are 2(k - 1)
permutations of indices, so that a difference D of two solutions obeys gamma |D| <= 2(k - 1) |D| in the norm of largest
entries, with gamma > 2(k - 1). So the solution is the moment, for every d. For smaller M `Moment` refuses.

*Entries of W* beside those of V are removed one by one, by the same identity:

    E[W_ab F] = M Lambda_ab E[F] + sum_{W_pq in F} E[(Lambda_ap W_bq + W_pb Lambda_aq) F / W_pq]
                - sum_{V_pq in F} E[((V Lambda)_pa I_bq + I_pb (V Lambda)_qa) F / V_pq],

each step with one W less.

Source: Haff, J. Multivariate Anal. 9 (1979), 531-544, for the identity; Letac and Massam, Scand. J. Statist. 31 (2004),
295-318, and Matsumoto, J. Theoret. Probab. 25 (2012), 798-822, for the moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from theory.algebra.coefficients import Coefficient
from theory.algebra.evaluation import evaluate
from theory.algebra.expression import Expression, dimension_coefficient, expression_of_word, identity, letter, scalar
from theory.algebra.monomials import Monomial
from theory.algebra.words import Dimension, Factor, Symbol, Word

# (2k - 1)!! pairings are written out: 10,395 for k = 6.
MOST_INVERSES = 6
Pairing = tuple[int, ...]


@dataclass(frozen=True)
class Moment:
    """An expectation with the condition under which it exists.

    Attributes:
        value: the expectation.
        samples: M, a length's name or a number.
        dimension: d.
        inverses: k, the largest number of inverses in a term; the moment exists if M > d + 2k - 1.
    """

    value: Expression
    samples: Dimension
    dimension: Dimension
    inverses: int

    @property
    def condition(self) -> str:
        """The condition in words, empty if there is none."""
        return f"{self.samples} > {self.dimension} + {2 * self.inverses - 1}" if self.inverses else ""

    def evaluate(self, values: Mapping[str, Any], lengths: Mapping[str, int]) -> Any:
        """Return the value, as `theory.algebra.evaluation.evaluate`; ValueError where it does not exist."""
        sizes = dict(lengths)
        if isinstance(self.dimension, str) and self.dimension not in sizes:
            held = next((s.name for s in self.value.symbols if self.dimension in (s.rows, s.cols)), None)
            if held is None or held not in values:
                raise ValueError(f"no value given for the length {self.dimension}")
            sizes[self.dimension] = len(values[held])
        M, d = (sizes[n] if isinstance(n, str) else n for n in (self.samples, self.dimension))
        _check_exists(M, d, self.inverses)
        return evaluate(self.value, values, sizes)


def _check_exists(M: int, d: int, inverses: int) -> None:
    if inverses and d + 2 * inverses - 1 >= M:
        raise ValueError(
            f"the moment with {inverses} inverses of a {d} x {d} Wishart matrix of {M} samples does not exist: it "
            f"needs more than {d + 2 * inverses - 1} samples"
        )


def wishart_expectation(
    expression: Expression, W: Expression, covariance: Expression, samples: Dimension = "M"
) -> Moment:
    """Return E[expression] for W = sum_{i <= M} x_i x_i' with x_i ~ N(0, covariance), for every d and M.

    Args:
        expression: a polynomial in W, W^-1 and letters that are not random.
        W: the letter of the Wishart matrix, declared definite.
        covariance: a product of invertible letters, symmetric positive definite; name a sum by `define`.
        samples: M, a length's name or a number.

    Returns:
        A Moment. It exists if M > d + 2k - 1, k being the largest number of inverses in a term.

    Raises:
        ValueError: for a fractional power of W or a power of a closed word that is no polynomial, more than
            `MOST_INVERSES` inverses in a term, sums over indices, a covariance of another shape, or numbers M and d for
            which the moment does not exist.
    """
    symbol = letter(W)
    if covariance.shape != W.shape or covariance != covariance.T:
        raise ValueError(f"the covariance must be symmetric, {symbol.rows} x {symbol.cols}; got {covariance}")
    total = Expression({}, expression.rows, expression.cols)
    most = 0
    for monomial, coefficient in expression.terms.items():
        network = _Network.of(monomial, expression, symbol)
        inverses = sum(kind < 0 for kind, _, _ in network.random)
        if isinstance(samples, int) and isinstance(symbol.rows, int):
            _check_exists(samples, symbol.rows, inverses)
        if inverses > MOST_INVERSES:
            raise ValueError(f"{inverses} inverses in one term of {expression}; at most {MOST_INVERSES} are averaged")
        most = max(most, inverses)
        total = total + network.expectation(covariance, samples, symbol.rows) * scalar(coefficient)
    return Moment(total.as_computed(), samples, symbol.rows, most)


@dataclass(frozen=True)
class _Network:
    """A monomial as fixed words between ends, and entries of W (kind 1) and V (kind -1) between ends.

    Ends are numbers; `words` are (end, word, end), `random` (kind, end, end), and `ends` the two of the open word.
    """

    words: tuple[tuple[int, Expression | None, int], ...]
    random: tuple[tuple[int, int, int], ...]
    open_ends: tuple[int, int] | None
    constant: Expression
    shape: tuple[Dimension, Dimension]

    @classmethod
    def of(cls, monomial: Monomial, whole: Expression, symbol: Symbol) -> _Network:
        """Take a monomial apart."""
        if monomial.indices:
            raise ValueError(f"sums over indices are not averaged over a Wishart matrix: {whole}")
        words: list[tuple[int, Expression | None, int]] = []
        random: list[tuple[int, int, int]] = []
        constant = Expression({Monomial((), ()): Coefficient.number(1)}, 1, 1)
        count = 0

        def path(word: Word, first: int, last: int) -> None:
            """Put in a word from one end to another."""
            nonlocal count
            at, fixed = first, None
            for f in word:
                kind, times = _power_of(f, symbol)
                if not times:
                    fixed = expression_of_word((f,)) if fixed is None else fixed @ expression_of_word((f,))
                    continue
                for _ in range(times):
                    words.append((at, fixed, count))
                    random.append((kind, count, count + 1))
                    at, fixed, count = count + 1, None, count + 2
            words.append((at, fixed, last))

        for word, exponent in monomial.closed:
            if not any(s == symbol for f in word for s, _ in f.powers):
                constant = constant * Expression({Monomial(((word, exponent),), ()): Coefficient.number(1)}, 1, 1)
                continue
            if not isinstance(exponent, int) or exponent < 0:
                raise ValueError(f"the power {exponent} of a trace of {symbol.name} has no polynomial moment: {whole}")
            for _ in range(exponent):
                first = count
                count += 2
                # A closed word runs from an end to itself; a form v' ... w ends in numbers on both sides.
                path(word, first, first + 1)
                words.append((first + 1, None, first))
        open_ends = None
        if not whole.is_scalar:
            open_ends = (count, count + 1)
            count += 2
            path(monomial.word, *open_ends)
        return cls(tuple(words), tuple(random), open_ends, constant, whole.shape)

    def expectation(self, covariance: Expression, samples: Dimension, dimension: Dimension) -> Expression:
        """The mean, as a sum over all ways to join the ends of the random entries by fixed matrices."""
        gamma = dimension_coefficient(samples) - dimension_coefficient(dimension) - Coefficient.number(1)
        total = Expression({}, *self.shape)
        for weight, joins, inverses in _without_wisharts(self.random, dimension_coefficient(samples)):
            by_type: dict[tuple[int, ...], Expression] = {}
            for pairing in pairings(tuple(e for pair in inverses for e in pair)):
                links = [(a, -1, b) for a, b in zip(pairing[::2], pairing[1::2], strict=True)]
                product = self._contracted((*joins, *links), covariance)
                kind = _cycle_type(pairing, inverses)
                by_type[kind] = by_type[kind] + product if kind in by_type else product
            weights = inverse_weights(len(inverses))
            for kind, products in by_type.items():
                total = total + products * scalar(weights[kind](gamma) * weight)
        return total * self.constant

    def _contracted(self, joins: Sequence[tuple[int, int, int]], covariance: Expression) -> Expression:
        """The product of words that results from joins (end, power of the covariance, end)."""
        edges: dict[int, list[tuple[int, Expression | None, int]]] = {}

        def add(a: int, value: Expression | None, b: int) -> None:
            number = len(all_edges)
            all_edges.append(number)
            edges.setdefault(a, []).append((b, value, number))
            edges.setdefault(b, []).append((a, None if value is None else value.T, number))

        all_edges: list[int] = []
        for a, value, b in self.words:
            add(a, value, b)
        for a, power, b in joins:
            add(a, None if not power else covariance if power > 0 else covariance.inverse(), b)
        used: set[int] = set()

        def walk(start: int) -> Expression | None:
            """The product along the path from an end, until it comes to an end without way on, or back."""
            at, result = start, None
            while True:
                step = next((edge for edge in edges[at] if edge[2] not in used), None)
                if step is None:
                    return result
                used.add(step[2])
                at = step[0]
                if step[1] is not None:
                    result = step[1] if result is None else result @ step[1]

        result = Expression({Monomial((), ()): Coefficient.number(1)}, 1, 1)
        if self.open_ends is not None:
            walked = walk(self.open_ends[0])
            result = identity(self.shape[0]) if walked is None else walked
        for start in edges:
            if any(edge[2] not in used for edge in edges[start]):
                loop = walk(start)
                size = scalar(dimension_coefficient(covariance.rows))
                result = result * (size if loop is None else loop.trace())
        return result


def _power_of(f: Factor, symbol: Symbol) -> tuple[int, int]:
    """(1 for W, -1 for V; how often), (0, 0) for a factor without W."""
    powers = dict(f.powers)
    if symbol not in powers:
        return 0, 0
    exponent = powers[symbol]
    if len(powers) > 1 or not isinstance(exponent, int):
        raise ValueError(f"{f!r} is no word in {symbol.name}, its inverse and letters that are not random")
    return (1 if exponent > 0 else -1), abs(exponent)


Join = tuple[int, int, int]
Pair = tuple[int, int]


def _without_wisharts(
    random: Sequence[tuple[int, int, int]], M: Coefficient
) -> Iterator[tuple[Coefficient, tuple[Join, ...], tuple[Pair, ...]]]:
    """Yield (weight, joins, entries of V) with all entries of W removed by Stein's identity."""
    place = next((i for i, entry in enumerate(random) if entry[0] > 0), None)
    if place is None:
        yield Coefficient.number(1), (), tuple((p, q) for _, p, q in random)
        return
    _, a, b = random[place]
    others = [entry for i, entry in enumerate(random) if i != place]

    def rest(sign: Coefficient, entries: Sequence[tuple[int, int, int]], joins: tuple[Join, ...]) -> Iterator[Any]:
        for weight, more, inverses in _without_wisharts(entries, M):
            yield weight * sign, (*joins, *more), inverses

    one = Coefficient.number(1)
    yield from rest(M, others, ((a, 1, b),))
    for i, (kind, p, q) in enumerate(others):
        remaining = others[:i] + others[i + 1 :]
        for here, there in ((p, q), (q, p)):
            if kind > 0:
                # Lambda_ap W_bq and its mirror image.
                yield from rest(one, [*remaining, (1, b, there)], ((a, 1, here),))
            else:
                # V_pa Lambda with b and q joined, and its mirror image: V gets an end of its own, joined to a.
                end = -sum(entry[0] > 0 for entry in random)
                yield from rest(-one, [*remaining, (-1, here, end)], ((end, 1, a), (b, 0, there)))


def pairings(ends: tuple[int, ...]) -> Iterator[Pairing]:
    """Yield all pairings of the ends, as (first, its partner, second, its partner, ...)."""
    if not ends:
        yield ()
        return
    first, *others = ends
    for i, partner in enumerate(others):
        for rest in pairings(tuple(others[:i] + others[i + 1 :])):
            yield (first, partner, *rest)


def _cycle_type(pairing: Pairing, entries: Sequence[Pair]) -> tuple[int, ...]:
    """Half the lengths of the cycles that two pairings form together, in falling order."""
    partner = {}
    for a, b in zip(pairing[::2], pairing[1::2], strict=True):
        partner[a], partner[b] = b, a
    own = dict(entries) | {q: p for p, q in entries}
    left, lengths = set(own), []
    while left:
        at, length = min(left), 0
        while at in left:
            left.discard(at)
            at = own[at]
            left.discard(at)
            at = partner[at]
            length += 1
        lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


@dataclass(frozen=True)
class Weight:
    """A rational function of gamma = M - d - 1, by its coefficients from the constant up."""

    above: tuple[Fraction, ...]
    below: tuple[Fraction, ...]

    def __call__(self, gamma: Coefficient) -> Coefficient:
        """The value at a coefficient."""

        def value(polynomial: tuple[Fraction, ...]) -> Coefficient:
            result = Coefficient.number(0)
            for number in reversed(polynomial):
                result = result * gamma + Coefficient.number(number)
            return result

        return value(self.above) / value(self.below)


@cache
def inverse_weights(k: int) -> Mapping[tuple[int, ...], Weight]:
    """Return c by cycle type, E[V_12 V_34 ...] = sum_p c(type of p) prod Lambda^-1 over pairings of 2k indices.

    The linear system and the proof are those of the head of this module; the identity is checked for every pairing.

    Raises:
        ArithmeticError: if the solution does not satisfy the identity for some pairing.
    """
    # SymPy is imported late: few users of the engine get here.
    from sympy import QQ
    from sympy.polys.fields import field
    from sympy.polys.matrices import DomainMatrix

    made, gamma = field("gamma", QQ)
    solved: dict[tuple[int, ...], Any] = {(): made.one}
    for size in range(1, k + 1):
        entries = tuple((2 * i, 2 * i + 1) for i in range(size))
        equations = {p: _identity(p, entries) for p in pairings(tuple(range(2 * size)))}
        types = sorted({_cycle_type(p, entries) for p in equations})
        rows: list[list[Any]] = []
        right: list[list[Any]] = []
        for kind in types:
            p = next(q for q in equations if _cycle_type(q, entries) == kind)
            moved, smaller = equations[p]
            rows.append([gamma * (t == kind) - moved.get(t, 0) + made.zero for t in types])
            right.append([solved[smaller] if smaller is not None else made.zero])
        domain = made.to_domain()
        left = DomainMatrix(rows, (len(types), len(types)), domain)
        solution = left.lu_solve(DomainMatrix(right, (len(types), 1), domain)).to_list()
        found = {kind: value[0] for kind, value in zip(types, solution, strict=True)}
        for p, (moved, smaller) in equations.items():
            known = solved[smaller] if smaller is not None else made.zero
            if gamma * found[_cycle_type(p, entries)] - sum(n * found[t] for t, n in moved.items()) != known:
                raise ArithmeticError(f"Stein's identity fails for the pairing {p} of {2 * size} indices")
        solved = found

    def listed(polynomial: Any) -> tuple[Fraction, ...]:
        values = {powers[0]: Fraction(int(c.numerator), int(c.denominator)) for powers, c in polynomial.terms()}
        return tuple(values.get(i, Fraction(0)) for i in range(max(values, default=0) + 1))

    return {kind: Weight(listed(value.numer), listed(value.denom)) for kind, value in solved.items()}


def _identity(p: Pairing, entries: Sequence[Pair]) -> tuple[dict[tuple[int, ...], int], tuple[int, ...] | None]:
    """The identity's coefficient of one pairing: how often each type stands in the sum over the other entries, and the
    type of what is left when the first entry's indices are paired with each other, else None."""
    (a, c), *others = entries
    pairs = list(zip(p[::2], p[1::2], strict=True))
    partner = dict(pairs) | {y: x for x, y in pairs}
    moved: dict[tuple[int, ...], int] = {}
    for i, (u, v) in enumerate(others):
        for first, second in (((u, a), (c, v)), ((u, c), (a, v))):
            wired = [first, second, *(entry for j, entry in enumerate(others) if j != i)]
            kind = _cycle_type(p, wired)
            moved[kind] = moved.get(kind, 0) + 1
    if partner[a] != c:
        return moved, None
    rest = tuple(end for pair in pairs if a not in pair for end in pair)
    return moved, _cycle_type(rest, others)
