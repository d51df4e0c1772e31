"""The left side derived by the engine, for all lengths at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from proofs_check.judge import one_variable
from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.language import Language
from proofs_check.judge.statements import Statement
from theory.algebra.definitions import Definition, expand, is_positive
from theory.algebra.expression import Expression, scalar_letter
from theory.algebra.grammar import GrammarError
from theory.algebra.rational_identity import decide

# What is said where the engine decides nothing.
_DIFFERENT_FORMS = "the forms differ, but with inverses of sums different forms can be equal"
_NO_PROOF_TRIED = "the normal forms differ; no proof was tried, as other evidence refutes"
_NO_SIGN = "the sign of the difference is not seen by form"
UNDECIDED = (_DIFFERENT_FORMS, _NO_PROOF_TRIED, _NO_SIGN)
# Of a text longer than this nobody types by chance what the engine prints.
_LONGEST_COINCIDENCE = 120


@dataclass(frozen=True)
class SymbolicMeasurement:
    """The left side derived by the engine.

    Equations are compared by normal form, or proved by an identity of rational expressions. For an inequality the
    difference of the sides must be a sum of terms that are each at least zero by form, in its normal form or in one of
    the forms given as witnesses; a difference in one length or number alone is decided by its real roots.

    Args:
        derived: the left side.
        definitions: of the letters in it that stand for expressions.
        computed: whether the engine computed it from a definition; a typed expression is no derivation.
        witnesses: forms of the difference of the sides of an inequality.
        everywhere: whether an inequality is meant for all values that its letters and lengths can have, so that a
            negative difference refutes it.
    """

    derived: Expression
    definitions: tuple[Definition, ...]
    computed: bool = True
    witnesses: tuple[Expression, ...] = ()
    everywhere: bool = False
    kind: ClassVar[str] = "symbolic"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds if both sides are proved equal; refuted if their forms differ where the form is complete.

        An inequality holds by the sign of its terms; where that is not seen the engine decides nothing.
        """
        try:
            stated, definitions = self._stated(statement, language)
            if stated.shape != self.derived.shape:
                return Verdict("ill-formed", f"shapes {self.derived.shape} and {stated.shape}")
            if statement.relation != "=":
                return self._sign(self._surplus(stated, statement, definitions), statement, definitions)
            answer = decide(self.derived, stated, definitions)
        except (GrammarError, ValueError) as error:
            return Verdict("ill-formed", str(error))
        if answer == "equal":
            return Verdict("holds", "both sides are proved equal, for every d and every length")
        if answer == "different":
            difference = expand(self.derived - stated, definitions)
            return Verdict("refuted", f"the sides differ by {difference}")
        return Verdict("undecided", _DIFFERENT_FORMS)

    def judge_by_form(self, statement: Statement, language: Language) -> Verdict:
        """As `judge`, without a proof where the normal forms differ."""
        if statement.relation != "=":
            return self.judge(statement, language)
        if self.proves_by_form(statement, language):
            return Verdict("holds", "both sides are proved equal, for every d and every length")
        return Verdict("undecided", _NO_PROOF_TRIED)

    def proves_by_form(self, statement: Statement, language: Language) -> bool:
        """Whether both sides of an equation have one normal form: the cheap part of `judge`."""
        try:
            stated, definitions = self._stated(statement, language)
            return stated.shape == self.derived.shape and not expand(self.derived - stated, definitions)
        except (GrammarError, ValueError):
            return False

    def objection(self, statement: Statement, language: Language) -> str:
        """Why a comparison with this is no check of the statement; empty if it is one."""
        if not self.computed:
            return "the derivation types its result: it calls no expectation, gradient or block product"
        if statement.from_derivation or (
            len(statement.text) > _LONGEST_COINCIDENCE and statement.text == str(self.derived)
        ):
            return "the right side is taken from the derivation, so comparing the two checks nothing"
        return ""

    def predicted_failure(self, statement: Statement, language: Language) -> one_variable.Sign | None:
        """Where the real roots say that an inequality fails; None where they say nothing, or that it holds."""
        if not self.everywhere:
            return None
        try:
            stated, definitions = self._stated(statement, language)
            surplus = self._surplus(stated, statement, definitions)
        except (GrammarError, ValueError):
            # What has no meaning for the engine is told where the statement is judged.
            return None
        found = one_variable.sign(surplus, statement.relation in ("<", ">"))
        return found if found is not None and found.failure is not None else None

    def _stated(self, statement: Statement, language: Language) -> tuple[Expression, tuple[Definition, ...]]:
        """The right side, and the definitions of the letters in both sides."""
        stated, more = statement.elaborated(language, self.definitions)
        return stated, (*self.definitions, *(d for d in more if d not in self.definitions))

    def _surplus(self, stated: Expression, statement: Statement, definitions: Sequence[Definition]) -> Expression:
        """The larger side of an inequality less the smaller one, as the statement has them."""
        difference = expand(self.derived - stated, definitions)
        return -difference if statement.relation in ("<=", "<") else difference

    def _sign(self, surplus: Expression, statement: Statement, definitions: Sequence[Definition]) -> Verdict:
        strict = statement.relation in ("<", ">")
        for form in (surplus, *self.witnesses):
            if form is not surplus and expand(surplus - form, definitions):
                continue
            if is_positive(form) if strict else is_non_negative(form):
                return Verdict("holds", "the difference of the sides is a sum of terms that are at least 0 by form")
        found = one_variable.sign(surplus, strict)
        if found is not None and found.failure is None:
            return Verdict("holds", f"the difference of the sides is decided by its real roots in {found.variable}")
        if found is not None and self.everywhere:
            return Verdict("refuted", f"the difference of the sides has the wrong sign at {found}")
        return Verdict("undecided", _NO_SIGN)

    def summary(self) -> str:
        """What was measured."""
        return "derived by the engine" if self.computed else "typed"

    def power(self, statement: Statement, language: Language) -> None:
        """Symbols are exact."""

    def record(self) -> Mapping[str, Any]:
        """The derived form and its definitions as text."""
        definitions = {definition.symbol.name: str(definition.expression) for definition in self.definitions}
        return {"derived": str(self.derived), "definitions": definitions}


def is_non_negative(expression: Expression) -> bool:
    """Whether a number is at least 0 by form, for all lengths: sufficient, not necessary."""
    return not expression or (expression.shape == (1, 1) and is_positive(expression + _POSITIVE))


# A letter of its own, so that it cannot cancel a term of what it is added to.
_POSITIVE = scalar_letter("any_positive_number", definite=True)
