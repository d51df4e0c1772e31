"""What the names of a statement mean: letters with their properties, laws, lengths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from proofs_check.judge.errors import ClaimError
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import Expression, length, letter
from theory.algebra.grammar import Name, Node, SumOver, Vocabulary
from theory.algebra.latex import latex, name_latex
from theory.algebra.words import Symbol
from theory.marked_text import MarkingError, plain_formula

# Names that are lengths in every language.
_USUAL_LENGTHS = ("N", "M", "n", "d")
_DEFAULT_LENGTH = "N"
# Names that formulas read as the trace, the expectation and the identity.
_SYMBOLS = ("tr", "E", "I")


@dataclass(frozen=True)
class Language:
    """What the names of a statement mean.

    Args:
        letters: for each name its letter, an expression with the declared properties.
        law: for names that are random under E[...] their law: a Gaussian, or the covariance of a centred one.
        upto: for summation labels their length; N otherwise.
        stacked: letters that are given as one copy for each value of a summation index, with that index's length.
        lengths: names of lengths beside N, M, n and d, the lengths of sums and copies, and the sizes of letters.

    Raises:
        ClaimError: where a letter has the name of a length or of a symbol such as tr, or a law is none.
    """

    letters: Mapping[str, Expression]
    law: Mapping[str, Expression | Gaussian] = field(default_factory=dict)
    upto: Mapping[str, str] = field(default_factory=dict)
    stacked: Mapping[str, str] = field(default_factory=dict)
    lengths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        counted = {*self.lengths, *self.upto.values(), *self.stacked.values(), *self._sizes}
        clash = sorted(counted & set(self.letters))
        if clash:
            raise ClaimError(f"{clash[0]} is a letter and a length at once; rename one of them")
        for name in self.letters:
            require_no_symbol(name, "letter")
        for name in self.law:
            self._require_law(name)

    def _require_law(self, name: str) -> None:
        law = self.law[name]
        if name not in self.letters:
            raise ClaimError(f"{name!r} has a law and is no letter; it has to be one of {', '.join(self.letters)}")
        if not isinstance(law, Gaussian | Expression):
            raise ClaimError(
                f"the law of {name} is {law!r}; give its covariance, or theory.algebra.expectation.Gaussian(covariance)"
            )
        try:
            self.gaussian(name)
        except ValueError as error:
            raise ClaimError(f"the law of {name}: {error}") from error

    @property
    def _sizes(self) -> set[str]:
        sizes = {size for expression in self.letters.values() for size in expression.shape}
        return {size for size in sizes if isinstance(size, str)}

    @cached_property
    def length_names(self) -> tuple[str, ...]:
        """Every length: N, M, n and d unless a letter has that name, then the others by name."""
        others = {*self.lengths, *self.upto.values(), *self.stacked.values(), *self._sizes} - set(_USUAL_LENGTHS)
        return (*(name for name in _USUAL_LENGTHS if name not in self.letters), *sorted(others))

    def symbol(self, name: str) -> Symbol:
        """The letter of that name."""
        return letter(self.letters[name])

    def count_of(self, label: str) -> str:
        """The length that a summation label runs to."""
        return self.upto.get(label, _DEFAULT_LENGTH)

    def gaussian(self, name: str) -> Gaussian:
        """The law of a random name."""
        law = self.law[name]
        return law if isinstance(law, Gaussian) else Gaussian(law)

    def vocabulary(self, abbreviations: Mapping[str, Expression]) -> Vocabulary:
        """The engine's vocabulary."""
        names = {name: length(name) for name in self.length_names} | dict(self.letters) | dict(abbreviations)
        law = {self.letters[name]: self.gaussian(name) for name in self.law}
        return Vocabulary(names, law, self.upto)

    def properties(self, names: Sequence[str]) -> tuple[str, ...]:
        """The declared properties of letters, and the laws of random ones, as sentences with marked formulas."""
        said = [sentence for name in names if (sentence := self._property(name))]
        for name in names:
            if name in self.law:
                law = self.gaussian(name)
                mean = "0" if law.mean is None else latex(law.mean)
                said.append(rf"{self._printed(name)} $\sim N({mean}, {latex(law.covariance)})$")
        return tuple(said)

    def _property(self, name: str) -> str:
        symbol, shown = self.symbol(name), self._printed(name)
        number = symbol.rows == 1 and symbol.cols == 1
        commutes = f", commutes with {self._printed(symbol.family)}" if symbol.family != symbol.name else ""
        if symbol.definite:
            return f"{shown} {'positive' if number else 'positive definite' + commutes}"
        if symbol.non_negative:
            return f"{shown} not negative"
        if symbol.symmetric and not number:
            return f"{shown} symmetric{commutes}"
        return f"{shown} invertible" if symbol.invertible else ""

    def _printed(self, name: str) -> str:
        """A letter as a formula, with its name where that is typed in another way than it is printed."""
        shown = (self.symbol(name).latex if name in self.letters else "") or name_latex(name)
        try:
            return f"${shown}$" if plain_formula(shown) == name else f"${shown}$ (typed {name})"
        except MarkingError:
            return name


def require_no_symbol(name: str, what: str) -> None:
    """Do nothing unless formulas read the name as something else, such as tr for the trace; ClaimError then."""
    if name in _SYMBOLS or name.startswith("sum_"):
        raise ClaimError(f"the {what} {name!r} has the name of a symbol of formulas; give it another name")


def names_in(node: Node) -> Iterator[Name]:
    """Every name of a tree."""
    return (part for part in node.walk() if isinstance(part, Name))


def labels_in(node: Node) -> Iterator[str]:
    """Every summation label of a tree."""
    return (part.label for part in node.walk() if isinstance(part, SumOver))


def _compared_in(node: Node) -> Iterator[tuple[str, str, str]]:
    """Every comparison of summation labels of a tree."""
    sums = (part for part in node.walk() if isinstance(part, SumOver))
    return ((held.label, relation, other) for held in sums for relation, other in held.limits)


def require_consistent(
    language: Language, where: Sequence[tuple[str, Node]], side: Node, called: str = "the right side"
) -> None:
    """Do nothing if names are used in one meaning each.

    Raises:
        ClaimError: for an abbreviation named like a length, a letter or a symbol, a letter that is summed to two
            lengths, or indices up to two lengths that are compared; it names them.
    """
    for name, _ in where:
        require_no_symbol(name, "abbreviation")
        for kind, taken in (("length", language.length_names), ("letter", language.letters)):
            if name in taken:
                raise ClaimError(f"the abbreviation {name!r} has the name of a {kind}; give it another name")
    trees = [(f"the abbreviation {name!r}", tree) for name, tree in where] + [(called, side)]
    summed: dict[str, str] = {}
    for place, tree in trees:
        labels = set(labels_in(tree))
        for label, relation, other in _compared_in(tree):
            first, second = language.count_of(label), language.count_of(other)
            if first != second:
                raise ClaimError(
                    f"{place}: {label} {relation} {other} compares an index up to {first} with one up to {second}; "
                    "give both sums one length"
                )
        for used in names_in(tree):
            base, _, label = used.name.rpartition("_")
            if label not in labels or base not in language.letters or used.name in language.letters:
                continue
            count = language.count_of(label)
            if summed.setdefault(base, count) != count:
                raise ClaimError(
                    f"{place}: the letter {base!r} is summed to {summed[base]} and to {count}; "
                    "give the sums one length, or the copies two names"
                )


def require_known(
    language: Language,
    where: Sequence[tuple[str, Node]],
    side: Node,
    called: str = "the right side",
    whose: str = "the language",
) -> None:
    """Do nothing if a formula uses letters, their copies, lengths and earlier abbreviations only; else ClaimError."""
    known = [*language.letters, *language.length_names, "I"]
    for name, tree in (*where, ("", side)):
        place = f"the abbreviation {name!r}" if name else called
        labels = set(labels_in(tree))
        for used in names_in(tree):
            base, _, label = used.name.rpartition("_")
            if used.name not in known and not (label in labels and base in known):
                raise ClaimError(
                    f"{place} contains {used.name}, which {whose} does not have (column {used.column + 1}); it has "
                    f"{', '.join(language.letters)} and the lengths {', '.join(language.length_names)}; "
                    "say in where= what an abbreviation stands for"
                )
        known.append(name)
