"""Expressions compiled to short lists of array operations, for values at many points.

A compiled expression is a program in three parts, built once and run on every call. No source text is generated.

1. *Matrix products.* Every word is cut into letters, inverses and fractional powers. The order of multiplication is the
   cheapest by dynamic programming over the cuts, at the nominal size `NOMINAL_SIZE` for every named length; a piece
   that some earlier word contains, or whose transpose it contains, costs nothing. A trace tr(P Q) is the sum of the
   entries of P and Q' multiplied one by one, and the cycle is opened where that is cheapest.
2. *Scalars.* Closed words with their exponents, powers of lengths and inverses of denominators, one number each.
3. *The polynomial.* Every term is a number times a product of scalars (times an open word), so that all terms together
   are a few gathers of the vector of scalars and one matrix product with the constant numbers.

Axes of an array, from the left: batch, one for each summation index, rows and columns. Arguments broadcast over the
batch; an index is an axis of its own that the last step sums over. So every operation is written once for numbers,
vectors of numbers and stacks of matrices.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from theory.algebra.coefficients import Coefficient, Polynomial, Rational
from theory.algebra.evaluation import SYMMETRY_TOLERANCE, check_definite, check_symmetric
from theory.algebra.expression import Expression, stacking
from theory.algebra.monomials import Monomial
from theory.algebra.text import closed_text
from theory.algebra.words import ORDER, UNIT, Dimension, Index, Symbol, Word

Array = Any
# The size that a named length counts as when products are put in order, and the cost of one call beside its flops.
NOMINAL_SIZE = 20
CALL_COST = 4000
# Terms of the polynomial that are multiplied into one dense block of numbers.
BLOCK = 512

# A letter to the power 1, -1 or a fraction, and whether it is transposed.
Leaf = tuple[Symbol, Rational, bool]
Chain = tuple[Leaf, ...]
# A scalar of the polynomial: a length, a closed word or a denominator, and its exponent.
Entry = tuple[str, Any, Rational]


@dataclass(frozen=True)
class Namespace:
    """The array operations that are not spelled alike everywhere."""

    asarray: Callable[[Any], Array]
    stack: Callable[[Sequence[Array], int], Array]
    matmul: Callable[[Array, Array], Array]
    paired: Callable[[Array, Array], Array]
    inverse: Callable[[Array], Array]
    root: Callable[[Array, float], Array]
    constant: Callable[[Any], Array]
    plain: Callable[[Array], Any]


def _numpy_stack(values: Sequence[Array], axes: int) -> Array:
    # Numbers alone are the usual case, and np.shape is slow for them.
    shapes = {getattr(value, "shape", ()) for value in values}
    if len(shapes) == 1 and len(next(iter(shapes))) == axes:
        return np.array(values)
    broadcast = np.broadcast_shapes(*shapes)
    split = len(broadcast) - axes
    result: Array = np.empty((*broadcast[:split], len(values), *broadcast[split:]))
    places = np.moveaxis(result, split, 0)
    for place, value in zip(places, values, strict=True):
        place[...] = value
    return result


def _numpy_root(array: Array, exponent: float) -> Array:
    eigenvalues, basis = np.linalg.eigh(array)
    return (basis * eigenvalues[..., None, :] ** exponent) @ basis.swapaxes(-1, -2)


def _numpy_namespace() -> Namespace:
    return Namespace(
        np.asarray,
        _numpy_stack,
        np.matmul,
        lambda a, b: np.einsum("...ij,...ji->...", a, b),
        np.linalg.inv,
        _numpy_root,
        lambda value: value,
        np.asarray,
    )


def _torch_namespace() -> Namespace:
    import torch

    def tensor(value: Any) -> Array:
        # Whatever is no tensor goes through NumPy, which reads lists of integers and refuses text.
        return value if isinstance(value, torch.Tensor) else torch.as_tensor(np.asarray(value))

    def stack(values: Sequence[Array], axes: int) -> Array:
        broadcast: Callable[..., list[Array]] = torch.broadcast_tensors
        tensors = broadcast(*[torch.as_tensor(value, dtype=torch.float64) for value in values])
        return torch.stack(tensors, dim=tensors[0].ndim - axes)

    def root(array: Array, exponent: float) -> Array:
        eigenvalues, basis = torch.linalg.eigh(array)
        return (basis * eigenvalues[..., None, :] ** exponent) @ basis.swapaxes(-1, -2)

    return Namespace(
        tensor,
        stack,
        torch.matmul,
        lambda a, b: torch.einsum("...ij,...ji->...", a, b),
        torch.linalg.inv,
        root,
        torch.as_tensor,
        lambda tensor: tensor.detach().cpu().numpy(),
    )


NAMESPACES: Mapping[str, Callable[[], Namespace]] = {"numpy": _numpy_namespace, "torch": _torch_namespace}


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


@dataclass(frozen=True)
class _Group:
    """The terms with one set of summation indices.

    Attributes:
        scalars: the numbers of the scalars that occur; the scalar 1 stands before them at place 0.
        places: for each position in a product (row) and each flat term (column) the place of a scalar.
        blocks: (first and last flat term, block of numbers with a row for each term and a column for each word).
        words: for each word the register of its value; None is the identity.
        summed: the axes of the indices.
    """

    scalars: tuple[int, ...]
    places: Array
    blocks: tuple[tuple[int, int, Array], ...]
    words: tuple[int | None, ...]
    summed: tuple[int, ...]


@dataclass(frozen=True)
class Compiled:
    """A compiled expression; call it with the values of its letters and lengths."""

    expression: Expression
    symbols: tuple[Symbol, ...]
    lengths: tuple[str, ...]
    summed: Mapping[str, tuple[str, ...]]
    axes: tuple[Index, ...]
    loads: tuple[Symbol, ...]
    code: tuple[tuple[str, Any, Any], ...]
    entries: tuple[Entry, ...]
    groups: tuple[_Group, ...]
    namespace: Namespace
    operations: Mapping[str, Callable[[Array, Any], Array]] = field(default_factory=dict)

    def __call__(
        self, values: Mapping[str, Any], lengths: Mapping[str, Any], trusted: Mapping[str, Array] | None = None
    ) -> Any:
        """Return the value of the expression, an array with the batch axes in front of its own.

        Args:
            values: for each letter's name its floating-point or integer value, of shape (..., rows, cols) for a matrix,
                (..., rows) for a vector and (...) for a scalar, a letter under a sum with its copies along an axis
                before these; leading axes broadcast.
            lengths: positive integers, or integer arrays that broadcast with the leading axes.
            trusted: letters that were computed and need no check, matrices with their rows and columns as last axes.

        Raises:
            ValueError, TypeError: as `evaluate`, naming the argument.
        """
        run = _Run(self, values, lengths, trusted or {})
        return run.result()


class _Run:
    """One call of a compiled expression."""

    def __init__(
        self, program: Compiled, values: Mapping[str, Any], lengths: Mapping[str, Any], trusted: Mapping[str, Array]
    ):
        self.program = program
        self.namespace = program.namespace
        self.sizes: dict[str, Any] = {name: checked_lengths(name, value) for name, value in lengths.items()}
        self.batch: tuple[int, ...] = ()
        for name, value in self.sizes.items():
            if not isinstance(value, int):
                self._join_batch(name, value.shape)
        letters: dict[str, Array] = {}
        summed = program.summed
        for symbol in program.symbols:
            held = trusted.get(symbol.name)
            if held is None:
                if symbol.name not in values:
                    raise ValueError(f"no value given for {symbol.name} ({symbol.rows} x {symbol.cols})")
                held = self._checked(symbol, values[symbol.name])
            letters[symbol.name] = held
            self._bind(symbol, held, summed[symbol.name])
        missing = [name for name in program.lengths if name not in self.sizes]
        if missing:
            raise ValueError(f"no value given for the length {missing[0]}")
        self.registers = [
            self._compared(symbol.indices)
            if symbol.name == ORDER
            else self._loaded(symbol, self._units(symbol) if symbol.name == UNIT else letters[symbol.name])
            for symbol in program.loads
        ]

    def _checked(self, symbol: Symbol, value: Any) -> Array:
        array = checked_array(symbol.name, value, self.namespace)
        if symbol.rows == symbol.cols != 1:
            if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
                raise ValueError(f"{symbol.name} must be square, got shape {_times(array.shape)}")
            _check_properties(symbol, self.namespace.plain(array))
        elif symbol.rows == symbol.cols == 1 and symbol.definite and not (self.namespace.plain(array) > 0).all():
            raise ValueError(f"{symbol.name} must be positive, got {self.namespace.plain(array).min()}")
        return array

    def _bind(self, symbol: Symbol, array: Array, summed: tuple[str, ...]) -> None:
        sizes: list[Dimension] = [*summed, *(size for size in (symbol.rows, symbol.cols) if size != 1)]
        if array.ndim < len(sizes):
            raise ValueError(
                f"{symbol.name} must have {len(sizes)} axes ({' x '.join(map(str, sizes))}) after those that "
                f"broadcast, got shape {_times(array.shape)}"
            )
        split = array.ndim - len(sizes)
        for size, have in zip(sizes, array.shape[split:], strict=True):
            want = size if isinstance(size, int) else self.sizes.setdefault(size, have)
            if (want != have) if isinstance(want, int) else (want != have).any():
                raise ValueError(f"{symbol.name} has size {have} where {size} = {want}")
        self._join_batch(symbol.name, tuple(array.shape[:split]))

    def _join_batch(self, name: str, shape: tuple[int, ...]) -> None:
        if shape and shape != self.batch:
            try:
                self.batch = np.broadcast_shapes(self.batch, shape)
            except ValueError as error:
                reason = f"{name} has leading axes {shape}, which do not broadcast with {self.batch}"
                raise ValueError(reason) from error

    def _loaded(self, symbol: Symbol, array: Array) -> Array:
        """The letter as an array (batch, indices, rows, cols)."""
        own = (symbol.rows != 1) + (symbol.cols != 1) + len(symbol.indices)
        split = array.ndim - own
        axes = self.program.axes
        if own == 2 and not axes:
            return array
        if len(symbol.indices) > 1:
            # Their axes in the order of the program's axes; an index that stands twice is a diagonal.
            array, places = _in_order(array, [split + k for k in range(len(symbol.indices))], symbol.indices, axes)
        else:
            places = list(symbol.indices)
        shape = list(array.shape[split:])
        between = [1] * len(axes)
        for index in places:
            between[axes.index(index)] = shape.pop(0)
        if symbol.rows == 1:
            shape.insert(0, 1)
        if symbol.cols == 1:
            shape.append(1)
        return array.reshape((*array.shape[:split], *between, *shape))

    def _units(self, symbol: Symbol) -> Array:
        """All unit vectors, one below the other."""
        return self.namespace.asarray(np.eye(self._size(symbol.rows)))

    def _compared(self, indices: tuple[Index, ...]) -> Array:
        """The indicator of one index below another, an array over the axes of both."""
        axes = self.program.axes
        sizes = [self.sizes[index.length] for index in indices]
        low, high = (axes.index(index) for index in indices)
        places = [
            np.arange(size).reshape([-1 if k == at else 1 for k in range(len(axes))])
            for size, at in zip(sizes, (low, high), strict=True)
        ]
        return self.namespace.asarray((places[0] < places[1]).astype(float)[..., None, None])

    def result(self) -> Any:
        values, operations, matmul = self.registers, self.program.operations, self.namespace.matmul
        append = values.append
        for operation, a, b in self.program.code:
            # Nearly all operations are of these two kinds.
            if operation == "product":
                append(matmul(values[a], values[b]))
            elif operation == "turn":
                append(values[a].swapaxes(-1, -2))
            else:
                append(operations[operation](values[a], b if b is None or operation == "root" else values[b]))
        scalars = [self._scalar(entry) for entry in self.program.entries]
        total: Array = None
        for group in self.program.groups:
            part = self._group(group, scalars)
            total = part if total is None else total + part
        rows, cols = self.program.expression.shape
        if total is None:
            total = np.zeros(self._shape(rows, cols))
        elif tuple(total.shape) != (*self.batch, *self._shape(rows, cols)):
            # An argument on which the value does not depend broadcasts all the same.
            total = total + np.zeros((*self.batch, *self._shape(rows, cols)))
        if rows == 1 and cols == 1:
            return float(total) if isinstance(total, np.floating) else total
        return total[..., 0] if cols == 1 else total

    def _shape(self, rows: Dimension, cols: Dimension) -> tuple[int, ...]:
        return () if rows == cols == 1 else (self._size(rows), self._size(cols))

    def _size(self, size: Dimension) -> int:
        if isinstance(size, int):
            return size
        if not isinstance(self.sizes.get(size), int):
            raise ValueError(f"{size} is a size of the result and must be one integer, got {self.sizes.get(size)}")
        return int(self.sizes[size])

    def _spread(self, value: Any) -> Any:
        """A batch of numbers with an axis for each summation index behind it."""
        axes = len(self.program.axes)
        return value.reshape((*value.shape, *[1] * axes)) if axes and np.ndim(value) else value

    def _scalar(self, entry: Entry) -> Any:
        kind, what, exponent = entry
        if kind == "length":
            size = self.sizes[what]
            return float(size) ** exponent if isinstance(size, int) else self._spread(size.astype(float)) ** exponent
        if kind == "denominator":
            value = self._spread(polynomial_value(dict(what), self.sizes))
            if (value == 0) if np.ndim(value) == 0 else (value == 0).any():
                raise ZeroDivisionError(f"{Coefficient(dict(what))} vanishes at the given lengths")
            return 1 / value
        word, register = what
        value = self.registers[register]
        return value if exponent == 1 else self._power(value, exponent, word)

    def _power(self, base: Any, exponent: Rational, word: Word) -> Any:
        plain = self.namespace.plain(base)
        if exponent < 0 and (plain == 0).any():
            raise ValueError(f"{closed_text(word, 1)} must not be zero, the formula has its power {exponent}")
        if not isinstance(exponent, int) and (plain < 0).any():
            raise ValueError(
                f"{closed_text(word, 1)} must be positive, the formula has its power {exponent}; got {plain.min()}"
            )
        return base ** (exponent if isinstance(exponent, int) else float(exponent))

    def _group(self, group: _Group, scalars: Sequence[Any]) -> Array:
        namespace = self.namespace
        column = namespace.stack([1.0, *(scalars[k] for k in group.scalars)], 0)
        if column.ndim == 1:
            flat = column[group.places].prod(0)
        else:
            # One position after the other: a batch of all of them at once would take too much memory.
            flat = column[..., group.places[0]]
            for places in group.places[1:]:
                flat = flat * column[..., places]
        parts = [flat[..., low:high] @ namespace.constant(numbers) for low, high, numbers in group.blocks]
        axes = len(self.program.axes)
        if self.program.expression.is_scalar:
            value = parts[0][..., 0]
            for part in parts[1:]:
                value = value + part[..., 0]
            # Axes of other indices have length 1 here.
            return value.sum(tuple(range(-axes, 0))) if axes else value
        total: Array = None
        start = 0
        for part in parts:
            stacked = namespace.stack([self._word(r) for r in group.words[start : start + part.shape[-1]]], 2)
            start += part.shape[-1]
            rows, cols = stacked.shape[-2:]
            flat_words = stacked.reshape((*stacked.shape[:-2], rows * cols))
            value = part @ flat_words if part.ndim == flat_words.ndim - 1 == 1 else (part[..., None, :] @ flat_words)
            value = value.reshape((*value.shape[: (-1 if value.ndim == 1 else -2)], rows, cols))
            total = value if total is None else total + value
        return total.sum(tuple(range(-axes - 2, -2))) if axes else total

    def _word(self, register: int | None) -> Array:
        if register is not None:
            return self.registers[register]
        return self.namespace.constant(np.eye(self._size(self.program.expression.rows)))


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
                self._chain(leaves(word))
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

    def _group(self, summed: tuple[int, ...], terms: Sequence[tuple[Monomial, Coefficient]]) -> _Group:
        by_word: dict[Word, list[tuple[float, list[int]]]] = {}
        for monomial, coefficient in terms:
            by_word.setdefault(monomial.word, []).extend(self._flat(coefficient, monomial))
        used = sorted({k for flat in by_word.values() for _, product in flat for k in product})
        place = {k: i + 1 for i, k in enumerate(used)}
        flat = [item for items in by_word.values() for item in items]
        width = max(1, *(len(product) for _, product in flat))
        padded = [[place[k] for k in product] + [0] * (width - len(product)) for _, product in flat]
        words = tuple(self._chain(leaves(word)) if word else None for word in by_word)
        blocks = _blocks([[number for number, _ in items] for items in by_word.values()], self.expression.is_scalar)
        return _Group(tuple(used), np.array(padded).T, blocks, words, summed)


def _in_order(
    array: Array, axes: Sequence[int], indices: Sequence[Index], order: Sequence[Index]
) -> tuple[Array, list[Index]]:
    """The array with the axes of its indices, which are neighbours, once each and in that order."""
    held = list(indices)
    first = axes[0]
    while len(set(held)) < len(held):
        a, b = next((i, j) for i in range(len(held)) for j in range(i) if held[i] == held[j])
        array = array.diagonal(0, first + a, first + b)
        array = _moved(array, array.ndim - 1, first + b)
        held = [index for k, index in enumerate(held) if k != a]
    for k, index in enumerate(sorted(held, key=order.index)):
        place = held.index(index)
        array = _moved(array, first + place, first + k)
        held.insert(k, held.pop(place))
    return array, held


def _moved(array: Array, source: int, target: int) -> Array:
    order = [k for k in range(array.ndim) if k != source]
    order.insert(target, source)
    return array.permute(order) if hasattr(array, "permute") else array.transpose(order)


def _blocks(numbers: Sequence[Sequence[float]], scalar: bool) -> tuple[tuple[int, int, Array], ...]:
    """The numbers of all terms, sorted by word, as a block-diagonal matrix of dense blocks."""
    blocks: list[tuple[int, int, Array]] = []
    if scalar:
        flat = [number for items in numbers for number in items]
        return ((0, len(flat), np.array(flat)[:, None]),)
    start, held = 0, list[Sequence[float]]()

    def finish() -> None:
        nonlocal start, held
        count = sum(map(len, held))
        block = np.zeros((count, len(held)))
        row = 0
        for column, items in enumerate(held):
            block[row : row + len(items), column] = items
            row += len(items)
        blocks.append((start, start + count, block))
        start, held = start + count, []

    for items in numbers:
        if held and sum(map(len, held)) + len(items) > BLOCK:
            finish()
        held.append(items)
    finish()
    return tuple(blocks)


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


def polynomial_value(polynomial: Polynomial, sizes: Mapping[str, Any]) -> Any:
    """The value of a polynomial in the lengths, in floating point."""
    total: Any = 0.0
    for powers, number in polynomial.items():
        term: Any = float(number)
        for name, power in powers:
            size = sizes[name]
            term = term * (float(size) if isinstance(size, int) else size.astype(float)) ** power
        total = total + term
    return total


def checked_lengths(name: str, value: Any) -> Any:
    """The value as an int, or as an array of integers; TypeError or ValueError unless all are at least 1."""
    if isinstance(value, bool):
        raise TypeError(f"{name} must be a positive integer, got {value!r}")
    try:
        size = operator.index(value)
    except TypeError:
        array = np.asarray(value)
        if array.dtype.kind not in "iu":
            raise TypeError(f"{name} must be a positive integer, or an array of them, got {value!r}") from None
        if array.size == 0 or array.min() < 1:
            least = array.min() if array.size else "an empty array"
            raise ValueError(f"{name} must be at least 1, got {least}") from None
        return array
    if size < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return size


def checked_array(name: str, value: Any, namespace: Namespace) -> Array:
    """The value as an array of doubles; TypeError unless it consists of real numbers, ValueError unless finite."""
    try:
        array = namespace.asarray(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must have rows of equal length, got {value!r}") from error
    plain = namespace.plain(array)
    if plain.dtype.kind in "iu":
        array = namespace.asarray(array * 1.0)
        plain = namespace.plain(array)
    if plain.dtype.kind != "f":
        raise TypeError(f"{name} must consist of floats or integers, got {value!r}; `evaluate` takes exact numbers")
    if array.dtype != namespace.asarray(_ZERO).dtype:
        array = array + namespace.asarray(_ZERO)
    if plain.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {_times(plain.shape)}")
    # A finite sum means finite entries; the entries are looked at one by one only where it is not.
    if not math.isfinite(plain.sum()) and not np.isfinite(plain).all():
        raise ValueError(f"{name} must be finite, got {plain[~np.isfinite(plain)].flat[0]}")
    return array


_ZERO = np.zeros(())


def _check_properties(symbol: Symbol, array: Array) -> None:
    if symbol.symmetric and not (array == array.swapaxes(-1, -2)).all():
        gaps = np.abs(array - array.swapaxes(-1, -2)).max((-1, -2))
        for place in np.argwhere(np.atleast_1d(gaps > SYMMETRY_TOLERANCE * np.abs(array).max((-1, -2)))):
            check_symmetric(symbol.name, array[tuple(place)] if gaps.ndim else array, exact=False)
    if symbol.definite:
        try:
            np.linalg.cholesky(array)
        except np.linalg.LinAlgError:
            for matrix in array.reshape((-1, *array.shape[-2:])):
                check_definite(symbol.name, matrix, exact=False)


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "()"
