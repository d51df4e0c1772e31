"""Relations between letters for Coq to check: inverses of sums, and what leads from one polynomial to an equal one.

The inverse V of a sum S, such as Gamma^-1, becomes a letter of its own with the relation V S - 1 = 0. Two polynomials
that are equal by it are told apart by their words; `multiples` finds the multiples of the relation that lead from one
to the other, tr(before (V S - 1) after) times scalars and traces, and `lib/relations.v` proves that this is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofs_check.kernel.exporter import Alphabet, ExportError, listed
from theory.algebra.coefficients import Coefficient
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression, expression_of_word, identity, number, symbol_expression
from theory.algebra.monomials import Monomial, Powers
from theory.algebra.words import Symbol, Word, letter_power


@dataclass(frozen=True)
class Inverse:
    """A letter for the inverse of a sum.

    Args:
        definition: of the sum S, such as Gamma.
        symbol: the letter V; it is symmetric, definite and commutes as S does.
        relation: V S - 1, with S written out.
    """

    definition: Definition
    symbol: Symbol
    relation: Expression

    def __call__(self, expression: Expression) -> Expression:
        """The expression with V in place of S^-1, and S^k written out for k >= 1."""
        held = self.definition.symbol
        positive = {
            symbol: power
            for monomial in expression.terms
            for word in (monomial.word, *(word for word, _ in monomial.closed))
            for f in word
            for symbol, power in f.powers
            if symbol == held and not (isinstance(power, int) and power < 0)
        }
        if positive:
            raise ExportError(f"{held.name}^{positive[held]} is no inverse; write {held.name} out first")
        return expression.substitute({held: symbol_expression(self.symbol) ** -1})


def inverse_letter(definition: Definition, written_out: Expression) -> Inverse:
    """The letter for the inverse of a definition, whose sum is given `written_out` in the letters of the file."""
    held = definition.symbol
    if not held.definite:
        raise ExportError(f"{held.name} is not positive definite by form, so that its inverse may not exist")
    symbol = Symbol(f"{held.name}_inverse", held.rows, held.cols, definite=True, family=held.family)
    relation = symbol_expression(symbol) @ written_out - identity(held.rows)
    return Inverse(definition, symbol, relation)


def with_reciprocal(expression: Expression, length: str, reciprocal: Expression) -> Expression:
    """The expression with a scalar letter in place of 1/length, for a file about another length.

    Raises:
        ExportError: for a positive power of the length.
    """
    total = expression - expression
    for monomial, coefficient in expression.terms.items():
        if coefficient.denominator != {(): 1}:
            raise ExportError(f"the coefficient {coefficient} is not a polynomial in 1/{length}")
        for powers, value in coefficient.numerator.items():
            held = dict(powers)
            power = held.pop(length, 0)
            if power > 0:
                raise ExportError(f"the coefficient {coefficient} has a positive power of {length}")
            rest = Coefficient({tuple(held.items()): value}, {(): 1})
            total += reciprocal**-power * Expression({monomial: rest}, expression.rows, expression.cols)
    return total


@dataclass(frozen=True)
class Multiple:
    """factor * tr(before relation after), before and after words."""

    factor: Expression
    before: Word
    after: Word


def multiples(difference: Expression, inverse: Inverse) -> list[Multiple]:
    """The multiples of the relation that add up to minus the difference.

    They take away, one after the other, the terms that hold the relation's last term with V: for Gamma^-1 the scalars
    of tr(Lambda)/N times Gamma^-1, so that no term is left with all of them and V in one word.

    Raises:
        ExportError: if something is left: the difference is not 0 by the relation, or only by other multiples.
    """
    scalars = _leading(inverse)
    found = []
    while place := next(_places(difference, inverse.symbol, scalars), None):
        factor, before, after = place
        found.append(Multiple(-factor, before, after))
        difference -= factor * _product(before, inverse.relation, after).trace()
    if difference:
        raise ExportError(f"not 0 by the relation {inverse.relation} = 0: {difference}")
    return found


def _leading(inverse: Inverse) -> Powers:
    """The scalars of the term c V of the relation, without V."""
    word = letter_power(inverse.symbol, 1)
    (leading,) = (monomial for monomial in inverse.relation.terms if monomial.word == word)
    if inverse.relation.terms[leading] != Coefficient.number(1) or not leading.closed:
        raise ExportError(f"the relation {inverse.relation} = 0 has no term that can be solved for")
    return leading.closed


def _places(expression: Expression, symbol: Symbol, scalars: Powers) -> Iterator[tuple[Expression, Word, Word]]:
    """Every term with the scalars and the letter: what is left of it without them, and the words around the letter."""
    for monomial, coefficient in expression.sorted_terms():
        powers = dict(monomial.closed)
        for word, exponent in scalars:
            powers[word] = powers.get(word, 0) - exponent
        if any(power < 0 for power in powers.values()):
            continue
        for word, power in powers.items():
            position = next((i for i, f in enumerate(word) if symbol in dict(f.powers)), None)
            if position is None or power < 1:
                continue
            factor = Expression({Monomial((), ()): coefficient}, 1, 1)
            for w, p in {**powers, word: power - 1}.items():
                factor *= Expression({Monomial(((w, p),), ()): Coefficient.number(1)}, 1, 1) if p else number(1)
            yield factor, *_opened(word, position, symbol)


def _opened(word: Word, position: int, symbol: Symbol) -> tuple[Word, Word]:
    """The words before and after one letter of a closed word."""
    held = dict(word[position].powers)
    held[symbol] -= 1
    rest = tuple(f for s, power in held.items() if power for f in letter_power(s, power))
    return (*word[:position], *rest), word[position + 1 :]


def _product(before: Word, middle: Expression, after: Word) -> Expression:
    for word, left in ((before, True), (after, False)):
        if word:
            held = expression_of_word(word)
            middle = held @ middle if left else middle @ held
    return middle


def printed_relation(letters: Alphabet, inverse: Inverse) -> str:
    """The relation as Coq writes it: its terms, each with its word."""
    rows = []
    for monomial, coefficient in inverse.relation.sorted_terms():
        rest = Expression({Monomial(monomial.closed, ()): coefficient}, 1, 1)
        rows += [f"({term.closed()}, {listed(letters.word(monomial.word))})" for term in letters.terms(rest)]
    return "[::\n  " + ";\n  ".join(rows) + "]"


def printed_multiples(letters: Alphabet, found: list[Multiple], scale: int, shift: int) -> str:
    """The multiples times scale * N^shift as Coq writes them."""
    rows = []
    for held in found:
        before, after = letters.around(held.before, held.after)
        for term in letters.terms(held.factor):
            rows.append(f"({term.scaled(scale, shift).closed()}, ({listed(before)}, {listed(after)}))")
    return "[::\n  " + ";\n  ".join(rows) + "]" if rows else "[::]"
