"""Expressions as plain text in the grammar of `theory.algebra.grammar`, which reads it back."""

from __future__ import annotations

from fractions import Fraction

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, register_printer
from theory.algebra.monomials import Monomial
from theory.algebra.words import ORDER, UNIT, Index, Symbol, Word

# No q: x_q is the query.
INDEX_NAMES = "ijklmprs"


def index_name(index: Index) -> str:
    """The name under which a summation index is printed."""
    if isinstance(index.label, str):
        return index.label
    return INDEX_NAMES[index.label] if index.label < len(INDEX_NAMES) else f"i{index.label}"


def _symbol_text(symbol: Symbol) -> str:
    name = "e" if symbol.name == UNIT else symbol.name
    return "_".join((name, *map(index_name, symbol.indices)))


def bound_indices(monomial: Monomial) -> set[Index]:
    """The indices that a sum runs over."""
    return {index for index in monomial.indices if isinstance(index.label, int)}


def compared_indices(monomial: Monomial) -> list[tuple[Index, Index]]:
    """The pairs (lower, higher) of indices that an ordered sum compares."""
    return sorted(
        (w[0].symbol.indices[0], w[0].symbol.indices[1]) for w, _ in monomial.closed if w[0].symbol.name == ORDER
    )


def _label(index: Index) -> int:
    return int(index.label)


def _power_text(base: str, exponent: Rational) -> str:
    if exponent == 1:
        return base
    return f"{base}^({exponent})" if isinstance(exponent, Fraction) else f"{base}^{exponent}"


def _word_text(word: Word) -> str:
    pieces = []
    for f in word:
        inner = [_power_text(_symbol_text(symbol), exponent) for symbol, exponent in f.powers]
        if not f.transposed:
            pieces += inner
        elif len(inner) == 1 and f.powers[0][1] == 1:
            pieces.append(inner[0] + "'")
        else:
            pieces.append(f"({' '.join(inner)})'")
    return " ".join(pieces)


def closed_text(word: Word, exponent: Rational) -> str:
    """A closed word with its exponent."""
    text = _word_text(word)
    if word[0].rows != 1:
        return _power_text(f"tr({text})", exponent)
    return _power_text(text if len(word) == 1 or exponent == 1 else f"({text})", exponent)


def _coefficient_text(coefficient: Coefficient, alone: bool) -> tuple[str, str]:
    """Sign and magnitude; the magnitude is empty for 1 unless it stands alone."""
    sign = "-" if coefficient.sorted_terms(coefficient.split()[0])[0][1] < 0 else "+"
    size = -coefficient if sign == "-" else coefficient
    if size == Coefficient.number(1) and not alone:
        return sign, ""
    text = str(size)
    if " + " in text or " - " in text:
        numerator, _ = size.split()
        if not alone and (len(numerator) > 1 and not text.startswith("(")):
            text = f"({text})"
    return sign, text


def _term_text(monomial: Monomial, coefficient: Coefficient, scalar: bool) -> tuple[str, str]:
    pieces = []
    closed = [(word, exponent) for word, exponent in monomial.closed if word[0].symbol.name != ORDER]
    for word, exponent in closed:
        text = closed_text(word, exponent)
        # A bilinear form beside another factor is set off, so that juxtaposition reads back as the same product.
        is_form = word[0].rows == 1 and len(word) > 1 and exponent == 1
        pieces.append(f"({text})" if is_form and (len(closed) > 1 or monomial.word or not scalar) else text)
    if monomial.word:
        pieces.append(_word_text(monomial.word))
    elif not scalar:
        pieces.append("I")
    body = " ".join(pieces)
    compared = compared_indices(monomial)
    if compared:
        chains = ", ".join(f"{index_name(low)}<{index_name(high)}" for low, high in compared)
        body = f"sum_{{{chains}}}({body})"
    for index in sorted(bound_indices(monomial) - {i for pair in compared for i in pair}, key=_label, reverse=True):
        body = f"sum_{index_name(index)}({body})"
    sign, size = _coefficient_text(coefficient, alone=not body)
    return sign, " ".join(p for p in (size, body) if p)


def expression_text(expression: Expression) -> str:
    """The expression in the grammar's notation, one canonical order."""
    if not expression.terms:
        return "0"
    terms = [_term_text(m, c, expression.is_scalar) for m, c in expression.sorted_terms()]
    text = "".join(f" {sign} {body}" for sign, body in terms)
    return text[3:] if text.startswith(" + ") else "-" + text[3:]


register_printer("text", expression_text)
