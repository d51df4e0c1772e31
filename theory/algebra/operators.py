"""Linear maps on matrices, X -> sum_k L_k X R_k + sum_k L_k X' R_k + sum_k tr(M_k X) D_k, as objects.

They are what Kronecker products are to recursions of second moments: one step of stochastic gradient descent takes the
covariance C of its error to C - eta (Lambda C + C Lambda) + eta^2 (2 Lambda C Lambda + tr(Lambda C) Lambda), and the
engine derives that map as an expectation. A map is stored as its value at a letter, in normal form, so that `==` proves
equality for every size; maps are added, composed, taken to powers, and have adjoints.

Where all fixed matrices are diagonal in one basis, a map is diagonal but for its traces (`LinearMap.in_eigenbasis`):
T(X)_ij = p_ij x_ij + q_ij x_ji for i != j, and on the diagonal T(X)_ii = p_ii x_ii + sum_k D_k,ii sum_j M_k,jj x_jj,
so that X = T(X) + B is solved by one division an entry and one system of the size of the number of traces.

Source: for the recursions Wu, Zou, Chen, Braverman, Gu and Bartlett, ICLR 2024 (arXiv 2310.08391).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.algebra.calculus import gradient
from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, letter, matrix, symbol_expression
from theory.algebra.monomials import Monomial
from theory.algebra.words import Symbol, Word


@dataclass(frozen=True)
class LinearMap:
    """The map X -> value, a square matrix linear in the square letter X.

    Operators: `+`, `-`, `*` by a number or a scalar expression, `@` (composition, the right one first), `**` (powers),
    `==`; a call applies it.

    Raises:
        ValueError: for a value of another shape, or one that is not linear in X.
    """

    value: Expression
    argument: Symbol

    def __post_init__(self) -> None:
        symbol = self.argument
        if self.value.shape != (symbol.rows, symbol.cols) or symbol.rows != symbol.cols:
            raise ValueError(
                f"the value must be square like {symbol.name}, {symbol.rows} x {symbol.cols}; got {self.value.rows} x "
                f"{self.value.cols}"
            )
        for monomial in self.value.terms:
            if _degree(monomial, symbol) != 1:
                raise ValueError(f"not linear in {symbol.name}: {self.value}")

    def __call__(self, X: Expression) -> Expression:
        """T(X)."""
        return self.value.substitute({self.argument: X})

    def _with(self, other: LinearMap) -> Expression:
        if (self.argument.rows, self.argument.symmetric) != (other.argument.rows, other.argument.symmetric):
            raise ValueError(f"maps on different spaces: {self.argument.name} and {other.argument.name}")
        return other(symbol_expression(self.argument))

    def __add__(self, other: LinearMap) -> LinearMap:
        return LinearMap(self.value + self._with(other), self.argument)

    def __sub__(self, other: LinearMap) -> LinearMap:
        return LinearMap(self.value - self._with(other), self.argument)

    def __mul__(self, factor: Expression | Rational) -> LinearMap:
        return LinearMap(self.value * factor, self.argument)

    __rmul__ = __mul__

    def __matmul__(self, other: LinearMap) -> LinearMap:
        return LinearMap(self(self._with(other)), self.argument)

    def __pow__(self, exponent: int) -> LinearMap:
        if exponent < 0:
            raise ValueError(f"a linear map has no power {exponent} here; solve by `in_eigenbasis`")
        result = identity_map(self.argument)
        for _ in range(exponent):
            result = result @ self
        return result

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LinearMap) and self.value == self._with(other)

    def __hash__(self) -> int:
        return hash(self.value)

    def adjoint(self) -> LinearMap:
        """The map T* with tr(Y' T(X)) = tr(T*(Y)' X) for all X and Y."""
        names = {symbol.name for symbol in self.value.symbols}
        name = "Y"
        while name in names:
            name += "Y"
        other = Symbol(name, self.argument.rows, self.argument.cols, symmetric=self.argument.symmetric)
        pairing = (symbol_expression(other).T @ self.value).trace()
        slope = gradient(pairing, symbol_expression(self.argument))
        return LinearMap(slope.substitute({other: symbol_expression(self.argument)}), self.argument)

    def in_eigenbasis(
        self, eigenvalues: Mapping[str, Sequence[Any]], scalars: Mapping[str, Any] | None = None
    ) -> EigenbasisMap:
        """Return the map in a basis in which all its fixed matrices are diagonal.

        Args:
            eigenvalues: for each matrix letter its d eigenvalues, in one common order.
            scalars: values of scalar letters and of lengths; d is known.

        Raises:
            ValueError: for a letter without eigenvalues, numbers of eigenvalues that differ, or a vector letter.
        """
        sizes = {len(values) for values in eigenvalues.values()}
        if len(sizes) != 1:
            raise ValueError(f"every letter needs the same number of eigenvalues, got {sorted(sizes)}")
        (d,) = sizes
        numbers: dict[str, Any] = {**(scalars or {}), str(self.argument.rows): d}
        return _diagonalised(self, eigenvalues, numbers, d)


def linear_map(value: Expression, argument: Expression) -> LinearMap:
    """Return the map argument -> value; ValueError unless the value is linear in the letter."""
    return LinearMap(value, letter(argument))


def identity_map(argument: Symbol) -> LinearMap:
    """Return X -> X on the space of a letter."""
    return LinearMap(symbol_expression(argument), argument)


def kronecker(left: Expression, right: Expression) -> LinearMap:
    """Return X -> left X right', which is the Kronecker product of left and right on vec(X') (row by row)."""
    taken = {symbol.name for symbol in (*left.symbols, *right.symbols)}
    name = "X"
    while name in taken:
        name += "X"
    X = matrix(name, left.cols, right.cols)
    return linear_map(left @ X @ right.T, X)


def _degree(monomial: Monomial, symbol: Symbol) -> int:
    """How often a letter occurs; negative or fractional powers count as two."""
    total = 0
    for word, exponent in ((monomial.word, 1), *monomial.closed):
        count = sum(1 if p == 1 else 2 for f in word for s, p in f.powers if s == symbol)
        total += count if exponent == 1 else 2 * count
    return total


@dataclass(frozen=True)
class EigenbasisMap:
    """T(X)_ij = same_ij x_ij + turned_ij x_ji + [i = j] sum_k gains_k,i sum_j weights_k,j x_jj, d x d."""

    same: tuple[tuple[Any, ...], ...]
    turned: tuple[tuple[Any, ...], ...]
    gains: tuple[tuple[Any, ...], ...]
    weights: tuple[tuple[Any, ...], ...]

    def __call__(self, X: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """T(X)."""
        d = len(self.same)
        result = [[self.same[i][j] * X[i][j] + self.turned[i][j] * X[j][i] for j in range(d)] for i in range(d)]
        for gain, weight in zip(self.gains, self.weights, strict=True):
            mean = sum(weight[j] * X[j][j] for j in range(d))
            for i in range(d):
                result[i][i] = result[i][i] + gain[i] * mean
        return result

    def fixed_point(self, B: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """Return the X with X = T(X) + B: exact on Fractions.

        Raises:
            ValueError: where 1 is an eigenvalue of T, so that there is none or more than one.
        """
        d, traces = len(self.same), range(len(self.gains))
        result: list[list[Any]] = [[None] * d for _ in range(d)]
        for i in range(d):
            for j in range(i + 1, d):
                # (1 - p) x_ij - q x_ji = b_ij and its mirror image.
                a, b = 1 - self.same[i][j], -self.turned[i][j]
                c, e = -self.turned[j][i], 1 - self.same[j][i]
                below = self._nonzero(a * e - b * c)
                result[i][j] = (B[i][j] * e - b * B[j][i]) / below
                result[j][i] = (a * B[j][i] - c * B[i][j]) / below
        slack = [self._nonzero(1 - self.same[i][i] - self.turned[i][i]) for i in range(d)]
        # s_k = sum_j weights_kj x_jj with x_jj = (b_jj + sum_l gains_lj s_l)/slack_j.
        system = [
            [int(k == m) - sum(self.weights[k][j] * self.gains[m][j] / slack[j] for j in range(d)) for m in traces]
            for k in traces
        ]
        right = [sum(self.weights[k][j] * B[j][j] / slack[j] for j in range(d)) for k in traces]
        means = self._solved(system, right)
        for i in range(d):
            result[i][i] = (B[i][i] + sum(self.gains[k][i] * means[k] for k in traces)) / slack[i]
        return result

    @staticmethod
    def _nonzero(value: Any) -> Any:
        if value == 0:
            raise ValueError("1 is an eigenvalue of the map, so that X = T(X) + B has no solution or more than one")
        return value

    def _solved(self, system: list[list[Any]], right: list[Any]) -> list[Any]:
        """Gaussian elimination with the largest pivot."""
        n = len(right)
        rows = [[*row, value] for row, value in zip(system, right, strict=True)]
        for k in range(n):
            best = max(range(k, n), key=lambda r: abs(rows[r][k]))
            rows[k], rows[best] = rows[best], rows[k]
            pivot = self._nonzero(rows[k][k])
            rows[k] = [entry / pivot for entry in rows[k]]
            for r in range(n):
                if r != k:
                    rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
        return [row[n] for row in rows]


def _diagonalised(
    operator: LinearMap, eigenvalues: Mapping[str, Sequence[Any]], numbers: Mapping[str, Any], d: int
) -> EigenbasisMap:
    argument = operator.argument
    places = range(d)

    def diagonal(word: Word) -> list[Any]:
        result: list[Any] = [1] * d
        for f in word:
            for symbol, p in f.powers:
                if symbol.rows != symbol.cols or symbol.name not in eigenvalues:
                    raise ValueError(f"no eigenvalues given for {symbol.name} ({symbol.rows} x {symbol.cols})")
                result = [x * _power(eigenvalues[symbol.name][i], p) for i, x in enumerate(result)]
        return result

    def scalar_value(word: Word, exponent: Rational) -> Any:
        if word[0].rows == 1:
            if len(word) > 1 or word[0].symbol.name not in numbers:
                raise ValueError(f"no value given for {word[0].symbol.name}")
            return _power(numbers[word[0].symbol.name], exponent)
        return _power(sum(diagonal(word)), exponent)

    same: list[list[Any]] = [[0 for _ in places] for _ in places]
    turned: list[list[Any]] = [[0 for _ in places] for _ in places]
    gains, weights = [], []
    for monomial, coefficient in operator.value.terms.items():
        missing = [name for name in coefficient.names if name not in numbers]
        if missing:
            raise ValueError(f"no value given for the length {missing[0]}")
        factor: Any = _number(coefficient, numbers)
        traced: Word | None = None
        for word, exponent in monomial.closed:
            if any(s == argument for f in word for s, _ in f.powers):
                traced = word
            else:
                factor = factor * scalar_value(word, exponent)
        if traced is not None:
            place = next(i for i, f in enumerate(traced) if f.symbol == argument)
            weights.append(tuple(diagonal((*traced[place + 1 :], *traced[:place]))))
            gains.append(tuple(factor * x for x in diagonal(monomial.word)))
            continue
        place = next(i for i, f in enumerate(monomial.word) if f.symbol == argument)
        left, right = diagonal(monomial.word[:place]), diagonal(monomial.word[place + 1 :])
        table = turned if monomial.word[place].transposed else same
        for i in places:
            for j in places:
                table[i][j] = table[i][j] + factor * left[i] * right[j]
    return EigenbasisMap(tuple(map(tuple, same)), tuple(map(tuple, turned)), tuple(gains), tuple(weights))


def _number(coefficient: Coefficient, numbers: Mapping[str, Any]) -> Any:
    exact = all(isinstance(numbers[name], int | Fraction) for name in coefficient.names)
    return coefficient.evaluate(numbers, Fraction(1) if exact else float(1))


def _power(base: Any, exponent: Rational) -> Any:
    if isinstance(exponent, Fraction):
        if isinstance(base, int | Fraction):
            raise ValueError(f"the power {exponent} of {base} may be irrational; pass floating-point values")
        return base ** float(exponent)
    if exponent < 0 and isinstance(base, int):
        base = Fraction(base)
    return base**exponent
