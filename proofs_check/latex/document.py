"""Statements as LaTeX: what a claim or an entry of a report says, as an equation that is broken to fit the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult
from proofs_check.papers import catalogue
from proofs_check.papers.zhang2024.language import LETTERS, PAPER, PRINTED, TWO_ATOMS
from theory.algebra.expression import Expression, letter
from theory.algebra.grammar import Node, Number, Product, parse
from theory.algebra.latex import latex, terms_latex
from theory.algebra.statement_latex import statement_latex
from theory.derivation import WEIGHTS
from theory.exposition.lines import display, top_level_pieces


@dataclass(frozen=True)
class Stated:
    """A statement as it is printed, with the evidence for it if there is any.

    Attributes:
        said: what the claim says, as in a report; its status counts only where there is a result.
        result: the report's entry; None for a statement that was not checked.
        expression: the right side where the engine wrote it.
        names: LaTeX of the letters that are not printed as they are spelled.
        witnesses: for an inequality that the engine derives, forms of the difference of its sides as sums of terms
            that are at least 0.
    """

    id: str
    title: str
    source: str
    left: str
    relation: str
    right: Node
    where: tuple[tuple[str, Node], ...]
    assumptions: tuple[str, ...]
    rests_on: tuple[str, ...]
    upto: Mapping[str, str]
    said: ClaimResult
    result: ClaimResult | None = None
    expression: Expression | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    witnesses: tuple[Expression, ...] = ()

    @classmethod
    def of_result(cls, result: ClaimResult, claims: Mapping[str, Claim] = MappingProxyType({})) -> Stated:
        """The statement of a report's entry; `claims` are those that may have made it, by their ids."""
        claim = claims.get(result.id)
        expression = _derived(claim) if claim is not None and claim.statement.text == result.right else None
        where = tuple((name, parse(text)) for name, text in result.where)
        upto = dict(result.language.get("upto", {}))
        tree = parse(result.right)
        rests_on, assumptions = result.rests_on, result.assumptions
        return cls(
            result.id,
            result.title,
            result.source,
            result.left,
            result.relation,
            tree,
            where,
            assumptions,
            rests_on,
            upto,
            result,
            result,
            expression,
            LETTER_LATEX if claim is None else _names(claim),
            _witnesses(claim) if claim is not None and claim.statement.text == result.right else (),
        )

    @classmethod
    def of_claim(cls, claim: Claim) -> Stated:
        """The statement of a claim that has not been checked."""
        statement, said = claim.statement, described(claim)
        return cls(
            claim.id,
            claim.title,
            str(claim.origin),
            claim.left.latex,
            statement.relation,
            statement.right,
            statement.where,
            said.assumptions,
            claim.rests_on,
            claim.language.upto,
            said,
            None,
            _derived(claim),
            _names(claim),
            _witnesses(claim),
        )

    @property
    def is_refuted(self) -> bool:
        """Whether it is printed as a refuted statement: a finding, or one that the report refutes."""
        return self.said.finding is not None or (self.result is not None and self.result.status == "refuted")

    @property
    def line(self) -> str:
        """The statement on one line of LaTeX; a refuted one says so."""
        line = f"{self.left} {relation_latex(self.relation)} {right_side(self)}"
        return rf"{REFUTED if self.result else UNDER_TEST}\quad {line}" if self.is_refuted else line


def _names(claim: Claim) -> dict[str, str]:
    """LaTeX of the letters and abbreviations that are not printed as they are spelled."""
    letters = {name: letter(held).latex for name, held in claim.language.letters.items() if letter(held).latex}
    abbreviations = {name: PRINTED[name] for name, _ in claim.statement.where if name in PRINTED}
    return {**letters, **abbreviations} if claim.origin.paper == PAPER else letters


def _witnesses(claim: Claim) -> tuple[Expression, ...]:
    return tuple(claim.left.witnesses()) if claim.left.witnesses is not None else ()


def _derived(claim: Claim) -> Expression | None:
    """The right side as an expression if nobody typed it: the engine's own text of a polynomial."""
    if len(claim.statement.text) < _LONGEST_TYPED:
        return None
    try:
        expression, _ = claim.statement.elaborated(claim.language)
    except ValueError:
        return None
    return expression if str(expression) == claim.statement.text else None


# Right sides with more characters than this may have been written by the engine rather than typed.
_LONGEST_TYPED = 300
_RELATIONS = {"<=": r"\le", ">=": r"\ge"}
# What a formula begins with that must not be taken for a theorem.
REFUTED = r"\text{refuted:}"
UNDER_TEST = r"\text{printed, under test:}"
LETTER_LATEX = {name: letter(held).latex for name, held in {**TWO_ATOMS, **LETTERS}.items() if letter(held).latex}


def stated_results(results: Iterable[ClaimResult]) -> list[Stated]:
    """The statements of a report."""
    claims = {claim.id: claim for claim in catalogue()}
    return [Stated.of_result(result, claims) for result in results]


def right_side(stated: Stated) -> str:
    """The right side of a statement as it was typed, in the engine's order if it was not; 0 times anything is 0."""
    if stated.expression is not None:
        return latex(stated.expression, WEIGHTS)
    return statement_latex(right_tree(stated), stated.names, stated.upto)


def right_tree(stated: Stated) -> Node:
    """The right side's syntax tree; 0 times anything, which says the zero's shape, is 0."""
    tree = stated.right
    return Number(0) if isinstance(tree, Product) and tree.factors[0] == Number(0) else tree


def relation_latex(relation: str) -> str:
    """LaTeX of a relation between two sides."""
    return _RELATIONS.get(relation, relation)


def statement_display(stated: Stated, label: str = "") -> str:
    """A statement as an aligned equation; a refuted one says so in the formula and has no number."""
    mark = rf"{REFUTED if stated.result else UNDER_TEST}\quad " if stated.is_refuted else ""
    lead = f"{mark}{stated.left} &{relation_latex(stated.relation)}"
    derived = stated.expression
    pieces = top_level_pieces(right_side(stated)) if derived is None else terms_latex(derived, WEIGHTS)
    return display(lead, pieces, "" if stated.is_refuted else label)
