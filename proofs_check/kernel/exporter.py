"""From the engine's expressions to Coq: words, terms and readable formulas over one alphabet of letters.

Letters are numbered in the order in which they are met. A product v v'^T of two fixed vectors is a letter of its own,
so that a bilinear form is a trace, v'^T W v = tr(W v v'^T). Coefficients become integers by one common factor
scale * N^shift on both sides of an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from theory.algebra.coefficients import Coefficient
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import Expression, letter
from theory.algebra.monomials import Monomial
from theory.algebra.words import Factor, Symbol, Word
from theory.errors import IclTheoryError


class ExportError(IclTheoryError, ValueError):
    """An expression that the checker's language cannot say."""


def listed(items: Iterable[object]) -> str:
    """A Coq list."""
    return "[:: " + "; ".join(map(str, items)) + "]" if (items := list(items)) else "[::]"


@dataclass(frozen=True)
class Term:
    """coefficient * N^power * scalars * traces * chords, summed over the variables; numbers stand for letters."""

    coefficient: Fraction
    power: int
    scalars: tuple[int, ...] = ()
    variables: tuple[int, ...] = ()
    traces: tuple[str, ...] = ()
    chords: tuple[str, ...] = ()

    def scaled(self, scale: int, shift: int) -> Term:
        """The term times scale * N^shift."""
        scaled = Term(self.coefficient * scale, self.power + shift, *self._rest())
        if scaled.coefficient.denominator != 1 or scaled.power < 0:
            raise ExportError(f"{scale} N^{shift} does not clear the denominators of {self}")
        return scaled

    def _rest(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
        return self.scalars, self.variables, self.traces, self.chords

    def closed(self) -> str:
        """The term of a polynomial without chords."""
        if self.chords or self.variables:
            raise ExportError(f"{self} is not averaged")
        return f"(({self.coefficient})%coqZ, ({self.power}, {listed(self.scalars)}, {listed(self.traces)}))"

    def random(self) -> str:
        """The term of a random polynomial."""
        state = f"({listed(self.variables)}, {listed(self.traces)}, {listed(self.chords)})"
        return f"((({self.coefficient})%coqZ, ({self.power}, {listed(self.scalars)})), {state})"


def clearing(*polynomials: Sequence[Term]) -> tuple[int, int]:
    """The least scale and shift so that scale * N^shift times every coefficient is an integer times a power of N."""
    terms = [term for polynomial in polynomials for term in polynomial]
    return lcm(*(t.coefficient.denominator for t in terms), 1), max(0, -min((t.power for t in terms), default=0))


def printed(terms: Sequence[Term], scale: int, shift: int, *, random: bool = False) -> str:
    """The polynomial scale * N^shift * (sum of the terms), a term a line."""
    scaled = [term.scaled(scale, shift) for term in terms]
    rows = [term.random() if random else term.closed() for term in scaled]
    return "[::\n  " + ";\n  ".join(rows) + "]" if rows else "[::]"


@dataclass
class Alphabet:
    """The letters of one file.

    Args:
        laws: the random vectors and their covariances.
        length: the name of the number of draws.
        radial_moments: the highest k for which the moment E r^k of an elliptical law is declared.
    """

    laws: Mapping[Symbol, Gaussian] = field(default_factory=dict)
    length: str = "N"
    radial_moments: int = 1
    matrices: list[Symbol] = field(default_factory=list)
    scalars: list[Symbol] = field(default_factory=list)
    vectors: list[Symbol] = field(default_factory=list)
    pairs: list[tuple[Symbol, Symbol]] = field(default_factory=list)
    order: list[Symbol | tuple[Symbol, Symbol]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for symbol, law in self.laws.items():
            self.vectors.append(symbol)
            for f in self._covariance(law):
                self._letter(f)
        self._radii()

    @staticmethod
    def _covariance(law: Gaussian) -> Word:
        """The covariance, which has to be a word with coefficient one."""
        if not isinstance(law.covariance, Expression):
            raise ExportError(f"the covariance {law.covariance} is no expression")
        ((monomial, coefficient),) = law.covariance.terms.items()
        if coefficient.numerator != {(): 1} or coefficient.denominator != {(): 1} or monomial.closed:
            raise ExportError(f"the covariance {law.covariance} is not a product of letters")
        return monomial.word

    def _radii(self) -> list[str]:
        """For each elliptical vector its number, that of its radius, and the moments as pairs (k, scalar).

        A radius has a number above those of all vectors: the checker contracts chords in the order of their numbers.
        """
        rows: list[str] = []
        for symbol, law in self.laws.items():
            if law.radial_moment is not None:
                moments = [(k, self._moment(law.radial_moment(k))) for k in range(2, self.radial_moments + 1)]
                rows.append(f"({self.vector(symbol)}, ({len(self.vectors) + len(rows)}, {listed(moments)}))")
        return rows

    def _moment(self, moment: Expression) -> int:
        try:
            return self.scalar(letter(moment))
        except ValueError as error:
            raise ExportError(f"the radial moment {moment} is no letter") from error

    # Letters and words.
    def _number(self, key: Symbol | tuple[Symbol, Symbol]) -> int:
        if key not in self.order:
            self.order.append(key)
        return self.order.index(key)

    def _letter(self, f: Factor) -> list[str]:
        letters = []
        for symbol, power in f.powers:
            if not isinstance(power, int) or power < 1:
                raise ExportError(f"{symbol.name}^{power} is not among the letters of the checker")
            if symbol not in self.matrices:
                self.matrices.append(symbol)
            flag = "true" if f.transposed else "false"
            letters += [f"({self._number(symbol)}, {flag})"] * power
        return letters

    def scalar(self, symbol: Symbol) -> int:
        """The number of a scalar."""
        if symbol not in self.scalars:
            self.scalars.append(symbol)
        return self.scalars.index(symbol)

    def vector(self, symbol: Symbol) -> int:
        """The number of a vector, random or fixed."""
        plain = symbol.plain
        if plain not in self.vectors:
            self.vectors.append(plain)
        return self.vectors.index(plain)

    def outer(self, left: Symbol, right: Symbol) -> str:
        """The letter left right^T of two fixed vectors."""
        first, second = sorted((left, right), key=self.vector)
        if (first, second) not in self.pairs:
            self.pairs.append((first, second))
        return f"({self._number((first, second))}, {'false' if first == left else 'true'})"

    def word(self, word: Word) -> list[str]:
        """The letters of a word; a column followed by a row is one letter."""
        letters: list[str] = []
        held: Factor | None = None
        for f in word:
            if f.cols == 1 and f.rows != 1:
                held = f
            elif f.rows == 1 and f.cols != 1:
                if held is None:
                    raise ExportError(f"the row {f!r} follows no column")
                letters.append(self.outer(held.symbol, f.symbol))
                held = None
            else:
                letters += self._letter(f)
        if held is not None:
            raise ExportError(f"the column {held!r} is followed by no row")
        return letters

    def around(self, before: Word, after: Word) -> tuple[list[str], list[str]]:
        """What stands before and after a place of a closed word, as a trace; a form v' W w is tr(W w v')."""
        if before and before[0].rows == 1:
            closing = self.outer(after[-1].symbol, before[0].symbol)
            return self.word(before[1:]), [*self.word(after[:-1]), closing]
        return self.word(before), self.word(after)

    # Terms.
    def terms(self, expression: Expression, closing: tuple[Symbol, bool] | None = None) -> list[Term]:
        """The terms of an expression.

        Args:
            expression: a scalar; or a matrix, a column or a scalar whose product with `closing` is meant.
            closing: a direction D and whether it is a letter to be transposed: tr(expression D^T).
        """
        found = []
        for monomial, coefficient in expression.sorted_terms():
            found += [self._term(monomial, c, power, size, closing) for power, size, c in self._powers(coefficient)]
        return found

    def _powers(self, coefficient: Coefficient) -> Iterator[tuple[int, int, Fraction]]:
        """The coefficient as a sum of c N^power d^size."""
        if coefficient.denominator != {(): 1}:
            raise ExportError(f"the coefficient {coefficient} is not a polynomial in 1/{self.length}")
        for powers, value in sorted(coefficient.numerator.items()):
            held = dict(powers)
            power, size = held.pop(self.length, 0), held.pop("d", 0)
            if held or size < 0:
                raise ExportError(f"the coefficient {coefficient} has other lengths than {self.length} and d")
            yield power, size, Fraction(value)

    def _term(
        self, monomial: Monomial, coefficient: Fraction, power: int, size: int, closing: tuple[Symbol, bool] | None
    ) -> Term:
        scalars: list[int] = []
        chords: list[str] = []
        traces: list[str] = []
        for word, exponent in monomial.closed:
            if not isinstance(exponent, int) or exponent < 1:
                raise ExportError(f"the power {exponent} of {word} is not among the letters of the checker")
            if len(word) == 1 and word[0].rows == word[0].cols == 1:
                scalars += [self.scalar(word[0].symbol)] * exponent
            elif word[0].rows == 1:
                kind = self._form(word)
                (chords if self._is_random(word) else traces).extend([kind] * exponent)
            else:
                traces += [listed(self.word(word))] * exponent
        if closing is not None:
            direction, plain = closing
            traces, scalars = self._closed_by(monomial.word, direction, traces, scalars, plain)
        elif monomial.word:
            raise ExportError(f"{monomial.word} is no scalar")
        variables = sorted({self._variable(symbol) for symbol in monomial.symbols()} - {0})
        return Term(
            coefficient, power, tuple(scalars), tuple(variables), tuple(traces + ["[::]"] * size), tuple(chords)
        )

    def _closed_by(
        self, word: Word, direction: Symbol, traces: list[str], scalars: list[int], matrix: bool
    ) -> tuple[list[str], list[int]]:
        """The traces and scalars of tr(word direction^T), the direction a matrix, a vector or a scalar."""
        if direction.rows == direction.cols == 1:
            return traces, [*scalars, self.scalar(direction)]
        if matrix:
            number = self._direction(direction)
            return [*traces, listed([*self.word(word), f"({number}, true)"])], scalars
        return [*traces, listed([*self.word(word[:-1]), self.outer(word[-1].symbol, direction)])], scalars

    def _direction(self, symbol: Symbol) -> int:
        if symbol not in self.matrices:
            self.matrices.append(symbol)
        return self._number(symbol)

    def _is_random(self, word: Word) -> bool:
        return any(f.symbol.plain in self.laws for f in (word[0], word[-1]))

    def _form(self, word: Word) -> str:
        left, right = word[0].symbol, word[-1].symbol
        if self._is_random(word):
            return f"(({self._end(left)}, {listed(self.word(word[1:-1]))}), {self._end(right)})"
        return listed([*self.word(word[1:-1]), self.outer(right, left)])

    def _end(self, symbol: Symbol) -> str:
        return f"({self.vector(symbol)}, {self._variable(symbol)})"

    def _variable(self, symbol: Symbol) -> int:
        """The number of a summation variable; 0 where there is none."""
        if not symbol.indices:
            return 0
        if len(symbol.indices) > 1:
            raise ExportError(f"{symbol.name} carries {len(symbol.indices)} indices; the checker knows one")
        (index,) = symbol.indices
        if index.length != self.length or not isinstance(index.label, int):
            raise ExportError(f"{symbol.name} is summed up to {index.length}, not to {self.length}")
        return index.label + 1

    # What the numbers mean, in Coq.
    def definition(self) -> str:
        """The alphabet as a Coq term."""
        symmetric = [
            self.order.index(key)
            for key in self.order
            if (key[0] == key[1] if isinstance(key, tuple) else key.symmetric)
        ]
        fixed = [i for i, symbol in enumerate(self.vectors) if (symbol, symbol) in self.pairs]
        covariances = [listed(self.word(self._covariance(law))) for law in self.laws.values()]
        table = [
            listed(self.outer(a, b) if j in fixed else "(0, false)" for j, b in enumerate(self.vectors))
            if i in fixed
            else "[::]"
            for i, a in enumerate(self.vectors)
        ]
        plain = (
            f"Alphabet (mem {listed(symmetric)}) (mem {listed(fixed)}) (nth [:: nothing] {listed(covariances)})\n"
            f"  (fun v w => nth (0, false) (nth [::] {listed(table)} v) w)"
        )
        families, radii = self._families(), self._radii()
        related = f"with_families {listed(families)} ({plain})" if any(families) else plain
        return f"with_radii {listed(radii)} ({related})" if radii else related

    def _families(self) -> list[int]:
        """For each letter the number of the family that it commutes with; 0 for a letter that is alone in its own."""
        of = ["" if isinstance(key, tuple) else key.family for key in self.order]
        shared = sorted({name for name in of if name and of.count(name) > 1})
        return [shared.index(name) + 1 if name in shared else 0 for name in of]

    def fix(self, vectors: Iterable[Symbol]) -> None:
        """Declare vectors fixed: every product of two of them becomes a letter."""
        held = list(vectors)
        for i, a in enumerate(held):
            for b in held[i:]:
                self.outer(a, b)

    def legend(self) -> str:
        """What the numbers stand for, as a comment's text."""
        letters = [
            f"{i} = {key[0].name} {key[1].name}'" if isinstance(key, tuple) else f"{i} = {key.name}"
            for i, key in enumerate(self.order)
        ]
        lines = [
            "letters: " + ", ".join(letters),
            "scalars: " + (", ".join(f"{i} = {s.name}" for i, s in enumerate(self.scalars)) or "none"),
            "vectors: " + (", ".join(f"{i} = {s.name}" for i, s in enumerate(self.vectors)) or "none"),
        ]
        return "\n   ".join(lines)

    def meaning(self) -> str:
        """`matrix_of`, `scalar_of` and `vector_of`: the numbers' meaning, as functions of the fixed letters."""
        names = [f"{k[0].name} *m {k[1].name}^T" if isinstance(k, tuple) else k.name for k in self.order]
        vectors = [s.name if s not in self.laws else "0" for s in self.vectors]
        return (
            f"Definition matrix_of : nat -> 'M[R]_d := nth 0 {listed(names)}.\n"
            f"Definition scalar_of : nat -> R := nth 0 {listed(s.name for s in self.scalars)}.\n"
            f"Definition vector_of : nat -> 'cV[R]_d := nth 0 {listed(vectors)}.\n"
        )

    def variables(self) -> str:
        """The fixed letters as section variables."""
        kinds = {
            "'M[R]_d": [s.name for s in self.matrices],
            "'cV[R]_d": [s.name for s in self.vectors if s not in self.laws],
            "R": [s.name for s in self.scalars],
        }
        held = " ".join(f"({' '.join(names)} : {kind})" for kind, names in kinds.items() if names)
        return f"Variables (R : numFieldType) (d n : nat) {held}.\n"


def formula(expression: Expression, length: str = "N") -> str:
    """An expression as MathComp writes it: n for the length, A *m B for products, (v^T *m A *m w) 0 0 for forms."""
    rows = []
    scalar = expression.is_scalar
    for monomial, coefficient in expression.sorted_terms():
        factors = [_number(coefficient, length)]
        for word, exponent in monomial.closed:
            factors.append(_power(_closed(word), exponent))
        value = " * ".join(f for f in factors if f) or "1"
        rows.append(value if scalar else f"({value}) *: ({_product(monomial.word)})".replace("((- 1))", "(- 1)"))
    return "\n  + ".join(rows) if rows else "0"


def _number(coefficient: Coefficient, length: str) -> str:
    """The rational coefficient; nothing for one."""
    least = min(0, *(dict(powers).get(length, 0) for powers in coefficient.numerator))
    common = lcm(*(Fraction(v).denominator for v in coefficient.numerator.values()))
    pieces = []
    degrees = {powers: (dict(powers).get(length, 0), dict(powers).get("d", 0)) for powers in coefficient.numerator}
    for powers, value in sorted(coefficient.numerator.items(), key=lambda item: degrees[item[0]], reverse=True):
        power, size = degrees[powers][0] - least, degrees[powers][1]
        whole = abs(int(value * common))
        factors = [f"{whole}%:R"] * (whole > 1)
        factors += [_power("n%:R", power)] * (power > 0) + [_power("d%:R", size)] * (size > 0)
        product = " * ".join(factors) or "1"
        pieces.append(product if value > 0 else f"(- {product})" if len(factors) < 2 else f"(- ({product}))")
    above = pieces[0] if len(pieces) == 1 else f"({' + '.join(pieces)})"
    below = [f"{common}%:R"] * (common > 1) + [_power("n%:R", -least)] * (least < 0)
    text = above if not below else f"{above} / {below[0]}" if len(below) == 1 else f"{above} / ({' * '.join(below)})"
    return "" if text == "1" else text


def _power(text: str, exponent: object) -> str:
    return text if exponent == 1 else f"{text} ^+ {exponent}"


def _product(word: Word) -> str:
    letters = []
    for f in word:
        for symbol, power in f.powers:
            turned = "^T" if f.transposed and not symbol.symmetric else ""
            letters += [symbol.name + turned] * (power if isinstance(power, int) else 1)
    return " *m ".join(letters) if letters else "1%:M"


def _closed(word: Word) -> str:
    if len(word) == 1 and word[0].rows == word[0].cols == 1:
        return word[0].symbol.name
    product = _product(word)
    if word[0].rows == 1:
        return f"({product}) 0 0"
    return f"\\tr ({product})" if " " in product else f"\\tr {product}"


def letters_of(laws: Mapping[Expression, Gaussian]) -> dict[Symbol, Gaussian]:
    """The laws by letter."""
    return {letter(vector): law for vector, law in laws.items()}
