"""LaTeX of expressions, as a mathematician would type them."""

from __future__ import annotations

import re
from fractions import Fraction

from theory.algebra.coefficients import Coefficient, Polynomial, Powers, Rational
from theory.algebra.expression import Expression, Monomial
from theory.algebra.text import index_name
from theory.algebra.words import Index, Symbol, Word

GREEK = {
    *"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau".split(),
    *"phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
}


def name_latex(name: str) -> str:
    """LaTeX of an identifier: Lambda_c -> \\Lambda_{c}, U11 -> U_{11}, x_q -> x_{q}."""
    base, _, below = name.partition("_")
    match = re.fullmatch(r"([^\W\d]+)(\d+)", base)
    if match:
        base, below = match[1], match[2] + (f",{below}" if below else "")
    text = "\\" + base if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    lowered = "\\" + below if below in GREEK else below
    return f"{text}_{{{lowered}}}" if below else text


def symbol_latex(symbol: Symbol) -> str:
    """LaTeX of a letter with its index."""
    base = symbol.latex or name_latex(symbol.name)
    if symbol.index is None:
        return base
    if base.endswith("}") and "_{" in base:
        return f"{base[:-1]},{index_name(symbol.index)}}}"
    return f"{base}_{{{index_name(symbol.index)}}}"


def _exponent(exponent: Rational) -> str:
    return f"{exponent.numerator}/{exponent.denominator}" if isinstance(exponent, Fraction) else str(exponent)


def _power(base: str, exponent: Rational, transposed: bool = False) -> str:
    if exponent == 1:
        return f"{base}^\\top" if transposed else base
    if "^" in base or "frac" in base:
        base = rf"\left({base}\right)"
    if transposed:
        return rf"({base}^{{{_exponent(exponent)}}})^\top" if exponent != -1 else rf"{base}^{{-\top}}"
    return f"{base}^{{{_exponent(exponent)}}}"


def word_latex(word: Word) -> str:
    """LaTeX of a product of matrices and vectors."""
    pieces = []
    for f in word:
        letters = [(symbol_latex(s), p) for s, p in f.powers]
        # Commuting letters may be transposed one by one.
        pieces += [_power(base, p, f.transposed) for base, p in letters]
    return " ".join(pieces)


def closed_latex(word: Word, exponent: Rational) -> str:
    """LaTeX of a scalar factor with its exponent; a power of a trace is set so that it cannot be misread."""
    text = word_latex(word)
    if word[0].rows != 1:
        single = len(word) == 1 and len(word[0].powers) == 1 and word[0].powers[0][1] == 1
        if exponent == 1:
            return rf"\operatorname{{tr}}({text})"
        inner = rf"\operatorname{{tr}} {text}" if single else rf"\operatorname{{tr}}({text})"
        brackets = ("(", ")") if single else (r"\left[", r"\right]")
        return f"{brackets[0]}{inner}{brackets[1]}^{{{_exponent(exponent)}}}"
    if exponent == 1:
        return text
    return _power(text, exponent) if len(word) == 1 else rf"\left({text}\right)^{{{_exponent(exponent)}}}"


def _powers_latex(powers: Powers) -> str:
    return " ".join(_power(name_latex(name), power) for name, power in powers)


def _polynomial_latex(coefficient: Coefficient, polynomial: Polynomial) -> str:
    text = ""
    for powers, value in coefficient.sorted_terms(polynomial):
        sign = "-" if value < 0 else "+"
        size = "" if abs(value) == 1 and powers else str(abs(value))
        text += f" {sign} {size}{' ' if size and powers else ''}{_powers_latex(powers)}"
    return ("-" + text[3:]) if text.startswith(" - ") else text[3:]


def coefficient_latex(coefficient: Coefficient) -> tuple[str, str]:
    """(sign, magnitude) of a coefficient other than zero; the magnitude is empty for 1."""
    numerator, denominator = coefficient.split()
    negative = all(value < 0 for value in numerator.values()) or (
        len(numerator) > 1 and coefficient.sorted_terms(numerator)[0][1] < 0
    )
    if negative:
        numerator = {powers: -value for powers, value in numerator.items()}
    sign = "-" if negative else "+"
    above = _polynomial_latex(coefficient, numerator)
    if denominator == {(): 1}:
        if above == "1":
            return sign, ""
        return sign, rf"\left({above}\right)" if len(numerator) > 1 else above
    return sign, rf"\frac{{{above}}}{{{_polynomial_latex(coefficient, denominator)}}}"


def _scalar_order(item: tuple[Word, Rational]) -> tuple[int, int, str]:
    """Plain scalars first, then traces, then bilinear forms; shorter ones first."""
    word, _ = item
    kind = 0 if len(word) == 1 and word[0].rows == 1 else 1 if word[0].rows != 1 else 2
    return (kind, len(word), word_latex(word))


def monomial_latex(monomial: Monomial, is_scalar: bool) -> str:
    """LaTeX of a monomial with its sums; empty for the scalar 1."""
    pieces = []
    for word, exponent in sorted(monomial.closed, key=_scalar_order):
        text = closed_latex(word, exponent)
        crowded = word[0].rows == 1 and len(word) > 1 and exponent == 1
        alone = len(monomial.closed) == 1 and not monomial.word
        pieces.append(rf"({text})" if crowded and not alone else text)
    if monomial.word:
        pieces.append(word_latex(monomial.word))
    elif not is_scalar:
        pieces.append("I")
    by_length: dict[str, list[Index]] = {}
    for index in sorted((i for i in monomial.indices if isinstance(i.label, int)), key=lambda i: str(i.label)):
        by_length.setdefault(index.length, []).append(index)
    sums = "".join(
        rf"\sum_{{{','.join(index_name(i) for i in group)}=1}}^{{{name_latex(upto)}}} "
        for upto, group in sorted(by_length.items())
    )
    return sums + " ".join(pieces)


def term_order(item: tuple[Monomial, Coefficient]) -> tuple[object, ...]:
    """Fewest traces first, then the longest words: the order in which such sums are usually written."""
    monomial, _ = item
    traces = sum((Fraction(p) for w, p in monomial.closed if w[0].rows != 1), start=Fraction(0))
    size = sum((len(w) * abs(Fraction(p)) for w, p in monomial.closed), start=Fraction(len(monomial.word)))
    return (traces, -size, monomial.sort_key)


def terms_latex(expression: Expression) -> list[tuple[str, str]]:
    """(sign, term) for every term, in printing order."""
    result = []
    for monomial, coefficient in sorted(expression.terms.items(), key=term_order):
        sign, size = coefficient_latex(coefficient)
        body = monomial_latex(monomial, expression.is_scalar)
        result.append((sign, f"{size} {body}".strip() or "1"))
    return result


def latex(expression: Expression) -> str:
    """Return LaTeX of an expression, without math delimiters."""
    if not expression.terms:
        return "0"
    text = "".join(f" {sign} {term}" for sign, term in terms_latex(expression))
    return ("-" + text[3:]) if text.startswith(" - ") else text[3:]
