"""Laws that are not Gaussian, through their cumulants: independent entries, one-hot vectors; and Gaussian matrices.

The expectation of a product of n factors is the sum over all partitions of the factors into blocks of the products of
the blocks' joint cumulants (Leonov and Shiryaev). Cumulants of independent variables vanish, so a block holds copies
of one letter under equal indices, and an index that is set equal to another one is summed once: sums over i.i.d. draws
need no falling factorials.

The cumulant of k copies of a vector with i.i.d. entries is kappa_k sum_a e_a (x) ... (x) e_a, with unit vectors e_a, so
that Hadamard products appear as sums over an index of coordinates: of E (z'Az)^2 the term of kappa_4 is
kappa_4 sum_a (e_a'A e_a)^2. `expression.without_spent_units` sums what can be summed. For a one-hot vector, z = e_a
with probability p_a, it is the moments that are of this form, E z (x) ... (x) z = sum_a p_a e_a (x) ... (x) e_a, and
its cumulants are sums over the partitions of their ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import comb, factorial
from typing import Any

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, as_expression, number, sum_over, symbol_expression, unit_vector, zero
from theory.algebra.monomials import Monomial, collected, freed, reindexed
from theory.algebra.words import Factor, Index, Symbol, Word, factor, split_closed, split_open

# (coefficient, groups of ends that share a coordinate) for every term of a joint cumulant of k ends.
Terms = list[tuple[Expression, list[list[int]]]]
Spend = Callable[[int], None]


@dataclass(frozen=True)
class Entries:
    """The law of x = mean + root z, where z has i.i.d. entries with cumulants kappa_1, kappa_2, ...; or of a scalar z.

    Args:
        cumulant: k -> kappa_k, a number or a scalar expression, for k >= 1; 0 where it vanishes.
        root: an expression with as many rows as x; None is the identity.
        mean: an expression of x's shape; None is zero.
    """

    cumulant: Callable[[int], Expression | Rational]
    root: Expression | None = None
    mean: Expression | None = None

    def terms(self, k: int) -> Terms:
        """The joint cumulant of k copies of z."""
        kappa = as_expression(self.cumulant(k))
        if not kappa.is_scalar or any(m.indices for m in kappa.terms):
            raise ValueError(f"the cumulant of order {k} must be a scalar without sums, got {kappa}")
        return [(kappa, [list(range(k))])] if kappa else []

    @property
    def weight(self) -> None:
        """Every coordinate counts alike."""
        return None


@dataclass(frozen=True)
class OneHot:
    """The law of the unit vector e_a with probability p_a, for a vector p of non-negative numbers with sum 1."""

    probabilities: Expression

    def terms(self, k: int) -> Terms:
        """The joint cumulant of k copies: sum over partitions into m groups of (-1)^(m-1) (m-1)! times the moments."""
        return [
            (number((-1) ** (len(groups) - 1) * factorial(len(groups) - 1)), groups)
            for groups in partitions(list(range(k)))
        ]

    @property
    def weight(self) -> Expression:
        """The probabilities of the coordinates."""
        return self.probabilities


@dataclass(frozen=True)
class GaussianMatrix:
    """The law of a d x N matrix X = Z S with the columns of Z i.i.d. N(0, rows): Cov(X_ai, X_bj) = rows_ab columns_ij.

    Dependent examples, such as those of an autoregressive process, are columns of such a matrix.

    Args:
        rows: the d x d covariance within a column.
        columns: the N x N covariance S'S between columns: the identity, or one positive definite letter.

    Raises:
        ValueError: for any other `columns`.
    """

    rows: Expression
    columns: Expression

    def root(self) -> Expression:
        """The symmetric S."""
        try:
            return self.columns ** Fraction(1, 2)
        except ValueError as error:
            raise ValueError(
                f"the covariance between columns must be I or one positive definite letter, got {self.columns}"
            ) from error


def from_moments(moment: Callable[[int], Rational], **shape: Expression) -> Entries:
    """Entries with the moments E z^k, k >= 1: kappa_n = mu_n - sum_{k=1}^{n-1} binom(n-1, k-1) kappa_k mu_{n-k}."""

    @cache
    def cumulant(n: int) -> Rational:
        return moment(n) - sum(comb(n - 1, k - 1) * cumulant(k) * moment(n - k) for k in range(1, n))

    return Entries(cumulant, **shape)


def rademacher(**shape: Expression) -> Entries:
    """Entries +1 or -1 with probability 1/2."""
    return from_moments(lambda k: 1 - k % 2, **shape)


def uniform(low: Rational = -1, high: Rational = 1, **shape: Expression) -> Entries:
    """Entries uniform on [low, high]: E z^k = (high^(k+1) - low^(k+1)) / ((k+1) (high - low))."""
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    width = Fraction(high) - low
    return from_moments(lambda k: (Fraction(high) ** (k + 1) - Fraction(low) ** (k + 1)) / ((k + 1) * width), **shape)


def finite(values: Sequence[Rational], probabilities: Sequence[Rational], **shape: Expression) -> Entries:
    """Entries that take these values with these probabilities."""
    if len(values) != len(probabilities) or any(p < 0 for p in probabilities) or sum(probabilities) != 1:
        raise ValueError(f"{len(values)} values need as many probabilities >= 0 with sum 1, got {list(probabilities)}")
    return from_moments(lambda k: sum(p * v**k for v, p in zip(values, probabilities, strict=True)), **shape)


def partitions(items: list[Any]) -> Iterator[list[list[Any]]]:
    """Yield all partitions of the items into blocks."""
    if not items:
        yield []
        return
    for partition in partitions(items[1:]):
        yield [[items[0]], *partition]
        for i, block in enumerate(partition):
            yield [*partition[:i], [items[0], *block], *partition[i + 1 :]]


def average(expression: Expression, symbol: Symbol, law: Entries | OneHot, spend: Spend) -> Expression:
    """Return E[expression] over one letter and its copies.

    Raises:
        ValueError: for a letter that is no vector of a named size nor a scalar, a power without polynomial moment, an
            index that no sum binds, or copies of one letter that run to different lengths.
    """
    if symbol.cols != 1 or (symbol.rows != 1 and not isinstance(symbol.rows, str)):
        raise ValueError(f"{symbol.name} is {symbol.rows} x {symbol.cols}; only a vector of a named size has entries")
    if isinstance(law, OneHot) and law.probabilities.shape != (symbol.rows, 1):
        raise ValueError(f"the probabilities of {symbol.name} must be {symbol.rows} x 1, got {law.probabilities}")
    total = zero(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        if not any(s.plain == symbol for s in monomial.symbols()):
            total = total + Expression({monomial: coefficient}, expression.rows, expression.cols)
            continue
        for term in _Averages(monomial, symbol, law, expression.shape).terms(spend):
            total = total + term * coefficient
    return total


class _Averages:
    """The expectation of one monomial over the copies of one letter."""

    def __init__(self, monomial: Monomial, symbol: Symbol, law: Entries | OneHot, shape: tuple[Any, Any]):
        self.symbol, self.law, self.shape = symbol, law, shape
        self.monomial, self.lengths = freed(monomial)
        words: list[Word] = []
        self.constant: list[tuple[Word, Rational]] = []
        for word, exponent in self.monomial.closed:
            if not any(s.plain == symbol for f in word for s, _ in f.powers):
                self.constant.append((word, exponent))
            elif isinstance(exponent, int) and exponent > 0:
                words += [word] * exponent
            else:
                raise ValueError(f"E of the power {exponent} of a term with {symbol.name} is not a polynomial moment")
        self.words = [*words, self.monomial.word]
        # Where the copies stand: (word, factor).
        self.ends = [
            (k, i) for k, word in enumerate(self.words) for i, f in enumerate(word) if f.symbol.plain == symbol
        ]
        for k, i in self.ends:
            for index in self.words[k][i].symbol.indices:
                if index.label not in self.lengths:
                    raise ValueError(f"the index {index.label} is bound by no sum inside the expectation")

    def terms(self, spend: Spend) -> Iterator[Expression]:
        """Yield the terms of all partitions of the copies into blocks."""
        for blocks in self._blocks(list(range(len(self.ends)))):
            spend(len(self.ends))
            equal = self._equal_indices(blocks)
            if equal is not None:
                yield from self._cumulants(blocks, equal, 0, [], number(1))

    def _blocks(self, ends: list[int]) -> Iterator[list[list[int]]]:
        """Partitions whose blocks have a cumulant."""
        if not ends:
            yield []
            return
        first, others = ends[0], ends[1:]
        for chosen in range(2 ** len(others)):
            block = [first, *(e for i, e in enumerate(others) if chosen >> i & 1)]
            if self._has_cumulant(len(block)):
                for rest in self._blocks([e for e in others if e not in block]):
                    yield [block, *rest]

    def _has_cumulant(self, k: int) -> bool:
        return bool(self.law.terms(k))

    def _equal_indices(self, blocks: Sequence[Sequence[int]]) -> dict[str, str] | None:
        """For each label the one that takes its place; None where plain and indexed copies would have to be one."""
        rename = {label: label for label in self.lengths}
        for block in blocks:
            tuples = [self._indices(end) for end in block]
            if len({len(indices) for indices in tuples}) > 1:
                return None
            for indices in tuples[1:]:
                for a, b in zip(tuples[0], indices, strict=True):
                    if self.lengths[a] != self.lengths[b]:
                        raise ValueError(
                            f"{self.symbol.name} is summed up to {self.lengths[a]} and up to {self.lengths[b]} in one "
                            "product; which draws coincide is not defined"
                        )
                    new, old = rename[a], rename[b]
                    rename = {label: new if held == old else held for label, held in rename.items()}
        return rename

    def _indices(self, end: int) -> tuple[str, ...]:
        k, i = self.ends[end]
        return tuple(str(index.label) for index in self.words[k][i].symbol.indices)

    def _cumulants(
        self,
        blocks: Sequence[Sequence[int]],
        equal: dict[str, str],
        done: int,
        groups: list[list[int]],
        weight: Expression,
    ) -> Iterator[Expression]:
        """One term for every choice of a term of each block's cumulant."""
        if done == len(blocks):
            yield self._term(groups, equal) * weight
            return
        block = blocks[done]
        for kappa, split in self.law.terms(len(block)):
            more = [[block[place] for place in group] for group in split]
            yield from self._cumulants(blocks, equal, done + 1, groups + more, weight * kappa)

    def _term(self, groups: Sequence[Sequence[int]], equal: dict[str, str]) -> Expression:
        """The monomial with unit vectors in place of the copies, one coordinate for each group, and its sums."""
        size = self.symbol.rows
        placed: dict[tuple[int, int], str] = {
            self.ends[end]: f"#c{g}" for g, group in enumerate(groups) for end in group
        }
        words = [
            tuple(self._replaced(f, placed[k, i]) if (k, i) in placed else f for i, f in enumerate(word))
            for k, word in enumerate(self.words)
        ]
        closed = list(self.constant)
        if size == 1:
            # A scalar letter is a word of its own and leaves 1 behind.
            words = [() if self.words[k] and (k, 0) in placed else word for k, word in enumerate(words)]
        for word in words[:-1]:
            closed += [(piece, 1) for piece in split_closed(word)[0]] if word else []
        remaining, scalars = split_open(words[-1])
        monomial = Monomial(collected([*closed, *((s, 1) for s in scalars)]), remaining)
        new = {Index("", old): Index("", label) for old, label in equal.items() if old != label}
        total = Expression({reindexed(monomial, new): Coefficient.number(1)}, *self.shape)
        if isinstance(size, str):
            for g in range(len(groups)):
                label = f"#c{g}"
                if self.law.weight is not None:
                    total = total * (self.law.weight.T @ unit_vector(size, label))
                total = sum_over(label, size, total)
        for label in sorted(set(equal.values())):
            total = sum_over(label, self.lengths[label], total)
        return total

    def _replaced(self, f: Factor, label: str) -> Factor:
        (unit,) = unit_vector(str(self.symbol.rows), label).terms
        symbol = next(iter(unit.symbols()))
        return factor(((symbol, 1),), f.transposed)


def centred(expression: Expression, symbol: Symbol, law: Entries) -> Expression:
    """The expression with mean + root z in place of x, where z has the name and the indices of x."""
    image = symbol_expression(symbol)
    if law.root is not None:
        if law.root.shape != (symbol.rows, symbol.rows):
            raise ValueError(f"the root must be {symbol.rows} x {symbol.rows}, got {law.root.rows} x {law.root.cols}")
        image = law.root @ image
    if law.mean is not None:
        image = image + law.mean
    return expression.substitute({symbol: image}, [symbol_expression(symbol)])
