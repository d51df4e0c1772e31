"""Expressions as plain text in the grammar of `theory.algebra.grammar`, which reads it back."""

from __future__ import annotations

from fractions import Fraction

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, register_printer
from theory.algebra.monomials import Monomial, renumbered
from theory.algebra.words import ORDER, UNIT, Index, Symbol, Word

# No q: x_q is the query.
INDEX_NAMES = "ijklmprs"


def index_name(index: Index) -> str:
    """The name under which a summation index is printed."""
    return index.label if isinstance(index.label, str) else _bound_name(index.label)


def _bound_name(label: int) -> str:
    return INDEX_NAMES[label] if label < len(INDEX_NAMES) else f"i{label}"


def printed_terms(expression: Expression) -> list[tuple[Monomial, Coefficient]]:
    """The terms in their order, bound indices numbered so that none has the name of a letter, length or free index."""
    terms = expression.sorted_terms()
    indices = {index for monomial, _ in terms for index in monomial.indices}
    taken = {symbol.name for symbol in expression.symbols} | {*expression.lengths}
    taken |= {index.label for index in indices if isinstance(index.label, str)}
    bound = {index.label for index in indices if isinstance(index.label, int)}
    if taken.isdisjoint(map(_bound_name, bound)):
        return terms
    free = [label for label in range(max(bound) + len(taken) + 1) if _bound_name(label) not in taken]
    return [
        (renumbered(m, {i: free[i.label] for i in m.indices if isinstance(i.label, int)}), coefficient)
        for m, coefficient in terms
    ]


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
    body = _summed_text(" ".join(pieces), monomial)
    sign, size = _coefficient_text(coefficient, alone=not body)
    return sign, " ".join(p for p in (size, body) if p)


def _summed_text(body: str, monomial: Monomial) -> str:
    """The body with its comparisons of free indices before it, and the sums over bound indices around it."""
    bound = bound_indices(monomial)
    compared = compared_indices(monomial)
    free = [pair for pair in compared if bound.isdisjoint(pair)]
    compared = [pair for pair in compared if pair not in free]
    ordered = {index for pair in compared for index in pair}
    body = " ".join([*(f"[{_chain(pair)}]" for pair in free), *([body] if body else [])])
    if compared:
        chains = ", ".join(map(_chain, compared))
        # The indices that the sum runs over are listed where others are compared with them.
        names = ", ".join(index_name(index) for index in sorted(ordered & bound, key=_label))
        body = f"sum_{{{chains if ordered <= bound else f'{names}: {chains}'}}}({body or 1})"
    for index in sorted(bound - ordered, key=_label, reverse=True):
        body = f"sum_{index_name(index)}({body})"
    return body


def _chain(pair: tuple[Index, Index]) -> str:
    return f"{index_name(pair[0])}<{index_name(pair[1])}"


def expression_text(expression: Expression) -> str:
    """The expression in the grammar's notation, one canonical order."""
    if not expression.terms:
        return "0"
    terms = [_term_text(m, c, expression.is_scalar) for m, c in printed_terms(expression)]
    text = "".join(f" {sign} {body}" for sign, body in terms)
    return text[3:] if text.startswith(" + ") else "-" + text[3:]


register_printer("text", expression_text)
