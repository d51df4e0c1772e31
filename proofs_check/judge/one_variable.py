"""Inequalities in one number or one length alone, decided by the real roots of a polynomial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any, Literal

from sympy import Poly, Rational, symbols

from theory.algebra.coefficients import Coefficient, Polynomial
from theory.algebra.expression import Expression
from theory.algebra.words import Symbol

_X = symbols("x")
# Intervals of roots are made shorter than this, so that none contains two integers.
_NARROW = Rational(1, 4)
_LARGEST_DEGREE = 60
Kind = Literal["length", "positive", "non-negative", "real"]


@dataclass(frozen=True)
class Sign:
    """What the real roots say of a quantity.

    Attributes:
        variable: the one length or number that occurs.
        failure: a value at which the quantity is negative, or zero where it must be positive; None if there is none.
    """

    variable: str
    failure: Fraction | None

    def __str__(self) -> str:
        return f"{self.variable} = {self.failure}"


def sign(quantity: Expression, strict: bool) -> Sign | None:
    """Whether a quantity is at least 0, or above it if strict, for every value of its one variable.

    A length runs over the integers from 1, a number over what is declared of it: all of them, those from 0, or those
    above 0. Values at which the quantity has a pole are left out.

    Returns:
        None where it has no variable or several, powers that are not whole, or only irrational zeros in a strict
        inequality.
    """
    found = _numerator(quantity)
    if found is None:
        return None
    variable, polynomial, poles, kind = found
    for point in _points(polynomial, kind):
        if poles.eval(_rational(point)) == 0:
            continue
        value = polynomial.eval(_rational(point))
        if value < 0 or (strict and value == 0):
            return Sign(variable, point)
    if strict and kind != "length" and any(poles.eval(x) != 0 for x in polynomial.real_roots() if _inside(x, kind)):
        return None
    return Sign(variable, None)


def _numerator(quantity: Expression) -> tuple[str, Poly, Poly, Kind] | None:
    """The variable, a polynomial with the quantity's sign, one that vanishes at its poles, and the domain."""
    lengths = {name for coefficient in quantity.terms.values() for name in coefficient.names}
    letters = set(quantity.symbols)
    if quantity.shape != (1, 1) or len(lengths) + len(letters) != 1:
        return None
    if letters:
        (letter,) = letters
        if (letter.rows, letter.cols) != (1, 1):
            return None
        found, name, kind = _in_letter(quantity, letter), letter.name, _kind(letter)
    else:
        (name,), kind = lengths, "length"
        found = next(iter(quantity.terms.values()))
    if found is None:
        return None
    above, below = found.split()
    numerator, denominator = map(_polynomial, (above, below))
    product = numerator * denominator
    return None if product.degree() > _LARGEST_DEGREE else (name, product, denominator, kind)


def _in_letter(quantity: Expression, letter: Symbol) -> Coefficient | None:
    """A quantity in powers of one number as a rational function."""
    total, x = Coefficient.number(0), Coefficient.length(letter.name)
    for monomial, coefficient in quantity.terms.items():
        power = 0
        for word, exponent in (*monomial.closed, (monomial.word, 1)):
            for factor in word:
                for _, inner in factor.powers:
                    if not isinstance(exponent * inner, int):
                        return None
                    power += int(exponent * inner)
        if monomial.indices:
            return None
        total = total + coefficient * x**power
    return total


def _kind(letter: Symbol) -> Kind:
    return "positive" if letter.definite else "non-negative" if letter.non_negative else "real"


def _polynomial(terms: Polynomial) -> Poly:
    powers = {(sum(power for _, power in key),): Rational(str(value)) for key, value in terms.items()}
    return Poly.from_dict(powers or {(0,): 0}, _X)


def _points(polynomial: Poly, kind: Kind) -> Iterator[Fraction]:
    """Points such that the sign at all of them is the sign on the whole domain."""
    roots = [] if polynomial.degree() < 1 else [found for found, _ in polynomial.intervals(eps=_NARROW)]
    ends = [(Fraction(int(a.p), int(a.q)), Fraction(int(b.p), int(b.q))) for a, b in roots]
    if kind == "length":
        near = {1, *(k for a, b in ends for k in range(floor(a) - 1, ceil(b) + 2))}
        yield from map(Fraction, sorted(k for k in near if k >= 1))
        return
    lowest = None if kind == "real" else Fraction(0)
    if kind == "non-negative":
        yield Fraction(0)
    inside = [(a, b) for a, b in ends if lowest is None or b > 0]
    yield from (a for a, b in inside if a == b)
    if lowest is None:
        yield (inside[0][0] if inside else Fraction(0)) - 1
    else:
        yield _first_above_zero(polynomial, inside)
    yield from ((b + c) / 2 for (_, b), (c, _) in pairwise(inside))
    yield (inside[-1][1] if inside else Fraction(0)) + 1


def _first_above_zero(polynomial: Poly, inside: list[tuple[Fraction, Fraction]]) -> Fraction:
    """A point between 0 and the least positive root."""
    _, without_zero = polynomial.terms_gcd()
    point = (inside[0][0] if inside and inside[0][0] > 0 else Fraction(1)) / 2
    while without_zero.count_roots(0, _rational(point)):
        point /= 1024
    return point


def _inside(root: Any, kind: Kind) -> bool:
    return kind == "real" or bool(root > 0) or (kind == "non-negative" and root == 0)


def _rational(point: Fraction) -> Rational:
    return Rational(point.numerator, point.denominator)
