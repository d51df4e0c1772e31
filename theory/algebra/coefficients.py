"""Exact coefficients: rational functions over Q of the lengths N, M, d, ..."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any

Rational = int | Fraction
Powers = tuple[tuple[str, int], ...]
Polynomial = dict[Powers, Rational]

_ONE: Polynomial = {(): 1}


def as_rational(value: Rational) -> Rational:
    """Return an int where the value is one: integer arithmetic is several times faster than Fraction's."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def _join(a: Powers, b: Powers) -> Powers:
    if not a:
        return b
    if not b:
        return a
    powers = dict(a)
    for name, power in b:
        total = powers.get(name, 0) + power
        if total:
            powers[name] = total
        else:
            del powers[name]
    return tuple(sorted(powers.items()))


def _times(p: Polynomial, q: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for a, x in p.items():
        for b, y in q.items():
            key = _join(a, b)
            total = result.get(key, 0) + x * y
            if total:
                result[key] = as_rational(total)
            else:
                del result[key]
    return result


def _plus(p: Polynomial, q: Polynomial) -> Polynomial:
    result = dict(p)
    for key, y in q.items():
        total = result.get(key, 0) + y
        if total:
            result[key] = as_rational(total)
        else:
            del result[key]
    return result


def _names(*polynomials: Polynomial) -> tuple[str, ...]:
    return tuple(sorted({name for p in polynomials for powers in p for name, _ in powers}))


def _monomial_content(p: Polynomial) -> Powers:
    """The monomial with each name's least power in p; dividing by it leaves a polynomial no name divides."""
    return tuple((name, least) for name in _names(p) if (least := min(dict(powers).get(name, 0) for powers in p)) != 0)


def _shifted(p: Polynomial, by: Powers, sign: int) -> Polynomial:
    inverse = tuple((name, sign * power) for name, power in by)
    return {_join(powers, inverse): value for powers, value in p.items()}


def _order(powers: Powers, names: tuple[str, ...]) -> tuple[int, ...]:
    table = dict(powers)
    return tuple(table.get(name, 0) for name in names)


class Coefficient:
    """An element of Q(N, M, d, ...), in lowest terms.

    Stored as numerator / denominator. The numerator is a Laurent polynomial; the denominator is a primitive integer
    polynomial, coprime to the numerator, divisible by no variable, with a positive leading coefficient. That form is
    unique, so == compares dictionaries. Almost every coefficient of the theory has denominator 1 (a power of N is a
    unit of the Laurent ring), and then no gcd is ever computed.
    """

    __slots__ = ("__dict__", "denominator", "numerator")

    def __init__(self, numerator: Polynomial, denominator: Polynomial | None = None):
        if denominator is None or denominator == _ONE:
            self.numerator: Polynomial = numerator
            self.denominator: Polynomial = _ONE
        else:
            self.numerator, self.denominator = _lowest_terms(numerator, denominator)

    @classmethod
    def _reduced(cls, numerator: Polynomial, denominator: Polynomial) -> Coefficient:
        """The coefficient of a pair that is known to be in lowest terms, which no gcd has to confirm."""
        made = cls.__new__(cls)
        made.numerator, made.denominator = numerator, (denominator if numerator else _ONE)
        return made

    @property
    def _is_unit(self) -> bool:
        """Whether it is a number times powers of variables, which has an inverse and so changes no gcd."""
        return len(self.numerator) == 1 and self.denominator == _ONE

    @classmethod
    def number(cls, value: Rational) -> Coefficient:
        """Return the constant value."""
        return cls({(): as_rational(value)} if value else {})

    @classmethod
    def length(cls, name: str) -> Coefficient:
        """Return the variable of that name: a context length or a dimension."""
        return cls({((name, 1),): 1})

    def __add__(self, other: Coefficient) -> Coefficient:
        if self.denominator == other.denominator:
            return Coefficient(_plus(self.numerator, other.numerator), self.denominator)
        # gcd(a + c b, b) = gcd(a, b), so that nothing cancels in a/b + c.
        if other.denominator == _ONE:
            return self._reduced(_plus(self.numerator, _times(other.numerator, self.denominator)), self.denominator)
        if self.denominator == _ONE:
            return other + self
        crossed = _plus(_times(self.numerator, other.denominator), _times(other.numerator, self.denominator))
        return Coefficient(crossed, _times(self.denominator, other.denominator))

    def __neg__(self) -> Coefficient:
        return self._reduced({key: -value for key, value in self.numerator.items()}, self.denominator)

    def __sub__(self, other: Coefficient) -> Coefficient:
        return self + (-other)

    def __mul__(self, other: Coefficient) -> Coefficient:
        if self._is_unit or other._is_unit:
            below = self.denominator if other._is_unit else other.denominator
            return self._reduced(_times(self.numerator, other.numerator), below)
        return Coefficient(_times(self.numerator, other.numerator), _times(self.denominator, other.denominator))

    def __truediv__(self, other: Coefficient) -> Coefficient:
        if not other:
            raise ZeroDivisionError(f"cannot divide {self} by zero")
        return Coefficient(_times(self.numerator, other.denominator), _times(self.denominator, other.numerator))

    def __pow__(self, exponent: int) -> Coefficient:
        base = self if exponent >= 0 else Coefficient.number(1) / self
        result = Coefficient.number(1)
        for _ in range(abs(exponent)):
            result = result * base
        return result

    def __bool__(self) -> bool:
        return bool(self.numerator)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coefficient):
            return NotImplemented
        return self.numerator == other.numerator and self.denominator == other.denominator

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((frozenset(self.numerator.items()), frozenset(self.denominator.items())))

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that occur, sorted."""
        return _names(self.numerator, self.denominator)

    def substitute(self, values: Mapping[str, Coefficient]) -> Coefficient:
        """Return the coefficient with each named variable replaced."""
        if not any(name in values for name in self.names):
            return self

        def value(p: Polynomial) -> Coefficient:
            total = Coefficient({})
            for powers, number in p.items():
                term = Coefficient.number(number)
                for name, power in powers:
                    term = term * values.get(name, Coefficient.length(name)) ** power
                total = total + term
            return total

        return value(self.numerator) / value(self.denominator)

    def evaluate(self, values: Mapping[str, Any], one: Any = 1) -> Any:
        """Return the value at the given variables; exact in, exact out. KeyError for a variable without a value."""

        def value(p: Polynomial) -> Any:
            total = 0 * one
            for powers, number in p.items():
                # A Fraction times a NumPy float is refused by neither side only when the float comes first.
                term = one * number.numerator / number.denominator if isinstance(number, Fraction) else one * number
                for name, power in powers:
                    term = term * values[name] ** power if power > 0 else term / values[name] ** -power
                total = total + term
            return total

        numerator = value(self.numerator)
        if self.denominator == _ONE:
            return numerator
        denominator = value(self.denominator)
        if denominator == 0:
            raise ZeroDivisionError(f"{self} has a pole at {dict(values)}")
        return numerator / denominator

    def __reduce__(self) -> tuple[Any, ...]:
        return Coefficient, (self.numerator, self.denominator)

    def split(self) -> tuple[Polynomial, Polynomial]:
        """Return (numerator, denominator) as integer polynomials without negative powers, for printing."""
        numerator, denominator = self.numerator, self.denominator
        below = tuple((name, power) for name, power in _monomial_content(numerator) if power < 0)
        if below:
            numerator, denominator = _shifted(numerator, below, -1), _shifted(denominator, below, -1)
        scale = lcm(*(value.denominator for value in numerator.values()))
        return (
            {key: int(value * scale) for key, value in numerator.items()},
            {key: int(value * scale) for key, value in denominator.items()},
        )

    def sorted_terms(self, polynomial: Polynomial) -> list[tuple[Powers, Rational]]:
        """The terms of a polynomial from the highest power down."""
        names = _names(polynomial)
        return sorted(polynomial.items(), key=lambda item: _order(item[0], names), reverse=True)

    def __str__(self) -> str:
        def text(p: Polynomial) -> str:
            pieces = []
            for powers, number in self.sorted_terms(p):
                names = [name if power == 1 else f"{name}^{power}" for name, power in powers]
                if abs(number) != 1 or not names:
                    names.insert(0, str(abs(number)))
                pieces.append((" - " if number < 0 else " + ") + " ".join(names))
            joined = "".join(pieces)
            return "-" + joined[3:] if joined.startswith(" - ") else joined[3:]

        if not self:
            return "0"
        numerator, denominator = self.split()
        top = text(numerator)
        if denominator == _ONE:
            return top
        content, found = factors(denominator)
        pieces = [str(content)] if content != 1 else []
        for factor, multiplicity in found:
            piece = text(factor) if len(factor) == 1 else f"({text(factor)})"
            pieces.append(piece if multiplicity == 1 else f"{piece}^{multiplicity}")
        below = " ".join(pieces)
        if len(numerator) > 1:
            top = f"({top})"
        if len(pieces) > 1 or (" " in below and not below.startswith("(")):
            below = f"({below})"
        return f"{top}/{below}"

    def __repr__(self) -> str:
        return f"Coefficient({self})"


def factors(polynomial: Polynomial) -> tuple[int, list[tuple[Polynomial, int]]]:
    """Return (content, [(irreducible factor, multiplicity), ...]) of an integer polynomial other than 0, for printing.

    Lengths come first, then factors with few terms. A polynomial of one term or of degree one is its own factor.
    """
    if len(polynomial) == 1 or all(sum(power for _, power in powers) <= 1 for powers in polynomial):
        return 1, [(polynomial, 1)]
    # SymPy is imported late: few coefficients ever get here.
    from sympy.polys.domains import ZZ
    from sympy.polys.rings import ring

    names = _names(polynomial)
    made = ring(",".join(names), ZZ)[0]
    content, found = made.from_dict(
        {_order(powers, names): ZZ(int(v)) for powers, v in polynomial.items()}
    ).factor_list()

    def back(p: Any) -> Polynomial:
        return {
            tuple((name, power) for name, power in zip(names, powers, strict=True) if power): int(value)
            for powers, value in p.items()
        }

    def order(item: tuple[Polynomial, int]) -> tuple[Any, ...]:
        exponents = sorted((_order(powers, names) for powers in item[0]), reverse=True)
        return (len(item[0]), [[-power for power in powers] for powers in exponents], sorted(item[0].items()))

    return int(content), sorted(((back(p), multiplicity) for p, multiplicity in found), key=order)


def _lowest_terms(numerator: Polynomial, denominator: Polynomial) -> tuple[Polynomial, Polynomial]:
    if not denominator:
        raise ZeroDivisionError("a coefficient's denominator is zero")
    if not numerator:
        return {}, _ONE
    content = _monomial_content(denominator)
    numerator, denominator = _shifted(numerator, content, -1), _shifted(denominator, content, -1)
    if len(denominator) > 1:
        numerator, denominator = _without_common_factor(numerator, denominator)
    scale = _primitive_scale(denominator)
    numerator = {key: as_rational(Fraction(value) / scale) for key, value in numerator.items()}
    denominator = {key: as_rational(Fraction(value) / scale) for key, value in denominator.items()}
    return numerator, (_ONE if denominator == _ONE else denominator)


def _primitive_scale(p: Polynomial) -> Fraction:
    """The number s for which p / s has coprime integer coefficients and a positive leading one."""
    below = lcm(*(value.denominator for value in p.values()))
    above = gcd(*(int(value * below) for value in p.values()))
    names = _names(p)
    leading = p[max(p, key=lambda powers: _order(powers, names))]
    return Fraction(above if leading > 0 else -above, below)


def _without_common_factor(numerator: Polynomial, denominator: Polynomial) -> tuple[Polynomial, Polynomial]:
    # SymPy is imported late: few coefficients ever get here, and the import costs more than most derivations.
    from sympy.polys.domains import QQ
    from sympy.polys.rings import ring

    names = _names(numerator, denominator)
    shift = _monomial_content(numerator)
    polynomials = ring(",".join(names), QQ)[0]

    def into(p: Polynomial) -> Any:
        return polynomials.from_dict(
            {_order(powers, names): QQ(value.numerator, value.denominator) for powers, value in p.items()}
        )

    def back(p: Any) -> Polynomial:
        return {
            tuple((name, power) for name, power in zip(names, powers, strict=True) if power): as_rational(
                Fraction(int(value.numerator), int(value.denominator))
            )
            for powers, value in p.items()
        }

    top, below = into(_shifted(numerator, shift, -1)).cancel(into(denominator))
    return _shifted(back(top), shift, 1), back(below)
