"""Stationary points of a loss within an ansatz, as an exact algebraic system with its rational solutions.

The gradient at the ansatz is a sum of words; where the coefficient of every word vanishes, the point is stationary for
every dimension. The coefficients are polynomials in the unknowns over Q(lengths, numbers and traces of the law).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import sympy

from theory.algebra.expression import Expression
from theory.algebra.monomials import Monomial
from theory.algebra.sympy_bridge import coefficient_to_sympy, to_sympy
from theory.derivation import DerivationError

# Lexicographic bases of larger systems take minutes to hours.
MOST_ROOTS = 30


@dataclass(frozen=True)
class CriticalPoints:
    """The stationary points of an ansatz.

    Attributes:
        unknowns: the unknown numbers of the ansatz.
        gradient: the gradient of the loss at the ansatz, by weight; stationary means that all of it is zero.
        equations: polynomials in the unknowns, each to be zero, over the field of the other symbols (SymPy).
        solutions: every solution whose unknowns lie in that field, with its values (SymPy); an unknown without a value
            is free, and others may be given by free ones, wherever no denominator vanishes.
        unsolved: polynomials whose roots are the remaining solutions; empty if all solutions were found. A system of
            more than `MOST_ROOTS` roots, counted with multiplicity by Bezout's theorem, is left unsolved as it is.
    """

    unknowns: tuple[str, ...]
    gradient: Mapping[str, Expression]
    equations: tuple[Any, ...]
    solutions: tuple[Mapping[str, Any], ...]
    unsolved: tuple[Any, ...]


def critical_points(gradient: Mapping[str, Expression], unknowns: Sequence[str]) -> CriticalPoints:
    """Solve gradient = 0 for the unknown numbers.

    Args:
        gradient: for each weight the gradient at the ansatz, an expression in the unknowns and the letters of the law.
        unknowns: the names of the unknown numbers.

    Raises:
        DerivationError: if a solution did not satisfy the equations.
    """
    stand_ins: dict[Any, Any] = {}
    equations = _equations(gradient, unknowns, stand_ins)
    symbols = [sympy.Symbol(name, real=True) for name in unknowns]
    solutions: list[dict[Any, Any]] = []
    unsolved: list[Any] = []
    degrees = sorted((sympy.Poly(e, *symbols).total_degree() for e in equations if symbols), reverse=True)
    if not equations:
        # Every point of the ansatz is stationary: a solution that restricts no unknown.
        solutions.append({})
    elif prod(degrees[: len(symbols)]) > MOST_ROOTS:
        unsolved = [sympy.factor(equation) for equation in equations]
    elif symbols:
        parameters = sorted({s for e in equations for s in e.free_symbols} - set(symbols), key=str)
        domain = sympy.QQ.frac_field(*parameters) if parameters else sympy.QQ
        solver = _Solver(domain)
        solver.solve(equations, symbols, {})
        solutions, unsolved = solver.solutions, solver.unsolved
    solutions = _distinct([_resolved(solution) for solution in solutions])
    back = {dummy: value for value, dummy in stand_ins.items()}
    for solution in solutions:
        left = [sympy.cancel(equation.subs(solution)) for equation in equations]
        if any(left):
            raise DerivationError(f"{solution} does not solve the system: {left}")
    return CriticalPoints(
        tuple(unknowns),
        gradient,
        tuple(sympy.factor(equation).subs(back) for equation in equations),
        tuple({s.name: sympy.factor(value).subs(back) for s, value in solution.items()} for solution in solutions),
        tuple(polynomial.subs(back) for polynomial in unsolved),
    )


def _resolved(solution: Mapping[Any, Any]) -> dict[Any, Any]:
    """The solution with unknowns that were found later put into those that were given by them."""
    values = dict(solution)
    for _ in values:
        values = {symbol: sympy.cancel(value.subs(values)) for symbol, value in values.items()}
    return values


def _distinct(solutions: Sequence[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Each solution once, without those in which a denominator vanishes: they are solved apart."""
    kept: list[dict[Any, Any]] = []
    for solution in solutions:
        if all(value.is_finite is not False and value is not sympy.nan for value in solution.values()):
            kept += [] if solution in kept else [solution]
    return kept


def _equations(gradient: Mapping[str, Expression], unknowns: Sequence[str], stand_ins: dict[Any, Any]) -> list[Any]:
    """The coefficient of each word, as polynomials in the unknowns; traces of the law are symbols of their own."""
    found: list[Any] = []
    for expression in gradient.values():
        by_word: dict[Any, Any] = {}
        for monomial, coefficient in expression.terms.items():
            term = coefficient_to_sympy(coefficient)
            for word, exponent in monomial.closed:
                value = to_sympy(Expression({Monomial(((word, 1),), ()): coefficient**0}, 1, 1))
                if value.is_Symbol and value.name in unknowns:
                    value = sympy.Symbol(value.name, real=True)
                elif not value.is_Symbol:
                    value = stand_ins.setdefault(value, sympy.Dummy(f"t{len(stand_ins)}", real=True))
                term = term * value ** sympy.Rational(exponent.numerator, exponent.denominator)
            by_word[monomial.word] = by_word.get(monomial.word, sympy.Integer(0)) + term
        for total in by_word.values():
            numerator = sympy.numer(sympy.together(total))
            if numerator != 0 and not any(sympy.expand(numerator - e) == 0 for e in found):
                found.append(sympy.expand(numerator))
    return found


@dataclass
class _Solver:
    """Triangular solving of polynomial systems, a part after the other.

    Attributes:
        domain: the field of the coefficients.
        solutions: found so far, each with the value of every unknown that it fixes.
        unsolved: irreducible polynomials of higher degree that were left.
    """

    domain: Any
    solutions: list[dict[Any, Any]] = field(default_factory=list)
    unsolved: list[Any] = field(default_factory=list)

    def solve(self, equations: Sequence[Any], symbols: Sequence[Any], known: dict[Any, Any]) -> None:
        """By lexicographic Groebner bases: roots in the field of the last unknown, then the others."""
        basis = sympy.groebner(equations, *symbols, order="lex", domain=self.domain)
        if basis.exprs == [1]:
            return
        last = symbols[-1]
        alone = [g for g in basis.exprs if g.free_symbols & set(symbols) <= {last} and last in g.free_symbols]
        if not alone:
            self._solve_continuum(list(basis.exprs), symbols, known)
            return
        for factor, _ in sympy.Poly(alone[0], last, domain=self.domain).factor_list()[1]:
            if factor.degree() > 1:
                if factor.as_expr() not in self.unsolved:
                    self.unsolved.append(factor.as_expr())
                continue
            root = _root(factor)
            values = {**known, last: root}
            if len(symbols) == 1:
                self.solutions.append(values)
            else:
                self.solve(_substituted(basis.exprs, last, root), symbols[:-1], values)

    def _solve_continuum(self, equations: Sequence[Any], symbols: Sequence[Any], known: dict[Any, Any]) -> None:
        """Solutions that do not fix all unknowns: one factor after the other, and unknowns in which a factor is linear.

        An equation c s + r = 0 with c free of s gives s = -r/c where c is not zero; the points with c = 0 are solved
        apart.
        """
        for equation in equations:
            factors = [f.as_expr() for f, _ in sympy.Poly(equation, *symbols, domain=self.domain).factor_list()[1]]
            if len(factors) > 1:
                rest = [e for e in equations if e != equation]
                for factor in factors:
                    self.solve([*rest, factor], symbols, known)
                return
        for equation in equations:
            for symbol in symbols:
                polynomial = sympy.Poly(equation, symbol)
                if polynomial.degree() != 1:
                    continue
                leading = polynomial.LC()
                if leading.free_symbols & set(symbols):
                    self.solve([*equations, leading], symbols, known)
                root = _root(polynomial)
                rest = _substituted(equations, symbol, root)
                found, others = {**known, symbol: root}, [s for s in symbols if s != symbol]
                if rest and others:
                    self.solve(rest, others, found)
                elif not rest:
                    self.solutions.append(found)
                return
        self.unsolved.extend(e for e in equations if e not in self.unsolved)


def _root(linear: Any) -> Any:
    """The root of a polynomial of degree 1."""
    leading, constant = linear.all_coeffs()
    return sympy.cancel(-constant / leading)


def _substituted(equations: Sequence[Any], symbol: Any, value: Any) -> list[Any]:
    """The numerators of the equations with a value for an unknown, without those that hold."""
    numerators = (sympy.numer(sympy.cancel(e.subs(symbol, value))) for e in equations)
    return [sympy.expand(e) for e in numerators if e != 0]
