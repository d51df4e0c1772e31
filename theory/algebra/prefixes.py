"""Sums over a length itself, such as a loss averaged over all prefixes of a prompt."""

from __future__ import annotations

from math import comb

from theory.algebra.coefficients import Coefficient, as_rational
from theory.algebra.expression import Expression, TermSum


def sum_over_length(name: str, upto: str, expression: Expression) -> Expression:
    """Return sum_{m = 1}^{N} expression for the length m of that name and the length N named by `upto`.

    The coefficients must be polynomials in m: sum_m m^p = sum_j j! S(p, j) binom(N + 1, j + 1), with Stirling numbers S
    of the second kind, is a polynomial in N (m^p in falling factorials, each summed by the hockey-stick identity).

    Raises:
        ValueError: where m stands below a fraction bar (sums of 1/m are no rational function of N), in the size of a
            letter or as the length of a sum, or where m and N have one name.
    """
    if name == upto:
        raise ValueError(f"the length {name} cannot run up to itself")
    sizes = {size for s in expression.symbols for size in (s.rows, s.cols)} | set(expression.shape)
    if name in sizes or any(index.length == name for m in expression.terms for index in m.indices):
        raise ValueError(f"{name} is the size of a letter or the length of a sum in {expression}")
    total = TermSum(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        if any(variable == name for powers in coefficient.denominator for variable, _ in powers):
            raise ValueError(f"{name} stands in the denominator of {coefficient}; its sum is no rational function")
        summed = Coefficient({})
        for powers, number in coefficient.numerator.items():
            power = dict(powers).get(name, 0)
            if power < 0:
                raise ValueError(f"{name} stands in the denominator of {coefficient}; its sum is no rational function")
            rest = tuple((variable, p) for variable, p in powers if variable != name)
            summed = summed + Coefficient({rest: as_rational(number)}) * power_sum(power, upto)
        total.add(monomial, summed / Coefficient(coefficient.denominator))
    return total.expression(expression.computed)


def power_sum(power: int, upto: str) -> Coefficient:
    """1^p + 2^p + ... + N^p as a polynomial in N."""
    total = Coefficient({})
    for j in range(power + 1):
        # j! S(p, j) counts the maps of p things onto j.
        onto = sum((-1) ** (j - i) * comb(j, i) * i**power for i in range(j + 1))
        term = Coefficient.number(onto)
        for i in range(j + 1):
            term = term * (Coefficient.length(upto) + Coefficient.number(1 - i)) / Coefficient.number(i + 1)
        total = total + term
    return total - Coefficient.number(1) if power == 0 else total
