"""Derivations: chains of steps, each with its reason, whose equations are checked as they are written down."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from theory.algebra.calculus import gradient
from theory.algebra.coefficients import Coefficient
from theory.algebra.definitions import Definition, abbreviate, expand
from theory.algebra.evaluation import all_exact, entries, evaluate, is_exact_number
from theory.algebra.expression import (
    Expression,
    indexed,
    scalar,
    scalar_letter,
    stacking,
    sum_over,
    symbol_expression,
    zero,
)
from theory.algebra.latex import latex, terms_latex
from theory.algebra.limits import growing_lengths, leading_term, limit, proportional_limit
from theory.algebra.words import Symbol
from theory.errors import IclTheoryError
from theory.exposition.document import Document
from theory.exposition.html import document_html
from theory.exposition.latex import document_latex
from theory.exposition.text import document_text
from theory.marked_text import plain_text


class DerivationError(IclTheoryError):
    """A step of a derivation does not hold; the message shows the difference that should be zero."""


# The weights: in a loss the terms of highest degree in them are printed first.
WEIGHTS = frozenset({"U11", "u21", "u12", "u", "U"})


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        id: a short name, unique in its derivation, such as "gram" or "wick".
        label: the left side as LaTeX.
        reason: why the right side is what it is, a sentence with its formulas as LaTeX between dollar signs.
        value: the right side.
        relation: how the sides relate, as LaTeX.
        cited: the step rests on a standard fact that `reason` names; the engine does not check that fact.
    """

    label: str
    reason: str
    value: Expression
    relation: str = "="
    cited: bool = False
    id: str = field(kw_only=True)

    @property
    def plain_reason(self) -> str:
        """The reason as plain text."""
        return plain_text(self.reason)

    def latex(self) -> str:
        """The step as an equation."""
        return f"{self.label} {self.relation} {latex(self.value, WEIGHTS)}"


def require_equal(left: Expression, right: Expression, what: str, definitions: Sequence[Definition] = ()) -> Expression:
    """Return right if it equals left; DerivationError with the difference otherwise."""
    difference = expand(left - right, definitions)
    if difference:
        raise DerivationError(f"{what}: the sides differ by {difference}")
    return right.as_computed() if left.computed else right


@dataclass(frozen=True)
class Formula:
    """A derived formula with everything needed to use it.

    Args:
        name: what it is, in words; its formulas are LaTeX between dollar signs.
        expression: the canonical expression.
        arguments: for each keyword of `evaluate` the name of the letter or length that it sets.
        steps: how it was derived.
        source: where it stands in the paper.
        definitions: what defined letters such as Gamma stand for; `evaluate` computes them itself.
        defaults: keywords that may be left out, with their values; None is a zero of the right shape.
        constants: irrational numbers among the letters, as text of the form SymPy would print.
        lengths: names of lengths; needed only for arguments on which the formula happens not to depend, since in the
            others its expression tells lengths from letters.
        positive: numbers made of lengths, such as M - d - 1, that have to be positive; elsewhere the formula refuses.
        ratios: names that stand for ratios of lengths, positive numbers, such as c in d = c N.
        copies: of a gradient with respect to letters U_1, U_2, ... the free index, the letters' name and the length to
            which their index runs; the values for all of them are stacked along an axis.
        left: what it is, as LaTeX: the left side where it is printed as an equation.
        title: what it is, in words with formulas between dollar signs; the name where it is empty.
        remainder: of an expansion, the order of what it leaves out, as LaTeX such as O(\\mathrm{logits}^3); printed
            after the expression, and no part of its value.

    Raises:
        ValueError: where one name is a letter and a length at once.
    """

    name: str
    expression: Expression
    arguments: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    source: str = ""
    definitions: tuple[Definition, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    lengths: Collection[str] = ("N", "M", "d", "n")
    positive: tuple[Expression, ...] = ()
    ratios: frozenset[str] = frozenset()
    copies: tuple[str, str, str] | None = None
    left: str = ""
    title: str = ""
    remainder: str = ""

    def __post_init__(self) -> None:
        clash = self._letter_names & self._counted_names
        if clash:
            raise ValueError(f"{min(clash)} is a letter and a length at once in {self.words}; rename one of them")
        if self.steps:
            object.__setattr__(self, "expression", self.expression.as_computed())

    @property
    def words(self) -> str:
        """The name as plain text."""
        return plain_text(self.name)

    @property
    def _letter_names(self) -> set[str]:
        return {symbol.name for part in self._parts for symbol in part.symbols}

    @property
    def _counted_names(self) -> set[str]:
        """Names that the expressions use as a length: in a coefficient, a sum, or the size of a letter."""
        counted = {name for part in self._parts for name in (*part.lengths, *part.shape)}
        counted |= {size for part in self._parts for symbol in part.symbols for size in (symbol.rows, symbol.cols)}
        return {name for name in counted if isinstance(name, str)}

    @property
    def _parts(self) -> tuple[Expression, ...]:
        return (self.expression, *(definition.expression for definition in self.definitions))

    @cached_property
    def length_names(self) -> frozenset[str]:
        """Those of the names set by arguments that are lengths, positive integers; the others are letters."""
        held = frozenset(self.arguments.values())
        return held & (frozenset(self.lengths) - self._letter_names | self._counted_names)

    def latex(self, norms: bool = False) -> str:
        """LaTeX of the formula, without math delimiters; with `norms`, w' Lambda w is printed as a squared norm."""
        printed = latex(self.abbreviated(), WEIGHTS, norms)
        return f"{printed} + {self.remainder}" if self.remainder else printed

    def latex_terms(self) -> list[tuple[str, str]]:
        """The (sign, term) pieces of `latex`, between which lines may be broken."""
        added = [("+", self.remainder)] if self.remainder else []
        return [*terms_latex(self.abbreviated(), WEIGHTS), *added]

    def abbreviated(self) -> Expression:
        """The expression with Gamma introduced wherever that makes it shorter."""
        gamma = next((d for d in self.definitions if d.symbol.name == "Gamma"), None)
        return self.expression if gamma is None else abbreviate(self.expression, gamma)

    def __str__(self) -> str:
        printed = str(self.expression)
        return f"{printed} + {plain_text(f'${self.remainder}$')}" if self.remainder else printed

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def to_sympy(self) -> Any:
        """The formula as a SymPy expression in MatrixSymbols and Traces."""
        from theory.algebra.sympy_bridge import to_sympy

        return to_sympy(self.expression)

    def expanded(self) -> Expression:
        """The expression with defined letters eliminated where they can be."""
        return expand(self.expression, self.definitions)

    def evaluate(self, **values: Any) -> Any:
        """Return the value at the given arguments: exact on int, Fraction or sympy.Rational, float on NumPy input.

        Raises:
            TypeError: for a keyword that the formula does not have or one that is missing, or values that are no
                numbers or exact and floating-point mixed.
            ValueError: for values of a wrong shape or outside the formula's domain; the message names the argument.
        """
        given = self._given(values)
        names = {self.arguments[key]: key for key in self.arguments}
        lengths = self.length_names
        letters = {name: given[key] for name, key in names.items() if name not in lengths and given[key] is not None}
        sizes = {name: given[names[name]] for name in lengths - self.ratios}
        if self.ratios & names.keys():
            return self._at_ratios({name: given[names[name]] for name in self.ratios & names.keys()}, given)
        for name in NON_NEGATIVE & set(letters):
            _check_non_negative(names[name], letters[name])
        try:
            if self.constants:
                self._add_constants(letters)
            return self._value(letters, sizes)
        except (ValueError, TypeError) as error:
            raise type(error)(_with_keywords(str(error), names)) from error

    def lambdify(self, namespace: str = "numpy") -> Callable[..., Any]:
        """Return a function of the same keywords as `evaluate`, compiled, for floating-point values at many points.

        Arguments broadcast: a length may be an array of integers, a scalar an array, a vector has shape (..., d), a
        matrix (..., d, d), and the result the broadcast of the leading axes in front of its own. A letter under a sum
        has its copies along the axis before its own axes.

        Args:
            namespace: "numpy", or "torch" for tensors, through which gradients flow.

        Returns:
            A function that raises as `evaluate` does; exact numbers other than integers are a TypeError. Letters that
            the formula does not contain are checked to be finite numbers, not for their shape.
        """
        from theory.algebra.compile import Compiled, checked_array, compile_expression

        if self.ratios & set(self.arguments.values()):
            raise ValueError(
                f"{self.words} depends on the ratio {min(self.ratios)}, for which `evaluate` takes a number"
            )
        definitions = self._used_definitions()
        parts = [(d.symbol.name, compile_expression(d.expression, namespace)) for d in definitions]
        programs: dict[frozenset[Symbol], Compiled] = {}
        names = {self.arguments[key]: key for key in self.arguments}
        optional = [s for s in self.expression.symbols if self._is_absent(s.name, {})]
        constants = {name: CONSTANTS[value] for name, value in self.constants.items()}

        def call(**values: Any) -> Any:
            given = self._given(values)
            lengths = {name: given[names[name]] for name in self.length_names}
            letters = {name: given[key] for name, key in names.items() if name not in lengths}
            letters = {name: value for name, value in letters.items() if value is not None}
            absent = frozenset(s for s in optional if s.name not in letters)
            if absent not in programs:
                programs[absent] = compile_expression(_without(self._one_chosen(), absent), namespace)
            program = programs[absent]
            try:
                for name in letters.keys() - {symbol.name for symbol in program.symbols}:
                    checked_array(name, letters[name], program.namespace)
                for name in NON_NEGATIVE & set(letters):
                    if (low := program.namespace.plain(program.namespace.asarray(letters[name])).min()) < 0:
                        raise ValueError(f"{name} must be at least 0, got {low}")
                letters.update(constants)
                trusted: dict[str, Any] = {}
                for name, part in parts:
                    trusted[name] = part(letters, lengths, trusted)
                if self.copies is None:
                    return program(letters, lengths, trusted)
                own = sum(size != 1 for size in self.expression.shape)
                count = np.shape(letters[self.copies[1]])[-own - 1]
                chosen = [program({**letters, _CHOSEN: row}, lengths, trusted) for row in np.eye(count)]
                return program.namespace.stack(chosen, own)
            except (ValueError, TypeError) as error:
                raise type(error)(_with_keywords(str(error), names)) from error

        return call

    def _one_chosen(self) -> Expression:
        """The expression, its free index summed over with a letter that is 1 for the chosen copy and 0 for others."""
        if self.copies is None:
            return self.expression
        label, _, upto = self.copies
        return sum_over(label, upto, indexed(scalar_letter(_CHOSEN), label) * self.expression)

    def _given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with defaults filled in; TypeError for one that is unknown or missing."""
        unknown = [key for key in values if key not in self.arguments]
        if unknown:
            raise TypeError(f"unknown argument {unknown[0]!r} of {self.words}; it takes {', '.join(self.arguments)}")
        missing = [key for key in self.arguments if key not in values and key not in self.defaults]
        if missing:
            raise TypeError(f"missing argument {missing[0]!r} of {self.words}; it takes {', '.join(self.arguments)}")
        given = {**self.defaults, **values}
        for key, value in given.items():
            if value is None and self.defaults.get(key, 0) is not None:
                raise TypeError(f"{key} of {self.words} must be given, got None")
        for name in self.ratios & given.keys():
            if not (is_exact_number(given[name]) or isinstance(given[name], float)) or not 0 < given[name] < math.inf:
                raise ValueError(f"the ratio {name} must be a positive number, got {given[name]!r}")
        for condition in self.positive:
            ((_, coefficient),) = condition.terms.items()
            sizes = {name: given[key] for key, name in self.arguments.items() if name in coefficient.names}
            if not np.all(coefficient.evaluate(sizes) > 0):
                raise ValueError(f"{self.words} holds where {condition} > 0, got {sizes}")
        return given

    def _used_definitions(self) -> list[Definition]:
        """The definitions on which the expression depends, directly or through another one."""
        return [
            definition
            for definition in self.definitions
            if any(definition.symbol in part.symbols for part in self._parts)
        ]

    def _add_constants(self, letters: dict[str, Any]) -> None:
        if all_exact(letters):
            name, value = next(iter(self.constants.items()))
            raise TypeError(f"{self.words} contains the irrational number {name} = {value}; pass floating-point values")
        letters.update({name: CONSTANTS[value] for name, value in self.constants.items()})

    def _value(self, letters: dict[str, Any], sizes: Mapping[str, int]) -> Any:
        expression = self.expression
        expression = _without(expression, [s for s in expression.symbols if self._is_absent(s.name, letters)])
        for definition in self._used_definitions():
            letters[definition.symbol.name] = evaluate(
                definition.expression, _used(definition.expression, letters), sizes
            )
        # Every argument is checked, also one that the formula happens not to depend on.
        if self.copies is None:
            return evaluate(expression, letters, sizes)
        label, name, _ = self.copies
        count = len(entries(letters[name]))
        return np.stack([evaluate(expression, letters, sizes, at={label: k}) for k in range(1, count + 1)])

    def _at_ratios(self, ratios: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
        """The value with numbers for the ratios, a float being the rational number that it is."""
        numbers = {name: Coefficient.number(Fraction(value)) for name, value in ratios.items()}
        terms = {m: c.substitute(numbers) for m, c in self.expression.terms.items()}
        expression = Expression(terms, *self.expression.shape)
        arguments = {key: name for key, name in self.arguments.items() if name not in ratios}
        at = replace(self, expression=expression, arguments=arguments, positive=(), ratios=frozenset())
        return at.evaluate(**{key: value for key, value in given.items() if key in arguments})

    def _is_absent(self, name: str, letters: Mapping[str, Any]) -> bool:
        keys = [key for key, letter in self.arguments.items() if letter == name]
        return bool(keys) and name not in letters and self.defaults.get(keys[0], 0) is None

    def limit(self, *arguments: str, **growth: Any) -> Formula:
        """The limit as lengths grow, one after the other.

        Args:
            arguments: lengths such as context_length or prompt_length, by keyword or name, that tend to infinity.
            growth: for a length, by keyword or name, infinity (math.inf, or "oo"), or for a dimension d="c N": it tends
                to infinity in the ratio c to N. The result depends on c, a positive number, and on normalised traces
                tr(P)/d in place of traces.

        Raises:
            ValueError: for an argument that is no length of the formula, or where there is no limit.
        """
        result = self
        for key, value in [*((argument, math.inf) for argument in arguments), *growth.items()]:
            name = result._length_of(key)
            is_infinite = str(value) in ("inf", "oo")
            result = result._long(key, name) if is_infinite else result._proportional(key, name, value)
        return result

    def _length_of(self, key: str) -> str:
        """The name of a length that a keyword sets, or that is a dimension; ValueError for anything else."""
        name = self.arguments.get(key, key)
        counted = self._counted_names | self.length_names
        if name not in counted or any(symbol.name == name for symbol in self.expression.symbols):
            known = ", ".join((*self.arguments, *sorted(counted - set(self.arguments.values()))))
            raise ValueError(f"{key!r} is not a length of {self.words}; its arguments and lengths are {known}")
        return name

    def _long(self, key: str, name: str) -> Formula:
        found = limit(self.expression, name, self.definitions)
        return self._without_lengths({name}, f"{self.name}, {key} to infinity", found, name, {})

    def _proportional(self, key: str, name: str, value: object) -> Formula:
        ratio, _, other = value.partition(" ") if isinstance(value, str) else ("", "", "")
        if not ratio.isidentifier() or not other.isidentifier():
            raise ValueError(f"{key} grows to infinity, math.inf, or in a ratio to a length, 'c N', not to {value!r}")
        upto = self._length_of(other)
        ratios = {upto: ratio}
        found = proportional_limit(self.expression, ratios, dimension=name, definitions=self.definitions)
        said = f"{self.name}, ${key} = {value}$ to infinity"
        result = self._without_lengths({name, upto}, said, found, name, growing_lengths(ratios, name))
        used = {held for part in (found, *result.positive) for held in part.lengths}
        arguments = {**result.arguments, ratio: ratio} if ratio in used else result.arguments
        return replace(result, arguments=arguments, ratios=self.ratios | {ratio})

    def _without_lengths(
        self, names: set[str], said: str, expression: Expression, name: str, values: Mapping[str, Coefficient]
    ) -> Formula:
        """The limit with the arguments, definitions and conditions that are left.

        Args:
            names: the lengths that are gone.
            name: the one that grows, and the values of others in it.
        """
        positive = []
        for condition in self.positive:
            ((_, coefficient),) = condition.terms.items()
            top, degree = leading_term(coefficient.substitute(values), name)
            if not top.names and not top.evaluate({}, Fraction(1)) > 0:
                raise ValueError(f"{self.words} holds where {condition} > 0, which fails as {name} grows")
            if top.names:
                positive.append(scalar(top) if degree else condition)
        left = tuple(d for d in self.definitions if not names & set(d.expression.lengths))
        kept = {key: held for key, held in self.arguments.items() if held not in names}
        # It is no longer what `left` and `title` say.
        return replace(
            self,
            name=said,
            expression=expression,
            arguments=kept,
            steps=(),
            definitions=left,
            positive=tuple(positive),
            left="",
            title="",
        )

    def gradient(self, argument: str) -> Formula:
        """The gradient with respect to one argument, a formula with the same arguments.

        With respect to letters U_1, U_2, ... under a sum, such as heads, its value is the stack of the gradients with
        respect to each of them; its expression is that for one with a free index.

        Raises:
            ValueError: for an argument that is no letter of the formula, or of which it is no polynomial.
        """
        name = self.arguments.get(argument)
        symbol = next((s for s in self.expression.symbols if s.name == name), None)
        if symbol is None:
            letters = [key for key, held in self.arguments.items() if held not in self.length_names]
            raise ValueError(f"no gradient with respect to {argument!r}; the letters are {', '.join(letters)}")
        by, copies = symbol_expression(symbol), None
        indices = stacking(self.expression)[symbol.name]
        if len(indices) > 1:
            raise ValueError(f"no gradient with respect to {argument!r}: it carries {len(indices)} indices, not one")
        if indices:
            by, copies = indexed(by, _COPY), (_COPY, symbol.name, indices[0])
        definitions = self._used_definitions() if indices else self.definitions
        return Formula(
            f"gradient of {self.name} with respect to {argument}",
            gradient(self.expression, by, definitions),
            self.arguments,
            (),
            self.source,
            self.definitions,
            self.defaults,
            self.constants,
            self.length_names,
            copies=copies,
        )


# The irrational numbers that occur, rounded once, when a formula is evaluated in floating point.
CONSTANTS = {"2/pi": 2 / math.pi}
# The free index of a stacked gradient, and the letter that chooses one of its copies.
_COPY, _CHOSEN = "h", "chosen"
# Letters that are variances.
NON_NEGATIVE = frozenset({"s2"})


def _without(expression: Expression, absent: Iterable[Symbol]) -> Expression:
    """The expression with letters set to zero."""
    return expression.substitute({symbol: zero(symbol.rows, symbol.cols) for symbol in absent})


def _used(expression: Expression, letters: Mapping[str, Any]) -> dict[str, Any]:
    names = {symbol.name for symbol in expression.symbols}
    return {name: value for name, value in letters.items() if name in names}


def _check_non_negative(keyword: str, value: Any) -> None:
    if is_exact_number(value) or isinstance(value, float):
        if value < 0:
            raise ValueError(f"{keyword} must be at least 0, got {value}")
    else:
        raise TypeError(f"{keyword} must be a number, got {value!r}")


def _with_keywords(message: str, names: Mapping[str, str]) -> str:
    """The message with a letter's name at its start replaced by the caller's keyword."""
    first, space, rest = message.partition(" ")
    return names.get(first, first) + space + rest


@dataclass(frozen=True)
class Derivation:
    """A named chain of steps that ends in formulas.

    Args:
        name, title, source: what it is called, what it shows, and where that stands.
        steps: in their order; each id once.
        results: the formulas by the names under which Python finds them.
        letters: what each letter stands for, LaTeX to a few words with formulas between dollar signs.
    """

    name: str
    title: str
    source: str
    steps: tuple[Step, ...]
    results: Mapping[str, Formula]
    letters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [step.id for step in self.steps]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two steps of {self.name} have the id {twice!r}")

    def step(self, name: str) -> Step:
        """The step with that id; KeyError, with the ids, for any other name."""
        found = next((step for step in self.steps if step.id == name), None)
        if found is None:
            raise KeyError(f"{self.name} has no step {name!r}; it has {', '.join(step.id for step in self.steps)}")
        return found

    def __getitem__(self, name: str) -> Formula:
        if name not in self.results:
            raise KeyError(f"{self.name} has no result {name!r}; it has {', '.join(self.results)}")
        return self.results[name]

    def document(self, with_steps: bool = True) -> Document:
        """The derivation as a document, from which text, LaTeX, HTML and JSON are printed."""
        from theory.exposition.build import exposition

        return exposition(self, with_steps)

    def text(self, with_steps: bool = True) -> str:
        """The derivation as plain text of 80 columns."""
        return document_text(self.document(with_steps))

    def latex(self, with_steps: bool = True) -> str:
        """The derivation as a LaTeX document that compiles by itself."""
        return document_latex(self.document(with_steps))

    def _repr_html_(self) -> str:
        return document_html(self.document())
