"""Expressions compiled to short lists of array operations, for values at many points.

A compiled expression is a program in three parts, built once and run on every call. No source text is generated.

1. *Matrix products.* Every word is cut into letters, inverses and fractional powers. The order of multiplication is the
   cheapest by dynamic programming over the cuts, at the nominal size `NOMINAL_SIZE` for every named length; a piece
   that some earlier word contains, or whose transpose it contains, costs nothing. A trace tr(P Q) is the sum of the
   entries of P and Q' multiplied one by one, and the cycle is opened where that is cheapest.
2. *Scalars.* Closed words with their exponents, powers of lengths and inverses of denominators, one number each.
3. *The polynomial.* Every term is a number times a product of scalars (times an open word), so that all terms together
   are a few gathers of the vector of scalars and one matrix product with the constant numbers. Open words that are a
   column times a row are summed by one product of all columns, each times its number, with all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, stacking
from theory.algebra.monomials import Monomial
from theory.algebra.namespaces import NAMESPACES, Array, Namespace
from theory.algebra.program import Block, Compiled, Entry, Group, checked_array
from theory.algebra.words import Dimension, Index, Symbol, Word

__all__ = ["Compiled", "checked_array", "compile_expression"]

# The size that a named length counts as when products are put in order, and the cost of one call beside its flops.
NOMINAL_SIZE = 20
CALL_COST = 4000
# Terms of the polynomial that are multiplied into one dense block of numbers.
BLOCK = 512

# A letter to the power 1, -1 or a fraction, and whether it is transposed.
Leaf = tuple[Symbol, Rational, bool]
Chain = tuple[Leaf, ...]
# The register of an open word, or of the column and of the row whose product it is; None is the identity.
Opened = int | tuple[int, int] | None


def compile_expression(expression: Expression, namespace: str = "numpy") -> Compiled:
    """Return a program that computes expression in floating point, for one point or for a batch of them.

    Args:
        namespace: "numpy", or "torch" (double precision, differentiable in the letters).

    Raises:
        ValueError: for another namespace, an index that no sum binds, or two letters of one name.
    """
    if namespace not in NAMESPACES:
        raise ValueError(f"the namespace must be one of {', '.join(NAMESPACES)}, got {namespace!r}")
    names = [symbol.name for symbol in expression.symbols]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two different letters are both called {name}: {expression}")
    axes = sorted({index for m in expression.terms for index in m.indices}, key=str)
    for index in axes:
        if isinstance(index.label, str):
            raise ValueError(f"the index {index.label} is bound by no sum in {expression}")
    return _Compiler(expression, axes, NAMESPACES[namespace]()).compiled()


class _Compiler:
    """The construction of one program."""

    def __init__(self, expression: Expression, axes: list[Index], namespace: Namespace):
        self.expression = expression
        self.axes = axes
        self.namespace = namespace
        symbols = {s for m in expression.terms for s in m.symbols()}
        self.loads = sorted(symbols, key=lambda s: s.sort_key)
        self.registers: dict[Any, int] = {("load", symbol): i for i, symbol in enumerate(self.loads)}
        self.code: list[tuple[str, Any, Any]] = []
        self.entries: dict[Entry, int] = {}
        # Which register holds a chain of letters.
        self.chains: dict[Chain, int] = {}

    def compiled(self) -> Compiled:
        """The program."""
        closed = {word for m in self.expression.terms for word, _ in m.closed}
        opened = {m.word for m in self.expression.terms if m.word}
        # Short words first: they are pieces of longer ones.
        for word in sorted(closed | opened, key=lambda word: (len(word), tuple(f.key for f in word))):
            if word in closed:
                self._closed(word)
            if word in opened:
                self._opened(word)
        groups: dict[tuple[int, ...], list[tuple[Monomial, Coefficient]]] = {}
        for monomial, coefficient in self.expression.sorted_terms():
            summed = tuple(sorted(self.axes.index(index) for index in monomial.indices))
            groups.setdefault(summed, []).append((monomial, coefficient))
        found = tuple(self._group(summed, terms) for summed, terms in groups.items())
        operations: dict[str, Callable[[Array, Any], Array]] = {
            "inverse": self._inverse,
            "root": self.namespace.root,
            "trace of product": self.namespace.paired,
            "trace": lambda a, b: a.diagonal(0, -2, -1).sum(-1),
            "entry": lambda a, b: a[..., 0, 0],
        }
        return Compiled(
            self.expression,
            self.expression.symbols,
            self.expression.lengths,
            stacking(self.expression),
            tuple(self.axes),
            tuple(self.loads),
            tuple(self.code),
            tuple(self.entries),
            found,
            self.namespace,
            operations,
        )

    def _inverse(self, array: Array, unused: Any) -> Array:
        try:
            return self.namespace.inverse(array)
        except (np.linalg.LinAlgError, RuntimeError) as error:
            raise ValueError("a matrix whose inverse is needed is singular") from error

    def _register(self, operation: str, a: Any, b: Any = None) -> int:
        key = (operation, a, b)
        if key not in self.registers:
            self.registers[key] = len(self.loads) + len(self.code)
            self.code.append(key)
        return self.registers[key]

    def _leaf(self, leaf: Leaf) -> int:
        symbol, exponent, turned = leaf
        register = self.registers["load", symbol]
        if exponent == -1:
            register = self._register("inverse", register)
        elif exponent != 1:
            register = self._register("root", register, float(exponent))
        return self._register("turn", register) if turned else register

    def _chain(self, chain: Chain) -> int:
        """The register of a product, its pieces multiplied in the cheapest order."""
        held = self._held(chain)
        if held is not None:
            return held
        _, cut = self._plan(chain)[0, len(chain)]
        register = self._register("product", self._chain(chain[:cut]), self._chain(chain[cut:]))
        self.chains[chain] = register
        return register

    def _held(self, chain: Chain) -> int | None:
        if len(chain) == 1:
            return self._leaf(chain[0])
        if chain in self.chains:
            return self.chains[chain]
        turned = turned_chain(chain)
        return self._register("turn", self.chains[turned]) if turned in self.chains else None

    def _plan(self, chain: Chain, longest: int | None = None) -> dict[tuple[int, int], tuple[float, int]]:
        """(cost, cut) of every piece chain[i:j] of at most that length."""
        plan: dict[tuple[int, int], tuple[float, int]] = {}
        for size in range(1, (longest or len(chain)) + 1):
            for i in range(len(chain) - size + 1):
                j = i + size
                piece = chain[i:j]
                if size == 1 or piece in self.chains or turned_chain(piece) in self.chains:
                    plan[i, j] = (0.0, 0)
                    continue
                costs = (
                    (plan[i, k][0] + plan[k, j][0] + product_cost(chain[i], chain[k], chain[j - 1]), k)
                    for k in range(i + 1, j)
                )
                plan[i, j] = min(costs)
        return plan

    def _closed(self, word: Word) -> int:
        """The register of a scalar: an entry of a 1 x 1 product, or a trace."""
        chain = leaves(word)
        if rows_of(chain[0]) == 1:
            return self._register("entry", self._chain(chain))
        if len(chain) == 1:
            return self._register("trace", self._leaf(chain[0]))
        n = len(chain)
        doubled = chain + chain
        plan = self._plan(doubled, n - 1)
        _, i, j = min((plan[i, j][0] + plan[j, i + n][0], i, j) for i in range(n) for j in range(i + 1, i + n))
        return self._register("trace of product", self._chain(doubled[i:j]), self._chain(doubled[j : i + n]))

    def _opened(self, word: Word) -> Opened:
        """The register of an open word, None for the identity, or those of a column and a row whose product it is."""
        if not word:
            return None
        place = split_place(word)
        if not place:
            return self._chain(leaves(word))
        return self._chain(leaves(word[:place])), self._chain(leaves(word[place:]))

    def _entry(self, kind: str, what: Any, exponent: Rational) -> int:
        return self.entries.setdefault((kind, what, exponent), len(self.entries))

    def _flat(self, coefficient: Coefficient, monomial: Monomial) -> list[tuple[float, list[int]]]:
        """The term as numbers times products of scalars."""
        common = [self._entry("closed", (word, self._closed(word)), exponent) for word, exponent in monomial.closed]
        if coefficient.denominator != {(): 1}:
            common.append(self._entry("denominator", tuple(sorted(coefficient.denominator.items())), 1))
        return [
            (float(number), [*common, *(self._entry("length", name, power) for name, power in powers)])
            for powers, number in coefficient.numerator.items()
        ]

    def _group(self, summed: tuple[int, ...], terms: Sequence[tuple[Monomial, Coefficient]]) -> Group:
        by_word: dict[Word, list[tuple[float, list[int]]]] = {}
        # Columns times rows come last.
        for monomial, coefficient in sorted(terms, key=lambda term: split_place(term[0].word) > 0):
            by_word.setdefault(monomial.word, []).extend(self._flat(coefficient, monomial))
        used = sorted({k for flat in by_word.values() for _, product in flat for k in product})
        place = {k: i + 1 for i, k in enumerate(used)}
        flat = [item for items in by_word.values() for item in items]
        width = max(1, *(len(product) for _, product in flat))
        padded = [[place[k] for k in product] + [0] * (width - len(product)) for _, product in flat]
        if self.expression.is_scalar:
            blocks: tuple[Block, ...] = (Block(0, len(flat), np.array([[number] for number, _ in flat]), (), (), ()),)
        else:
            blocks = _blocks([(self._opened(word), [number for number, _ in items]) for word, items in by_word.items()])
        return Group(tuple(used), np.array(padded).T, blocks, summed)


def _blocks(terms: Sequence[tuple[Opened, Sequence[float]]]) -> tuple[Block, ...]:
    """The numbers of all terms, those of one word together, as a block-diagonal matrix of dense blocks."""
    blocks: list[Block] = []
    held: list[tuple[Opened, Sequence[float]]] = []

    def finish() -> None:
        start = blocks[-1].last if blocks else 0
        numbers = np.zeros((sum(len(items) for _, items in held), len(held)))
        row = 0
        for column, (_, items) in enumerate(held):
            numbers[row : row + len(items), column] = items
            row += len(items)
        split = [word for word, _ in held if isinstance(word, tuple)]
        whole = tuple(word for word, _ in held if not isinstance(word, tuple))
        columns, rows = tuple(column for column, _ in split), tuple(row for _, row in split)
        blocks.append(Block(start, start + len(numbers), numbers, whole, columns, rows))
        held.clear()

    for word, items in terms:
        if held and sum(len(other) for _, other in held) + len(items) > BLOCK:
            finish()
        held.append((word, items))
    finish()
    return tuple(blocks)


def split_place(word: Word) -> int:
    """Where a word that is a column times a row falls into these, 0 for any other."""
    return next((i for i, f in enumerate(word) if i and f.rows == 1), 0)


def leaves(word: Word) -> Chain:
    """The word's letters one by one: integer powers repeated, inverses and fractional powers as leaves of their own."""
    chain: list[Leaf] = []
    for f in word:
        part: list[Leaf] = []
        for symbol, exponent in f.powers:
            if isinstance(exponent, int):
                part += [(symbol, 1 if exponent > 0 else -1, f.transposed)] * abs(exponent)
            else:
                part.append((symbol, exponent, f.transposed))
        chain += reversed(part) if f.transposed else part
    return tuple(chain)


def turned_chain(chain: Chain) -> Chain:
    """The transposed product."""
    return tuple((s, p, turned if s.symmetric else not turned) for s, p, turned in reversed(chain))


def rows_of(leaf: Leaf) -> Dimension:
    """The rows of a leaf."""
    return leaf[0].cols if leaf[2] else leaf[0].rows


def _nominal(size: Dimension) -> int:
    return size if isinstance(size, int) else NOMINAL_SIZE


def product_cost(first: Leaf, middle: Leaf, last: Leaf) -> float:
    """The cost of one product of pieces that begin with `first` and `middle` and end with `last`."""
    columns = last[0].rows if last[2] else last[0].cols
    return CALL_COST + _nominal(rows_of(first)) * _nominal(rows_of(middle)) * _nominal(columns)
